/* feed.c - fills a new table with the rows of frames or chunks.
 *
 * Called by: load.c and parquet.c, one feed per loading thread.
 *
 * The table is made by CREATE TABLE AS over a table function that asks for the
 * next rows, which copies them once; the library's appender copies all of them
 * twice and holds up to 200,000 rows on the side. A source pushes its rows and
 * a table function pulls them, so the statement runs on a thread of its own
 * and the two take turns. Texts are not copied here: the chunk's strings point
 * into the batch, which its owner gets back when the next one is asked for. */
#include "load_int.h"

#include "base/thread.h"
#include "cells.h"

enum { MAX_CELL = 1 << 29 };

/* ---- the table function ---- */

/* DuckDB's callbacks get a handle that only the library can look into. */
static _Atomic(const struct duck *) entry;

static void feed_bind(struct duck_bind *info)
{
    const struct duck *d = atomic_load(&entry);
    struct engine *e = d->bind_get_extra_info(info);
    struct duck_value *v = d->bind_get_parameter(info, 0);
    int64_t slot = d->get_int64(v);
    d->destroy_value(&v);
    struct feed *f = NULL;
    pthread_mutex_lock(&e->lock);
    if (slot >= 0 && slot < MAX_FEEDS)
        f = e->feeds[slot];
    pthread_mutex_unlock(&e->lock);
    if (!f) {
        d->bind_set_error(info, "no rows are waiting");
        return;
    }
    for (size_t c = 0; c < f->ncols; c++) {
        char name[32];
        struct duck_type *t = cell_type(d, f->types[c]);
        snprintf(name, sizeof name, "c%zu", c);
        d->bind_add_result_column(info, name, t);
        d->destroy_logical_type(&t);
    }
    d->bind_set_bind_data(info, f, NULL);
}

/* One thread pulls, so that the order of the rows is kept. */
static void feed_init(struct duck_init *info)
{
    atomic_load(&entry)->init_set_max_threads(info, 1);
}

static bool all_empty(const str *s, size_t n)
{
    size_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= s[i].n;
    return any == 0;
}

static void fill_texts(struct cell_writer *w, const struct column *col,
                       size_t from, size_t n)
{
    const str *s = col->s + from;
    if (all_empty(s, n)) { /* most columns of most logs, most of the time */
        memset(w->data, 0, n * sizeof(struct duck_string));
        return;
    }
    for (size_t i = 0; i < n; i++)
        write_borrowed(w, i, s[i].n ? writer_utf8(w, s[i]) : STR_NONE);
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
    if (col->null && t != TYPE_STRING)
        write_nulls(w, col->null + from, n);
}

static void fill_rows(struct feed *f, struct duck_chunk *out)
{
    const struct duck *d = &f->e->duck;
    size_t n = f->rows->nrows - f->at;
    n = n < DUCK_VECTOR_ROWS ? n : DUCK_VECTOR_ROWS;
    arena_reset(f->scratch);
    for (size_t c = 0; c < f->ncols; c++) {
        struct cell_writer w;
        writer_open(&w, d, d->data_chunk_get_vector(out, c), f->scratch);
        fill_column(&w, &f->rows->cols[c], f->at, n);
    }
    f->at += n;
    d->data_chunk_set_size(out, n);
}

static void pass_chunk(struct feed *f, struct duck_chunk *out)
{
    const struct duck *d = &f->e->duck;
    for (size_t c = 0; c < f->ncols; c++)
        d->vector_reference_vector(d->data_chunk_get_vector(out, c),
                                   d->data_chunk_get_vector(f->chunk, c));
    d->data_chunk_set_size(out, d->data_chunk_get_size(f->chunk));
    f->at = 1;
}

static bool is_taken(const struct feed *f)
{
    return f->rows ? f->at >= f->rows->nrows : f->at > 0;
}

/* Gives back what the last call handed out, and waits for more. Until the next
 * call the source does not touch what is there, so it is read without lock. */
