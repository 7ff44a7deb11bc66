/* fn_series_stats.c - one number, or some, for a whole series.
 *
 * Called by: the engine, through the rows at the end. O(n). */
#include <math.h>

#include "analytics/series_stats.h"
#include "bind/bind.h"
#include "funcs.h"
#include "series_int.h"

static void put_stats(struct buf *b, const struct series_stats *s)
{
    series_put(b, s->min);
    series_put_long(b, (int64_t)s->min_at);
    series_put(b, s->max);
    series_put_long(b, (int64_t)s->max_at);
    series_put(b, s->mean);
    series_put(b, sqrt(s->variance));
    series_put(b, s->variance);
}

static void put_stats_bag(struct buf *b, const struct series_stats *s,
                          size_t n)
{
    series_key(b, "min"), series_put(b, s->min);
    series_key(b, "min_idx"), series_put_long(b, (int64_t)s->min_at);
    series_key(b, "max"), series_put(b, s->max);
    series_key(b, "max_idx"), series_put_long(b, (int64_t)s->max_at);
    series_key(b, "avg"), series_put(b, s->mean);
    series_key(b, "stdev"), series_put(b, sqrt(s->variance));
    series_key(b, "variance"), series_put(b, s->variance);
    series_key(b, "sum"), series_put(b, s->sum);
    series_key(b, "len"), series_put_long(b, (int64_t)n);
}

/* series [, ignore_nonfinite]: null when a value is missing or infinite and
 * that is not ignored. */
