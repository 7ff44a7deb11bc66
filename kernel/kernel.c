/* kernel.c - wires the parts of a kernel together and steps them.
 *
 * Called by: loop.c, tests. */
#include "kernel/kernel.h"

#include "kernel/dispatch.h"
#include "kernel/iopub.h"

enum {
    MAX_FAST_QUEUED = 10000,
    RECV_BATCH = 64,        /* then what is ready is sent */
    REPEAT_MS = 50,         /* of an interrupt, see exec.h */
    STOPPING_MS = 5,
    STOP_US = 1000000,      /* a cell may take this long to end */
    LOG_FIRST = 100,        /* dropped messages that are logged one by one */
};

int64_t monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct kernel *kernel_new(const struct interp *in, str key, struct log *log)
{
    struct kernel *k = xcalloc(1, sizeof *k);
    k->in = in;
    k->log = log;
    k->wire = wire_new(key);
    k->out = outbox_new();
    k->session = session_new();
    k->exec = exec_new(k);
    k->fast = lane_new(dispatch_fast, k, MAX_FAST_QUEUED);
    publish_status(k, S(""), "starting");
    return k;
}

void kernel_free(struct kernel *k)
{
    if (!k)
        return;
    exec_stop(k->exec);
    exec_free(k->exec);
    lane_free(k->fast);
    msg_free(k->stop_request);
    session_free(k->session);
    outbox_free(k->out);
    wire_free(k->wire);
    free(k);
}

/* Unsigned traffic must not fill the log: each power of two after the first
 * hundred. */
static void count_dropped(struct kernel *k, enum channel ch, enum verdict v)
{
    uint64_t n = ++k->ndropped;
    if (n <= LOG_FIRST || (n & (n - 1)) == 0)
        log_write(k->log, LOG_WARN,
                  "dropped message %llu on channel %d: %s",
                  (unsigned long long)n, (int)ch, verdict_text(v));
}

static void receive(struct kernel *k, enum channel ch, struct frames *f)
{
    struct msg *m;
    enum verdict v = wire_decode(k->wire, ch, f, &m);
    if (v == WIRE_OK)
        dispatch(k, m);
    else
        count_dropped(k, ch, v);
}

void kernel_interrupt(struct kernel *k)
{
    exec_interrupt(k->exec);
}

void kernel_stop(struct kernel *k, struct msg *request, bool restart)
{
    if (k->stopping) {
        if (request)
            dispatch_end(k, request);
        return;
    }
    log_write(k->log, LOG_INFO, "stopping");
    k->stopping = true;
    k->restart = restart;
    k->stop_request = request;
    k->stop_deadline_us = monotonic_us() + STOP_US;
    exec_stop(k->exec);
}

bool kernel_is_quiet(const struct kernel *k)
{
    return exec_is_idle(k->exec);
}

static void finish(struct kernel *k)
{
    struct msg *m = k->stop_request;
    const char *content = k->restart ? "{\"status\":\"ok\",\"restart\":true}"
                                     : "{\"status\":\"ok\",\"restart\":false}";
    k->finished = true;
    k->stop_request = NULL;
    if (!m)
        return;
    reply(k, m, str_of(content));
    publish(k, m->header, "shutdown_reply", str_of(content));
    dispatch_end(k, m);
}

static bool may_finish(const struct kernel *k)
{
    return k->stopping && !k->finished &&
           (kernel_is_quiet(k) || monotonic_us() >= k->stop_deadline_us);
}

bool kernel_step(struct kernel *k, const struct transport *t)
{
    enum channel ch;
    struct frames f;
    outbox_flush(k->out, t);
    for (int i = 0; i < RECV_BATCH && t->recv(t->ctx, &ch, &f); i++)
        receive(k, ch, &f);
    exec_repeat_interrupt(k->exec);
    if (may_finish(k))
        finish(k);
    outbox_flush(k->out, t);
    return !k->finished;
}

int kernel_sleep_ms(const struct kernel *k)
{
    if (k->finished)
        return 0;
    if (k->stopping)
        return STOPPING_MS;
    return exec_repeat_interrupt(k->exec) ? REPEAT_MS : -1;
}
