/* providers.h - the providers there are.
 *
 * Included by: kernel/modules.c, which hands them to the language. */
#ifndef PROVIDERS_PROVIDERS_H
#define PROVIDERS_PROVIDERS_H

#include "registry/config.h"
#include "registry/remote.h"
#include "registry/source.h"

extern const struct provider provider_file; /* file("…"), .load, externaldata */
extern const struct provider provider_host; /* host.processes, … */

/* Those that are connected to; one line each in providers.def. */
#define REMOTE(name) extern const struct remote_provider remote_##name;
#include "providers.def"
#undef REMOTE

struct remote_services *services_new(void); /* services.h */
void services_free(struct remote_services *s);
/* For `.config`; lives as long as the services. */
const struct config_face *services_config(const struct remote_services *s);
const struct stored_face *services_queries(const struct remote_services *s);

#endif