static void stats(struct fn_ctx *cx, const struct value *in, size_t nin,
                  bool bag, struct value *out)
{
    struct arena *a = arena_new();
    struct series v;
    bool ignore = nin > 1 && in[1].i;
    bool ok = series_read(&v, cx, a, &in[0]);
    for (size_t i = 0; ok && i < v.n; i++)
        if (isinf(v.v[i])) {
            v.v[i] = NAN;
            v.missing++;
        }
    if (ok && v.missing < v.n && (ignore || !v.missing)) {
        struct series_stats s = series_stats(v.n, v.v);
        struct buf b;
        dyn_begin(&b);
        buf_addc(&b, bag ? '{' : '[');
        if (bag)
            put_stats_bag(&b, &s, v.n);
        else
            put_stats(&b, &s);
        buf_addc(&b, bag ? '}' : ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

static void stats_row(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    stats(cx, in, nin, false, out);
}

static void stats_bag(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    stats(cx, in, nin, true, out);
}

/* Null when an element is no number. */
static void fold(struct fn_ctx *cx, const struct value *in, bool product,
                 struct value *out)
{
    struct json_iter it;
    str item;
    double d, all = product ? 1 : 0;
    (void)cx;
    if (!dyn_is_array(&in[0]))
        return;
    json_iter_init(&it, in[0].s);
    while (json_next(&it, NULL, &item)) {
        if (!series_number(item, &d))
            return;
        all = product ? all * d : all + d;
    }
    dyn_set_real(out, all);
}

static void sum(struct fn_ctx *cx, const struct value *in, size_t nin,
                struct value *out)
{
    (void)nin;
    fold(cx, in, false, out);
}

static void product(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    (void)nin;
    fold(cx, in, true, out);
}

/* --- products of two --------------------------------------------------- */

/* Over the shorter of two; places without two numbers are passed over. False
 * when either is empty or both are numbers. */
static bool dot(const struct value *x, const struct value *y, double *out)
{
    struct json_iter a, b;
    str p, q;
    double c, d, all = 0;
    size_t n = 0;
    bool xs = dyn_is_array(x), ys = dyn_is_array(y);
    p = x->s, q = y->s;
    if ((!xs && !series_number(p, &c)) || (!ys && !series_number(q, &d)) ||
        (!xs && !ys))
        return false;
    json_iter_init(&a, xs ? x->s : STR_NONE);
    json_iter_init(&b, ys ? y->s : STR_NONE);
    while ((!xs || json_next(&a, NULL, &p)) &&
           (!ys || json_next(&b, NULL, &q))) {
        n++;
        if (series_number(p, &c) && series_number(q, &d))
            all += c * d;
    }
    *out = all;
    return n > 0;
}

static void dot_product(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    double d;
    (void)cx, (void)nin;
    if (dot(&in[0], &in[1], &d))
        dyn_set_real(out, d);
}

static void magnitude(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    double d;
    (void)cx, (void)nin;
    if (dyn_is_array(&in[0]) && dot(&in[0], &in[0], &d))
        dyn_set_real(out, sqrt(d));
}

/* series, series [, magnitude [, magnitude]] */
static void cosine_similarity(struct fn_ctx *cx, const struct value *in,
                              size_t nin, struct value *out)
{
    double xy, xx, yy;
    (void)cx;
    if (!dyn_is_array(&in[0]) || !dyn_is_array(&in[1]) ||
        !dot(&in[0], &in[1], &xy) || !dot(&in[0], &in[0], &xx) ||
        !dot(&in[1], &in[1], &yy))
        return;
    double mx = series_opt_real(in, nin, 2, sqrt(xx)),
           my = series_opt_real(in, nin, 3, sqrt(yy));
    dyn_set_real(out, xy / (mx * my));
}

static void correlation(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct arena *a = arena_new();
    struct series x, y;
    (void)nin;
    if (series_read_full(&x, cx, a, &in[0]) &&
        series_read_full(&y, cx, a, &in[1]) && x.n == y.n)
        dyn_set_real(out, series_correlation(x.n, x.v, y.v));
    arena_free(a);
}

static struct expr *bind_dot(struct binder *b, const struct ast *call,
                             struct expr **args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        args[i] = coerce(b, args[i], TYPE_DYNAMIC);
    return bind_call_args(b, S("k_series_dot_product"),
                          call ? call->span : NO_SPAN, call, args, n);
}

const struct lang_func funcs_series_stats[] = {
    { .name = "series_stats", .params = "dynamic, bool?", .ret = TYPE_DYNAMIC,
      .row = stats_row, .flags = FN_MAYNULL,
      .members = "min:real, min_idx:long, max:real, max_idx:long, avg:real, "
                 "stdev:real, variance:real",
      .usage = "series_stats(series [, ignore_nonfinite])",
      .summary = "Columns min, min_idx, max, max_idx, avg, stdev and variance "
                 "of a series.",
      .example = "print x = dynamic([4, 1, 7]) | extend series_stats(x)" },
    { .name = "series_stats_dynamic", .params = "dynamic, bool?",
      .ret = TYPE_DYNAMIC, .row = stats_bag, .flags = FN_MAYNULL,
      .usage = "series_stats_dynamic(series [, ignore_nonfinite])",
      .summary = "A bag of min, min_idx, max, max_idx, avg, stdev, variance, "
                 "sum and len of a series.",
      .example = "print series_stats_dynamic(dynamic([4, 1, 7]))" },
    { .name = "series_sum", .params = "dynamic", .ret = TYPE_REAL, .row = sum,
      .flags = FN_MAYNULL, .usage = "series_sum(series)",
      .summary = "The sum of the elements; null when one is no number.",
      .example = "print series_sum(dynamic([1, 2, 3, 4]))" },
    { .name = "series_product", .params = "dynamic", .ret = TYPE_REAL,
      .row = product, .flags = FN_MAYNULL, .usage = "series_product(series)",
      .summary = "The product of the elements; null when one is no number.",
      .example = "print series_product(dynamic([1, 2, 3, 4]))" },
    { .name = "series_dot_product", .params = "any, any", .ret = TYPE_REAL,
      .bind = bind_dot, .usage = "series_dot_product(series, series)",
      .summary = "The sum of the products of the elements of two series.",
      .example =
          "print series_dot_product(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" },
    { .name = "k_series_dot_product", .params = "dynamic, dynamic",
      .ret = TYPE_REAL, .row = dot_product, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_series_dot_product(series, series)",
      .summary = "What series_dot_product runs as.",
      .example = "print series_dot_product(dynamic([1, 2]), 10)" },
    { .name = "series_magnitude", .params = "dynamic", .ret = TYPE_REAL,
      .row = magnitude, .flags = FN_MAYNULL,
      .usage = "series_magnitude(series)",
      .summary = "The length of the series as a vector.",
      .example = "print series_magnitude(dynamic([3, 4]))" },
    { .name = "series_cosine_similarity",
      .params = "dynamic, dynamic, real?, real?", .ret = TYPE_REAL,
      .row = cosine_similarity, .flags = FN_MAYNULL | FN_NULLS,
      .usage = "series_cosine_similarity(series, series [, magnitude "
               "[, magnitude]])",
      .summary = "The cosine of the angle between two series as vectors.",
      .example = "print series_cosine_similarity(dynamic([1, 2]), "
                 "dynamic([2, 4]))" },
    { .name = "series_pearson_correlation", .params = "dynamic, dynamic",
      .ret = TYPE_REAL, .row = correlation, .flags = FN_MAYNULL,
      .usage = "series_pearson_correlation(series, series)",
      .summary = "Pearson's correlation of two series of the same length.",
      .example = "print series_pearson_correlation(dynamic([1, 2, 3]), "
                 "dynamic([2, 4, 7]))" },
};
const size_t nfuncs_series_stats = ROWS(funcs_series_stats);
