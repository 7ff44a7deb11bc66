/* fn_series_stl.c - season and trend by local regression, and what is left.
 *
 * Called by: the engine, through the rows at the end. */
#include "analytics/series_stl.h"

#include <math.h>

#include "analytics/series_decompose.h"
#include "analytics/series_stats.h"
#include "base/json_walk.h"
#include "funcs.h"
#include "series_int.h"

/* ---- arguments ---------------------------------------------------------- */

static bool add_period(struct fn_ctx *cx, struct stl_opts *o, size_t n,
                       double period)
{
    if (!(period >= 2 && period * 2 <= (double)n) || period != floor(period)) {
        fn_fail(cx, "a period of series_stl() is a whole number from 2 to half "
                    "of the %zu values", n);
        return false;
    }
    if (o->nperiods == STL_MAX_SEASONS) {
        fn_fail(cx, "series_stl() takes at most %d periods", STL_MAX_SEASONS);
        return false;
    }
    size_t k = o->nperiods++;
    while (k > 0 && o->period[k - 1] > (size_t)period) {
        o->period[k] = o->period[k - 1];
        k--;
    }
    o->period[k] = (size_t)period;
    return true;
}

/* The period that the values have; those without any are all trend. */
static bool find_period(struct fn_ctx *cx, struct arena *a,
                        const struct series *s, struct stl_opts *o)
{
    struct series_split how = { SERIES_AUTO, 0.6, SERIES_TREND_AVG, 0 };
    double *v = arena_array(a, s->n + 1, sizeof *v);
    size_t period = series_seasonal(a, s->n, s->v, &how, v);
    if (period < 2 || period * 2 > s->n)
        return false;
    return add_period(cx, o, s->n, (double)period);
}

static bool read_periods(struct fn_ctx *cx, struct arena *a,
                         const struct series *s, const struct value *v,
                         struct stl_opts *o)
{
    struct json_iter it;
    str element;
    double period;
    if (!v || v->null || (v->type != TYPE_DYNAMIC && v->i == SERIES_AUTO))
        return find_period(cx, a, s, o);
    if (v->type != TYPE_DYNAMIC)
        return add_period(cx, o, s->n, (double)v->i);
    if (!json_iter_init(&it, v->s))
        return add_period(cx, o, s->n,
                          series_number(v->s, &period) ? period : NAN);
    while (json_next(&it, NULL, &element))
        if (!add_period(cx, o, s->n,
                        series_number(element, &period) ? period : NAN))
            return false;
    return o->nperiods > 0;
}

enum { MAX_WINDOW = 1 << 20 };

static bool is_window(int64_t n)
{
    return n >= 3 && n % 2 == 1 && n < MAX_WINDOW;
}

/* Arguments from number `at` on: seasonal [, robust [, trend]]. */
static bool read_windows(struct fn_ctx *cx, const struct value *in, size_t nin,
                         size_t at, struct stl_opts *o)
{
    int64_t seasonal = series_opt_long(in, nin, at, 7);
    int64_t trend = series_opt_long(in, nin, at + 2, 0);
    o->robust = nin > at + 1 && !in[at + 1].null && in[at + 1].i;
    if (!is_window(seasonal) || (trend && !is_window(trend)))
        fn_fail(cx, "a window of series_stl() is an odd number of values, 3 "
                    "or more");
    o->seasonal = (size_t)seasonal;
    o->trend = (size_t)trend;
    return !cx->error.n;
}

/* ---- the split ---------------------------------------------------------- */

struct split {
    size_t at;                   /* which argument the period is */
    struct series s;
    struct stl_opts o;
    struct stl_parts p;
    double *season, *baseline;   /* all seasons, and with the trend */
};

/* A series without a season is its mean and the rest. */
static void without_season(struct arena *a, struct split *x)
{
    double mean = series_stats(x->s.n, x->s.v).mean;
    x->p.trend = arena_array(a, x->s.n, sizeof(double));
    x->p.residual = arena_array(a, x->s.n, sizeof(double));
    x->p.weight = arena_array(a, x->s.n, sizeof(double));
    for (size_t i = 0; i < x->s.n; i++) {
        x->p.trend[i] = mean;
        x->p.residual[i] = x->s.v[i] - mean;
        x->p.weight[i] = 1;
    }
}

static void add_up(struct arena *a, struct split *x)
{
    size_t n = x->s.n;
    x->season = arena_zalloc(a, (n + 1) * sizeof(double));
    x->baseline = arena_array(a, n + 1, sizeof(double));
    for (size_t k = 0; k < x->o.nperiods; k++)
        for (size_t i = 0; i < n; i++)
            x->season[i] += x->p.seasonal[k][i];
    for (size_t i = 0; i < n; i++)
        x->baseline[i] = x->season[i] + x->p.trend[i];
}

/* Period and windows are the arguments from number x->at on. */
static bool split(struct fn_ctx *cx, struct arena *a, const struct value *in,
                  size_t nin, struct split *x)
{
    if (!series_read(&x->s, cx, a, &in[0]) || x->s.n == 0 ||
        !read_windows(cx, in, nin, x->at + 1, &x->o))
        return false;
    if (x->o.robust && x->s.n > STL_MAX_ROBUST) {
        fn_fail(cx, "robust series_stl() takes at most %d values",
                STL_MAX_ROBUST);
        return false;
    }
    const struct value *period = nin > x->at ? &in[x->at] : NULL;
    bool season = read_periods(cx, a, &x->s, period, &x->o);
    if (cx->error.n)
        return false;
    if (!season)
        without_season(a, x);
    else if (!stl_run(a, x->s.n, x->s.v, &x->o, &x->p))
        return false;
    add_up(a, x);
    return true;
}

