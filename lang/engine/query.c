/* query.c - runs a SELECT and turns its chunks into a frame.
 *
 * Called by: lang/, for every result that is shown or that a native step
 *            reads.
 * Gives:     a new frame of the wanted names and types; the caller owns it.
 *
 * A result without a bound is streamed: DuckDB holds a few chunks, never the
 * whole result.
 * How many rows come is not known before, so columns grow on the heap and are
 * moved into the frame's arena at the end, one after the other. */
#include "engine_int.h"

#include "cells.h"

enum {
    FRAME_SHARE = 2,        /* a frame may take this part of the memory limit */
    FEW_ROWS = 100000,      /* results of so many rows are not streamed */
};

struct growing {
    void *cells;    /* int64_t, double or str */
    bool *null;     /* NULL until a null is seen */
};

struct reading {
    struct engine *e;
    size_t ncols, nrows, cap;
    const struct engine_col *cols;
    struct growing *grow;   /* ncols */
    struct frame *frame;
    struct arena *spelt;    /* texts of one chunk that had to be spelt */
    size_t max_bytes;
};

static size_t cell_bytes(enum type t)
{
    return type_is_text(t) ? sizeof(str) : sizeof(int64_t);
}

static size_t heap_bytes(const struct reading *r)
{
    size_t n = 0;
    for (size_t c = 0; c < r->ncols; c++)
        n += r->cap * (cell_bytes(r->cols[c].type) + (r->grow[c].null != NULL));
    return n;
}

static void make_room(struct reading *r, size_t more)
{
    if (r->cap - r->nrows >= more)
        return;
    size_t cap = r->cap ? r->cap * 2 : DUCK_VECTOR_ROWS;
    if (cap < r->nrows + more)
        cap = r->nrows + more;
    for (size_t c = 0; c < r->ncols; c++) {
        struct growing *g = &r->grow[c];
        g->cells = xrealloc(g->cells, cap * cell_bytes(r->cols[c].type));
        if (g->null) {
            g->null = xrealloc(g->null, cap);
            memset(g->null + r->cap, 0, cap - r->cap);
        }
    }
    r->cap = cap;
}

/* Moves the bytes of one chunk's texts into the frame in one piece. A text
 * that is the neighbour's again (a dictionary, a constant) is kept once. */
static void keep_texts(struct reading *r, str *s, size_t n)
{
    size_t total = 0;
    const char *last = NULL;
    for (size_t i = 0; i < n; i++) {
        total += s[i].p == last ? 0 : s[i].n;
        last = s[i].p;
    }
    char *to = arena_alloc(r->frame->arena, total);
    str seen = STR_NONE, kept = STR_NONE;
    for (size_t i = 0; i < n; i++) {
        if (s[i].n == 0) {
            s[i] = (str){ "", 0 };
            continue;
        }
        if (s[i].p != seen.p || s[i].n != seen.n) {
            seen = s[i];
            kept = (str){ memcpy(to, seen.p, seen.n), seen.n };
            to += seen.n;
        }
        s[i] = kept;
    }
}

static void note_nulls(struct reading *r, size_t c, const struct vec *v,
                       size_t n)
{
    struct growing *g = &r->grow[c];
    if (!v->valid || r->cols[c].type == TYPE_STRING)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!vec_null(v, i))
            continue;
        if (!g->null)
            g->null = xcalloc(r->cap, 1);
        g->null[r->nrows + i] = true;
    }
}

/* KQL's int has 32 bits and wraps. */
static void wrap_ints(int64_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (int32_t)(uint32_t)(uint64_t)v[i];
}

static void take_column(struct reading *r, size_t c, const struct vec *v,
                        size_t n)
{
    enum type t = r->cols[c].type;
    if (type_is_text(t)) {
        str *to = (str *)r->grow[c].cells + r->nrows;
        vec_texts(v, 0, n, to, r->spelt);
        keep_texts(r, to, n);
        arena_reset(r->spelt);
    } else if (t == TYPE_REAL) {
        vec_reals(v, 0, n, (double *)r->grow[c].cells + r->nrows);
    } else {
        int64_t *to = (int64_t *)r->grow[c].cells + r->nrows;
        vec_ints(v, 0, n, to);
        if (t == TYPE_INT)
            wrap_ints(to, n);
    }
    note_nulls(r, c, v, n);
}

