/* fn_distrib.c - the beta distribution and Welch's test.
 *
 * Called by: the engine, once per row. */
#include <math.h>

#include "analytics/distrib.h"
#include "text_int.h"

/* The cumulative function takes parameters up to this; Kusto says so. */
static const double MOST = 10000;

static void row_beta_cdf(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    double x = in[0].d, a = in[1].d, b = in[2].d;
    (void)cx, (void)n;
    dyn_set_real(out, a > MOST || b > MOST ? NAN : beta_cdf(x, a, b));
}

static void row_beta_pdf(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    (void)cx, (void)n;
    dyn_set_real(out, beta_pdf(in[0].d, in[1].d, in[2].d));
}

/* No probability: null. No distribution: NaN. */
static void row_beta_inv(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    double p = in[0].d, a = in[1].d, b = in[2].d;
    (void)cx, (void)n;
    if (isnan(p) || (p > 0 && p <= 1))
        dyn_set_real(out, beta_inv(p, a, b));
}

/* mean, variance and count of either series: the probability that the means
 * differ so much by chance (Welch 1947, two-sided). */
static void row_welch(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    double of1 = in[1].d / in[2].d, of2 = in[4].d / in[5].d;
    double spread = of1 + of2;
    double t = (in[0].d - in[3].d) / sqrt(spread);
    double freedom = spread * spread / (of1 * of1 / (in[2].d - 1) +
                                        of2 * of2 / (in[5].d - 1));
    (void)cx, (void)n;
    dyn_set_real(out, student_two_sided(t, freedom));
}

#define BETA(nm, c, first, flag, does)                                       \
    { .name = nm, .params = "real, real, real", .ret = TYPE_REAL,            \
      .row = c, .flags = flag, .usage = nm "(" first ", alpha, beta)",       \
      .summary = does, .example = "print " nm "(0.1, 10, 20)" }

const struct lang_func funcs_distrib[] = {
    BETA("beta_cdf", row_beta_cdf, "x", 0,
         "The cumulative beta distribution at x; NaN outside 0 … 1."),
    BETA("beta_inv", row_beta_inv, "probability", FN_MAYNULL,
         "The x at which the cumulative beta distribution is so much."),
    BETA("beta_pdf", row_beta_pdf, "x", 0,
         "The density of the beta distribution at x; NaN outside 0 … 1."),
    { .name = "welch_test",
      .params = "real, real, real, real, real, real", .ret = TYPE_REAL,
      .row = row_welch,
      .usage = "welch_test(mean1, variance1, count1, mean2, variance2, count2)",
      .summary = "The p-value of Welch's test that two series have one mean.",
      .example = "print welch_test(20.8, 7.9, 15, 23.0, 3.8, 15)" },
};
const size_t nfuncs_distrib = ROWS(funcs_distrib);
