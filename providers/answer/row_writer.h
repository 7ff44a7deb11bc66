/* row_writer.h - typed values into batches of rows, handed on as they fill.
 *
 * Used by: every provider that does not read a file. It owns one batch, which
 * is filled again and again, so reading a million rows needs no more memory
 * than reading two thousand. Two ways to fill a row: cell by cell, then
 * row_writer_next; or all cells of a JSON reader at once, row_writer_cells.
 * Cells that are not set are null, "" in a string column. */
#ifndef ANSWER_ROW_WRITER_H
#define ANSWER_ROW_WRITER_H

#include "providers/file/fill.h"

struct row_writer {
    struct batch batch;
    struct row_sink *sink;
    unsigned part;
    const atomic_bool *cancel; /* MAY be NULL */
    uint64_t nrows; /* handed on; those of the batch are not among them */
    /* Private. */
    size_t bytes;       /* of texts in the batch */
    struct buf scratch; /* of the text that is being converted */
};

/* `cols` and `sink` are borrowed. */
void row_writer_init(struct row_writer *w, struct row_sink *sink,
                     unsigned part, size_t ncols,
                     const struct source_col *cols);
void row_writer_release(struct row_writer *w);

/* ---- cells of the current row ---- */

/* A text is copied, and repaired and counted when it is not UTF-8. */
void row_writer_text(struct row_writer *w, size_t col, str text);
/* The same for texts that are ASCII for sure; n bytes for the caller to fill.*/
char *row_writer_room(struct row_writer *w, size_t col, size_t n);
/* A dynamic column, in the stored spelling. JSON null leaves the cell null;
 * false: it is no JSON, and the cell is null too. */
bool row_writer_json(struct row_writer *w, size_t col, str json);

/* Whatever is an integer in a frame: bool, int, long, datetime, timespan. */
static inline void row_writer_int(struct row_writer *w, size_t col, int64_t v)
{
    batch_cell(&w->batch, col)->i[w->batch.nrows] = v;
}
static inline void row_writer_real(struct row_writer *w, size_t col, double v)
{
    batch_cell(&w->batch, col)->d[w->batch.nrows] = v;
}

/* ---- rows ---- */

/* Ends the row; a full batch is handed on. */
enum status row_writer_next(struct row_writer *w);
/* A whole row. What the cells point at has to live until the next flush. */
enum status row_writer_cells(struct row_writer *w, const struct cell *cells,
                             size_t n);
/* Forgets what was set of the current row. */
void row_writer_undo(struct row_writer *w);
/* The same for a row of `bytes` that is longer than MAX_RECORD: it is told as
 * one that could not be read, from `where`. */
void row_writer_reject(struct row_writer *w, str where, size_t bytes);
/* Hands on what there is. ST_CANCELLED: nothing more is wanted. */
enum status row_writer_flush(struct row_writer *w);

#endif
