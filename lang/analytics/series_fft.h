/* series_fft.h - the discrete Fourier transform.
 *
 * Called by: beacons.c, series_period.c, series_filter.c,
 *            lang/funcs/fn_series_filter.c.
 * No value may be NaN or infinite; then all of the result is. */
#ifndef ANALYTICS_SERIES_FFT_H
#define ANALYTICS_SERIES_FFT_H

#include "base/arena.h"

enum { SERIES_MAX = 1 << 20 }; /* values of a series, as KQL's arrays */

/* In place, any length up to 4 * SERIES_MAX. `inverse` divides by n, so that
 * it undoes the other. O(n log n): radix 2 for powers of two (Cooley & Tukey
 * 1965), else by a convolution of such a length (Bluestein 1970). */
void series_fft(struct arena *a, size_t n, double *re, double *im,
                bool inverse);

/* For many transforms of one size, a power of two: the n / 2 unit roots, new,
 * and the forward transform with them. */
double *series_fft_roots(struct arena *a, size_t n);
void series_fft_with(size_t n, double *re, double *im, const double *roots);

#endif
