/* iopub.h - builds and sends every message of the kernel.
 *
 * Called by: dispatch.c, on_*.c, kernel.c, from any thread. `parent` is the
 * raw header of the request that a message belongs to ("" for none). JSON text
 * that goes in is trusted to be JSON; text that goes in is escaped. */
#ifndef KERNEL_IOPUB_H
#define KERNEL_IOPUB_H

#include "kernel/kernel.h"
#include "kernel/trouble.h"

/* Ceiling of a message content that the kernel builds. */
#define MAX_CONTENT_BYTES (64u << 20)

void publish(struct kernel *k, str parent, const char *type, str content);
void publish_status(struct kernel *k, str parent, const char *state);
/* Busy at the start of a cell, idle at its end: known to the outbox, which
 * repairs the status that answers in between leave behind. */
void publish_cell_status(struct kernel *k, str parent, bool running);
/* Idle after any other request; busy again at once while a cell runs. */
void publish_idle(struct kernel *k, str parent);
void publish_execute_input(struct kernel *k, str parent, str code,
                           int64_t count);
void publish_stream(struct kernel *k, str parent, const char *name, str text);
void publish_error(struct kernel *k, str parent, const struct trouble *t);

/* What is shown: data is a JSON object of mime types. */
struct shown {
    const char *type;      /* display_data, execute_result, … */
    str data;
    str metadata;          /* JSON object; "" for {} */
    int64_t count;         /* execute_result only */
    str display_id;        /* "" for none */
};
void publish_shown(struct kernel *k, str parent, const struct shown *s);

/* What a new subscriber must get before anything else (JEP 65). False: the
 * topic is not UTF-8 and gets nothing. */
bool welcome_message(struct kernel *k, str topic, struct frames *out);

/* Text that libraries printed, as streams of the running cell. */
void publish_captured(struct kernel *k);

/* X_request gets X_reply on the channel it came from. */
void reply(struct kernel *k, const struct msg *m, str content);
void reply_with_metadata(struct kernel *k, const struct msg *m, str content,
                         str metadata);
void reply_error(struct kernel *k, const struct msg *m, const char *ename,
                 const char *evalue);
void ask_input(struct kernel *k, const struct msg *m, str prompt,
               bool password);

#endif
