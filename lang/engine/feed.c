/* feed.c - appends the rows of frames to a new table, chunk by chunk.
 *
 * Called by: load.c, one feed per loading thread.
 *
 * Texts are not copied here: the chunk's strings point into the frame while
 * the call lasts, and the appender copies them into its own memory. */
#include "load_int.h"

#include "cells.h"

enum { MAX_CELL = 1 << 29 };

/* Takes the reason along before the appender, which owns it, goes. */
static enum status appender_fail(struct feed *f, struct diags *ds)
{
    const struct duck *d = &f->e->duck;
    struct duck_error *error = d->appender_error_data(f->appender);
    enum status st = engine_fail(f->e, d->error_data_message(error), ds);
    d->destroy_error_data(&error);
    return st;
}

static enum status create_table(struct feed *f, struct diags *ds)
{
    struct buf b;
    buf_init(&b, MAX_SQL);
    sql_create(&b, f->table, f->ncols, f->types);
    enum status st = run_sql(f->e, f->con, buf_str(&b), NULL, ds);
    buf_release(&b);
    return st;
}

static void create_chunk(struct feed *f)
{
    const struct duck *d = &f->e->duck;
    struct duck_type **types = xcalloc(f->ncols, sizeof *types);
    for (size_t c = 0; c < f->ncols; c++)
        types[c] = cell_type(d, f->types[c]);
    f->chunk = d->create_data_chunk(types, f->ncols);
    for (size_t c = 0; c < f->ncols; c++)
        d->destroy_logical_type(&types[c]);
    free(types);
}

enum status feed_open(struct feed *f, struct diags *ds)
{
    const struct duck *d = &f->e->duck;
    enum status st = create_table(f, ds);
    if (st != ST_OK)
        return st;
    f->scratch = arena_new();
    char *name = arena_cstr(f->scratch, f->table);
    if (d->appender_create(f->con, NULL, name, &f->appender) != DUCK_OK) {
        st = appender_fail(f, ds);
        d->appender_destroy(&f->appender);
        arena_free(f->scratch);
        drop_table(f->e, f->con, f->table);
        return st;
    }
    create_chunk(f);
    return ST_OK;
}

static void fill_texts(struct cell_writer *w, const struct column *col,
                       size_t from, size_t n)
{
    const str *s = col->s + from;
    for (size_t i = 0; i < n; i++)
        write_borrowed(w, i, writer_utf8(w, s[i]));
}

static void fill_column(struct cell_writer *w, const struct column *col,
                        size_t from, size_t n)
{
    enum type t = col->type;
    if (t == TYPE_DECIMAL)
        for (size_t i = 0; i < n; i++)
            write_decimal(w, i, col->s[from + i]);
    else if (type_is_text(t))
        fill_texts(w, col, from, n);
    else if (t != TYPE_BOOL && t != TYPE_INT)
        memcpy(w->data, col->i + from, n * sizeof(int64_t)); /* reals too */
    else
        for (size_t i = 0; i < n; i++)
            write_int(w, t, i, col->i[from + i]);
    if (!col->null || t == TYPE_STRING)
        return;
    for (size_t i = 0; i < n; i++)
        if (col->null[from + i])
            write_null(w, i);
}

static enum status check_texts(const struct frame *rows, size_t from, size_t n,
                               struct diags *ds)
{
    for (size_t c = 0; c < rows->ncols; c++) {
        const struct column *col = &rows->cols[c];
        if (!type_is_text(col->type))
            continue;
        for (size_t i = from; i < from + n; i++) {
            if (col->s[i].n <= MAX_CELL)
                continue;
            diag_error(ds, DIAG_LIMIT, NO_SPAN,
                       "a value of column '%.*s' has %zu MB, more than %d MB",
                       STRF(col->name), col->s[i].n >> 20, MAX_CELL >> 20);
            return ST_USER;
        }
    }
    return ST_OK;
}

static enum status append(struct feed *f, const struct frame *rows,
                          size_t from, size_t n, struct diags *ds)
{
    const struct duck *d = &f->e->duck;
    enum status st = check_texts(rows, from, n, ds);
    if (st != ST_OK)
        return st;
    d->data_chunk_reset(f->chunk);
    for (size_t c = 0; c < f->ncols; c++) {
        struct cell_writer w;
        writer_open(&w, d, d->data_chunk_get_vector(f->chunk, c), f->scratch);
        fill_column(&w, &rows->cols[c], from, n);
    }
    d->data_chunk_set_size(f->chunk, n);
    if (d->append_data_chunk(f->appender, f->chunk) != DUCK_OK)
        st = appender_fail(f, ds);
    arena_reset(f->scratch);
    return st;
}

enum status feed_chunk(struct feed *f, struct duck_chunk *chunk,
                       struct diags *ds)
{
    if (f->e->duck.append_data_chunk(f->appender, chunk) == DUCK_OK)
        return ST_OK;
    return appender_fail(f, ds);
}

enum status feed_rows(struct feed *f, const struct frame *rows,
                      struct diags *ds)
{
    enum status st = ST_OK;
    if (rows->ncols != f->ncols)
        BUG("a batch of %zu columns for %zu", rows->ncols, f->ncols);
    for (size_t c = 0; c < f->ncols; c++)
        if (rows->cols[c].type != f->types[c])
            BUG("a batch with %s for %s", type_name(rows->cols[c].type),
                type_name(f->types[c]));
    for (size_t from = 0; st == ST_OK && from < rows->nrows;) {
        size_t n = rows->nrows - from;
        if (n > DUCK_VECTOR_ROWS)
            n = DUCK_VECTOR_ROWS;
        st = is_cancelled(f->e) ? ST_CANCELLED : append(f, rows, from, n, ds);
        from += n;
    }
    return st;
}

enum status feed_close(struct feed *f, struct diags *ds)
{
    const struct duck *d = &f->e->duck;
    enum status st = ST_OK;
    if (d->appender_close(f->appender) != DUCK_OK)
        st = appender_fail(f, ds);
    d->appender_destroy(&f->appender);
    d->destroy_data_chunk(&f->chunk);
    arena_free(f->scratch);
    return st;
}
