/* flow.h - the body of an answer while it still comes.
 *
 * Used by: kusto/. A thread of its own runs the request and keeps what comes;
 * whoever reads takes it window by window. So the network and the parsing run
 * side by side, the beginning of an answer can be looked at before the rest is
 * here, and memory does not grow with the answer. One thread at a time may
 * read. */
#ifndef ANSWER_FLOW_H
#define ANSWER_FLOW_H

#include "providers/http/http.h"
#include "registry/remote.h"

struct flow;

struct flow_job {
    void *ctx; /* lives as long as the flow */
    /* MUST: sends the request; its body goes to `to`. On the flow's thread. */
    enum status (*send)(void *ctx, const struct http_sink *to,
                        const struct remote_call *call);
    /* MAY: nobody waits for the rest: the service may stop. On that thread. */
    void (*given_up)(void *ctx);
};

/* ST_ENV: there is no thread for it; reported. */
NODISCARD enum status flow_start(struct flow **out, const struct flow_job *job,
                                 const struct remote_call *call);
/* Stops the request when it still runs, and waits for that. NULL is fine. */
void flow_free(struct flow *f);

/* Forgets the first `taken` bytes of the window, waits for more and adds them.
 * *window is followed by JSON_PAD zero bytes and lives until the next call.
 * *last: nothing follows it, and flow_end tells why. ST_CANCELLED: the cell
 * was. */
NODISCARD enum status flow_more(struct flow *f, size_t taken, str *window,
                                bool *last, const atomic_bool *cancel);
/* From now on the reader keeps pace, so little has to be held. Before, an
 * answer that nobody reads yet is taken in up to 128 MB, so that the service is
 * not kept waiting. */
void flow_keep_pace(struct flow *f);
/* After *last: how the request ended; what it reported is added to ds. */
enum status flow_end(struct flow *f, struct diags *ds);

#endif
