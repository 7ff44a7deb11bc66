/* rows.h - rows written cell by cell, handed on in batches.
 *
 * Used by: the tables of this folder. Small tables: clarity before speed. */
#ifndef HOST_ROWS_H
#define HOST_ROWS_H

#include "registry/source.h"

struct rows {
    struct row_sink *sink;
    size_t ncols;
    const struct source_col *cols;
    struct frame *frame;  /* the batch that is being filled */
    size_t n;
    uint64_t repaired;    /* texts with bytes that were not UTF-8 */
};

void rows_init(struct rows *r, struct row_sink *sink, size_t ncols,
               const struct source_col *cols);
void rows_release(struct rows *r);

/* Cells of the current row; those that are not set are null or "". */
void rows_text(struct rows *r, size_t col, str text);
void rows_int(struct rows *r, size_t col, int64_t v);
/* Ends the row; hands on a full batch. */
enum status rows_next(struct rows *r);
enum status rows_flush(struct rows *r);

#endif
