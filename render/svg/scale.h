/* scale.h - from values to pixels, with round ticks.
 *
 * Called by: charts, timeline.
 * Gives:     linear ticks at 1, 2, 5 times a power of ten, logarithmic ticks at
 *            powers of ten, time ticks at round moments of the UTC calendar.
 *            A time scale counts 100 ns ticks from `t0`, so that a double holds
 *            them exactly over the range of a picture. */
#ifndef RENDER_SVG_SCALE_H
#define RENDER_SVG_SCALE_H

#include "base/buf.h"

enum scale_kind { SCALE_LINEAR, SCALE_LOG, SCALE_TIME };

struct scale {
    enum scale_kind kind;
    double lo, hi;      /* values; log: both > 0 */
    double from, to;    /* pixels; from > to for an axis that goes up */
    int64_t t0;         /* time: what value 0 stands for */
};

struct tick {
    double at;
    char label[32];
};

enum { TICKS_CAP = 64 };

/* Widens a linear or logarithmic scale to round ends; opens an empty one. */
void scale_nice(struct scale *s, size_t want);
double scale_px(const struct scale *s, double v);
/* The moment of a value of a time scale, kept inside the calendar. */
int64_t scale_moment(const struct scale *s, double v);
/* About `want` ticks, at most TICKS_CAP. */
size_t scale_ticks(const struct scale *s, size_t want,
                   struct tick out[TICKS_CAP]);

#endif
