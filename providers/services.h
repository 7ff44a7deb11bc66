/* services.h - what connections share: HTTP, credentials, settings, secrets.
 *
 * Made once for a program by kernel/modules.c and handed through the language,
 * which cannot look inside, to each provider's connect(). */
#ifndef PROVIDERS_SERVICES_H
#define PROVIDERS_SERVICES_H

#include "config/config.h"
#include "queries/library.h"
#include "http/auth.h"
#include "http/http.h"
#include "http/redact.h"
#include "registry/config.h"
#include "registry/remote.h"

struct remote_services {
    struct secrets *secrets;
    struct http *http;
    struct auths *auths;
    struct config *config; /* config_open it before it is asked */
    struct config_face face;
    struct library *queries;
};

struct remote_services *services_new(void);
void services_free(struct remote_services *s); /* NULL is fine */
const struct config_face *services_config(const struct remote_services *s);
const struct stored_face *services_queries(const struct remote_services *s);

/* Reports to `to` what was reported to `from`, which may go away then. */
void services_hand_on(struct diags *to, const struct diags *from);

/* The same call for the HTTP client; replies live in `a`. */
struct http_call services_call(const struct remote_call *call,
                               struct arena *a);

#endif
