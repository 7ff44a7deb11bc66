/* services.c - what connections share: the HTTP client, secrets.
 *
 * Called by: kernel/modules.c. Opens nothing: a session without connections
 * pays nothing for them. */
#include "services.h"

struct remote_services *services_new(void)
{
    struct remote_services *s = xcalloc(1, sizeof *s);
    s->secrets = secrets_new();
    s->http = http_new(s->secrets);
    return s;
}

void services_free(struct remote_services *s)
{
    if (!s)
        return;
    http_free(s->http);
    secrets_free(s->secrets);
    free(s);
}
