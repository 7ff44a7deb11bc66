/* setup.h - the settings that `.connect … with (…)` gave, by name.
 *
 * Used by: connect() of every provider. The command has checked names and
 * types against the provider's settings. */
#ifndef PROVIDERS_SETUP_H
#define PROVIDERS_SETUP_H

#include "registry/remote.h"

/* "" or `otherwise` when it was not given. */
str setup_text(const struct remote_setup *s, const char *name);
int64_t setup_long(const struct remote_setup *s, const char *name,
                   int64_t otherwise);
bool setup_bool(const struct remote_setup *s, const char *name,
                bool otherwise);
/* A host of this machine: "http://" is no risk there. */
bool is_loopback_url(str url);

#endif
