/* session.h - what was entered: the history of this kernel, in memory.
 *
 * Called by: on_execute.c (adds), on_history.c (asks). Safe for any thread.
 * Nothing is written to disk: cells may hold what must not outlive the case. */
#ifndef KERNEL_SESSION_H
#define KERNEL_SESSION_H

#include "base/buf.h"

/* The oldest entries go when there are more, or more text. */
enum { HISTORY_KEPT = 10000, HISTORY_OUTPUT_BYTES = 4096 };
#define HISTORY_BYTES (16u << 20)

struct session;

struct session *session_new(void);
void session_free(struct session *s);

/* The output is cut to HISTORY_OUTPUT_BYTES. */
void session_add(struct session *s, int64_t line, str input, str output);

enum history_access { HISTORY_TAIL, HISTORY_RANGE, HISTORY_SEARCH };

struct history_query {
    enum history_access access;
    bool output;         /* with output: [session, line, [input, output]] */
    bool unique;         /* search: only the last of equal inputs */
    int64_t n;           /* tail and search: at most; < 0: all */
    int64_t session;     /* range: 0 or 1 is this one; others are empty */
    int64_t start, stop; /* range: lines [start, stop); stop < 0: to the end */
    str pattern;         /* search: with * and ? */
};

/* Appends a JSON array, oldest first. */
void session_query(struct session *s, const struct history_query *q,
                   struct buf *json);

#endif
