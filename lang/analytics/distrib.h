/* distrib.h - the beta distribution, and Student's t through it.
 *
 * Called by: lang/funcs/fn_distrib.c.
 * All of it rests on the regularized incomplete beta function I_x(a, b), by
 * the continued fraction of DLMF 8.17.22 with the method of Lentz (Numerical
 * Recipes 3rd ed., 6.4). Good to about 1e-13; O(sqrt(max(a, b))). Parameters
 * outside their range give NaN, never a loop without end. */
#ifndef ANALYTICS_DISTRIB_H
#define ANALYTICS_DISTRIB_H

/* I_x(a, b); a and b above 0, x from 0 to 1. */
double beta_cdf(double x, double a, double b);
/* The density at x, which is strictly between 0 and 1. */
double beta_pdf(double x, double a, double b);
/* The x with beta_cdf(x, a, b) == p; p from 0 to 1. */
double beta_inv(double p, double a, double b);
/* How likely a |t| at least as large is when nothing differs; `freedom`, the
 * degrees of freedom, is above 0. */
double student_two_sided(double t, double freedom);

#endif
