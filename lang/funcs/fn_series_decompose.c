/* fn_series_decompose.c - season, trend and anomalies of a series.
 *
 * Called by: the engine, through the rows at the end. */
#include "analytics/series_decompose.h"

#include <math.h>

#include "bind/bind.h"
#include "funcs.h"
#include "series_int.h"

/* Where the arguments stand; SIZE_MAX: the function has no such argument. */
struct places {
    size_t period, trend, test_points, threshold;
    const char *usual_trend;
    double usual_threshold;
};
static const size_t NONE = SIZE_MAX;

static bool read_trend(struct fn_ctx *cx, str word, enum series_trend *t)
{
    if (str_eqz(word, "avg"))
        *t = SERIES_TREND_AVG;
    else if (str_eqz(word, "linefit"))
        *t = SERIES_TREND_LINE;
    else if (str_eqz(word, "none"))
        *t = SERIES_TREND_NONE;
    else
        fn_fail(cx, "a trend is 'avg', 'linefit' or 'none', not '%.*s'",
                (int)(word.n < 40 ? word.n : 40), word.p);
    return !cx->error.n;
}

static bool read_how(struct fn_ctx *cx, const struct value *in, size_t nin,
                     const struct places *at, struct series_split *how)
{
    int64_t points = series_opt_long(in, nin, at->test_points, 0);
    how->period = series_opt_long(in, nin, at->period, SERIES_AUTO);
    how->threshold =
        series_opt_real(in, nin, at->threshold, at->usual_threshold);
    how->test_points = points > 0 ? (size_t)points : 0;
    return read_trend(
        cx, series_opt_text(in, nin, at->trend, at->usual_trend),
        &how->trend);
}

