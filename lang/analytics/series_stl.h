/* series_stl.h - season, trend and rest of a series by local regression.
 *
 * Called by: lang/funcs/fn_series_stl.c.
 * STL (Cleveland, Cleveland, McRae & Terpenning, Journal of Official Statistics
 * 6, 1990): loess along each place of the period, loess along the whole, in
 * turns. x has n values at equal steps; a missing one (NaN) is put on the line
 * between its neighbours and stays missing in the rest. Several seasons are
 * taken out one after the other, the shortest first, twice (MSTL: Bandara,
 * Hyndman & Bergmeir 2021).
 *
 * A window is an odd number of points that count for one. A small seasonal
 * window lets the season change quickly and swallows anomalies; a large one
 * holds it still. O(n * windows * turns): inside the series a window of
 * unweighted points is a fixed set of factors; robust turns compute it anew for
 * each point. Windows of more than 512 points (64 when robust) are worked out
 * at some places, between which the smooth is a line. */
#ifndef ANALYTICS_SERIES_STL_H
#define ANALYTICS_SERIES_STL_H

#include "base/arena.h"

enum { STL_MAX_SEASONS = 8, STL_MAX_ROBUST = 100000 };

struct stl_opts {
    size_t nperiods;
    size_t period[STL_MAX_SEASONS];   /* 2 … n / 2, rising */
    size_t seasonal;         /* window of the season, odd, 3 …; several seasons
                              * add 4 for each longer one */
    size_t trend;            /* window of the trend; 0: just above
                              * 1.5 period / (1 - 1.5 / seasonal) */
    bool robust;             /* 15 rounds in which what is far off counts less,
                              * of 2 turns each; else 5 turns */
};

struct stl_parts {
    double *seasonal[STL_MAX_SEASONS]; /* by period */
    double *trend, *residual;
    double *weight;          /* 1 unless robust */
};

/* New arrays of n values in `a`. n >= 2 * the largest period; false: every
 * value is missing. */
bool stl_run(struct arena *a, size_t n, const double *x,
             const struct stl_opts *o, struct stl_parts *out);

#endif
