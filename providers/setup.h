/* setup.h - the settings that `.connect … with (…)` gave, by name.
 *
 * Used by: connect() of every provider. The command has checked names and
 * types against the provider's settings. */
#ifndef PROVIDERS_SETUP_H
#define PROVIDERS_SETUP_H

#include "registry/remote.h"

struct remote_services;

/* "" or `otherwise` when it was not given. */
str setup_text(const struct remote_setup *s, const char *name);
int64_t setup_long(const struct remote_setup *s, const char *name,
                   int64_t otherwise);
bool setup_bool(const struct remote_setup *s, const char *name,
                bool otherwise);
/* What the command does not give comes from the configuration: DataProviders,
 * SECTION or SECTION-INSTANCE, Args. Keys are the names of the settings, and
 * "username" for "user"; a password may be kept wherever a secret may.
 * ST_USER: there is no such instance; reported. Texts live in `a`. */
struct setup_source {
    struct remote_services *services;
    const char *section;
    const struct remote_setting *settings; /* NULL-name ended */
    struct arena *arena;
};
enum status setup_complete(const struct setup_source *from,
                           const struct remote_setup *given,
                           struct remote_setup *out,
                           const struct remote_call *call);

#endif
