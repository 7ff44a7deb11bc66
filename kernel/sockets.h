/* sockets.h - the five sockets of a kernel, and the heartbeat's own thread.
 *
 * Called by: cmd_kernel.c (open), loop.c (poll and transport). */
#ifndef KERNEL_SOCKETS_H
#define KERNEL_SOCKETS_H

#include <pthread.h>

#include "kernel/connection.h"

struct sockets {
    void *zmq;                 /* context */
    void *of[NCHANNELS];       /* by channel; I/O thread only */
    void *heartbeat;           /* handed to its thread */
    int ports[NPORTS];         /* as bound */
    pthread_t heartbeat_thread;
    bool beating;
};

/* Binds all five. False: why says which address and what is wrong. */
bool sockets_open(struct sockets *s, const struct connection *c,
                  struct buf *why);
/* Sends what is queued (at most a second), then closes everything. */
void sockets_close(struct sockets *s);

/* recv: control before shell before stdin. */
struct transport sockets_transport(struct sockets *s);
/* The topic of the next client that wants to subscribe to iopub; it gets
 * nothing before sockets_admit. False: none waits. Text lives in the arena.
 * Those that leave are let go on the way. */
bool sockets_subscription(struct sockets *s, struct arena *a, str *topic);
void sockets_admit(struct sockets *s, str topic);

#endif
