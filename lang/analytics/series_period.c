/* series_period.c - the periods of a series: periodogram and autocorrelation.
 */
#include "series_period.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "series_fft.h"
#include "series_stats.h"

/* Differences of the autocorrelation below this are rounding. */
static const double EQUAL = 1e-9;

/* The share of the largest of m periodogram values that chance exceeds once in
 * twenty: the first term of Fisher's series, m (1 - g)^(m - 1) = 0.05. */
static double significant_share(size_t m)
{
    return m < 2 ? 1 : 1 - pow(0.05 / (double)m, 1 / (double)(m - 1));
}

static void scale_acf(struct series_spectrum *s)
{
    double least = s->acf[0];
    for (size_t i = 1; i <= s->n / 2; i++)
        least = s->acf[i] < least ? s->acf[i] : least;
    double range = s->acf[0] - least;
    for (size_t i = 0; i <= s->n / 2; i++)
        s->acf[i] = range > 0 ? (s->acf[i] - least) / range : 0;
}

/* |X|², and back again: the circular autocorrelation (Wiener, Khinchin). */
static bool transform(struct arena *a, struct series_spectrum *s, double *re)
{
    size_t n = s->n, half = n / 2;
    double *im = arena_zalloc(a, n * sizeof *im), sum = 0;
    series_fft(a, n, re, im, false);
    for (size_t i = 0; i < n; i++) {
        re[i] = i ? re[i] * re[i] + im[i] * im[i] : 0;
        im[i] = 0;
    }
    for (size_t i = 1; i <= half; i++)
        sum += re[i];
    if (!(sum > 0) || !isfinite(sum))
        return false;
    for (size_t i = 0; i <= half; i++)
        s->power[i] = re[i] / sum;
    series_fft(a, n, re, im, true);
    memcpy(s->acf, re, (half + 1) * sizeof *re);
    return true;
}

bool series_spectrum(struct arena *a, size_t n, const double *x,
                     struct series_spectrum *out)
{
    struct series_stats s = series_stats(n, x);
    *out = (struct series_spectrum){ .n = n };
    if (n < 2 * SERIES_MIN_PERIOD || s.count == 0 || s.min == s.max ||
        !isfinite(s.mean))
        return false;
    double *re = arena_array(a, n, sizeof *re);
    memcpy(re, x, n * sizeof *re);
    series_bridge(n, re);
    s = series_stats(n, re);
    double largest = fmax(fabs(s.min - s.mean), fabs(s.max - s.mean));
    for (size_t i = 0; i < n; i++)
        re[i] = (re[i] - s.mean) / largest; /* no overflow in the squares */
    out->acf = arena_array(a, n / 2 + 1, sizeof *out->acf);
    out->power = arena_array(a, n / 2 + 1, sizeof *out->power);
    out->share = significant_share(n / 2);
    if (!transform(a, out, re))
        return false;
    scale_acf(out);
    return true;
}

/* The autocorrelation at any lag below n: it is symmetric. */
static double acf_at(const struct series_spectrum *s, size_t lag)
{
    return s->acf[lag <= s->n / 2 ? lag : s->n - lag];
}

static bool is_peak(const struct series_spectrum *s, size_t lag)
{
    double v = acf_at(s, lag), a = acf_at(s, lag - 1), b = acf_at(s, lag + 1);
    return v >= a - EQUAL && v >= b - EQUAL && (v > a + EQUAL || v > b + EQUAL);
}

/* The lag that frequency k means, the best of those nearer to it than to its
 * neighbours; 0 when the autocorrelation has no peak there. */
static size_t lag_of(const struct series_spectrum *s, size_t k)
{
    double n = (double)s->n;
    double lo = ceil(n / ((double)k + 0.5)), hi = floor(n / ((double)k - 0.5));
    size_t best = 0;
    lo = lo < SERIES_MIN_PERIOD ? SERIES_MIN_PERIOD : lo;
    hi = hi > floor(n / 2) ? floor(n / 2) : hi;
    for (size_t lag = (size_t)lo; (double)lag <= hi; lag++)
        if (!best || s->acf[lag] > s->acf[best])
            best = lag;
    return best && is_peak(s, best) && s->acf[best] > 0 ? best : 0;
}

static int compare(const void *a, const void *b)
{
    const struct series_period *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->period < y->period ? -1 : x->period > y->period;
}

size_t series_periods(struct arena *a, const struct series_spectrum *s,
                      const struct series_search *in,
                      struct series_period *out)
{
    size_t half = s->n / 2, n = 0;
    struct series_period *all = arena_array(a, half + 1, sizeof *all);
    bool *seen = arena_zalloc(a, half + 1);
    for (size_t k = 1; k <= half; k++) {
        if (s->power[k] < s->share)
            continue;
        size_t lag = lag_of(s, k);
        if (!lag || seen[lag] || (double)lag < in->min || (double)lag > in->max)
            continue;
        seen[lag] = true;
        all[n++] = (struct series_period){ (double)lag, s->acf[lag] };
    }
    qsort(all, n, sizeof *all, compare);
    n = n < in->want ? n : in->want;
    memcpy(out, all, n * sizeof *all);
    return n;
}

double series_period_score(const struct series_spectrum *s, double period)
{
    double n = (double)s->n;
    if (!(period >= SERIES_MIN_PERIOD) || period > n / 2)
        return 0;
    size_t lag = (size_t)lround(period), k = (size_t)lround(n / period);
    for (size_t i = k > 1 ? k - 1 : 1; i <= k + 1 && i <= s->n / 2; i++)
        if (s->power[i] >= s->share && lag_of(s, i) == lag)
            return s->acf[lag];
    return 0;
}
