/* series_period.h - the periods of a series.
 *
 * Called by: series_decompose.c, lang/funcs/fn_series_period.c.
 * After Vlachos, Yu & Castelli, "On periodicity detection and structural
 * periodic similarity" (SDM 2005): the periodogram proposes, since it does not
 * answer for multiples of a period; the autocorrelation disposes, since it
 * places a long period exactly. A frequency counts when its share of the power
 * is significant at 5 % (Fisher 1929). The score of a period is the circular
 * autocorrelation at that lag, scaled so that the smallest one is 0 and lag
 * nothing 1. O(n log n). */
#ifndef ANALYTICS_SERIES_PERIOD_H
#define ANALYTICS_SERIES_PERIOD_H

#include "base/arena.h"

enum { SERIES_MIN_PERIOD = 4 }; /* and at most half of the series */

struct series_spectrum {
    size_t n;
    double *acf;    /* n / 2 + 1, scaled to 0 … 1 */
    double *power;  /* n / 2 + 1, shares of the whole; 0 for frequency 0 */
    double share;   /* from which one is significant */
};

/* Missing values are bridged. False when there are too few values or all are
 * the same: there are no periods then. */
bool series_spectrum(struct arena *a, size_t n, const double *x,
                     struct series_spectrum *out);

struct series_period {
    double period, score;
};

struct series_search {
    double min, max;   /* in steps */
    size_t want;       /* at most so many */
};

/* The periods in range, best first. Gives their number. */
size_t series_periods(struct arena *a, const struct series_spectrum *s,
                      const struct series_search *in,
                      struct series_period *out);

/* The score of a period that is given, 0 when the series does not have it. */
double series_period_score(const struct series_spectrum *s, double period);

#endif
