/* auths.c - the credentials of a session: fetched once, shared, renewed.
 *
 * Called by: batch.c through struct http_auth; auth_*.c. */
#include "auth_int.h"

#include "base/base64.h"
#include "base/thread.h"
#include "base/ticks.h"
#include "redact.h"

enum { MAX_VALUE = 64 << 10, AGAIN_SECONDS = 20 };

int64_t auth_now(void)
{
    return (ticks_now() - TICKS_UNIX_EPOCH) / TICKS_PER_SEC;
}

struct auths *auths_new(struct http *h)
{
    struct auths *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->http = h;
    s->arena = arena_new();
    return s;
}

static void drop_value(struct credential *c)
{
    if (c->value)
        explicit_bzero(c->value, strlen(c->value));
    free(c->value);
    c->value = NULL;
}

static void set_failure(struct credential *c, str why)
{
    char *copy = NULL;
    if (why.n) {
        copy = xmalloc(why.n);
        memcpy(copy, why.p, why.n);
    }
    free((char *)c->failure.p);
    c->failure = (str){ copy, why.n };
}

void auths_free(struct auths *s)
{
    if (!s)
        return;
    for (struct credential *c = s->all; c; c = c->next) {
        drop_value(c);
        set_failure(c, S(""));
    }
    refresh_forget_all(s);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    arena_free(s->arena);
    free(s);
}

void auths_forget(struct auths *s)
{
    pthread_mutex_lock(&s->lock);
    for (struct credential *c = s->all; c; c = c->next)
        drop_value(c);
    refresh_forget_all(s);
    pthread_mutex_unlock(&s->lock);
}

void auths_set_cache(struct auths *s, str path)
{
    pthread_mutex_lock(&s->lock);
    s->cache = arena_str(s->arena, path);
    pthread_mutex_unlock(&s->lock);
}

/* ---- one token for all ---- */

/* Waits for the thread that fetches; false: cancelled. Under the lock. */
static bool wait_for_other(struct credential *c, const struct http_call *call)
{
    while (c->fetching) {
        if (call->cancel && atomic_load(call->cancel))
            return false;
        thread_wait(&c->auths->changed, &c->auths->lock, 40);
    }
    return true;
}

static bool is_fresh(const struct credential *c)
{
    return c->value && auth_now() < c->renew_at;
}

static void keep_token(struct credential *c, const struct token *t)
{
    struct buf b;
    buf_init(&b, MAX_VALUE);
    buf_add(&b, c->scheme);
    if (c->scheme.n)
        buf_addc(&b, ' ');
    buf_add(&b, t->access);
    drop_value(c);
    if (buf_ok(&b)) {
        c->value = xmalloc(b.n + 1);
        memcpy(c->value, b.p, b.n);
        c->value[b.n] = 0;
    }
    c->renew_at = t->renew_at;
    c->expires_at = t->expires_at;
    explicit_bzero(b.p, b.n);
    buf_release(&b);
}

/* Fetches with the lock released. */
static enum status renew(struct credential *c, const struct http_call *call)
{
    struct auths *s = c->auths;
    struct token t = { .renew_at = 0 };
    c->fetching = true;
    pthread_mutex_unlock(&s->lock);
    enum status st = c->fetch(c, call, &t);
    if (st == ST_OK) {
        secrets_add(http_secrets(s->http), t.access);
        secrets_add(http_secrets(s->http), t.refresh);
    }
    pthread_mutex_lock(&s->lock);
    c->fetching = false;
    if (st == ST_OK)
        keep_token(c, &t);
    size_t n = call->ds->list.n;
    set_failure(c, st == ST_ENV && n ? call->ds->list.v[n - 1].message
                                     : S(""));
    pthread_cond_broadcast(&s->changed);
    return st;
}

/* Ahead of time, what is there still serves when a new one cannot be had: a
 * server that is away for a minute must not end a long hunt. */
static enum status renew_early(struct credential *c,
                               const struct http_call *call)
{
    struct http_call mine = *call;
    struct diags quiet;
    if (!c->value || auth_now() >= c->expires_at)
        return renew(c, call);
    diags_init(&quiet, call->arena);
    mine.ds = &quiet;
    enum status st = renew(c, &mine);
    if (st != ST_ENV || !c->value || auth_now() >= c->expires_at)
        return st == ST_ENV ? renew(c, call) : st;
    set_failure(c, S(""));
    int64_t again = auth_now() + AGAIN_SECONDS;
    c->renew_at = again < c->expires_at ? again : c->expires_at;
    return ST_OK;
}

