/* outbox.h - the one queue through which every message leaves.
 *
 * Called by: iopub.c from any thread (push), the I/O thread (take). One lock
 * gives one order: what a thread pushed first leaves first, and a status that
 * says "idle" can be put right in the same step that sends it. */
#ifndef KERNEL_OUTBOX_H
#define KERNEL_OUTBOX_H

#include "kernel/wire.h"

struct outbox;

struct outbox *outbox_new(void);
void outbox_free(struct outbox *o);

/* Readable while messages wait; the I/O thread polls it. */
int outbox_fd(const struct outbox *o);

/* Takes the frames. */
void outbox_push(struct outbox *o, enum channel ch, struct frames *f);
/* Pushes up to two messages with nothing in between; the second one only
 * while the flag of outbox_set_running is set. Takes both. */
void outbox_push_idle(struct outbox *o, struct frames *idle,
                      struct frames *busy_again);
/* Says that a cell runs (true) or, with its idle status pushed in the same
 * step, that it ended. */
void outbox_set_running(struct outbox *o, bool running, struct frames *status);

/* Sends everything that waits. Returns how many messages that were. */
size_t outbox_flush(struct outbox *o, const struct transport *t);

#endif
