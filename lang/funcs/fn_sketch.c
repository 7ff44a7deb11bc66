/* fn_sketch.c - what sketches tell: counts, percentiles, ranks.
 *
 * Called by: the engine, once per row; the sketches come from hll and tdigest
 * (agg_sketch.c). What is no sketch gives null. */
#include "funcs.h"

#include <math.h>

#include "analytics/hll.h"
#include "analytics/tdigest.h"
#include "base/json_value.h"
#include "base/json_walk.h"
#include "bind/bind.h"
#include "dyn_int.h"

enum { MAX_SETS = 16 };

/* ---- hll ---- */

static void dcount_hll(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct hll h;
    (void)cx, (void)nin;
    if (!hll_read(&h, in[0].s))
        return;
    dyn_set_long(out, (int64_t)round(hll_count(&h)));
    hll_release(&h);
}

static void hll_merge_row(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    struct hll all = { .bits = HLL_MAX_BITS }, one;
    struct buf b;
    bool any = false;
    for (size_t i = 0; i < nin; i++) {
        if (in[i].null || !hll_read(&one, in[i].s))
            continue;
        if (!any)
            all.bits = one.bits;
        any = true;
        hll_merge(&all, &one);
        hll_release(&one);
    }
    if (any) {
        dyn_begin(&b);
        hll_write(&b, &all);
        dyn_end(cx, &b, out);
    }
    hll_release(&all);
}

/* How many values all of the sets have. */
static void hll_common_row(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct hll h[MAX_SETS];
    const struct hll *sets[MAX_SETS] = { NULL };
    size_t n = 0;
    bool ok = nin <= MAX_SETS;
    if (!ok)
        fn_fail(cx, "at most %d sets can be intersected", MAX_SETS);
    for (; ok && n < nin; n++) {
        sets[n] = &h[n];
        ok = hll_read(&h[n], in[n].s);
    }
    if (ok)
        dyn_set_long(out, (int64_t)round(hll_common(sets, n)));
    for (size_t i = 0; i < n; i++)
        hll_release(&h[i]);
}

/* ---- tdigest ---- */

static void put_percentile(struct buf *b, struct tdigest *t, double percent)
{
    struct value v;
    if (percent >= 0 && percent <= 100 && tdigest_percentile(t, percent, &v))
        json_text_value(b, &v);
    else
        buf_adds(b, "null");
}

static void percentile(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct tdigest t;
    struct buf b;
    (void)nin;
    if (!tdigest_read(&t, in[0].s))
        return;
    dyn_begin(&b);
    put_percentile(&b, &t, in[1].d);
    dyn_end(cx, &b, out);
    if (str_eqz(out->s, "null"))
        dyn_set(out, out->s);
    tdigest_release(&t);
}

/* Percentages: numbers, or arrays of them. */
static void percentiles(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct tdigest t;
    struct json_iter it;
    struct buf b;
    str item;
    double percent;
    if (!tdigest_read(&t, in[0].s))
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 1; i < nin; i++) {
        bool list = json_iter_init(&it, in[i].s);
        while (list ? json_next(&it, NULL, &item) : in[i].s.n > 0) {
            buf_adds(&b, b.n > 1 ? "," : "");
            bool number = dyn_number(list ? item : in[i].s, &percent);
            put_percentile(&b, &t, number ? percent : NAN);
            if (!list)
                break;
        }
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
    tdigest_release(&t);
}

static void merge_row(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct tdigest all = { 0 }, one;
    struct buf b;
    bool any = false;
    for (size_t i = 0; i < nin; i++) {
        if (in[i].null || !tdigest_read(&one, in[i].s))
            continue;
        any = true;
        tdigest_merge(&all, &one);
        tdigest_release(&one);
    }
    if (any) {
        dyn_begin(&b);
        tdigest_write(&b, &all);
        dyn_end(cx, &b, out);
    }
    tdigest_release(&all);
}

/* The number of values up to one, or their share in percent. */
static void rank(const struct value *in, bool share, struct value *out)
{
    struct tdigest t;
    long double x = in[1].type == TYPE_REAL ? (long double)in[1].d
                                            : (long double)in[1].i;
    if (type_is_text(in[1].type) || !tdigest_read(&t, in[0].s))
        return;
    double n = tdigest_rank(&t, x);
    dyn_set_real(out, share ? n * 100 / tdigest_weight(&t) : n);
    tdigest_release(&t);
}

static void rank_row(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    rank(in, false, out);
}

static void percentrank_row(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    (void)cx, (void)nin;
    rank(in, true, out);
}

/* ---- types ---- */

