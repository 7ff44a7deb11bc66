/* kernel.h - one running kernel without its sockets: state and the main step.
 *
 * Called by: loop.c (with sockets), tests (with a transport of their own).
 * The I/O thread owns struct kernel; what other threads use (wire, out, exec,
 * session, log) is safe for them by itself. */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "kernel/capture.h"
#include "kernel/exec.h"
#include "kernel/interp.h"
#include "kernel/lane.h"
#include "kernel/log.h"
#include "kernel/outbox.h"
#include "kernel/session.h"
#include "kernel/wire.h"

/* Shell, iopub, stdin, control, heartbeat: the order of the protocol. */
enum port { PORT_SHELL, PORT_IOPUB, PORT_STDIN, PORT_CONTROL, PORT_HB, NPORTS };

struct kernel {
    const struct interp *in;
    struct log *log;              /* borrowed; may be NULL */
    struct wire *wire;
    struct outbox *out;
    struct session *session;
    struct exec *exec;            /* runs cells */
    struct lane *fast;            /* answers while a cell runs */
    struct capture *capture;      /* NULL: descriptors 1 and 2 are left alone */
    int ports[NPORTS];            /* for connect_request; 0 unknown */

    /* I/O thread only. */
    uint64_t ndropped;            /* messages that failed verification */
    bool stopping, finished, restart;
    struct msg *stop_request;     /* NULL: a signal asked */
    int64_t stop_deadline_us;
};

struct kernel *kernel_new(const struct interp *in, str key, struct log *log);
/* Joins the threads; only after kernel_step said the end, or without a step. */
void kernel_free(struct kernel *k);

/* One turn: takes what waits in t, sends what is ready. False: the kernel has
 * finished and everything was sent. */
bool kernel_step(struct kernel *k, const struct transport *t);
/* How long the caller may sleep before the next step; -1: until something
 * arrives. */
int kernel_sleep_ms(const struct kernel *k);
/* True when no thread is stuck in a cell, so kernel_free will return. */
bool kernel_is_quiet(const struct kernel *k);

void kernel_interrupt(struct kernel *k);
/* Ends the running cell, refuses the queued ones, then finishes. `request` may
 * be NULL and is taken. */
void kernel_stop(struct kernel *k, struct msg *request, bool restart);

int64_t monotonic_us(void);

#endif
