/* answer.h - one cell run without Jupyter, and its JSON form.
 *
 * Called by: cmd_batch.c, cmd_run.c, cmd_dev.c. The JSON is the contract of
 * `shikra batch`: id, ok, outputs, errors, ms; warnings where there are any. */
#ifndef KERNEL_ANSWER_H
#define KERNEL_ANSWER_H

#include "kernel/interp.h"

#define MAX_ANSWER_BYTES (512u << 20)

struct answer {
    const struct interp *in;
    struct arena *arena;
    str code;                /* borrowed */
    enum status status;
    struct diags ds;
    struct buf outputs;      /* JSON values with commas between */
    bool as_json;            /* fill outputs */
    bool partial;            /* rows of a source are missing */
    double ms;
    bool terminal;           /* stderr is one: how far rows are is shown */
    bool flowing;            /* … in its last line */
    double began_ms, flow_ms;
    uint64_t told;           /* hash of the last line of progress */
    /* MAY be set: sees every result as it comes, with its forms. */
    void (*show)(void *ctx, const struct result *r,
                 const struct bundle *forms);
    void *ctx;
};

void answer_init(struct answer *a, const struct interp *in);
void answer_release(struct answer *a);

/* Runs the code, which must outlive the answer. */
void answer_run(struct answer *a, str code, const struct lang_opts *o);
bool answer_ok(const struct answer *a);
/* Clean, error, failed assert or partial: an enum exit_code. */
int answer_exit_code(const struct answer *a);

/* One line without its end. `id` is JSON. */
void answer_write(struct buf *b, const struct answer *a, str id);

#endif
