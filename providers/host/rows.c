/* rows.c - batches of the host tables.
 *
 * Called by: processes.c, connections.c, logons.c. */
#include "rows.h"

#include "base/utf8.h"

enum { MAX_TEXT = 32 << 20 };

static void new_frame(struct rows *r)
{
    r->frame = frame_new(r->ncols);
    for (size_t c = 0; c < r->ncols; c++)
        frame_set_col(r->frame, c, r->cols[c].name, r->cols[c].type);
    frame_set_rows(r->frame, SOURCE_BATCH_ROWS);
    for (size_t c = 0; c < r->ncols; c++)
        if (r->cols[c].type != TYPE_STRING)
            memset(frame_nulls(r->frame, c), true, SOURCE_BATCH_ROWS);
    r->n = 0;
}

void rows_init(struct rows *r, struct row_sink *sink, size_t ncols,
               const struct source_col *cols)
{
    *r = (struct rows){ .sink = sink, .ncols = ncols, .cols = cols };
    new_frame(r);
}

void rows_release(struct rows *r)
{
    frame_unref(r->frame);
    r->frame = NULL;
}

void rows_text(struct rows *r, size_t col, str text)
{
    struct buf b;
    buf_init(&b, MAX_TEXT);
    r->repaired += utf8_repair(&b, text);
    r->frame->cols[col].s[r->n] = buf_take(&b, r->frame->arena);
    buf_release(&b);
}

void rows_int(struct rows *r, size_t col, int64_t v)
{
    r->frame->cols[col].i[r->n] = v;
    r->frame->cols[col].null[r->n] = false;
}

enum status rows_next(struct rows *r)
{
    return ++r->n == SOURCE_BATCH_ROWS ? rows_flush(r) : ST_OK;
}

enum status rows_flush(struct rows *r)
{
    enum status st = ST_OK;
    r->frame->nrows = r->frame->total = r->n;
    if (r->n)
        st = r->sink->batch(r->sink->ctx, 0, r->frame);
    frame_unref(r->frame);
    new_frame(r);
    return st;
}
