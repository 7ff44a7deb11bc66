/* series_poly.c - a polynomial through points, by orthogonal polynomials.
 *
 * Forsythe (1957): p[0] = 1, p[k+1](t) = (t - alpha[k]) p[k] - beta[k] p[k-1]
 * are orthogonal over the points, so each coefficient stands alone and no
 * ill-conditioned system is solved. */
#include <math.h>

#include "series_fit.h"
#include "series_stats.h"

struct fitter {
    size_t n;
    double *t, *r;          /* scaled x; what is still to be explained */
    double *p, *before;     /* p[k] and p[k - 1] at the points */
    double mid, half;       /* x = mid + half * t */
};

/* Coefficients of p[k], p[k - 1] and of the sum so far, in powers of t. */
struct powers {
    double p[SERIES_MAX_DEGREE + 2], before[SERIES_MAX_DEGREE + 2];
    double sum[SERIES_MAX_DEGREE + 1];
};

static double x_of(const struct series_points *at, size_t i)
{
    return at->x ? at->x[i] : (double)(i + 1);
}

static void place(struct arena *a, struct fitter *f,
                  const struct series_points *at)
{
    double lo = INFINITY, hi = -INFINITY;
    size_t n = at->n;
    *f = (struct fitter){ .t = arena_array(a, n + 1, sizeof *f->t),
                          .r = arena_array(a, n + 1, sizeof *f->r),
                          .p = arena_array(a, n + 1, sizeof *f->p),
                          .before = arena_array(a, n + 1, sizeof *f->before) };
    for (size_t i = 0; i < n; i++) {
        double x = x_of(at, i);
        if (!isfinite(x) || !isfinite(at->y[i]))
            continue;
        f->t[f->n] = x;
        f->r[f->n++] = at->y[i];
        lo = x < lo ? x : lo;
        hi = x > hi ? x : hi;
    }
    f->mid = lo / 2 + hi / 2;
    f->half = hi > lo ? hi / 2 - lo / 2 : 1;
    for (size_t i = 0; i < f->n; i++) {
        f->t[i] = (f->t[i] - f->mid) / f->half;
        f->p[i] = 1;
        f->before[i] = 0;
    }
}

/* Takes the share of p[k] out of the rest; gives |p[k]|² and alpha, or 0 when
 * that is not more than `least`: x has fewer different values than needed. */
static double take_share(struct fitter *f, double least, double *coef,
                         double *alpha)
{
    double pp = 0, tp = 0, rp = 0;
    for (size_t i = 0; i < f->n; i++) {
        double square = f->p[i] * f->p[i];
        pp += square;
        tp += f->t[i] * square;
        rp += f->r[i] * f->p[i];
    }
    if (pp <= least)
        return 0;
    *coef = rp / pp;
    *alpha = tp / pp;
    for (size_t i = 0; i < f->n; i++)
        f->r[i] -= *coef * f->p[i];
    return pp;
}

static void next_polynomial(struct fitter *f, struct powers *w, double alpha,
                            double beta)
{
    for (size_t i = 0; i < f->n; i++) {
        double p = (f->t[i] - alpha) * f->p[i] - beta * f->before[i];
        f->before[i] = f->p[i];
        f->p[i] = p;
    }
    for (size_t j = SERIES_MAX_DEGREE + 2; j-- > 0;) {
        double p = (j ? w->p[j - 1] : 0) - alpha * w->p[j] -
                   beta * w->before[j];
        w->before[j] = w->p[j];
        w->p[j] = p;
    }
}

/* sum[k] t^k with t = (x - mid) / half, as powers of x: Horner's scheme. */
static void unscale(const struct powers *w, const struct fitter *f,
                    unsigned degree, double *coef)
{
    for (unsigned k = 0; k <= degree; k++)
        coef[k] = 0;
    for (unsigned k = degree + 1; k-- > 0;) {
        for (unsigned j = degree + 1; j-- > 0;)
            coef[j] = ((j ? coef[j - 1] : 0) - f->mid * coef[j]) / f->half;
        coef[0] += w->sum[k];
    }
}

static double eval(const struct powers *w, unsigned degree, double t)
{
    double v = 0;
    for (unsigned k = degree + 1; k-- > 0;)
        v = v * t + w->sum[k];
    return v;
}

static void judge(struct series_poly *out, const struct fitter *f,
                  double variance)
{
    double squares = 0;
    for (size_t i = 0; i < f->n; i++)
        squares += f->r[i] * f->r[i];
    out->variance = variance;
    out->rvariance = f->n > 1 ? squares / (double)(f->n - 1) : 0;
    out->rsquare = variance > 0 ? fmax(0, 1 - out->rvariance / variance) : 1;
}

bool series_fit_poly(struct arena *a, const struct series_points *at,
                     unsigned degree, struct series_poly *out, double *fit)
{
    struct fitter f;
    struct powers w = { .p = { 1 } };
    double before = 0;
    place(a, &f, at);
    if (f.n == 0)
        return false;
    struct series_stats s = series_stats(f.n, f.r);
    for (unsigned k = 0; k <= degree && k < f.n; k++) {
        double c, alpha;
        double pp = take_share(&f, (double)f.n * 1e-24, &c, &alpha);
        if (pp == 0)
            break;
        for (unsigned j = 0; j <= k; j++)
            w.sum[j] += c * w.p[j];
        next_polynomial(&f, &w, alpha, k ? pp / before : 0);
        before = pp;
    }
    unscale(&w, &f, degree, out->coef);
    judge(out, &f, s.variance);
    for (size_t i = 0; i < at->n; i++)
        fit[i] = eval(&w, degree, (x_of(at, i) - f.mid) / f.half);
    return true;
}
