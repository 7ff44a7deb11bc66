/* auth_int.h - the insides of credentials, for the auth_*.c of this folder. */
#ifndef HTTP_AUTH_INT_H
#define HTTP_AUTH_INT_H

#include <pthread.h>

#include "auth.h"
#include "oauth.h"

/* One thing that can be signed with: a header or a source of tokens. */
struct credential {
    struct http_auth auth; /* first: auth.ctx points to the credential */
    struct auths *auths;
    str key;    /* whom it is for; never shown */
    str name;   /* of the header */
    str scheme; /* before the token, "Bearer"; "" none */
    /* MAY be NULL: then `fixed` is the value. Fetches a token; texts into
     * call->arena. Reports to call->ds. */
    enum status (*fetch)(struct credential *c, const struct http_call *call,
                         struct token *out);
    str fixed;
    void *how; /* for fetch, in the arena of auths */

    bool fetching; /* one thread is at it */
    str failure;   /* why its fetch failed; "" it did not. On the heap */
    char *value;   /* of the header; NULL: none yet */
    int64_t renew_at, expires_at;
    struct credential *next;
};

struct auths {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http *http;
    struct arena *arena; /* credentials; under lock */
    struct credential *all;
    str cache; /* path */
};

/* The credential of that key, or a new one with members that are to be filled
 * in by `fill` under the lock. */
struct credential *auths_credential(struct auths *s, str key,
                                    void (*fill)(struct credential *c,
                                                 const void *how),
                                    const void *how);
int64_t auth_now(void); /* seconds since 1970 */

/* ---- ways of Entra ID; each reports why it cannot ---- */
struct entra_want {
    struct auths *auths;
    const struct entra *id;
    str authority, tenant; /* resolved */
    str scope;
};
enum status entra_managed(const struct entra_want *w,
                          const struct http_call *call, struct token *out);
enum status entra_cli(const struct entra_want *w, const struct http_call *call,
                      struct token *out);
enum status entra_device(const struct entra_want *w,
                         const struct http_call *call, struct token *out);
/* POST to the token endpoint; an answer that is no token is reported. */
enum status entra_post(const struct entra_want *w, const struct http_call *call,
                       str body, struct token *out);
str entra_endpoint(const struct entra_want *w, struct arena *a,
                   const char *what); /* "token", "devicecode" */

/* ---- token_file.c: refresh tokens on disk ---- */
/* "" when there is none; a file that others may read is reported. */
str token_file_get(const struct http_call *call, str path, str key);
void token_file_put(const struct http_call *call, str path, str key,
                    str refresh);

#endif