/* series [, period [, seasonal [, robust [, trend]]]] */
static void stl(struct fn_ctx *cx, const struct value *in, size_t nin,
                struct value *out)
{
    struct arena *a = arena_new();
    struct split x = { .at = 1 };
    struct buf b;
    if (split(cx, a, in, nin, &x)) {
        dyn_begin(&b);
        buf_addc(&b, '[');
        series_put_array(&b, x.s.n, x.baseline);
        series_put_array(&b, x.s.n, x.season);
        series_put_array(&b, x.s.n, x.p.trend);
        series_put_array(&b, x.s.n, x.p.residual);
        series_put_array(&b, x.o.robust ? x.s.n : 0, x.p.weight);
        buf_adds(&b, ",[");
        for (size_t k = 0; k < x.o.nperiods && x.o.nperiods > 1; k++)
            series_put_array(&b, x.s.n, x.p.seasonal[k]);
        buf_adds(&b, "]]");
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

/* What rounding leaves of values of that size is no deviation. */
static double rounding(const struct series *x)
{
    struct series_stats s = series_stats(x->n, x->v);
    return s.count ? 1e-12 * fmax(fabs(s.min), fabs(s.max)) : 0;
}

/* Deviations of the rest from its mean; both signs count. */
static double *scores(struct arena *a, const struct split *x)
{
    struct series_stats s = series_stats(x->s.n, x->p.residual);
    double least = rounding(&x->s);
    double *score = arena_array(a, x->s.n + 1, sizeof *score);
    double n = (double)s.count;
    double deviation = n > 1 ? sqrt(s.variance * (n - 1) / n) : 0;
    for (size_t i = 0; i < x->s.n; i++) {
        double r = x->p.residual[i];
        score[i] = isnan(r) || !(deviation > least)
                     ? 0
                     : (r - s.mean) / deviation;
    }
    return score;
}

/* series [, threshold [, period [, seasonal [, robust [, trend]]]]] */
static void anomalies(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct arena *a = arena_new();
    struct split x = { .at = 2 };
    struct buf b;
    double threshold = series_opt_real(in, nin, 1, 3);
    if (split(cx, a, in, nin, &x)) {
        double *score = scores(a, &x);
        dyn_begin(&b);
        buf_adds(&b, "[[");
        for (size_t i = 0; i < x.s.n; i++)
            series_put_long(&b, (score[i] > threshold) -
                                    (score[i] < -threshold));
        buf_addc(&b, ']');
        series_put_array(&b, x.s.n, score);
        series_put_array(&b, x.s.n, x.baseline);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

#define STL(types, more)                                                     \
    { .name = "series_stl", .params = "dynamic" types,                       \
      .ret = TYPE_DYNAMIC, .row = stl,                                       \
      .flags = FN_MAYNULL | FN_NULLS | FN_HUNTING | more,                    \
      .members = "baseline:dynamic, seasonal:dynamic, trend:dynamic, "       \
                 "residual:dynamic, weights:dynamic, seasons:dynamic",       \
      .usage = "series_stl(series [, period [, seasonal window [, robust "   \
               "[, trend window]]]])",                                       \
      .summary = "Columns baseline, seasonal, trend, residual, weights (if " \
                 "robust) and seasons (if several) of a series by local "    \
                 "regression (STL). The period is a number of values, "      \
                 "several as an array, or found when it is -1.",             \
      .example = "print y = dynamic([1, 3, 5, 2, 4, 6, 3, 5, 7, 4, 6, 8]) "  \
                 "| extend (base, season, trend, rest) = "                   \
                 "series_stl(y, 3)" }

#define ANOMALIES(types, more)                                               \
    { .name = "series_stl_anomalies", .params = "dynamic" types,             \
      .ret = TYPE_DYNAMIC, .row = anomalies,                                 \
      .flags = FN_MAYNULL | FN_NULLS | FN_HUNTING | more,                    \
      .members = "ad_flag:dynamic, ad_score:dynamic, baseline:dynamic",      \
      .usage = "series_stl_anomalies(series [, threshold [, period "         \
               "[, seasonal window [, robust [, trend window]]]]])",         \
      .summary = "Columns ad_flag (1 above, -1 below, 0), ad_score (how "    \
                 "many standard deviations the rest of series_stl() is "     \
                 "off) and baseline; the threshold is 3.",                   \
      .example = "print y = dynamic([5, 6, 5, 6, 5, 60, 5, 6, 5, 6, 5, 6]) " \
                 "| extend (flag, score, base) = "                           \
                 "series_stl_anomalies(y, 2, 2)" }

const struct lang_func funcs_series_stl[] = {
    STL(", long?, long?, bool?, long?", 0),
    STL(", dynamic, long?, bool?, long?", FN_HIDDEN),
    ANOMALIES(", real?, long?, long?, bool?, long?", 0),
    ANOMALIES(", real, dynamic, long?, bool?, long?", FN_HIDDEN),
};
const size_t nfuncs_series_stl = ROWS(funcs_series_stl);