/* The type that a last typeof(…) names; TYPE_DYNAMIC when there is none. */
static enum type type_argument(struct expr **args, size_t *n)
{
    enum type t = TYPE_DYNAMIC;
    const struct expr *last = args[*n - 1];
    if (last->kind == EX_LITERAL && last->type == TYPE_STRING &&
        type_from_name(last->value.s, &t))
        --*n;
    return t;
}

static struct expr *bind_percentile(struct binder *b, const struct ast *call,
                                    struct expr **args, size_t n)
{
    enum type t = type_argument(args, &n);
    struct expr *e = bind_call_args(b, S("k_percentile_tdigest"), call->span,
                                    NULL, args, n);
    return coerce(b, e, t);
}

static struct expr *bind_percentiles(struct binder *b, const struct ast *call,
                                     struct expr **args, size_t n)
{
    type_argument(args, &n);
    for (size_t i = 1; i < n; i++)
        args[i] = coerce(b, args[i], TYPE_DYNAMIC);
    return bind_call_args(b, S("k_percentiles_tdigest"), call->span, NULL,
                          args, n);
}

#define T50 "range x from 1 to 9 step 1 | summarize t = tdigest(x) | project "
#define MERGE(nm)                                                             \
    { .name = nm, .params = "dynamic, dynamic, dynamic*",                     \
      .ret = TYPE_DYNAMIC, .row = merge_row, .flags = FN_NULLS | FN_MAYNULL,  \
      .usage = nm "(t1, t2, …)", .summary = "One tdigest of some.",           \
      .example = T50 "percentile_tdigest(" nm "(t, t), 50)" }

const struct lang_func funcs_sketch[] = {
    { .name = "dcount_hll", .params = "dynamic", .ret = TYPE_LONG,
      .row = dcount_hll, .flags = FN_MAYNULL, .usage = "dcount_hll(h)",
      .summary = "The number of different values that an hll has seen.",
      .example = "range x from 1 to 9 step 1 | summarize h = hll(x) "
                 "| project dcount_hll(h)" },
    { .name = "hll_merge", .params = "dynamic, dynamic, dynamic*",
      .ret = TYPE_DYNAMIC, .row = hll_merge_row,
      .flags = FN_NULLS | FN_MAYNULL, .usage = "hll_merge(h1, h2, …)",
      .summary = "One hll of some.",
      .example = "range x from 1 to 9 step 1 | summarize h = hll(x) "
                 "| project dcount_hll(hll_merge(h, h))" },
    { .name = "k_hll_common", .params = "dynamic, dynamic*", .ret = TYPE_LONG,
      .row = hll_common_row, .flags = FN_HIDDEN | FN_MAYNULL },
    { .name = "percentile_tdigest", .params = "dynamic, real, string?",
      .bind = bind_percentile, .ret = TYPE_DYNAMIC,
      .usage = "percentile_tdigest(t, percent [, typeof(type)])",
      .summary = "The value below which so many percent of the values lie.",
      .example = T50 "percentile_tdigest(t, 50, typeof(long))" },
    { .name = "percentiles_array_tdigest", .params = "dynamic, any, any*",
      .bind = bind_percentiles, .ret = TYPE_DYNAMIC,
      .usage = "percentiles_array_tdigest(t, percent, … or array)",
      .summary = "An array of the values at these percentages.",
      .example = T50 "percentiles_array_tdigest(t, 25, 50, 75)" },
    { .name = "k_percentile_tdigest", .params = "dynamic, real",
      .ret = TYPE_DYNAMIC, .row = percentile, .flags = FN_HIDDEN | FN_MAYNULL },
    { .name = "k_percentiles_tdigest", .params = "dynamic, dynamic, dynamic*",
      .ret = TYPE_DYNAMIC, .row = percentiles,
      .flags = FN_HIDDEN | FN_MAYNULL },
    { .name = "rank_tdigest", .params = "dynamic, any", .ret = TYPE_REAL,
      .row = rank_row, .flags = FN_MAYNULL, .usage = "rank_tdigest(t, value)",
      .summary = "The number of values that are not above this one.",
      .example = T50 "rank_tdigest(t, 6)" },
    { .name = "percentrank_tdigest", .params = "dynamic, any",
      .ret = TYPE_REAL, .row = percentrank_row, .flags = FN_MAYNULL,
      .usage = "percentrank_tdigest(t, value)",
      .summary = "How many percent of the values are not above this one.",
      .example = T50 "percentrank_tdigest(t, 6)" },
    MERGE("tdigest_merge"), MERGE("merge_tdigest"),
};
const size_t nfuncs_sketch = ROWS(funcs_sketch);
