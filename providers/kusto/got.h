/* got.h - rows of an answer, on their way to a table or a callback.
 *
 * Used by: shape.c, answer.c. */
#ifndef KUSTO_GOT_H
#define KUSTO_GOT_H

#include "answer.h"
#include "providers/answer/pull.h"
#include "providers/file/fill.h"

struct got {
    /* A table: batches go to a sink. */
    struct batch *batch; /* NULL: none */
    const int32_t *to;   /* column of the batch, by column of the answer */
    struct pool text;    /* of unpacked dynamic values */
    struct row_sink *sink;
    const atomic_bool *cancel;
    bool handed; /* some rows are with the sink and cannot be taken back */
    /* Or a callback. */
    void (*row)(void *ctx, const struct answer_row *r);
    void *ctx;
};

/* The cells of `j`'s last row or record. `cols` are those of the answer. */
enum status got_add(struct got *r, struct pull *j, size_t ncols,
                     const struct source_col *cols);
/* Hands on what is in the batch: cells are views of a window that moves on. */
enum status got_flush(struct got *r);
/* Takes back all rows; false: some are handed on. */
bool got_drop(struct got *r);
/* Memory behind the batch; the batch is the caller's. */
void got_release(struct got *r);

/* The text of a cell, "" for null; in `a` when it has to be decoded. */
str got_text(struct arena *a, const struct cell *c);

#endif
