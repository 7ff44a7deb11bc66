/* sessions.c - events of one key, cut into sessions where it was quiet. */
#include "sessions.h"

struct cut {
    const int64_t *time;
    const struct sessions_opts *o;
    struct sessions *s;
};

static bool ends_before(const struct cut *c, int64_t start, int64_t last,
                        int64_t t)
{
    /* Unsigned, because times from data may lie as far apart as they like. */
    uint64_t quiet = (uint64_t)t - (uint64_t)last;
    uint64_t length = (uint64_t)t - (uint64_t)start;
    return quiet > (uint64_t)c->o->timeout ||
           (c->o->longest > 0 && length > (uint64_t)c->o->longest);
}

static void cut_key(struct cut *c, const uint32_t *row, size_t n)
{
    struct sessions *s = c->s;
    int64_t start = 0, last = 0;
    uint32_t index = 0;
    for (size_t i = 0; i < n; i++, index++) {
        int64_t t = c->time[row[i]];
        if (i == 0 || ends_before(c, start, last, t)) {
            s->start[s->n] = t;
            s->n++;
            start = t;
            index = 0;
        }
        last = t;
        s->of[row[i]] = (uint32_t)s->n - 1;
        s->index[row[i]] = index;
        s->end[s->n - 1] = t;
    }
}

/* From the order in which keys were cut to the order of their beginnings. */
static bool renumber(struct arena *a, struct cut *c, size_t nrows,
                     const atomic_bool *cancel)
{
    struct sessions *s = c->s;
    uint32_t *order = arena_array(a, s->n, sizeof *order);
    uint32_t *number = arena_array(a, s->n, sizeof *number);
    int64_t *start = s->start, *end = s->end;
    for (size_t i = 0; i < s->n; i++)
        order[i] = (uint32_t)i;
    if (!sort_by_time(start, order, s->n, cancel))
        return false;
    s->start = arena_array(a, s->n, sizeof *s->start);
    s->end = arena_array(a, s->n, sizeof *s->end);
    for (size_t i = 0; i < s->n; i++) {
        number[order[i]] = (uint32_t)i;
        s->start[i] = start[order[i]];
        s->end[i] = end[order[i]];
    }
    for (size_t i = 0; i < nrows; i++)
        if (s->of[i] != (uint32_t)SESSIONS_NONE)
            s->of[i] = number[s->of[i]];
    return true;
}

enum status sessions_make(struct arena *a, const struct groups *g,
                          const struct timeline *t,
                          const struct sessions_opts *o, struct sessions *out)
{
    size_t n = g->nrows;
    struct cut c = { t->time, o, out };
    out->n = 0;
    out->of = arena_array(a, n, sizeof *out->of);
    out->index = arena_array(a, n, sizeof *out->index);
    out->start = arena_array(a, n, sizeof *out->start);
    out->end = arena_array(a, n, sizeof *out->end);
    for (size_t i = 0; i < n; i++)
        out->of[i] = (uint32_t)SESSIONS_NONE;
    for (size_t k = 0; k < g->n; k++)
        cut_key(&c, t->row + t->start[k], t->start[k + 1] - t->start[k]);
    return renumber(a, &c, n, t->cancel) ? ST_OK : ST_CANCELLED;
}
