/* series_fit.h - lines and polynomials through a series.
 *
 * Called by: lang/funcs/fn_series_fit.c, series_decompose.c.
 * NaN in y is a missing value; the fitted values are there for every place. A
 * variance is that of a sample (n - 1). rsquare is 1 - rvariance / variance,
 * and 1 for a series without any variance. */
#ifndef ANALYTICS_SERIES_FIT_H
#define ANALYTICS_SERIES_FIT_H

#include "base/arena.h"

struct series_line {
    double rsquare, slope, variance, rvariance;
    double interception; /* at x = 0 where the first place is x = 1 */
};

/* Least squares over the places 1 … n. All NaN without a value; a level line
 * for one. O(n). */
struct series_line series_fit_line(size_t n, const double *y);
void series_line_values(const struct series_line *l, size_t n, double *fit);

struct series_2lines {
    size_t split;        /* the right line begins here */
    double rsquare, variance, rvariance;
    struct series_line left, right; /* each counts its own places from 1 */
};

/* Two lines with the smallest sum of squares; each gets two places or more.
 * One pass with running sums: O(n). False for fewer than four places. */
bool series_fit_2lines(size_t n, const double *y, struct series_2lines *out);

enum { SERIES_MAX_DEGREE = 16 };

struct series_points {
    size_t n;
    const double *x;     /* NULL: 1 … n */
    const double *y;
};

/* A polynomial through points, by polynomials that are orthogonal over
 * the points (Forsythe 1957), on x scaled to -1 … 1. coef[k] is that of x to
 * the power of k; degree + 1 of them. Of a degree that the points do not
 * determine the rest is 0. Points with NaN in x or y are left out. O(n *
 * degree). False when no point is left. */
struct series_poly {
    double rsquare, variance, rvariance;
    double coef[SERIES_MAX_DEGREE + 1];
};
bool series_fit_poly(struct arena *a, const struct series_points *at,
                     unsigned degree, struct series_poly *out, double *fit);

#endif
