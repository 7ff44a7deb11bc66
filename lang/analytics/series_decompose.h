/* series_decompose.h - seasonal part, trend and rest of a series; outliers.
 *
 * Called by: lang/funcs/fn_series_decompose.c.
 * x has n values at equal steps; NaN is a missing value and stays one in the
 * rest. What is learnt from the first n - test_points holds for all. */
#ifndef ANALYTICS_SERIES_DECOMPOSE_H
#define ANALYTICS_SERIES_DECOMPOSE_H

#include "base/arena.h"

enum series_trend { SERIES_TREND_NONE, SERIES_TREND_AVG, SERIES_TREND_LINE };
enum { SERIES_AUTO = -1, SERIES_NO_SEASON = 0 };

struct series_split {
    int64_t period;        /* in steps, or SERIES_AUTO, SERIES_NO_SEASON */
    double threshold;      /* SERIES_AUTO: the score that a period needs */
    enum series_trend trend;
    size_t test_points;
};

struct series_parts {
    double *baseline, *seasonal, *trend, *residual; /* n each, new */
};

/* The seasonal part repeats, for each place in the period, the median of the
 * values there; the trend is fitted to what is left; baseline is their sum.
 * Expected O(n log n) with SERIES_AUTO, else O(n). */
void series_decompose(struct arena *a, size_t n, const double *x,
                      const struct series_split *how,
                      struct series_parts *out);

/* The seasonal part alone; the period that was used, 0: none. */
size_t series_seasonal(struct arena *a, size_t n, const double *x,
                       const struct series_split *how, double *seasonal);

struct series_fence {
    double low, high;      /* quantiles, 0 … 1, low < high */
    bool scaled;           /* see below */
    size_t test_points;    /* not in the quantiles, but scored */
};

/* Tukey's fences ("Exploratory data analysis" 1977): how far beyond the
 * quantile a value lies, in ranges between the quantiles; below them negative,
 * between them 0, 0 for a missing value. 1.5 is the usual threshold. `scaled`
 * multiplies so that for a normal distribution 1.5 means the same place as
 * with the quartiles. Where the range is 0 every other value is infinitely far.
 * Expected O(n). */
void series_outliers(struct arena *a, size_t n, const double *x,
                     const struct series_fence *f, double *score);

#endif
