/* firstseen.h - is a key new against what was seen in the time before?
 *
 * Called by: lang/ops/op_firstseen.c.
 * An event is new when its key was not seen in the `over` ticks before it (at
 * that very distance it was). The base is complete when the data begins that
 * long before the event; else "new" only means "not in what there is". O(rows)
 * after groups.h has put them in order. */
#ifndef ANALYTICS_FIRSTSEEN_H
#define ANALYTICS_FIRSTSEEN_H

#include "groups.h"

struct firstseen {
    int64_t *first;      /* by row: when its key was first seen */
    int64_t *previous;   /* by row: when it was seen before */
    uint8_t *flags;      /* by row */
    int64_t begin;       /* of the data */
    size_t unjudged;     /* rows that are new against an incomplete base */
};

enum firstseen_flag {
    FIRSTSEEN_TIMED = 1,     /* the row has a time: the others hold */
    FIRSTSEEN_AGAIN = 2,     /* it was seen before: previous holds */
    FIRSTSEEN_NEW = 4,
    FIRSTSEEN_COMPLETE = 8,
};

/* `over` 0: against everything before, which is then complete. */
void firstseen_make(struct arena *a, const struct groups *g,
                    const struct timeline *t, int64_t over,
                    struct firstseen *out);

#endif
