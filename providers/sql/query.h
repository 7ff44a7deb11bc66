/* query.h - stages of a pipeline as one SQL statement.
 *
 * Used by: providers of engines that speak SQL: for push(), text() and open()
 * alike, so that what is promised is what is sent. */
#ifndef PROVIDERS_SQL_QUERY_H
#define PROVIDERS_SQL_QUERY_H

#include "dialect.h"

/* What the stages stand over: a table of the engine with all its columns;
 * their texts are quoted names. */
struct sql_table {
    str from; /* SQL: "schema"."table" */
    size_t ncols;
    const struct sql_col *cols;
};

/* A table whose columns were asked for, by the analyst's name for it. */
struct sql_known {
    str name;
    struct sql_table table;
    const struct sql_known *next;
};
const struct sql_table *sql_known_find(const struct sql_known *first, str name);

/* What a statement gives: a column each, as the reader gets it. */
struct sql_output {
    size_t ncols;
    const struct sql_col *cols; /* in the arena given */
};

/* A pipeline over a table of a dialect. */
struct sql_pipeline {
    const struct sql_dialect *d;
    const struct sql_table *table;
    const struct remote_query *q;
};

/* Appends the statement of all stages; `out` MAY be NULL. The answer is that
 * of the last stage. PUSH_NO: it cannot be said, `b` is to be thrown away.
 * Working memory and outputs are in `a`. */
enum remote_push sql_query(const struct sql_pipeline *p, struct arena *a,
                           struct buf *b, struct sql_output *out);

/* May `next` run there, after the stages of the pipeline? */
enum remote_push sql_push(const struct sql_pipeline *p,
                          const struct remote_stage *next);

#endif
