/* series_filter.c - linear filters over a series. */
#include "series_filter.h"

#include <string.h>

#include "series_fft.h"

/* What is shorter than this is convolved term by term. */
enum { DIRECT_TERMS = 1 << 22, DIRECT_FILTER = 64 };

static void convolve_direct(size_t n, const double *x, size_t m,
                            const double *f, double *y)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < m && j <= i; j++)
            sum += f[j] * x[i - j];
        y[i] = sum;
    }
}

/* Transforms of real x in one part and real f in the other give both at once:
 * X = (Z + conj Z') / 2, F = (Z - conj Z') / 2i with Z' read backwards. */
static void multiply_parts(size_t n, const double *re, const double *im,
                           double *pr, double *pi)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = (n - i) % n;
        double xr = (re[i] + re[k]) / 2, xi = (im[i] - im[k]) / 2,
               fr = (im[i] + im[k]) / 2, fi = (re[k] - re[i]) / 2;
        pr[i] = xr * fr - xi * fi;
        pi[i] = xr * fi + xi * fr;
    }
}

static void convolve_fast(struct arena *a, size_t n, const double *x,
                          const struct series_kernel *f, double *y)
{
    size_t size = 1, m = f->n < n ? f->n : n;
    while (size < n + m)
        size *= 2;
    double *v[4];
    for (size_t i = 0; i < 4; i++)
        v[i] = arena_zalloc(a, size * sizeof *v[i]);
    memcpy(v[0], x, n * sizeof *x);
    memcpy(v[1], f->v, m * sizeof *f->v);
    series_fft(a, size, v[0], v[1], false);
    multiply_parts(size, v[0], v[1], v[2], v[3]);
    series_fft(a, size, v[2], v[3], true);
    memcpy(y, v[2], n * sizeof *y);
}

static void series_convolve(struct arena *a, size_t n, const double *x,
                            const struct series_kernel *f, double *y)
{
    size_t m = f->n < n ? f->n : n;
    if (m <= DIRECT_FILTER || n * m <= DIRECT_TERMS)
        convolve_direct(n, x, m, f->v, y);
    else
        convolve_fast(a, n, x, f, y);
}

void series_fir(struct arena *a, size_t n, const double *x,
                const struct series_kernel *f, double *y)
{
    size_t ahead = f->center && f->n ? (f->n - 1) / 2 : 0;
    if (!ahead) {
        series_convolve(a, n, x, f, y);
        return;
    }
    double *longer = arena_zalloc(a, (n + ahead) * sizeof *longer),
           *all = arena_array(a, n + ahead, sizeof *all);
    memcpy(longer, x, n * sizeof *x);
    series_convolve(a, n + ahead, longer, f, all);
    memcpy(y, all + ahead, n * sizeof *y);
}

void series_iir(size_t n, const double *x, const struct series_kernel *b,
                const struct series_kernel *a, double *y)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < b->n && j <= i; j++)
            sum += b->v[j] * x[i - j];
        for (size_t j = 1; j < a->n && j <= i; j++)
            sum -= a->v[j] * y[i - j];
        y[i] = sum / a->v[0];
    }
}
