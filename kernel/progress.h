/* progress.h - how far a long cell is, as one display that updates in place.
 *
 * Called by: on_execute.c on the execution thread. Nothing is shown for cells
 * shorter than 300 ms; later updates come at most five times a second, and
 * the last one is a summary, so a saved notebook does not say "42 %". */
#ifndef KERNEL_PROGRESS_H
#define KERNEL_PROGRESS_H

#include "kernel/kernel.h"

struct progress {
    struct kernel *k;
    str parent;            /* borrowed */
    int64_t count;         /* of the cell, for the display id */
    int64_t began_us, shown_us;
    struct buf what;       /* of the last update */
    bool visible;
};

void progress_init(struct progress *p, struct kernel *k, str parent,
                   int64_t count);
/* fraction 0 … 1, or negative when unknown. */
void progress_show(struct progress *p, str what, double fraction);
void progress_end(struct progress *p);

#endif
