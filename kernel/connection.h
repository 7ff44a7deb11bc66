/* connection.h - the file that tells a kernel where to listen and its key.
 *
 * Called by: cmd_kernel.c. Two forms: ports that the client chose, or an
 * address to register at (JEP 66, "kernel startup handshake"). The key is the
 * only guard against other users of the machine, so a file that they could
 * have read is refused. */
#ifndef KERNEL_CONNECTION_H
#define KERNEL_CONNECTION_H

#include "kernel/kernel.h"

enum { CURVE_KEY = 40 }; /* characters of a Z85 key */

struct connection {
    bool ipc;
    str ip;
    int ports[NPORTS];         /* 0 with registration: chosen at bind */
    str key;
    str curve_public, curve_secret; /* "" or CURVE_KEY characters */
    str registration_ip;       /* "" without registration */
    int registration_port;
    str kernel_id;
};

/* Reads and checks the file. Text lives in the arena. False: why says what is
 * wrong, one line without a name in front. `insecure` allows an empty key and
 * a file that others can read. */
bool connection_read(struct connection *c, struct arena *a, const char *path,
                     bool insecure, struct buf *why);
/* The same for a document in memory; checks all but the file's permissions. */
bool connection_parse(struct connection *c, struct arena *a, str json,
                      bool insecure, struct buf *why);

/* tcp://127.0.0.1:5555, tcp://[::1]:5555, ipc://path-1; port 0 gives tcp's
 * wildcard. NUL-ended, in the arena. */
const char *connection_endpoint(const struct connection *c, struct arena *a,
                                int port);
bool connection_is_loopback(const struct connection *c);
bool connection_is_ipv6(const struct connection *c);

#endif
