/* progress.h - how far a long cell is, as one display that updates in place.
 *
 * Called by: on_execute.c on the execution thread. How far a cell is is shown
 * after half a second, then at most five times a second; a line that somebody
 * has to read is shown at once. Before the next output, and at the end, it
 * vanishes, so that a saved notebook does not say "42 %". */
#ifndef KERNEL_PROGRESS_H
#define KERNEL_PROGRESS_H

#include "kernel/kernel.h"

struct progress {
    struct kernel *k;
    str parent;            /* borrowed */
    int64_t count;         /* of the cell, for the display id */
    int64_t began_us, shown_us;
    struct buf text;       /* that is shown */
    unsigned nshown;       /* displays so far, for the id */
    bool visible;
    bool others;           /* the cell has put out something else */
};

void progress_init(struct progress *p, struct kernel *k, str parent,
                   int64_t count);
/* fraction 0 … 1, or negative when unknown. */
void progress_show(struct progress *p, str what, double fraction);
void progress_line(struct progress *p, str line); /* to be read */
/* Takes it away; `more`: another output follows at once. */
void progress_hide(struct progress *p, bool more);
void progress_end(struct progress *p);

#endif
