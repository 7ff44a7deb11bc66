/* auth_refresh.c - refresh tokens of sign-ins with a code, and whose turn it is
 * to use one.
 *
 * Called by: auth_device.c. A server may give a new refresh token for each that
 * is used and refuse the old one, or even all of that sign-in when an old one
 * comes again. So one thread at a time uses them, and, where a file keeps them,
 * one kernel at a time: what another has put into the file is read first. */
#include <sys/file.h>
#include <unistd.h>

#include "auth_int.h"

enum { STEP_MS = 40, PATIENCE_MS = 30000 };

struct remembered {
    str key;
    char *token; /* on the heap; NULL: forgotten */
    struct remembered *next;
};

static void drop_token(struct remembered *r)
{
    if (r->token)
        explicit_bzero(r->token, strlen(r->token));
    free(r->token);
    r->token = NULL;
}

void refresh_forget_all(struct auths *s)
{
    for (struct remembered *r = s->refresh; r; r = r->next)
        drop_token(r);
}

/* ---- turns ---- */

static bool take_flag(struct auths *s, str *path)
{
    pthread_mutex_lock(&s->lock);
    bool mine = !s->refreshing;
    s->refreshing = true;
    *path = s->cache;
    pthread_mutex_unlock(&s->lock);
    return mine;
}

/* Another kernel that hangs must not stop this one for ever: after a while it
 * goes on without the lock. */
static bool lock_file(struct refresh_turn *t, const struct http_call *call)
{
    t->lock = t->path.n ? token_file_lock(call, t->path) : -1;
    for (int64_t ms = 0; t->lock >= 0 && ms < PATIENCE_MS; ms += STEP_MS) {
        if (flock(t->lock, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (!http_pause(call, STEP_MS))
            return false;
    }
    return true;
}

bool refresh_begin(struct refresh_turn *t, struct auths *s,
                   const struct http_call *call)
{
    *t = (struct refresh_turn){ .auths = s, .lock = -1 };
    while (!take_flag(s, &t->path))
        if (!http_pause(call, STEP_MS))
            return false;
    if (lock_file(t, call))
        return true;
    refresh_end(t);
    return false;
}

void refresh_end(struct refresh_turn *t)
{
    if (t->lock >= 0)
        close(t->lock);
    pthread_mutex_lock(&t->auths->lock);
    t->auths->refreshing = false;
    pthread_mutex_unlock(&t->auths->lock);
}

/* ---- tokens ---- */

static struct remembered *entry(struct auths *s, str key)
{
    struct remembered *r = s->refresh;
    while (r && !str_eq(r->key, key))
        r = r->next;
    if (r)
        return r;
    r = NEW(s->arena, struct remembered);
    *r = (struct remembered){ arena_str(s->arena, key), NULL, s->refresh };
    s->refresh = r;
    return r;
}

static void remember(struct auths *s, str key, str token)
{
    pthread_mutex_lock(&s->lock);
    struct remembered *r = entry(s, key);
    drop_token(r);
    if (token.n) {
        r->token = xmalloc(token.n + 1);
        memcpy(r->token, token.p, token.n);
        r->token[token.n] = 0;
    }
    pthread_mutex_unlock(&s->lock);
}

str refresh_get(const struct refresh_turn *t, const struct http_call *call,
                str key)
{
    struct auths *s = t->auths;
    str token = t->path.n ? token_file_get(call, t->path, key) : S("");
    if (token.n)
        return token;
    pthread_mutex_lock(&s->lock);
    const struct remembered *r = entry(s, key);
    if (r->token)
        token = arena_str(call->arena, str_of(r->token));
    pthread_mutex_unlock(&s->lock);
    return token;
}

void refresh_put(const struct refresh_turn *t, const struct http_call *call,
                 str key, str token)
{
    remember(t->auths, key, token);
    if (t->path.n)
        token_file_put(call, t->path, key, token);
}
