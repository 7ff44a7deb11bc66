/* fill.h - cells into the columns of a batch.
 *
 * Used by: load.c, one batch per part, filled again and again, and
 * providers/answer/row_writer.h. Text stays a view into the window when it
 * can; what must be decoded or repaired goes to the batch's pool. Values that
 * do not fit a column's type become null; with types found by schema.h that
 * cannot happen. */
#ifndef FILE_FILL_H
#define FILE_FILL_H

#include "base/frame.h"
#include "cell.h"
#include "pool.h"
#include "registry/source.h"

struct batch {
    struct frame *frame;    /* own; rows [0, nrows) are filled */
    size_t nrows, cap;
    uint64_t repaired;      /* values with bytes that were not UTF-8 */

    /* Private. */
    enum type *types;
    bool **nulls;           /* by column; NULL for string */
    uint32_t *filled;       /* rows of this batch written so far */
    uint32_t *dirty;        /* rows that may still hold older values */
    int32_t epoch;          /* column that numbers may be times in, or -1 */
    struct pool pool;
};

/* `time_col`: the column whose numbers are Unix times; -1: none. */
void batch_init(struct batch *b, size_t ncols, const struct source_col *cols,
                int time_col);
void batch_release(struct batch *b);
/* One row; cells whose col is negative are left out. A later cell of the same
 * column wins. */
void batch_add(struct batch *b, const struct cell *cells, size_t n);

/* Or value by value: the place of the current row's cell of `col`, to be set
 * at [b->nrows]; it is not null any more. batch_next ends the row, batch_undo
 * forgets what was set of it. */
void batch_gap(struct batch *b, size_t col); /* private */
static inline struct column *batch_cell(struct batch *b, size_t col)
{
    if (b->filled[col] < b->nrows)
        batch_gap(b, col);
    b->filled[col] = (uint32_t)b->nrows + 1;
    if (b->nulls[col])
        b->nulls[col][b->nrows] = false;
    return &b->frame->cols[col];
}
static inline void batch_next(struct batch *b)
{
    b->nrows++;
}
void batch_undo(struct batch *b);

static inline bool batch_full(const struct batch *b)
{
    return b->nrows == b->cap;
}
/* Makes the frame presentable: rows counted, gaps null. */
const struct frame *batch_finish(struct batch *b);
void batch_clear(struct batch *b);

#endif
