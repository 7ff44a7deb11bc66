/* firstseen.c - is a key new against what was seen in the time before? */
#include "firstseen.h"

/* Unsigned, because times from data may lie as far apart as they like. */
static bool farther(int64_t later, int64_t earlier, int64_t over)
{
    return (uint64_t)later - (uint64_t)earlier > (uint64_t)over;
}

static void look_at_key(struct firstseen *f, const uint32_t *row, size_t n,
                        const int64_t *time, int64_t over)
{
    for (size_t i = 0; i < n; i++) {
        int64_t t = time[row[i]];
        uint8_t flags = FIRSTSEEN_TIMED;
        f->first[row[i]] = time[row[0]];
        if (i > 0) {
            f->previous[row[i]] = time[row[i - 1]];
            flags |= FIRSTSEEN_AGAIN;
        }
        if (i == 0 || (over > 0 && farther(t, time[row[i - 1]], over)))
            flags |= FIRSTSEEN_NEW;
        if (over == 0 || (uint64_t)t - (uint64_t)f->begin >= (uint64_t)over)
            flags |= FIRSTSEEN_COMPLETE;
        f->flags[row[i]] = flags;
        f->unjudged += (flags & FIRSTSEEN_NEW) && !(flags & FIRSTSEEN_COMPLETE);
    }
}

static int64_t begin_of(const struct groups *g, const struct timeline *t,
                        const int64_t *time)
{
    int64_t begin = INT64_MAX;
    for (size_t k = 0; k < g->n; k++)
        if (t->start[k] < t->start[k + 1] && time[t->row[t->start[k]]] < begin)
            begin = time[t->row[t->start[k]]];
    return begin;
}

void firstseen_make(struct arena *a, const struct groups *g,
                    const struct timeline *t, int64_t over,
                    struct firstseen *out)
{
    out->first = arena_array(a, g->nrows, sizeof *out->first);
    out->previous = arena_array(a, g->nrows, sizeof *out->previous);
    out->flags = arena_zalloc(a, g->nrows + 1);
    out->begin = begin_of(g, t, t->time);
    out->unjudged = 0;
    for (size_t k = 0; k < g->n; k++)
        look_at_key(out, t->row + t->start[k], t->start[k + 1] - t->start[k],
                    t->time, over);
}
