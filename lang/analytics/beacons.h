/* beacons.h - do the events of one pair come at regular times?
 *
 * Called by: lang/ops/op_beacons.c.
 * Two tests that fail in different places, since a beacon may wait (each time a
 * little more or less, so that its phase is lost after a while) or follow a
 * clock (so that its phase stays, whatever else happens in between):
 *
 * Intervals. Of times that come by chance, by any mixture of rates, an interval
 * lies between a and r a with a probability of at most r^(-1/(r-1)) (1 - 1/r),
 * because that is the most any exponential distribution has there and mixtures
 * cannot have more. How many intervals lie closer together than that is judged
 * by Chernoff's bound of the binomial tail (Hoeffding 1963), times the number
 * of windows looked at. Gaps, nights and missed beacons only cost intervals.
 *
 * Phase. The periodogram of the times as a point process; its largest value
 * over the local level (the median of its octave, never below that of chance)
 * is judged as in Fisher's g test (Proc. R. Soc. A 125, 1929), and so is the
 * sum over a beat and its harmonics, which finds narrow pulses (de Jager et al.
 * 1989). Of a comb of harmonics the lowest counts. Other traffic in between
 * only adds noise. Only beats below four hours: slower ones are people's.
 *
 * The p-value is twice the smaller one. Times are at least `resolution` apart:
 * what follows faster belongs to the same event; and nothing is said about
 * differences below that, or below the unit in which the times were logged (one
 * second at most; where a log has minutes only, `resolution` says so).
 * O(n log n). */
#ifndef ANALYTICS_BEACONS_H
#define ANALYTICS_BEACONS_H

#include "base/arena.h"

enum {
    BEACONS_MIN_EVENTS = 4,
    BEACONS_MAX_EVENTS = 1 << 20, /* of a pair; of more the first */
    BEACONS_MAX_LOG2 = 20,
};

struct beacons_opts {
    int64_t resolution;      /* ticks, above 0 */
    int64_t min_events;      /* fewer say nothing: BEACONS_MIN_EVENTS … */
};

struct beacon {
    int64_t events;          /* after those that came too fast were joined */
    double period;           /* seconds; NaN: it could well be chance */
    double jitter;           /* median distance from the beat, in periods:
                              * 0 for a clock, 0.25 for chance */
    double coverage;         /* share of the periods that have an event */
    double score;            /* 0 … 1: regular, and present throughout */
    double pvalue;           /* 1 when nothing can be said */
    bool phase;              /* which test found it */
};

/* What is kept between pairs: unit roots of the transforms. */
struct beacons {
    struct arena *a;                 /* borrowed */
    struct arena *scratch;           /* borrowed; reset for each pair */
    struct beacons_opts opts;
    double *roots[BEACONS_MAX_LOG2 + 1];
};

/* `time` has n ticks in rising order. */
void beacon_find(struct beacons *w, size_t n, const int64_t *time,
                 struct beacon *out);

#endif
