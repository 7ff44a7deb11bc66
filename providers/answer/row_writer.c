/* row_writer.c - typed values into batches of rows, handed on as they fill.
 *
 * Called by: clickhouse/, postgresql/, elastic/, splunk/, host/. A batch is
 * handed on when its rows or the bytes of its texts reach a ceiling. */
#include "row_writer.h"

#include "base/json_text.h"
#include "base/utf8.h"
#include "providers/limits.h"

enum { BATCH_BYTES = 32 << 20 };

void row_writer_init(struct row_writer *w, struct row_sink *sink,
                     unsigned part, size_t ncols,
                     const struct source_col *cols)
{
    *w = (struct row_writer){ .sink = sink, .part = part };
    batch_init(&w->batch, ncols, cols, -1);
    buf_init(&w->scratch, 4 * MAX_RECORD);
}

void row_writer_release(struct row_writer *w)
{
    batch_release(&w->batch);
    buf_release(&w->scratch);
}

/* ---- cells ---- */

char *row_writer_room(struct row_writer *w, size_t col, size_t n)
{
    char *p = pool_alloc(&w->batch.pool, n);
    batch_cell(&w->batch, col)->s[w->batch.nrows] = (str){ p, n };
    w->bytes += n;
    return p;
}

static void copy_text(struct row_writer *w, size_t col, str text)
{
    char *p = row_writer_room(w, col, text.n);
    if (text.n)
        memcpy(p, text.p, text.n);
}

void row_writer_text(struct row_writer *w, size_t col, str text)
{
    if (!utf8_valid(text)) {
        buf_reset(&w->scratch);
        w->batch.repaired += utf8_repair(&w->scratch, text);
        text = buf_str(&w->scratch);
    }
    copy_text(w, col, text);
}

bool row_writer_json(struct row_writer *w, size_t col, str json)
{
    buf_reset(&w->scratch);
    if (!json_compact(&w->scratch, json, JSON_MAX_DEPTH, NULL))
        return false;
    if (!str_eqz(buf_str(&w->scratch), "null"))
        copy_text(w, col, buf_str(&w->scratch));
    return true;
}

/* ---- rows ---- */

static bool is_full(const struct row_writer *w)
{
    return batch_full(&w->batch) || w->bytes > BATCH_BYTES;
}

enum status row_writer_next(struct row_writer *w)
{
    batch_next(&w->batch);
    return is_full(w) ? row_writer_flush(w) : ST_OK;
}

enum status row_writer_cells(struct row_writer *w, const struct cell *cells,
                             size_t n)
{
    batch_add(&w->batch, cells, n);
    return is_full(w) ? row_writer_flush(w) : ST_OK;
}

void row_writer_undo(struct row_writer *w)
{
    batch_undo(&w->batch);
}

void row_writer_reject(struct row_writer *w, str where, size_t bytes)
{
    char why[100];
    int n = snprintf(why, sizeof why, "the row has %zu bytes, more than %zu",
                     bytes, MAX_RECORD);
    struct reject r = { .file = where,
                        .line = w->nrows + w->batch.nrows + 1,
                        .reason = { why, (size_t)n },
                        .text = S("") };
    w->sink->reject(w->sink->ctx, w->part, &r);
    row_writer_undo(w);
}

/* The pool keeps its blocks for the next batch; texts that grow from batch to
 * batch fit none of the old ones, which then only cost memory. */
static void empty_batch(struct row_writer *w)
{
    batch_clear(&w->batch);
    if (pool_bytes(&w->batch.pool) > 2 * BATCH_BYTES)
        pool_release(&w->batch.pool);
    w->bytes = 0;
}

enum status row_writer_flush(struct row_writer *w)
{
    struct row_sink *to = w->sink;
    enum status st = ST_OK;
    if (w->cancel && atomic_load(w->cancel))
        st = ST_CANCELLED;
    if (st == ST_OK && w->batch.nrows) {
        w->nrows += w->batch.nrows;
        st = to->batch(to->ctx, w->part, batch_finish(&w->batch));
    }
    empty_batch(w);
    return st;
}
