/* dispatch.c - the table of requests and the status around each of them.
 *
 * Called by: kernel.c, exec.c, the fast lane. */
#include "kernel/dispatch.h"

#include "kernel/handlers.h"

enum lane_kind { CELLS, FAST, NOW, LATER };

typedef void handler(struct kernel *k, struct msg *m);

static const struct row {
    const char *type;
    enum lane_kind lane;
    handler *run;
} rows[] = {
#define HANDLER(type, lane, function) { #type, lane, function },
#include "kernel/handlers.def"
#undef HANDLER
};

static const struct row *row_of(str type)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eqz(type, rows[i].type))
            return &rows[i];
    return NULL;
}

static void run_handler(struct kernel *k, struct msg *m, handler *run)
{
    if (msg_parse_body(m))
        run(k, m);
    else if (str_ends(m->type, S("_request")))
        reply_error(k, m, "BadRequest", "the content is not a JSON object");
}

/* Busy, the handler, idle: for everything that is not a cell. */
static void run_between(struct kernel *k, struct msg *m, handler *run)
{
    publish_status(k, m->header, "busy");
    if (run)
        run_handler(k, m, run);
    publish_idle(k, m->header);
}

void dispatch_end(struct kernel *k, struct msg *m)
{
    publish_idle(k, m->header);
    msg_free(m);
}

void dispatch_fast(void *kernel, struct msg *m)
{
    struct kernel *k = kernel;
    run_between(k, m, row_of(m->type)->run);
    msg_free(m);
}

void dispatch_cell(struct kernel *k, struct msg *m)
{
    publish_cell_status(k, m->header, true);
    if (msg_parse_body(m))
        on_execute(k, m);
    else
        on_execute_unreadable(k, m);
    publish_cell_status(k, m->header, false);
}

void dispatch_aborted_cell(struct kernel *k, struct msg *m)
{
    publish_cell_status(k, m->header, true);
    on_execute_aborted(k, m);
    publish_cell_status(k, m->header, false);
}

/* A queue is full: the answer says so at once instead of never. */
static void refuse(struct kernel *k, struct msg *m)
{
    log_write(k->log, LOG_WARN, "too many requests wait; refused %.*s",
              STRF(m->type));
    publish_status(k, m->header, "busy");
    if (str_eq(m->type, S("execute_request")))
        on_execute_aborted(k, m);
    else if (str_ends(m->type, S("_request")))
        reply_error(k, m, "Overloaded", "too many requests wait");
    publish_idle(k, m->header);
    msg_free(m);
}

static void dispatch_now(struct kernel *k, struct msg *m, handler *run)
{
    run_between(k, m, run);
    msg_free(m);
}

static void dispatch_later(struct kernel *k, struct msg *m, handler *run)
{
    publish_status(k, m->header, "busy");
    if (msg_parse_body(m))
        run(k, m);
    else
        dispatch_end(k, m);
}

static void dispatch_stdin(struct kernel *k, struct msg *m)
{
    if (str_eq(m->type, S("input_reply"))) {
        exec_answer(k->exec, m);
        return;
    }
    log_write(k->log, LOG_WARN, "dropped %.*s on stdin", STRF(m->type));
    msg_free(m);
}

void dispatch(struct kernel *k, struct msg *m)
{
    log_write(k->log, LOG_DEBUG, "channel %d: %.*s", (int)m->channel,
              STRF(m->type));
    if (m->channel == CH_STDIN) {
        dispatch_stdin(k, m);
        return;
    }
    const struct row *row = row_of(m->type);
    if (!row) {
        log_write(k->log, LOG_INFO, "no handler for %.*s",
                  STRF(str_sub(m->type, 0, 100)));
        dispatch_now(k, m, NULL);
    } else if (row->lane == NOW) {
        dispatch_now(k, m, row->run);
    } else if (row->lane == LATER) {
        dispatch_later(k, m, row->run);
    } else if (row->lane == CELLS ? !exec_submit(k->exec, m)
                                  : !lane_put(k->fast, m)) {
        refuse(k, m);
    }
}
