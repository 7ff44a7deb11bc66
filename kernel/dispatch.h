/* dispatch.h - from a verified message to the handler that answers it.
 *
 * Called by: kernel.c, exec.c. The status messages around a request are sent
 * here and nowhere else: busy, the handler's messages, idle. */
#ifndef KERNEL_DISPATCH_H
#define KERNEL_DISPATCH_H

#include "kernel/wire.h"

struct kernel;

/* I/O thread. Takes m. */
void dispatch(struct kernel *k, struct msg *m);

/* Execution thread; m stays with the caller. */
void dispatch_cell(struct kernel *k, struct msg *m);
void dispatch_aborted_cell(struct kernel *k, struct msg *m);

/* The work of the fast lane. Takes m. */
void dispatch_fast(void *kernel, struct msg *m);

/* Ends a request whose handler answers later (shutdown). Takes m. */
void dispatch_end(struct kernel *k, struct msg *m);

#endif
