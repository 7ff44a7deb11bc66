/* redact.c - finds secrets in a text, in every spelling they travel in.
 *
 * Called by: client.c, record.c, auth_*.c, config. */
#include "redact.h"

#include <pthread.h>

#include "base/base64.h"
#include "base/json_write.h"
#include "url.h"

/* A long session renews tokens all day; the oldest are expired by then. */
enum { MAX_NEEDLES = 4096, MAX_SECRET = 64 << 10 };

struct needle {
    char *p;
    size_t n;
    int next; /* with the same first byte, -1: none */
};

struct secrets {
    pthread_mutex_t lock;
    struct needle needles[MAX_NEEDLES];
    size_t n;    /* used, up to MAX_NEEDLES */
    size_t turn; /* the one to be replaced when all are used */
    int first[256];
};

struct secrets *secrets_new(void)
{
    struct secrets *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    memset(s->first, -1, sizeof s->first);
    return s;
}

static void drop_needle(struct secrets *s, size_t i)
{
    struct needle *d = &s->needles[i];
    int *link = &s->first[(unsigned char)d->p[0]];
    while (*link != (int)i)
        link = &s->needles[*link].next;
    *link = d->next;
    explicit_bzero(d->p, d->n);
    free(d->p);
    *d = (struct needle){ .p = NULL };
}

void secrets_free(struct secrets *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        drop_needle(s, i);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

/* The longest secret that `text` begins with; 0: none. */
static size_t match_at(const struct secrets *s, str text)
{
    size_t best = 0;
    int i = s->first[(unsigned char)text.p[0]];
    for (; i >= 0; i = s->needles[i].next) {
        const struct needle *d = &s->needles[i];
        if (d->n > best && d->n <= text.n && memcmp(d->p, text.p, d->n) == 0)
            best = d->n;
    }
    return best;
}

static bool is_known(const struct secrets *s, str v)
{
    int i = s->first[(unsigned char)v.p[0]];
    for (; i >= 0; i = s->needles[i].next)
        if (s->needles[i].n == v.n && memcmp(s->needles[i].p, v.p, v.n) == 0)
            return true;
    return false;
}

static void add_needle(struct secrets *s, str v)
{
    if (v.n < SECRET_MIN || is_known(s, v))
        return;
    size_t i = s->n;
    if (s->n == MAX_NEEDLES) {
        i = s->turn++ % MAX_NEEDLES;
        drop_needle(s, i);
    } else {
        s->n++;
    }
    struct needle *d = &s->needles[i];
    d->p = xmalloc(v.n);
    memcpy(d->p, v.p, v.n);
    d->n = v.n;
    int *head = &s->first[(unsigned char)v.p[0]];
    d->next = *head;
    *head = (int)i;
}

/* Base64 of the value behind 0, 1 or 2 other bytes, without the characters
 * that depend on what stands around it. */
static void add_base64(struct secrets *s, struct buf *tmp, str v)
{
    for (size_t before = 0; before < 3; before++) {
        struct buf padded;
        buf_init(&padded, v.n + 3);
        buf_fill(&padded, 0, before);
        buf_add(&padded, v);
        size_t whole = padded.n * 8 / 6; /* characters full of known bits */
        buf_reset(tmp);
        base64_encode(tmp, buf_str(&padded));
        add_needle(s, str_sub(buf_str(tmp), before ? before + 1 : 0, whole));
        explicit_bzero(padded.p, padded.n);
        buf_release(&padded);
    }
}

static void add_percent(struct secrets *s, struct buf *tmp, str v)
{
    buf_reset(tmp);
    url_param(tmp, v);
    add_needle(s, buf_str(tmp));
    for (size_t i = 0; i + 2 < tmp->n; i++) {
        if (tmp->p[i] != '%')
            continue;
        for (size_t k = i + 1; k < i + 3; k++)
            if (tmp->p[k] >= 'A' && tmp->p[k] <= 'F')
                tmp->p[k] = (char)(tmp->p[k] | 32);
    }
    add_needle(s, buf_str(tmp));
}

static void add_html(struct secrets *s, struct buf *tmp, str v)
{
    static const char marks[] = "&<>\"'";
    static const char *const escaped[] = { "&amp;", "&lt;", "&gt;", "&quot;",
                                           "&#39;" };
    buf_reset(tmp);
    for (size_t i = 0; i < v.n; i++) {
        const char *m = v.p[i] ? strchr(marks, v.p[i]) : NULL;
        if (m)
            buf_adds(tmp, escaped[m - marks]);
        else
            buf_addc(tmp, v.p[i]);
    }
    add_needle(s, buf_str(tmp));
}

static void add_json(struct secrets *s, struct buf *tmp, str v)
{
    buf_reset(tmp);
    json_str(tmp, v);
    add_needle(s, str_sub(buf_str(tmp), 1, tmp->n - 1));
}

void secrets_add(struct secrets *s, str value)
{
    struct buf tmp;
    if (!s || value.n < SECRET_MIN || value.n > MAX_SECRET)
        return;
    buf_init(&tmp, 8 * MAX_SECRET);
    pthread_mutex_lock(&s->lock);
    if (!is_known(s, value)) {
        add_needle(s, value);
        add_percent(s, &tmp, value);
        add_json(s, &tmp, value);
        add_html(s, &tmp, value);
        add_base64(s, &tmp, value);
    }
    pthread_mutex_unlock(&s->lock);
    if (tmp.p)
        explicit_bzero(tmp.p, tmp.cap);
    buf_release(&tmp);
}

void secrets_scrub(struct secrets *s, struct buf *out, str text)
{
    if (!s) {
        buf_add(out, text);
        return;
    }
    pthread_mutex_lock(&s->lock);
    size_t from = 0;
    for (size_t i = 0; i < text.n;) {
        size_t n = match_at(s, str_sub(text, i, text.n));
        if (!n) {
            i++;
            continue;
        }
        buf_add(out, str_sub(text, from, i));
        buf_adds(out, "***");
        from = i += n;
    }
    buf_add(out, str_sub(text, from, text.n));
    pthread_mutex_unlock(&s->lock);
}

bool secrets_in(struct secrets *s, str text)
{
    bool found = false;
    if (!s)
        return false;
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < text.n && !found; i++)
        found = match_at(s, str_sub(text, i, text.n)) > 0;
    pthread_mutex_unlock(&s->lock);
    return found;
}
