/* on_debug.c - says that there is no debugger.
 *
 * Called by: dispatch.c on the I/O thread. kernel_info_reply says so already,
 * but a client that asks all the same waits for an answer: a response of the
 * Debug Adapter Protocol that failed, with the request's number in it. */
#include "base/json_write.h"
#include "kernel/handlers.h"
#include "kernel/json_in.h"

void on_debug(struct kernel *k, struct msg *m)
{
    struct buf b;
    str command = json_member_text(m->body, "command");
    buf_init(&b, 4096);
    buf_adds(&b, "{\"type\":\"response\",\"success\":false,\"seq\":0,"
                 "\"request_seq\":");
    buf_add_i64(&b, json_member_int(m->body, "seq", 0));
    buf_adds(&b, ",\"command\":");
    json_str(&b, str_sub(command, 0, command.n < 100 ? command.n : 100));
    buf_adds(&b, ",\"message\":\"this kernel has no debugger\",\"body\":{}}");
    reply(k, m, buf_str(&b));
    buf_release(&b);
}
