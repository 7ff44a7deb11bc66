/* agg_weighted.c - percentiles of values that count several times.
 *
 * Called by: the engine, through the templates of aggs.def.
 * Exact: a state keeps every value that is different, with its weight. The
 * percentile is the nearest rank: the smallest value that p percent of the
 * weight do not exceed. */
#include "aggfns.h"

#include <math.h>
#include <stdlib.h>

#include "dyn_int.h"

enum { FIRST_PAIRS = 16, MAX_PAIRS = DYN_MAX_BYTES / 16 };

struct pair {
    union {
        int64_t i;
        double d;
    };
    int64_t weight;
};

struct weighted {
    struct agg_state head;
    struct pair *v;
    size_t n, cap;
    double percent;
};

static int by_long(const void *a, const void *b)
{
    int64_t x = ((const struct pair *)a)->i, y = ((const struct pair *)b)->i;
    return x < y ? -1 : x > y;
}

/* NaN is above all, as in sorting. */
static int by_real(const void *a, const void *b)
{
    double x = ((const struct pair *)a)->d, y = ((const struct pair *)b)->d;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return x < y ? -1 : x > y;
}

static int64_t add_weights(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* Sorts, and makes one pair of equal values. */
static void tidy(struct weighted *s, bool real)
{
    int (*order)(const void *, const void *) = real ? by_real : by_long;
    size_t n = 0;
    if (s->n)
        qsort(s->v, s->n, sizeof *s->v, order);
    for (size_t i = 0; i < s->n; i++) {
        if (n && order(&s->v[n - 1], &s->v[i]) == 0)
            s->v[n - 1].weight = add_weights(s->v[n - 1].weight,
                                             s->v[i].weight);
        else
            s->v[n++] = s->v[i];
    }
    s->n = n;
}

static void push(struct fn_ctx *cx, struct weighted *s, struct pair p,
                 bool real)
{
    if (s->n == s->cap && s->cap)
        tidy(s, real);
    if (s->n >= MAX_PAIRS) {
        fn_fail(cx, "a weighted percentile of more than %d different values",
                MAX_PAIRS);
        return;
    }
    if (s->n >= s->cap - s->cap / 4) {
        s->cap = s->cap ? s->cap * 2 : FIRST_PAIRS;
        s->v = xrealloc(s->v, s->cap * sizeof *s->v);
        s->head.held = s->cap * sizeof *s->v;
    }
    s->v[s->n++] = p;
}

static void step(struct fn_ctx *cx, struct weighted *s, const struct value *in,
                 bool real)
{
    struct pair p = { .weight = in[1].i };
    if (real)
        p.d = in[0].d;
    else
        p.i = in[0].i;
    s->percent = in[2].d;
    if (p.weight > 0)
        push(cx, s, p, real);
}

static void combine(struct fn_ctx *cx, struct weighted *s,
                    const struct weighted *from, bool real)
{
    s->percent = from->percent;
    for (size_t i = 0; i < from->n && !cx->error.n; i++)
        push(cx, s, from->v[i], real);
}

/* The pair at the percentile; NULL when there is none. */
static const struct pair *at_percentile(struct weighted *s, bool real)
{
    double all = 0, seen = 0;
    tidy(s, real);
    for (size_t i = 0; i < s->n; i++)
        all += (double)s->v[i].weight;
    /* A rank that is whole but for rounding is that rank. */
    double rank = s->percent / 100 * all * (1 - 1e-12);
    for (size_t i = 0; i < s->n; i++) {
        seen += (double)s->v[i].weight;
        if (seen >= rank)
            return &s->v[i];
    }
    return s->n ? &s->v[s->n - 1] : NULL;
}

static void long_step(struct fn_ctx *cx, void *s, const struct value *in,
                      size_t nin)
{
    (void)nin;
    step(cx, s, in, false);
}

static void real_step(struct fn_ctx *cx, void *s, const struct value *in,
                      size_t nin)
{
    (void)nin;
    step(cx, s, in, true);
}

static void long_combine(struct fn_ctx *cx, void *into, void *from)
{
    combine(cx, into, from, false);
}

static void real_combine(struct fn_ctx *cx, void *into, void *from)
{
    combine(cx, into, from, true);
}

static void long_finish(struct fn_ctx *cx, void *s, struct value *out)
{
    const struct pair *p = at_percentile(s, false);
    (void)cx;
    if (p)
        dyn_set_long(out, p->i);
}

static void real_finish(struct fn_ctx *cx, void *s, struct value *out)
{
    const struct pair *p = at_percentile(s, true);
    (void)cx;
    if (p)
        dyn_set_real(out, p->d);
}

static void release(void *state)
{
    struct weighted *s = state;
    free(s->v);
}

#define WEIGHTED(nm, type, result, is)                              \
    { .name = nm, .params = type ", long, real", .ret = result,     \
      .state_size = sizeof(struct weighted), .step = is##_step,     \
      .combine = is##_combine, .finish = is##_finish,               \
      .release = release }

const struct lang_aggfn aggfns_weighted[] = {
    WEIGHTED("k_agg_percentile", "long", TYPE_LONG, long),
    WEIGHTED("k_agg_percentile_real", "real", TYPE_REAL, real),
};
const size_t naggfns_weighted = ROWS(aggfns_weighted);
