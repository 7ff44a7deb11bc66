/* on_comm.c - comms: this kernel offers no target, and says so properly.
 *
 * Called by: dispatch.c on the fast lane. A front end that opens a comm waits
 * for life signs unless it is closed; comm_info tells that none is open. */
#include "base/json_write.h"
#include "kernel/handlers.h"
#include "kernel/json_in.h"

static void close_comm(struct kernel *k, const struct msg *m)
{
    struct buf b;
    buf_init(&b, MAX_CONTENT_BYTES);
    buf_adds(&b, "{\"comm_id\":");
    json_str(&b, json_member_text(m->body, "comm_id"));
    buf_adds(&b, ",\"data\":{}}");
    publish(k, m->header, "comm_close", buf_str(&b));
    buf_release(&b);
}

void on_comm_info(struct kernel *k, struct msg *m)
{
    reply(k, m, S("{\"status\":\"ok\",\"comms\":{}}"));
}

void on_comm_open(struct kernel *k, struct msg *m)
{
    str target = json_member_text(m->body, "target_name");
    log_write(k->log, LOG_INFO, "no comm target '%.*s'",
              STRF(str_sub(target, 0, 100)));
    close_comm(k, m);
}

/* To a comm of an earlier kernel: the front end learns that it is gone. */
void on_comm_msg(struct kernel *k, struct msg *m)
{
    close_comm(k, m);
}

void on_comm_close(struct kernel *k, struct msg *m)
{
    log_write(k->log, LOG_DEBUG, "comm_close for %.*s",
              STRF(str_sub(json_member_text(m->body, "comm_id"), 0, 100)));
}