/* series [, period [, test_points]] */
static void seasonal(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    static const struct places at = { 1, NONE, 2, NONE, "none", 0.7 };
    struct arena *a = arena_new();
    struct series_split how;
    struct series s;
    struct buf b;
    if (series_read(&s, cx, a, &in[0]) && read_how(cx, in, nin, &at, &how)) {
        double *v = arena_array(a, s.n + 1, sizeof *v);
        series_seasonal(a, s.n, s.v, &how, v);
        dyn_begin(&b);
        series_put_array(&b, s.n, v);
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

/* series [, period [, trend [, test_points [, threshold]]]] */
static void decompose(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    static const struct places at = { 1, 2, 3, 4, "avg", 0.6 };
    struct arena *a = arena_new();
    struct series_split how;
    struct series_parts p;
    struct series s;
    struct buf b;
    if (series_read(&s, cx, a, &in[0]) && read_how(cx, in, nin, &at, &how)) {
        series_decompose(a, s.n, s.v, &how, &p);
        dyn_begin(&b);
        buf_addc(&b, '[');
        series_put_array(&b, s.n, p.baseline);
        series_put_array(&b, s.n, p.seasonal);
        series_put_array(&b, s.n, p.trend);
        series_put_array(&b, s.n, p.residual);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

/* series, points [, period [, trend [, threshold]]] */
static void forecast(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    static const struct places at = { 2, 3, 1, 4, "linefit", 0.6 };
    struct arena *a = arena_new();
    struct series_split how;
    struct series_parts p;
    struct series s;
    struct buf b;
    if (series_read(&s, cx, a, &in[0]) && read_how(cx, in, nin, &at, &how)) {
        series_decompose(a, s.n, s.v, &how, &p);
        dyn_begin(&b);
        series_put_array(&b, s.n, p.baseline);
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

/* --- outliers ---------------------------------------------------------- */

static bool read_kind(struct fn_ctx *cx, str word, struct series_fence *f)
{
    *f = (struct series_fence){ .low = 0.1, .high = 0.9, .scaled = true };
    if (str_eqz(word, "tukey"))
        *f = (struct series_fence){ .low = 0.25, .high = 0.75 };
    else if (!str_eqz(word, "ctukey"))
        fn_fail(cx, "a kind of outliers is 'ctukey' or 'tukey', not '%.*s'",
                (int)(word.n < 40 ? word.n : 40), word.p);
    return !cx->error.n;
}

/* Percentages, for ctukey only. */
static bool read_range(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct series_fence *f)
{
    if (!f->scaled)
        return true;
    double low = series_opt_real(in, nin, 3, 10),
           high = series_opt_real(in, nin, 4, 90);
    if (!(low >= 2 && low < high && high <= 98)) {
        fn_fail(cx, "the percentiles of series_outliers() go from 2 to 98, "
                    "the lower one first");
        return false;
    }
    f->low = low / 100;
    f->high = high / 100;
    return true;
}

/* series [, kind [, ignored [, low [, high [, test_points]]]]] */
static void outliers(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct arena *a = arena_new();
    struct series_fence f;
    struct series s;
    struct buf b;
    double ignored = series_opt_real(in, nin, 2, NAN);
    int64_t points = series_opt_long(in, nin, 5, 0);
    if (series_read(&s, cx, a, &in[0]) &&
        read_kind(cx, series_opt_text(in, nin, 1, "ctukey"), &f) &&
        read_range(cx, in, nin, &f)) {
        double *score = arena_array(a, s.n + 1, sizeof *score);
        f.test_points = points > 0 ? (size_t)points : 0;
        for (size_t i = 0; i < s.n; i++)
            if (s.v[i] == ignored)
                s.v[i] = NAN;
        series_outliers(a, s.n, s.v, &f, score);
        dyn_begin(&b);
        series_put_array(&b, s.n, score);
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

static void put_flags(struct buf *b, size_t n, const double *score,
                      double threshold)
{
    buf_addc(b, '[');
    for (size_t i = 0; i < n; i++)
        series_put_long(b, (score[i] > threshold) - (score[i] < -threshold));
    buf_addc(b, ']');
}

/* series [, threshold [, period [, trend [, test_points [, method
 * [, seasonality_threshold]]]]]] */
static void anomalies(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    static const struct places at = { 2, 3, 4, 6, "avg", 0.6 };
    struct arena *a = arena_new();
    struct series_split how;
    struct series_fence f;
    struct series_parts p;
    struct series s;
    struct buf b;
    if (series_read(&s, cx, a, &in[0]) && read_how(cx, in, nin, &at, &how) &&
        read_kind(cx, series_opt_text(in, nin, 5, "ctukey"), &f)) {
        double *score = arena_array(a, s.n + 1, sizeof *score);
        f.test_points = how.test_points;
        series_decompose(a, s.n, s.v, &how, &p);
        series_outliers(a, s.n, p.residual, &f, score);
        dyn_begin(&b);
        buf_addc(&b, '[');
        put_flags(&b, s.n, score, series_opt_real(in, nin, 1, 1.5));
        series_put_array(&b, s.n, score);
        series_put_array(&b, s.n, p.baseline);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

const struct lang_func funcs_series_decompose[] = {
    { .name = "series_seasonal", .params = "dynamic, long?, long?",
      .ret = TYPE_DYNAMIC, .row = seasonal, .flags = FN_MAYNULL | FN_NULLS,
      .usage = "series_seasonal(series [, period])",
      .summary = "The part of a series that repeats: for each place in the "
                 "period the median of the values there. -1 finds the period.",
      .example = "print series_seasonal(dynamic([1, 3, 5, 1, 3, 5, 2, 4, 6]), "
                 "3)" },
    { .name = "series_decompose",
      .params = "dynamic, long?, string?, long?, real?", .ret = TYPE_DYNAMIC,
      .row = decompose, .flags = FN_MAYNULL | FN_NULLS,
      .members = "baseline:dynamic, seasonal:dynamic, trend:dynamic, "
                 "residual:dynamic",
      .usage = "series_decompose(series [, period [, trend [, test_points "
               "[, seasonality_threshold]]]])",
      .summary = "Columns baseline, seasonal, trend ('avg', 'linefit', 'none') "
                 "and residual of a series. A period of -1 is found, 0 is "
                 "none.",
      .example = "print y = dynamic([1, 3, 5, 1, 3, 5, 2, 4, 6]) "
                 "| extend (base, season, trend, rest) = "
                 "series_decompose(y, 3)" },
    { .name = "series_decompose_forecast",
      .params = "dynamic, long, long?, string?, real?", .ret = TYPE_DYNAMIC,
      .row = forecast, .flags = FN_MAYNULL | FN_NULLS,
      .usage = "series_decompose_forecast(series, points [, period [, trend "
               "[, seasonality_threshold]]])",
      .summary = "The baseline of a series, learnt without the points at its "
                 "end and continued over them; trend is 'linefit' unless "
                 "given.",
      .example = "print series_decompose_forecast(dynamic([1, 2, 3, 4, 0, "
                 "0]), 2, 0)" },
    { .name = "series_decompose_anomalies",
      .params = "dynamic, real?, long?, string?, long?, string?, real?",
      .ret = TYPE_DYNAMIC, .row = anomalies, .flags = FN_MAYNULL | FN_NULLS,
      .members = "ad_flag:dynamic, ad_score:dynamic, baseline:dynamic",
      .usage = "series_decompose_anomalies(series [, threshold [, period "
               "[, trend [, test_points [, method "
               "[, seasonality_threshold]]]]]])",
      .summary = "Columns ad_flag (1 above, -1 below, 0), ad_score and "
                 "baseline: the values that season and trend do not explain.",
      .example = "print y = dynamic([5, 6, 5, 6, 5, 60, 5, 6, 5, 6, 5, 6]) "
                 "| extend (flag, score, base) = "
                 "series_decompose_anomalies(y, 1.5)" },
    { .name = "series_outliers",
      .params = "dynamic, string?, real?, real?, real?, long?",
      .ret = TYPE_DYNAMIC, .row = outliers, .flags = FN_MAYNULL | FN_NULLS,
      .usage = "series_outliers(series [, kind [, ignored [, low [, high]]]])",
      .summary = "How far each value lies outside of Tukey's fences; 1.5 and "
                 "-1.5 are the usual thresholds. kind is 'ctukey' (percentiles "
                 "low and high) or 'tukey'.",
      .example = "print series_outliers(dynamic([5, 6, 5, 60, 5, 6, 5, 6]))" },
};
const size_t nfuncs_series_decompose = ROWS(funcs_series_decompose);
