/* client.c - the client of a session: options, connections that are kept.
 *
 * Called by: kernel (through providers.h), providers, batch.c. */
#include "client_int.h"

#include "base/ticks.h"
#include "redact.h"

int64_t http_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool http_cancelled(const struct http_call *call)
{
    return call->cancel &&
           atomic_load_explicit(call->cancel, memory_order_relaxed);
}

bool http_pause(const struct http_call *call, int64_t ms)
{
    int64_t until = http_now_ms() + ms;
    for (;;) {
        int64_t left = until - http_now_ms();
        if (http_cancelled(call))
            return false;
        if (left <= 0)
            return true;
        struct timespec nap = { 0, (left < HTTP_TICK_MS ? left : HTTP_TICK_MS) *
                                       1000000L };
        nanosleep(&nap, NULL);
    }
}

/* ---- the client and its options ---- */

void http_settings_unref(struct http *h, struct http_settings *s)
{
    pthread_mutex_lock(&h->lock);
    bool last = s && --s->refs == 0;
    pthread_mutex_unlock(&h->lock);
    if (!last)
        return;
    recorder_free(s->recorder);
    arena_free(s->arena);
}

struct http_settings *http_settings_ref(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    struct http_settings *s = h->settings;
    s->refs++;
    pthread_mutex_unlock(&h->lock);
    return s;
}

static void fill_defaults(struct http_options *o)
{
    const struct retry_policy usual = { 5, 3, 500, 60000 };
    o->connect_ms = o->connect_ms ? o->connect_ms : 10000;
    o->idle_ms = o->idle_ms ? o->idle_ms : 30000;
    o->total_ms = o->total_ms ? o->total_ms : 600000;
    if (!o->retry.max_tries)
        o->retry = usual;
}

static struct http_settings *settings_new(const struct http_options *o,
                                          struct http *h, struct diags *ds)
{
    struct arena *a = arena_new();
    struct http_settings *s = NEW(a, struct http_settings);
    *s = (struct http_settings){ .arena = a, .o = *o, .refs = 1,
                                 .most_ms = o->total_ms };
    str *texts[] = { &s->o.proxy, &s->o.proxy_user, &s->o.proxy_password,
                     &s->o.ca_file };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_str(a, *texts[i]);
    fill_defaults(&s->o);
    if (!o->record.n && !o->replay.n)
        return s;
    s->recorder = recorder_new(o->record, o->replay, h->secrets, ds);
    if (s->recorder)
        return s;
    arena_free(a);
    return NULL;
}

struct http *http_new(struct secrets *secrets)
{
    struct http *h = xcalloc(1, sizeof *h);
    pthread_mutex_init(&h->lock, NULL);
    h->secrets = secrets;
    h->settings = settings_new(&(struct http_options){ .idle_ms = 0 }, h, NULL);
    h->random = (uint64_t)ticks_now() | 1;
    return h;
}

void http_free(struct http *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->nidle; i++)
        h->curl.multi_cleanup(h->idle[i]);
    http_settings_unref(h, h->settings);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

bool http_configure(struct http *h, const struct http_options *o,
                    struct diags *ds)
{
    struct http_settings *s = settings_new(o, h, ds);
    if (!s)
        return false;
    secrets_add(h->secrets, o->proxy_password);
    pthread_mutex_lock(&h->lock);
    struct http_settings *old = h->settings;
    h->settings = s;
    pthread_mutex_unlock(&h->lock);
    http_settings_unref(h, old);
    return true;
}

struct secrets *http_secrets(struct http *h)
{
    return h->secrets;
}

str http_reply_header(const struct http_reply *r, const char *name)
{
    for (size_t i = 0; i < r->nheaders; i++)
        if (str_eqz(r->headers[i].name, name))
            return r->headers[i].value;
    return S("");
}

bool http_reply_is_json(const struct http_reply *r)
{
    str type = http_reply_header(r, "content-type");
    ptrdiff_t end = str_find_char(type, ';');
    type = str_trim(end < 0 ? type : str_sub(type, 0, (size_t)end));
    return str_ieqz(type, "application/json") || str_ieqz(type, "text/json") ||
           str_ends(type, S("+json")) || str_ieqz(type, "application/x-ndjson");
}

/* ---- multi handles ---- */

CURLM *http_borrow_multi(struct http *h, const struct http_call *call)
{
    struct buf why;
    CURLM *m = NULL;
    buf_init(&why, 1000);
    pthread_mutex_lock(&h->lock);
    bool loaded = curl_api_load(&h->curl, &why);
    if (loaded && h->nidle)
        m = h->idle[--h->nidle];
    pthread_mutex_unlock(&h->lock);
    if (!loaded) {
        struct diag *d = diag_error(call->ds, DIAG_NETWORK, call->span,
                                    "the HTTP library cannot be used: %.*s",
                                    STRF(buf_str(&why)));
        diag_hint(call->ds, d, "apt install libcurl4");
    } else if (!m && !(m = h->curl.multi_init())) {
        abort(); /* out of memory */
    }
    buf_release(&why);
    return m;
}

void http_return_multi(struct http *h, CURLM *m)
{
    pthread_mutex_lock(&h->lock);
    bool kept = h->nidle < MAX_IDLE_MULTIS;
    if (kept)
        h->idle[h->nidle++] = m;
    pthread_mutex_unlock(&h->lock);
    if (!kept)
        h->curl.multi_cleanup(m);
}

uint64_t http_random(struct http *h)
{
    pthread_mutex_lock(&h->lock);
    h->random ^= h->random << 13;
    h->random ^= h->random >> 7;
    h->random ^= h->random << 17;
    uint64_t r = h->random;
    pthread_mutex_unlock(&h->lock);
    return r;
}
