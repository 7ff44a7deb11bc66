/* on_connect.c - the ports, for clients that still ask (deprecated in 5.1).
 *
 * Called by: dispatch.c on the I/O thread. */
#include "kernel/handlers.h"

void on_connect(struct kernel *k, struct msg *m)
{
    char text[256];
    const int *p = k->ports;
    int n = snprintf(text, sizeof text,
                     "{\"status\":\"ok\",\"shell_port\":%d,\"iopub_port\":%d,"
                     "\"stdin_port\":%d,\"control_port\":%d,\"hb_port\":%d}",
                     p[PORT_SHELL], p[PORT_IOPUB], p[PORT_STDIN],
                     p[PORT_CONTROL], p[PORT_HB]);
    reply(k, m, (str){ text, (size_t)n });
}
