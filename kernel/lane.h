/* lane.h - a thread that works off a queue of messages in order.
 *
 * Called by: exec.c (cells), kernel.c (what must not wait for cells). */
#ifndef KERNEL_LANE_H
#define KERNEL_LANE_H

#include "kernel/wire.h"

struct lane;

/* run() takes the message. The queue holds at most `max` messages. */
struct lane *lane_new(void (*run)(void *ctx, struct msg *m), void *ctx,
                      size_t max);
/* Lets the running message end, frees the waiting ones, joins. NULL is fine. */
void lane_free(struct lane *l);
/* Takes m unless the queue is full (false). */
bool lane_put(struct lane *l, struct msg *m);

#endif
