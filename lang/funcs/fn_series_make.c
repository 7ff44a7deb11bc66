/* fn_series_make.c - the arrays of make-series, out of bins that have rows.
 *
 * Internal rows: lang/ops/op_make_series.c calls them by name. A bin has a
 * number; `first` is that of the first place of the array. */
#include <math.h>

#include "base/ticks.h"
#include "funcs.h"
#include "series_int.h"

/* How many places, or 0 and a failure that says which limit was met. */
static size_t places(struct fn_ctx *cx, const struct value *first,
                     const struct value *last)
{
    int64_t n = 0;
    if (first->null || last->null || last->i < first->i)
        return 0;
    if (__builtin_sub_overflow(last->i, first->i, &n) || n >= DYN_MAX_ELEMS) {
        fn_fail(cx, "make-series would make more than %d bins: take a larger "
                    "step, or 'from' and 'to' nearer to each other",
                DYN_MAX_ELEMS);
        return 0;
    }
    return (size_t)n + 1;
}

/* Puts the values of [bin, value, bin, value, …] where they belong. */
static void place_values(str pairs, int64_t first, size_t n, str *v)
{
    struct json_iter it;
    struct value bin;
    str at, value;
    if (!json_iter_init(&it, pairs))
        return;
    while (json_next(&it, NULL, &at) && json_next(&it, NULL, &value)) {
        if (!json_scalar(at, &bin) || bin.type != TYPE_LONG || bin.i < first ||
            (uint64_t)bin.i - (uint64_t)first >= n)
            continue;
        v[(uint64_t)bin.i - (uint64_t)first] = value;
    }
}

/* pairs, first bin, last bin, value of an empty bin -> array */
static void make_values(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    size_t n = places(cx, &in[1], &in[2]);
    str empty = in[3].null ? S("null") : in[3].s;
    struct buf b;
    (void)nin;
    str *v = xcalloc(n + 1, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = empty;
    if (n && !in[0].null)
        place_values(in[0].s, in[1].i, n, v);
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < n && buf_ok(&b); i++)
        dyn_item(&b, v[i]);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
    free(v);
}

/* Where a bin begins: anchor + bin * step. */
static struct value begin_of(const struct value *anchor,
                             const struct value *step, int64_t bin)
{
    struct value v = *anchor;
    if (v.type == TYPE_REAL)
        v.d += (double)bin * step->d;
    else
        v.null = __builtin_mul_overflow(bin, step->i, &v.i) ||
                 __builtin_add_overflow(v.i, anchor->i, &v.i);
    return v;
}

/* first bin, last bin, anchor, step -> array */
static void make_axis(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    size_t n = places(cx, &in[0], &in[1]);
    struct buf b;
    (void)nin;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < n && buf_ok(&b); i++) {
        struct value v = begin_of(&in[2], &in[3], in[0].i + (int64_t)i);
        if (i)
            buf_addc(&b, ',');
        json_text_value(&b, &v);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

#define AXIS(anchor, step)                                                   \
    { .name = "k_series_axis", .params = "long, long, " anchor ", " step,    \
      .ret = TYPE_DYNAMIC, .row = make_axis, .flags = FN_HIDDEN | FN_NULLS,  \
      .usage = "k_series_axis(first, last, anchor, step)",                   \
      .summary = "The axis of make-series.",                                 \
      .example = "range x from 1 to 9 step 1 "                               \
                 "| make-series count() on x step 2" }

const struct lang_func funcs_series_make[] = {
    { .name = "k_series_values", .params = "dynamic, long, long, dynamic",
      .ret = TYPE_DYNAMIC, .row = make_values, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_series_values(pairs, first, last, empty)",
      .summary = "A series of make-series.",
      .example = "range x from 1 to 9 step 1 "
                 "| make-series sum(x) on x step 2" },
    AXIS("long", "long"),
    AXIS("datetime", "timespan"),
    AXIS("timespan", "timespan"),
    AXIS("real", "real"),
};
const size_t nfuncs_series_make = ROWS(funcs_series_make);
