/* on_shutdown.c - ends the kernel after the running cell has been stopped.
 *
 * Called by: dispatch.c on the I/O thread; the reply is sent by kernel.c when
 * everything else has been. */
#include "kernel/handlers.h"
#include "kernel/json_in.h"

void on_shutdown(struct kernel *k, struct msg *m)
{
    kernel_stop(k, m, json_member_bool(m->body, "restart", false));
}
