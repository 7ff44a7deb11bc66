/* series_decompose.c - seasonal part, trend and rest of a series; outliers. */
#include "series_decompose.h"

#include <math.h>

#include "series_fit.h"
#include "series_period.h"
#include "series_stats.h"

static size_t learnt(size_t n, size_t test_points)
{
    return test_points < n ? n - test_points : 0;
}

static size_t period_of(struct arena *a, size_t n, const double *x,
                        const struct series_split *how)
{
    struct series_spectrum s;
    struct series_period best;
    struct series_search any = { 0, (double)n, 1 };
    if (how->period != SERIES_AUTO)
        return how->period > 0 && (uint64_t)how->period <= n
                 ? (size_t)how->period
                 : 0;
    if (!series_spectrum(a, n, x, &s) ||
        !series_periods(a, &s, &any, &best) ||
        best.score < how->threshold)
        return 0;
    return (size_t)best.period;
}

size_t series_seasonal(struct arena *a, size_t n, const double *x,
                       const struct series_split *how, double *seasonal)
{
    size_t known = learnt(n, how->test_points);
    size_t period = period_of(a, known, x, how);
    double *v, *phase = arena_array(a, n + 1, sizeof *phase);
    size_t count = series_present(a, known, x, &v);
    double usual = series_quantile(count, v, 0.5);
    for (size_t i = 0; !period && i < n; i++)
        seasonal[i] = 0;
    for (size_t p = 0; p < period; p++) {
        size_t k = 0;
        for (size_t i = p; i < known; i += period)
            if (!isnan(x[i]))
                phase[k++] = x[i];
        double middle = k ? series_quantile(k, phase, 0.5) : usual;
        for (size_t i = p; i < n; i += period)
            seasonal[i] = isnan(middle) ? 0 : middle;
    }
    return period;
}

static void fit_trend(size_t n, size_t known, const double *y,
                      enum series_trend how, double *trend)
{
    struct series_line l = { 0 };
    if (how == SERIES_TREND_LINE)
        l = series_fit_line(known, y);
    else if (how == SERIES_TREND_AVG)
        l.interception = series_stats(known, y).mean;
    if (isnan(l.interception))
        l = (struct series_line){ 0 };
    series_line_values(&l, n, trend);
}

void series_decompose(struct arena *a, size_t n, const double *x,
                      const struct series_split *how, struct series_parts *out)
{
    double **all[] = { &out->baseline, &out->seasonal, &out->trend,
                       &out->residual };
    for (size_t i = 0; i < 4; i++)
        *all[i] = arena_array(a, n + 1, sizeof(double));
    series_seasonal(a, n, x, how, out->seasonal);
    for (size_t i = 0; i < n; i++)
        out->residual[i] = x[i] - out->seasonal[i];
    fit_trend(n, learnt(n, how->test_points), out->residual, how->trend,
              out->trend);
    for (size_t i = 0; i < n; i++) {
        out->baseline[i] = out->seasonal[i] + out->trend[i];
        out->residual[i] = x[i] - out->baseline[i];
    }
}

/* Quantiles of a distribution near the normal one, up to scale: Tukey's lambda
 * distribution. lambda is chosen so that the quantiles 10 % and 90 % are scaled
 * by 2.7726056, which is what KQL's scores show. */
static double normal_like(double p)
{
    static const double LAMBDA = 0.11493840824914504;
    return pow(p, LAMBDA) - pow(1 - p, LAMBDA);
}

/* What makes a value at the fences of the quartiles score 1.5, when quantile
 * `near` is on its side and the range goes to `far`. */
static double scale_of(double near, double far)
{
    double quartile = normal_like(0.75), z = normal_like(near);
    return 1.5 * (z - normal_like(far)) / (4 * quartile - z);
}

static double distance(double beyond, double range, double scale)
{
    return beyond == 0 ? 0 : range > 0 ? beyond / range * scale
                                       : beyond * INFINITY;
}

void series_outliers(struct arena *a, size_t n, const double *x,
                     const struct series_fence *f, double *score)
{
    double *v;
    size_t count = series_present(a, learnt(n, f->test_points), x, &v);
    double low = series_quantile(count, v, f->low),
           high = series_quantile(count, v, f->high), range = high - low;
    double up = f->scaled ? scale_of(f->high, f->low) : 1,
           down = f->scaled ? scale_of(1 - f->low, 1 - f->high) : 1;
    for (size_t i = 0; i < n; i++) {
        score[i] = 0;
        if (x[i] > high)
            score[i] = distance(x[i] - high, range, up);
        else if (x[i] < low)
            score[i] = distance(x[i] - low, range, down);
    }
}
