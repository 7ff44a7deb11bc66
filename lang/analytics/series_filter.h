/* series_filter.h - linear filters over a series.
 *
 * Called by: lang/funcs/fn_series_filter.c.
 * Values before the first are 0. No value may be missing. */
#ifndef ANALYTICS_SERIES_FILTER_H
#define ANALYTICS_SERIES_FILTER_H

#include "base/arena.h"

struct series_kernel {
    const double *v;
    size_t n;
    bool center;     /* looks as far ahead as back */
};

/* y[i] = sum of f[j] x[i - j]. O(n m), O(n log n) for a long filter. */
void series_fir(struct arena *a, size_t n, const double *x,
                const struct series_kernel *f, double *y);

/* y[i] = (sum of b[j] x[i - j] - sum over j > 0 of a[j] y[i - j]) / a[0], the
 * direct form (Oppenheim & Schafer, "Discrete-time signal processing"); a[0] is
 * not 0. O(n (na + nb)): whoever calls it sets a ceiling. */
void series_iir(size_t n, const double *x, const struct series_kernel *b,
                const struct series_kernel *a, double *y);

#endif
