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
    struct remembered *refresh; /* auth_refresh.c; under lock */
    bool refreshing;            /* somebody uses refresh tokens */
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

/* ---- auth_refresh.c: refresh tokens, used by one at a time ---- */
struct refresh_turn {
    struct auths *auths;
    str path; /* of the token file; "" none */
    int lock; /* descriptor of its lock; -1 none */
};
/* Waits for its turn; false: cancelled. refresh_end gives it back. */
NODISCARD bool refresh_begin(struct refresh_turn *t, struct auths *s,
                             const struct http_call *call);
void refresh_end(struct refresh_turn *t);
/* "" when there is none. The key says where a token is valid. */
str refresh_get(const struct refresh_turn *t, const struct http_call *call,
                str key);
/* "" forgets it. */
void refresh_put(const struct refresh_turn *t, const struct http_call *call,
                 str key, str token);
void refresh_forget_all(struct auths *s); /* under lock */

/* ---- token_file.c: refresh tokens on disk ---- */
/* "" when there is none; a file that others may read is reported. */
str token_file_get(const struct http_call *call, str path, str key);
/* `refresh` "" takes the member out. */
void token_file_put(const struct http_call *call, str path, str key,
                    str refresh);
/* A descriptor to flock, that the caller closes; -1: it cannot be had. */
int token_file_lock(const struct http_call *call, str path);

#endif
