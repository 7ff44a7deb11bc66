/* series_stats.h - sums, extremes, quantiles and correlation of a series.
 *
 * Called by: lang/funcs/fn_series_*.c and the other series_*.c.
 * A series is `n` doubles at equal steps. Unless said otherwise NaN is a
 * missing value: it is left out, and a result over nothing is NaN. */
#ifndef ANALYTICS_SERIES_STATS_H
#define ANALYTICS_SERIES_STATS_H

#include "base/arena.h"

struct series_stats {
    size_t count;            /* values that are there */
    size_t min_at, max_at;   /* first place */
    double min, max, mean, sum;
    double variance;         /* of the sample: n - 1; 0 for one value */
};

/* O(n). The variance is taken around the mean in a second pass, which keeps
 * its digits (Chan, Golub & LeVeque 1983, the corrected two-pass algorithm). */
struct series_stats series_stats(size_t n, const double *x);

/* The quantile p in 0 … 1 with linear interpolation between the two nearest
 * values (definition 7 of Hyndman & Fan 1996). Expected O(n) by quickselect
 * (Hoare 1961); the order of `v` is lost. No NaN among the values. */
double series_quantile(size_t n, double *v, double p);
/* The values of x that are there, new, in *v; gives their number. */
size_t series_present(struct arena *a, size_t n, const double *x, double **v);

/* Fills missing values on the line between their neighbours, those at the ends
 * with the nearest value. False when every value is missing. O(n). */
bool series_bridge(size_t n, double *x);

/* Pearson's correlation; NaN when a value is missing or either is constant. */
double series_correlation(size_t n, const double *x, const double *y);

#endif