static enum status take_chunk(struct reading *r, struct duck_chunk *chunk,
                              struct diags *ds)
{
    const struct duck *d = &r->e->duck;
    size_t n = d->data_chunk_get_size(chunk);
    make_room(r, n);
    for (size_t c = 0; c < r->ncols; c++) {
        struct vec v;
        vec_open(d, &v, d->data_chunk_get_vector(chunk, c));
        if (!vec_fits(&v, r->cols[c].type)) {
            diag_error(ds, DIAG_ENGINE, NO_SPAN,
                       "column '%.*s' came as engine type %d, which is no %s",
                       STRF(r->cols[c].name), v.id,
                       type_name(r->cols[c].type));
            return ST_ENV;
        }
        take_column(r, c, &v, n);
    }
    r->nrows += n;
    if (arena_bytes(r->frame->arena) + heap_bytes(r) <= r->max_bytes)
        return ST_OK;
    struct diag *e = diag_error(
        ds, DIAG_LIMIT, NO_SPAN,
        "the result takes more than %.1f GB (%zu rows so far)",
        (double)r->max_bytes / 1e9, r->nrows);
    diag_hint(ds, e, "take fewer rows, project fewer columns, or summarize");
    return ST_USER;
}

static enum status fetch_all(struct reading *r, struct duck_result *result,
                             struct diags *ds)
{
    const struct duck *d = &r->e->duck;
    enum status st = ST_OK;
    struct duck_chunk *chunk;
    while (st == ST_OK && (chunk = d->fetch_chunk(*result))) {
        st = is_cancelled(r->e) ? ST_CANCELLED : take_chunk(r, chunk, ds);
        d->destroy_data_chunk(&chunk);
    }
    const char *error = d->result_error(result);
    if (st == ST_OK && error && *error)
        st = engine_fail(r->e, error, ds);
    return st;
}

static void *move_into(struct arena *a, void *heap, size_t bytes)
{
    void *p = arena_alloc(a, bytes);
    if (bytes)
        memcpy(p, heap, bytes);
    return p;
}

static void finish_frame(struct reading *r)
{
    struct frame *f = r->frame;
    f->nrows = f->total = r->nrows;
    for (size_t c = 0; c < r->ncols; c++) {
        struct growing *g = &r->grow[c];
        size_t size = cell_bytes(r->cols[c].type);
        f->cols[c].i = move_into(f->arena, g->cells, r->nrows * size);
        free(g->cells);
        g->cells = NULL;
        if (g->null)
            f->cols[c].null = move_into(f->arena, g->null, r->nrows);
    }
}

/* One statement, and a SELECT: what else the text may hold is refused. */
static enum status prepare_select(struct engine *e, const char *sql,
                                  size_t ncols, struct duck_prepared **p,
                                  struct diags *ds)
{
    const struct duck *d = &e->duck;
    if (d->prepare(e->con, sql, p) != DUCK_OK)
        return engine_fail(e, d->prepare_error(*p), ds);
    if (d->prepared_statement_type(*p) != DUCK_STATEMENT_SELECT) {
        diag_error(ds, DIAG_ENGINE, NO_SPAN, "a query that is no SELECT");
        return ST_ENV;
    }
    uint64_t n = d->prepared_statement_column_count(*p);
    if (n != ncols) {
        diag_error(ds, DIAG_ENGINE, NO_SPAN,
                   "a query of %llu columns instead of %zu",
                   (unsigned long long)n, ncols);
        return ST_ENV;
    }
    return ST_OK;
}

static enum status run_streaming(struct engine *e, struct duck_prepared *p,
                                 struct duck_result *out, struct diags *ds)
{
    if (e->duck.execute_prepared_streaming(p, out) == DUCK_OK)
        return ST_OK;
    return engine_fail(e, e->duck.result_error(out), ds);
}

static enum status run_select(struct reading *r, const char *sql, bool few,
                              struct diags *ds)
{
    const struct duck *d = &r->e->duck;
    struct duck_prepared *p = NULL;
    enum status st = prepare_select(r->e, sql, r->ncols, &p, ds);
    if (st == ST_OK) {
        struct duck_result result = { .error = NULL };
        st = few ? run_prepared(r->e, p, &result, ds)
                 : run_streaming(r->e, p, &result, ds);
        if (st == ST_OK)
            st = fetch_all(r, &result, ds);
        d->destroy_result(&result);
    }
    d->destroy_prepare(&p);
    return st;
}

/* What is asked: the columns of a SELECT, at most max_rows of them (0: all). */
struct question {
    struct engine *e;
    str sql;
    size_t ncols, max_rows;
    const struct engine_col *cols;
    struct arena *arena;
};

