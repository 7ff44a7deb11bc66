/* handshake.h - tells a waiting client which ports were bound (JEP 66).
 *
 * Called by: cmd_kernel.c when the connection file names a registration
 * address instead of ports. */
#ifndef KERNEL_HANDSHAKE_H
#define KERNEL_HANDSHAKE_H

#include "kernel/connection.h"

/* Sends the ports and waits for the signed acknowledgement, at most 5 s. */
bool handshake(void *zmq, const struct connection *c, const struct wire *w,
               const int ports[NPORTS], struct buf *why);

#endif
