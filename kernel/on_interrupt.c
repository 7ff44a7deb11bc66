/* on_interrupt.c - stops the running cell; harmless when none runs.
 *
 * Called by: dispatch.c on the I/O thread. It is taken on the shell channel
 * too: some clients send it there. */
#include "kernel/handlers.h"

void on_interrupt(struct kernel *k, struct msg *m)
{
    kernel_interrupt(k);
    reply(k, m, S("{\"status\":\"ok\"}"));
}
