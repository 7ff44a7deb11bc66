/* fill.c - writes rows of cells into reused columns.
 *
 * Called by: load.c, answer/row_writer.c and providers that read JSON. Sparse
 * tables are normal (300 columns, 30 keys a row), so gaps are filled per column
 * and not per row, and a column that no row of two batches in a row mentions
 * costs nothing. */
#include "fill.h"

#include "convert.h"
#include "providers/limits.h"

enum { MIN_BATCH_ROWS = 16 };

static size_t rows_for(size_t ncols)
{
    size_t rows = MAX_BATCH_CELLS / (ncols ? ncols : 1);
    if (rows < MIN_BATCH_ROWS)
        rows = MIN_BATCH_ROWS;
    return rows < SOURCE_BATCH_ROWS ? rows : SOURCE_BATCH_ROWS;
}

void batch_init(struct batch *b, size_t ncols, const struct source_col *cols,
                int time_col)
{
    *b = (struct batch){ .cap = rows_for(ncols), .epoch = time_col };
    b->frame = frame_new(ncols);
    for (size_t c = 0; c < ncols; c++)
        frame_set_col(b->frame, c, cols[c].name, cols[c].type);
    frame_set_rows(b->frame, b->cap);
    struct arena *a = b->frame->arena;
    b->types = arena_array(a, ncols, sizeof *b->types);
    b->nulls = arena_array(a, ncols, sizeof *b->nulls);
    b->filled = arena_array(a, ncols, sizeof *b->filled);
    b->dirty = arena_array(a, ncols, sizeof *b->dirty);
    for (size_t c = 0; c < ncols; c++) {
        b->types[c] = cols[c].type;
        b->dirty[c] = (uint32_t)b->cap;
        if (cols[c].type != TYPE_STRING)
            b->nulls[c] = arena_array(a, b->cap, sizeof(bool));
    }
}

void batch_release(struct batch *b)
{
    frame_unref(b->frame);
    pool_release(&b->pool);
    *b = (struct batch){ .cap = 0 };
}

/* Rows [from, to) of a column are absent: null, "" for a string. */
static void fill_gap(struct batch *b, size_t col, size_t from, size_t to)
{
    struct column *c = &b->frame->cols[col];
    if (from >= to)
        return;
    if (type_is_text(c->type))
        memset(c->s + from, 0, (to - from) * sizeof *c->s);
    else
        memset(c->i + from, 0, (to - from) * sizeof *c->i);
    if (b->nulls[col])
        memset(b->nulls[col] + from, true, to - from);
}

static void put(struct batch *b, size_t col, size_t row,
                const struct value *v)
{
    struct column *c = &b->frame->cols[col];
    if (v->null && c->type == TYPE_STRING) {
        c->s[row] = STR_NONE;
        return;
    }
    if (b->nulls[col])
        b->nulls[col][row] = v->null;
    if (type_is_text(c->type))
        c->s[row] = v->null ? STR_NONE : v->s;
    else if (c->type == TYPE_REAL)
        c->d[row] = v->null ? 0 : v->d;
    else
        c->i[row] = v->null ? 0 : v->i;
}

/* What most cells of a log are: plain text for a string column, whole numbers
 * for a long one. */
static inline bool put_plain(struct batch *b, size_t row, const struct cell *c)
{
    enum type type = b->types[c->col];
    struct column *col = &b->frame->cols[c->col];
    if (type == TYPE_STRING && !c->flags &&
        (c->kind == CELL_STRING || c->kind == CELL_TEXT)) {
        col->s[row] = (str){ c->p, c->n };
        return true;
    }
    if (type == TYPE_LONG && c->kind == CELL_INT) {
        col->i[row] = c->i;
        b->nulls[c->col][row] = false;
        return true;
    }
    return false;
}

static void put_cell(struct batch *b, size_t row, const struct cell *c)
{
    struct value v = { .type = b->types[c->col] };
    struct convert cv = { .pool = &b->pool, .epoch = c->col == b->epoch };
    cell_convert(&cv, c, &v);
    b->repaired += cv.repaired;
    put(b, (size_t)c->col, row, &v);
}

void batch_add(struct batch *b, const struct cell *cells, size_t n)
{
    size_t row = b->nrows++;
    for (size_t i = 0; i < n; i++) {
        const struct cell *c = &cells[i];
        if (c->col < 0 || (size_t)c->col >= b->frame->ncols)
            continue; /* not asked for */
        uint32_t *filled = &b->filled[c->col];
        if (*filled < row)
            fill_gap(b, (size_t)c->col, *filled, row);
        *filled = (uint32_t)row + 1;
        if (!put_plain(b, row, c))
            put_cell(b, row, c);
    }
}

void batch_gap(struct batch *b, size_t col)
{
    fill_gap(b, col, b->filled[col], b->nrows);
}

void batch_undo(struct batch *b)
{
    for (size_t c = 0; c < b->frame->ncols; c++)
        if (b->filled[c] > b->nrows) {
            b->filled[c] = (uint32_t)b->nrows;
            b->dirty[c] = (uint32_t)b->cap; /* that cell is no gap yet */
        }
}

const struct frame *batch_finish(struct batch *b)
{
    struct frame *f = b->frame;
    for (size_t c = 0; c < f->ncols; c++) {
        if (b->filled[c]) {
            fill_gap(b, c, b->filled[c], b->nrows);
            b->dirty[c] = (uint32_t)b->cap;
        } else if (b->dirty[c]) {
            fill_gap(b, c, 0, b->cap);
            b->dirty[c] = 0;
        }
        bool *nulls = b->nulls[c];
        f->cols[c].null = nulls && memchr(nulls, true, b->nrows) ? nulls : NULL;
    }
    f->nrows = b->nrows;
    f->total = b->nrows;
    return f;
}

void batch_clear(struct batch *b)
{
    b->nrows = 0;
    memset(b->filled, 0, b->frame->ncols * sizeof *b->filled);
    pool_reset(&b->pool);
}
