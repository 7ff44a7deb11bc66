/* series_stats.c - sums, extremes, quantiles and correlation of a series. */
#include "series_stats.h"

#include <math.h>

struct series_stats series_stats(size_t n, const double *x)
{
    struct series_stats s = { .min = NAN, .max = NAN, .mean = NAN };
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        if (s.count == 0 || x[i] < s.min)
            s.min = x[i], s.min_at = i;
        if (s.count == 0 || x[i] > s.max)
            s.max = x[i], s.max_at = i;
        s.sum += x[i];
        s.count++;
    }
    if (s.count == 0)
        return s;
    s.mean = s.sum / (double)s.count;
    double squares = 0, rest = 0;
    for (size_t i = 0; i < n; i++) {
        double d = isnan(x[i]) ? 0 : x[i] - s.mean;
        squares += d * d;
        rest += d;
    }
    squares -= rest * rest / (double)s.count;
    s.variance = s.count > 1 ? squares / (double)(s.count - 1) : 0;
    return s;
}

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

static double middle(double a, double b, double c)
{
    if (a > b)
        swap(&a, &b);
    return c < a ? a : c > b ? b : c;
}

/* Puts the k-th smallest at v[k]: nothing larger before, nothing smaller
 * behind. Splitting around both sides of equal values keeps constant series
 * linear. */
static double select_nth(size_t n, double *v, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        double p = middle(v[lo], v[lo + (hi - lo) / 2], v[hi]);
        ptrdiff_t i = (ptrdiff_t)lo, j = (ptrdiff_t)hi;
        while (i <= j) {
            while (v[i] < p)
                i++;
            while (v[j] > p)
                j--;
            if (i <= j)
                swap(&v[i++], &v[j--]);
        }
        if ((ptrdiff_t)k <= j)
            hi = (size_t)j;
        else if ((ptrdiff_t)k >= i)
            lo = (size_t)i;
        else
            break;
    }
    return v[k];
}

double series_quantile(size_t n, double *v, double p)
{
    if (n == 0)
        return NAN;
    double place = p * (double)(n - 1);
    size_t k = (size_t)place;
    if (k >= n - 1)
        return select_nth(n, v, n - 1);
    double low = select_nth(n, v, k), next = v[k + 1];
    for (size_t i = k + 2; i < n; i++)
        next = v[i] < next ? v[i] : next;
    return place > (double)k ? low + (place - (double)k) * (next - low) : low;
}

size_t series_present(struct arena *a, size_t n, const double *x, double **v)
{
    size_t count = 0;
    *v = arena_array(a, n + 1, sizeof **v);
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            (*v)[count++] = x[i];
    return count;
}

bool series_bridge(size_t n, double *x)
{
    size_t last = n; /* the value before, n: none yet */
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        size_t from = last == n ? 0 : last + 1;
        double a = last == n ? x[i] : x[last];
        double step = last == n ? 0 : (x[i] - a) / (double)(i - last);
        for (size_t k = from; k < i; k++)
            x[k] = a + step * (double)(k - from + 1);
        last = i;
    }
    for (size_t k = last + 1; last < n && k < n; k++)
        x[k] = x[last];
    return last < n;
}

double series_correlation(size_t n, const double *x, const double *y)
{
    struct series_stats sx = series_stats(n, x), sy = series_stats(n, y);
    double xy = 0, xx = 0, yy = 0;
    if (sx.count < n || sy.count < n || n == 0)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        double dx = x[i] - sx.mean, dy = y[i] - sy.mean;
        xy += dx * dy;
        xx += dx * dx;
        yy += dy * dy;
    }
    return xx > 0 && yy > 0 ? xy / (sqrt(xx) * sqrt(yy)) : NAN;
}
