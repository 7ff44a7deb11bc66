/* session.c - a bounded list of cells with their outputs.
 *
 * Called by: on_execute.c, on_history.c. */
#include "kernel/session.h"

#include <pthread.h>

#include "base/json_write.h"

struct entry {
    int64_t line;
    str input, output; /* one allocation, owned by input.p */
};

struct session {
    pthread_mutex_t lock;
    struct entry ring[HISTORY_KEPT];
    size_t first, n;
    size_t bytes;
};

struct session *session_new(void)
{
    struct session *s = xcalloc(1, sizeof *s);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

static struct entry *entry_at(struct session *s, size_t i)
{
    return &s->ring[(s->first + i) % HISTORY_KEPT];
}

static size_t entry_bytes(const struct entry *e)
{
    return e->input.n + e->output.n;
}

static void drop_oldest(struct session *s)
{
    struct entry *e = entry_at(s, 0);
    s->bytes -= entry_bytes(e);
    free((char *)e->input.p);
    s->first = (s->first + 1) % HISTORY_KEPT;
    s->n--;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    while (s->n)
        drop_oldest(s);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static struct entry new_entry(int64_t line, str input, str output)
{
    char *p = xmalloc(input.n + output.n);
    if (input.n)
        memcpy(p, input.p, input.n);
    if (output.n)
        memcpy(p + input.n, output.p, output.n);
    return (struct entry){ line, { p, input.n }, { p + input.n, output.n } };
}

void session_add(struct session *s, int64_t line, str input, str output)
{
    struct entry e =
        new_entry(line, input, str_sub(output, 0, HISTORY_OUTPUT_BYTES));
    pthread_mutex_lock(&s->lock);
    while (s->n && (s->n == HISTORY_KEPT ||
                    s->bytes + entry_bytes(&e) > HISTORY_BYTES))
        drop_oldest(s);
    *entry_at(s, s->n++) = e;
    s->bytes += entry_bytes(&e);
    pthread_mutex_unlock(&s->lock);
}

static bool is_wanted(const struct history_query *q, const struct entry *e)
{
    if (q->access == HISTORY_SEARCH)
        return str_glob(q->pattern, e->input, true);
    if (q->access == HISTORY_TAIL)
        return true;
    return (q->session == 0 || q->session == 1) && e->line >= q->start &&
           (q->stop < 0 || e->line < q->stop);
}

static int by_input(const void *x, const void *y, void *ctx)
{
    struct session *s = ctx;
    size_t a = *(const size_t *)x, b = *(const size_t *)y;
    int c = str_cmp(entry_at(s, a)->input, entry_at(s, b)->input);
    return c ? c : (a < b) - (a > b); /* the latest first */
}

static int by_position(const void *x, const void *y)
{
    size_t a = *(const size_t *)x, b = *(const size_t *)y;
    return (a > b) - (a < b);
}

/* Keeps the latest of equal inputs, in order. */
static size_t only_unique(struct session *s, size_t *hits, size_t n)
{
    size_t kept = 0;
    qsort_r(hits, n, sizeof *hits, by_input, s);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(entry_at(s, hits[i])->input,
                              entry_at(s, hits[kept - 1])->input))
            hits[kept++] = hits[i];
    qsort(hits, kept, sizeof *hits, by_position);
    return kept;
}

static void entry_json(struct buf *b, const struct entry *e, bool output)
{
    buf_addf(b, "[1,%lld,", (long long)e->line);
    if (output)
        buf_addc(b, '[');
    json_str(b, e->input);
    if (output) {
        buf_addc(b, ',');
        if (e->output.n)
            json_str(b, e->output);
        else
            buf_adds(b, "null");
        buf_addc(b, ']');
    }
    buf_addc(b, ']');
}

static void query_locked(struct session *s, const struct history_query *q,
                         struct buf *json)
{
    size_t n = 0, from = 0;
    size_t *hits = xcalloc(s->n, sizeof *hits);
    for (size_t i = 0; i < s->n; i++)
        if (is_wanted(q, entry_at(s, i)))
            hits[n++] = i;
    if (q->unique && q->access == HISTORY_SEARCH)
        n = only_unique(s, hits, n);
    if (q->access != HISTORY_RANGE && q->n >= 0 && (uint64_t)q->n < n)
        from = n - (size_t)q->n;
    for (size_t i = from; i < n; i++) {
        if (i > from)
            buf_addc(json, ',');
        entry_json(json, entry_at(s, hits[i]), q->output);
    }
    free(hits);
}

void session_query(struct session *s, const struct history_query *q,
                   struct buf *json)
{
    buf_addc(json, '[');
    pthread_mutex_lock(&s->lock);
    query_locked(s, q, json);
    pthread_mutex_unlock(&s->lock);
    buf_addc(json, ']');
}