static void await_rows(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    if (is_taken(f)) {
        f->rows = NULL;
        f->chunk = NULL;
        f->at = 0;
        pthread_cond_signal(&f->wake);
    }
    while (!f->rows && !f->chunk && !f->ended)
        pthread_cond_wait(&f->wake, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

static void feed_next(struct duck_call *info, struct duck_chunk *out)
{
    const struct duck *d = atomic_load(&entry);
    struct feed *f = d->function_get_bind_data(info);
    await_rows(f);
    if (f->dropped)
        d->function_set_error(info, "the rows are not wanted");
    else if (f->rows)
        fill_rows(f, out);
    else if (f->chunk)
        pass_chunk(f, out);
    else
        d->data_chunk_set_size(out, 0);
}

enum status feeds_register(struct engine *e, struct diags *ds)
{
    const struct duck *d = &e->duck;
    atomic_store(&entry, d);
    struct duck_table_function *fn = d->create_table_function();
    struct duck_type *slot = d->create_logical_type(DUCK_BIGINT);
    d->table_function_set_name(fn, "k_feed");
    d->table_function_add_parameter(fn, slot);
    d->table_function_set_extra_info(fn, e, NULL);
    d->table_function_set_bind(fn, feed_bind);
    d->table_function_set_init(fn, feed_init);
    d->table_function_set_function(fn, feed_next);
    enum duck_state st = d->register_table_function(e->con, fn);
    d->destroy_logical_type(&slot);
    d->destroy_table_function(&fn);
    if (st == DUCK_OK)
        return ST_OK;
    diag_error(ds, DIAG_ENGINE, NO_SPAN, "cannot register the loading of rows");
    return ST_ENV;
}

/* ---- the statement ---- */

static void take_slot(struct feed *f)
{
    struct engine *e = f->e;
    pthread_mutex_lock(&e->lock);
    for (f->slot = 0; f->slot < MAX_FEEDS && e->feeds[f->slot];)
        f->slot++;
    if (f->slot == MAX_FEEDS)
        BUG("more than %d tables are filled at a time", MAX_FEEDS);
    e->feeds[f->slot] = f;
    pthread_mutex_unlock(&e->lock);
}

static void feed_init_state(struct feed *f)
{
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->wake, NULL);
    f->scratch = arena_new();
    f->arena = arena_new();
    diags_init(&f->diags, f->arena);
    take_slot(f);
}

static void feed_release(struct feed *f)
{
    pthread_mutex_lock(&f->e->lock);
    f->e->feeds[f->slot] = NULL;
    pthread_mutex_unlock(&f->e->lock);
    arena_free(f->scratch);
    arena_free(f->arena);
    pthread_cond_destroy(&f->wake);
    pthread_mutex_destroy(&f->lock);
}

static void make_table(struct feed *f)
{
    struct buf b;
    buf_init(&b, MAX_SQL);
    buf_adds(&b, "CREATE TABLE ");
    sql_quoted(&b, f->table, '"');
    buf_addf(&b, " AS SELECT * FROM k_feed(%u)", f->slot);
    f->status = run_one(f->e, f->con, buf_str(&b), &f->diags);
    buf_release(&b);
}

static void *feed_thread(void *ctx)
{
    struct feed *f = ctx;
    make_table(f);
    pthread_mutex_lock(&f->lock);
    f->done = true;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

enum status feed_open(struct feed *f, struct diags *ds)
{
    feed_init_state(f);
    if (thread_start(&f->thread, feed_thread, f))
        return ST_OK;
    diag_error(ds, DIAG_LIMIT, NO_SPAN, "cannot start a thread");
    feed_release(f);
    return ST_ENV;
}

/* Waits until rows or chunk were taken. The statement may end before that:
 * then feed_close tells why. */
static enum status hand_over(struct feed *f, const struct frame *rows,
                             struct duck_chunk *chunk)
{
    pthread_mutex_lock(&f->lock);
    f->rows = rows;
    f->chunk = chunk;
    f->at = 0;
    pthread_cond_signal(&f->wake);
    while ((f->rows || f->chunk) && !f->done)
        pthread_cond_wait(&f->wake, &f->lock);
    enum status st = f->rows || f->chunk ? f->status : ST_OK;
    f->rows = NULL;
    f->chunk = NULL;
    pthread_mutex_unlock(&f->lock);
    return st;
}

static enum status check_texts(const struct frame *rows, struct diags *ds)
{
    for (size_t c = 0; c < rows->ncols; c++) {
        const struct column *col = &rows->cols[c];
        size_t longest = 0;
        for (size_t i = 0; type_is_text(col->type) && i < rows->nrows; i++)
            longest = col->s[i].n > longest ? col->s[i].n : longest;
        if (longest <= MAX_CELL)
            continue;
        diag_error(ds, DIAG_LIMIT, NO_SPAN,
                   "a value of column '%.*s' has %zu MB, more than %d MB",
                   STRF(col->name), longest >> 20, MAX_CELL >> 20);
        return ST_USER;
    }
    return ST_OK;
}

static void check_types(const struct feed *f, const struct frame *rows)
{
    if (rows->ncols != f->ncols)
        BUG("a batch of %zu columns for %zu", rows->ncols, f->ncols);
    for (size_t c = 0; c < f->ncols; c++)
        if (rows->cols[c].type != f->types[c])
            BUG("a batch with %s for %s", type_name(rows->cols[c].type),
                type_name(f->types[c]));
}

enum status feed_rows(struct feed *f, const struct frame *rows,
                      struct diags *ds)
{
    check_types(f, rows);
    if (is_cancelled(f->e))
        return ST_CANCELLED;
    enum status st = check_texts(rows, ds);
    return st == ST_OK && rows->nrows ? hand_over(f, rows, NULL) : st;
}

enum status feed_chunk(struct feed *f, struct duck_chunk *chunk)
{
    return hand_over(f, NULL, chunk);
}

enum status feed_close(struct feed *f, bool keep, struct diags *ds)
{
    pthread_mutex_lock(&f->lock);
    bool early = f->done; /* by an error of its own */
    f->ended = true;
    f->dropped = !keep;
    pthread_cond_signal(&f->wake);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    enum status st = f->status;
    if (keep || early)
        diags_merge(ds, &f->diags);
    feed_release(f);
    return st;
}

enum status feed_frame(struct feed *f, const struct frame *rows,
                       struct diags *ds)
{
    check_types(f, rows);
    enum status st = check_texts(rows, ds);
    if (st != ST_OK)
        return st;
    feed_init_state(f);
    f->rows = rows->nrows ? rows : NULL;
    f->ended = true;
    make_table(f);
    diags_merge(ds, &f->diags);
    st = f->status;
    feed_release(f);
    return st;
}