static enum status get_value(struct credential *c, struct http_signing *g,
                             str *out)
{
    struct auths *s = c->auths;
    enum status st = ST_OK;
    pthread_mutex_lock(&s->lock);
    bool waited = c->fetching;
    if (!wait_for_other(c, g->call))
        st = ST_CANCELLED;
    /* A wrong password is tried once, not once for each of many requests:
     * accounts are locked after a few. */
    else if (waited && c->failure.n)
        st = http_fail(s->http, g->call, DIAG_AUTH, "%.*s", STRF(c->failure));
    /* Of several requests that were refused, the first gets a new token, and
     * the others see that there is one. */
    if (st == ST_OK && g->refused && c->value &&
        str_eqz(g->last, c->value))
        drop_value(c);
    if (st == ST_OK && !is_fresh(c))
        st = renew_early(c, g->call);
    if (st == ST_OK && !c->value)
        st = http_fail(s->http, g->call, DIAG_AUTH,
                       "the token is longer than %d kB", MAX_VALUE >> 10);
    if (st == ST_OK)
        *out = arena_str(g->call->arena, str_of(c->value));
    pthread_mutex_unlock(&s->lock);
    return st;
}

static enum status sign(const struct http_auth *a, struct http_signing *g)
{
    struct credential *c = a->ctx;
    struct http_header h = { c->name, c->fixed };
    enum status st = c->fetch ? get_value(c, g, &h.value) : ST_OK;
    if (st == ST_OK)
        PUSH(g->call->arena, g->headers, h);
    return st;
}

struct credential *auths_credential(struct auths *s, str key,
                                    void (*fill)(struct credential *c,
                                                 const void *how),
                                    const void *how)
{
    pthread_mutex_lock(&s->lock);
    struct credential *c = s->all;
    while (c && !str_eq(c->key, key))
        c = c->next;
    if (!c) {
        c = NEW(s->arena, struct credential);
        *c = (struct credential){
            .auth = { sign, c }, .auths = s, .key = arena_str(s->arena, key),
            .name = S("Authorization"), .next = s->all,
        };
        fill(c, how);
        s->all = c;
    }
    pthread_mutex_unlock(&s->lock);
    return c;
}

enum status auth_check(const struct http_auth *a, struct http *h,
                       const struct http_call *call)
{
    struct http_signing g = { .http = h, .call = call };
    return a->sign(a, &g);
}

/* ---- the same header every time ---- */

static void fill_fixed(struct credential *c, const void *how)
{
    const struct http_header *h = how;
    c->name = arena_str(c->auths->arena, h->name);
    c->fixed = arena_str(c->auths->arena, h->value);
    secrets_add(http_secrets(c->auths->http), c->fixed);
}

const struct http_auth *auth_header(struct auths *s, str name, str value)
{
    struct http_header h = { name, value };
    struct buf key;
    buf_init(&key, 2 * MAX_VALUE);
    buf_adds(&key, "header ");
    buf_add(&key, name);
    buf_addc(&key, 0);
    buf_add(&key, value);
    secrets_add(http_secrets(s->http), value);
    struct credential *c = auths_credential(s, buf_str(&key), fill_fixed, &h);
    explicit_bzero(key.p, key.n);
    buf_release(&key);
    return &c->auth;
}

const struct http_auth *auth_token(struct auths *s, str scheme, str token)
{
    struct buf b;
    buf_init(&b, MAX_VALUE);
    buf_add(&b, scheme);
    buf_addc(&b, ' ');
    buf_add(&b, token);
    secrets_add(http_secrets(s->http), token);
    const struct http_auth *a =
        auth_header(s, S("Authorization"), buf_str(&b));
    explicit_bzero(b.p, b.n);
    buf_release(&b);
    return a;
}

const struct http_auth *auth_basic(struct auths *s, str user, str password)
{
    struct buf both, b;
    buf_init(&both, MAX_VALUE);
    buf_init(&b, 2 * MAX_VALUE);
    buf_add(&both, user);
    buf_addc(&both, ':');
    buf_add(&both, password);
    base64_encode(&b, buf_str(&both));
    secrets_add(http_secrets(s->http), password);
    const struct http_auth *a = auth_token(s, S("Basic"), buf_str(&b));
    explicit_bzero(both.p, both.n);
    buf_release(&both);
    buf_release(&b);
    return a;
}