static bool is_few(const struct question *q)
{
    return q->max_rows == ENGINE_FEW;
}

static void reading_init(struct reading *r, const struct question *q)
{
    *r = (struct reading){
        .e = q->e, .ncols = q->ncols, .cols = q->cols,
        .grow = xcalloc(q->ncols, sizeof *r->grow),
        .frame = frame_new(q->ncols),
        .spelt = arena_new(),
        .max_bytes = (size_t)(q->e->memory_limit / FRAME_SHARE),
    };
    for (size_t c = 0; c < q->ncols; c++)
        frame_set_col(r->frame, c, q->cols[c].name, q->cols[c].type);
}

/* Frees what is not the frame; that only when it is not wanted. */
static struct frame *reading_release(struct reading *r, bool keep)
{
    for (size_t c = 0; c < r->ncols; c++) {
        free(r->grow[c].cells);
        free(r->grow[c].null);
    }
    free(r->grow);
    arena_free(r->spelt);
    if (keep)
        return r->frame;
    frame_unref(r->frame);
    return NULL;
}

static enum status select_frame(const struct question *q, const char *sql,
                                struct frame **out, struct diags *ds)
{
    struct reading r;
    reading_init(&r, q);
    bool few = q->max_rows && (q->max_rows <= FEW_ROWS || is_few(q));
    enum status st = run_select(&r, sql, few, ds);
    if (st == ST_OK)
        finish_frame(&r);
    *out = reading_release(&r, st == ST_OK);
    return st;
}

/* Text around the query, which stands on lines of its own: a comment in its
 * last line does not swallow what follows. */
static const char *wrapped(struct arena *a, const char *head, str sql,
                           const char *tail)
{
    size_t n = strlen(head), m = strlen(tail);
    char *z = arena_alloc(a, n + sql.n + m + 1);
    memcpy(z, head, n);
    if (sql.n)
        memcpy(z + n, sql.p, sql.n);
    memcpy(z + n + sql.n, tail, m + 1);
    return z;
}

static enum status count_rows(const struct question *of, uint64_t *n,
                              struct diags *ds)
{
    static const struct engine_col col = { { "n", 1 }, TYPE_LONG };
    struct question q = {
        .e = of->e, .ncols = 1, .cols = &col, .max_rows = ENGINE_FEW,
    };
    struct frame *f;
    enum status st = select_frame(
        &q, wrapped(of->arena, "SELECT count(*) FROM (\n", of->sql, "\n)"), &f,
        ds);
    if (st == ST_OK)
        *n = (uint64_t)f->cols[0].i[0];
    frame_unref(f);
    return st;
}

/* The frame has one row too many: drops it and finds how many there are. */
static enum status truncate_frame(const struct question *q, struct frame *f,
                                  struct diags *ds)
{
    uint64_t total = 0;
    enum status st = count_rows(q, &total, ds);
    if (st != ST_OK)
        return st;
    f->completeness = TRUNCATED;
    /* A query that answers differently each time may count less. */
    f->total = total > f->nrows ? total : f->nrows;
    f->nrows--;
    return ST_OK;
}

static enum status answer(const struct question *q, struct frame **out,
                          struct diags *ds)
{
    char tail[48];
    snprintf(tail, sizeof tail, "\n) LIMIT %zu", q->max_rows + 1);
    bool wrap = q->max_rows && !is_few(q);
    const char *text =
        wrap ? wrapped(q->arena, "SELECT * FROM (\n", q->sql, tail)
             : arena_cstr(q->arena, q->sql);
    enum status st = select_frame(q, text, out, ds);
    if (st == ST_OK && wrap && (*out)->nrows > q->max_rows)
        st = truncate_frame(q, *out, ds);
    if (st != ST_OK) {
        frame_unref(*out);
        *out = NULL;
    }
    return st;
}

enum status engine_query(struct engine *e, str sql, size_t ncols,
                         const struct engine_col *cols, size_t max_rows,
                         struct frame **out, struct diags *ds)
{
    *out = NULL;
    enum status st = statement_begin(e, ds);
    if (st != ST_OK)
        return st;
    st = sql_check(sql, ds);
    if (st == ST_OK) {
        struct question q = { e, sql, ncols, max_rows, cols, arena_new() };
        st = answer(&q, out, ds);
        arena_free(q.arena);
    }
    statement_end(e);
    return st;
}
