/* setup.h - the settings that `.connect … with (…)` gave, by name.
 *
 * Used by: connect() of every provider. The command has checked names and
 * types against the provider's settings. */
#ifndef PROVIDERS_SETUP_H
#define PROVIDERS_SETUP_H

#include "registry/remote.h"

struct remote_services;
struct yaml_node;

/* "" or `otherwise` when it was not given. */
str setup_text(const struct remote_setup *s, const char *name);
int64_t setup_long(const struct remote_setup *s, const char *name,
                   int64_t otherwise);
bool setup_bool(const struct remote_setup *s, const char *name,
                bool otherwise);
/* The instance that the command names is not in the configuration: reports it
 * and which there are. `what` is a "cluster", a "workspace"; `service` as
 * config_instances has it. Gives ST_USER. */
enum status setup_unknown(struct remote_services *services, const char *what,
                          const char *service,
                          const struct remote_setup *setup,
                          const struct remote_call *call);
/* Args of DataProviders.SERVICE, or of SERVICE-INSTANCE when the command names
 * one; NULL in *args: it has none. ST_USER: there is no such instance, and the
 * command gives nothing itself; reported. */
enum status setup_args(struct remote_services *services, const char *service,
                       const struct remote_setup *setup,
                       const struct yaml_node **args,
                       const struct remote_call *call);
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
