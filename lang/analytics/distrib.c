/* distrib.c - the beta distribution, and Student's t through it.
 *
 * Called by: lang/funcs/fn_distrib.c. Pure arithmetic: no state, no memory. */
#include "distrib.h"

#include <math.h>
#include <stdbool.h>

static const double TINY = 1e-300, PRECISION = 1e-16;
enum { MOST_TERMS = 100000, MOST_STEPS = 200 };

static double away_from_zero(double x)
{
    return fabs(x) < TINY ? TINY : x;
}

/* The continued fraction of I_x(a, b), which converges fast for
 * x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b)
{
    double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;
    for (int m = 1; m < MOST_TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd =
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / away_from_zero(1 + even * d);
        c = away_from_zero(1 + even / c);
        h *= d * c;
        d = 1 / away_from_zero(1 + odd * d);
        c = away_from_zero(1 + odd / c);
        h *= d * c;
        if (fabs(d * c - 1) < PRECISION * 4)
            break;
    }
    return h;
}

/* log of x^a (1-x)^b / B(a, b) */
static double log_kernel(double x, double a, double b)
{
    return lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) +
           b * log1p(-x);
}

static bool is_beta(double a, double b)
{
    return a > 0 && b > 0 && isfinite(a) && isfinite(b);
}

double beta_cdf(double x, double a, double b)
{
    if (!is_beta(a, b) || !(x >= 0 && x <= 1))
        return NAN;
    if (x == 0 || x == 1)
        return x;
    double front = exp(log_kernel(x, a, b));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(x, a, b) / a;
    return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double beta_pdf(double x, double a, double b)
{
    if (!is_beta(a, b) || !(x > 0 && x < 1))
        return NAN;
    return exp(log_kernel(x, a, b)) / (x * (1 - x));
}

/* Newton's method, kept inside a bracket that halves whenever it leaves it. */
double beta_inv(double p, double a, double b)
{
    if (!is_beta(a, b) || !(p >= 0 && p <= 1))
        return NAN;
    if (p == 0 || p == 1)
        return p;
    double low = 0, high = 1, x = a / (a + b);
    for (int i = 0; i < MOST_STEPS; i++) {
        double miss = beta_cdf(x, a, b) - p;
        if (miss == 0)
            break;
        if (miss > 0)
            high = x;
        else
            low = x;
        double next = x - miss / beta_pdf(x, a, b);
        if (!(next > low && next < high))
            next = (low + high) / 2;
        if (fabs(next - x) <= PRECISION * x || next == low || next == high)
            return next;
        x = next;
    }
    return x;
}

double student_two_sided(double t, double freedom)
{
    if (isnan(t) || !(freedom > 0))
        return NAN;
    if (isinf(t))
        return 0;
    return beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5);
}
