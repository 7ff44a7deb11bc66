/* series_fft.c - the discrete Fourier transform. */
#include "series_fft.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

static bool is_power(size_t n)
{
    return (n & (n - 1)) == 0;
}

static void swap(double *v, size_t i, size_t j)
{
    double t = v[i];
    v[i] = v[j];
    v[j] = t;
}

static void reverse_bits(size_t n, double *re, double *im)
{
    for (size_t i = 1, j = 0; i < n; i++) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            swap(re, i, j);
            swap(im, i, j);
        }
    }
}

/* One level: butterflies of distance `half`; w holds n / 2 unit roots. */
static void butterflies(size_t n, double *re, double *im, size_t half,
                        const double *w)
{
    size_t stride = n / (2 * half);
    for (size_t base = 0; base < n; base += 2 * half)
        for (size_t k = 0; k < half; k++) {
            double c = w[2 * k * stride], s = w[2 * k * stride + 1];
            size_t i = base + k, j = i + half;
            double tr = re[j] * c - im[j] * s, ti = re[j] * s + im[j] * c;
            re[j] = re[i] - tr;
            im[j] = im[i] - ti;
            re[i] += tr;
            im[i] += ti;
        }
}

/* exp(-2 pi i k / n) for k < n / 2, each computed by itself: no drift. */
double *series_fft_roots(struct arena *a, size_t n)
{
    double *w = arena_array(a, n + 2, sizeof *w);
    for (size_t k = 0; k < n / 2; k++) {
        double angle = -2 * PI * (double)k / (double)n;
        w[2 * k] = cos(angle);
        w[2 * k + 1] = sin(angle);
    }
    return w;
}

/* Forward, n a power of two. */
void series_fft_with(size_t n, double *re, double *im, const double *w)
{
    reverse_bits(n, re, im);
    for (size_t half = 1; half < n; half *= 2)
        butterflies(n, re, im, half, w);
}

/* Swapping the parts turns the transform around (Duhamel et al. 1988). */
static void radix2_back(size_t n, double *re, double *im, const double *w)
{
    series_fft_with(n, im, re, w);
    for (size_t i = 0; i < n; i++) {
        re[i] /= (double)n;
        im[i] /= (double)n;
    }
}

static size_t power_from(size_t n)
{
    size_t m = 1;
    while (m < n)
        m *= 2;
    return m;
}

static void multiply(size_t n, double *re, double *im, const double *fr,
                     const double *fi)
{
    for (size_t i = 0; i < n; i++) {
        double r = re[i] * fr[i] - im[i] * fi[i];
        im[i] = re[i] * fi[i] + im[i] * fr[i];
        re[i] = r;
    }
}

/* Chirp z: jk = (j² + k² - (k - j)²) / 2 makes it a convolution. */
static void bluestein(struct arena *a, size_t n, double *re, double *im)
{
    size_t m = power_from(2 * n - 1);
    double *w = series_fft_roots(a, m);
    double *cr = arena_array(a, n, sizeof *cr),
           *ci = arena_array(a, n, sizeof *ci);
    double *v[4];
    for (size_t i = 0; i < 4; i++)
        v[i] = arena_zalloc(a, m * sizeof *v[i]);
    for (size_t k = 0; k < n; k++) {
        /* k² mod 2n: the angle keeps its digits for large k */
        double angle = PI * (double)((uint64_t)k * k % (2 * n)) / (double)n;
        cr[k] = cos(angle);
        ci[k] = -sin(angle);
        v[0][k] = re[k] * cr[k] - im[k] * ci[k];
        v[1][k] = re[k] * ci[k] + im[k] * cr[k];
        v[2][k] = v[2][(m - k) % m] = cr[k];
        v[3][k] = v[3][(m - k) % m] = -ci[k];
    }
    series_fft_with(m, v[0], v[1], w);
    series_fft_with(m, v[2], v[3], w);
    multiply(m, v[0], v[1], v[2], v[3]);
    radix2_back(m, v[0], v[1], w);
    for (size_t k = 0; k < n; k++) {
        re[k] = v[0][k] * cr[k] - v[1][k] * ci[k];
        im[k] = v[0][k] * ci[k] + v[1][k] * cr[k];
    }
}

void series_fft(struct arena *a, size_t n, double *re, double *im,
                bool inverse)
{
    double *x = inverse ? im : re, *y = inverse ? re : im;
    if (n < 2)
        return;
    if (is_power(n))
        series_fft_with(n, x, y, series_fft_roots(a, n));
    else
        bluestein(a, n, x, y);
    for (size_t i = 0; inverse && i < n; i++) {
        re[i] /= (double)n;
        im[i] /= (double)n;
    }
}
