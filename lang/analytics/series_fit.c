/* series_fit.c - straight lines through a series, one or two. */
#include "series_fit.h"

#include <math.h>

#include "series_stats.h"

/* What is needed of a run of points to know its line. */
struct sums {
    double n, x, y, xx, xy, yy;
};

static void add(struct sums *s, double x, double y, double sign)
{
    if (isnan(y))
        return;
    s->n += sign;
    s->x += sign * x;
    s->y += sign * y;
    s->xx += sign * x * x;
    s->xy += sign * x * y;
    s->yy += sign * y * y;
}

/* The squares that a line leaves. */
static double rest_of(const struct sums *s)
{
    if (s->n < 3)
        return 0;
    double xx = s->xx - s->x * s->x / s->n, xy = s->xy - s->x * s->y / s->n,
           yy = s->yy - s->y * s->y / s->n;
    double rest = xx > 0 ? yy - xy * xy / xx : yy;
    return rest > 0 ? rest : 0;
}

static void judge(double *rsquare, double *rvariance, double variance,
                  double squares, size_t count)
{
    *rvariance = count > 1 ? squares / (double)(count - 1) : 0;
    *rsquare = variance > 0 ? 1 - *rvariance / variance : 1;
    if (*rsquare < 0)
        *rsquare = 0;
}

struct series_line series_fit_line(size_t n, const double *y)
{
    struct series_line l = { NAN, NAN, NAN, NAN, NAN };
    struct series_stats s = series_stats(n, y);
    double mx = 0, xx = 0, xy = 0, squares = 0;
    if (s.count == 0)
        return l;
    for (size_t i = 0; i < n; i++)
        mx += isnan(y[i]) ? 0 : (double)(i + 1);
    mx /= (double)s.count;
    for (size_t i = 0; i < n; i++) {
        double dx = isnan(y[i]) ? 0 : (double)(i + 1) - mx;
        xx += dx * dx;
        xy += dx != 0 ? dx * (y[i] - s.mean) : 0;
    }
    l.slope = xx > 0 ? xy / xx : 0;
    l.interception = s.mean - l.slope * mx;
    l.variance = s.variance;
    for (size_t i = 0; i < n; i++) {
        double r = isnan(y[i])
                     ? 0
                     : y[i] - s.mean - l.slope * ((double)(i + 1) - mx);
        squares += r * r;
    }
    judge(&l.rsquare, &l.rvariance, l.variance, squares, s.count);
    return l;
}

void series_line_values(const struct series_line *l, size_t n, double *fit)
{
    for (size_t i = 0; i < n; i++)
        fit[i] = l->interception + l->slope * (double)(i + 1);
}

/* The place where the two lines leave least; the first of equal ones. */
static size_t best_split(size_t n, const double *y, double mean)
{
    struct sums left = { 0 }, right = { 0 };
    size_t best = 2;
    double least = INFINITY, middle = (double)n / 2;
    for (size_t i = 0; i < n; i++)
        add(&right, (double)i - middle, y[i] - mean, 1);
    for (size_t i = 0; i + 2 < n; i++) {
        add(&left, (double)i - middle, y[i] - mean, 1);
        add(&right, (double)i - middle, y[i] - mean, -1);
        double rest = rest_of(&left) + rest_of(&right);
        if (i > 0 && rest < least) {
            least = rest;
            best = i + 1;
        }
    }
    return best;
}

static double squares_left(const struct series_line *l, size_t n,
                           const double *y)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++) {
        double r = isnan(y[i]) ? 0
                               : y[i] - l->interception -
                                     l->slope * (double)(i + 1);
        squares += r * r;
    }
    return squares;
}

bool series_fit_2lines(size_t n, const double *y, struct series_2lines *out)
{
    struct series_stats s = series_stats(n, y);
    if (n < 4 || s.count == 0)
        return false;
    size_t k = out->split = best_split(n, y, s.mean);
    out->left = series_fit_line(k, y);
    out->right = series_fit_line(n - k, y + k);
    out->variance = s.variance;
    judge(&out->rsquare, &out->rvariance, s.variance,
          squares_left(&out->left, k, y) +
              squares_left(&out->right, n - k, y + k),
          s.count);
    return true;
}
