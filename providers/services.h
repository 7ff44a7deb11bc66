/* services.h - what connections share: the HTTP client, secrets.
 *
 * Made once for a program by kernel/modules.c and handed through the language,
 * which cannot look inside, to each provider's connect(). */
#ifndef PROVIDERS_SERVICES_H
#define PROVIDERS_SERVICES_H

#include "http/http.h"
#include "http/redact.h"

struct remote_services {
    struct secrets *secrets;
    struct http *http;
};

struct remote_services *services_new(void);
void services_free(struct remote_services *s); /* NULL is fine */

#endif
