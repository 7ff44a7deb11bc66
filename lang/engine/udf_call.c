/* udf_call.c - runs a C row function over the rows of a chunk.
 *
 * Called by: DuckDB, from its worker threads; each call site has a state per
 *            thread, so nothing here is shared but the function's row.
 *
 * Rows go in blocks of 64, the rows of one validity word: what depends on
 * types is decided once per block and argument, nulls are found with one OR
 * per argument, and a block's values stay in the first-level cache. */
#include "udf.h"

#include "base/utf8.h"
#include "cells.h"

enum { BLOCK = 64, TMP_BYTES = 1 << 20, MAX_RESULT = 1 << 29 };

/* State of one call site on one thread. */
struct site {
    struct udf *udf;
    struct fn_ctx cx;
    size_t nargs;           /* known at the first chunk */
    struct vec *args;       /* nargs; of the chunk at hand */
    enum type *types;       /* nargs; as the function sees them */
    struct value *in;       /* BLOCK rows of nargs values */
    struct value out[BLOCK];
};

/* DuckDB hands its callbacks a handle and nothing else, and only the library
 * can look into it. These two entry points are therefore kept here: the one
 * place that cannot be reached from struct engine. They are the same for every
 * engine of the process, since the library is loaded once. */
typedef void *init_extra_fn(struct duck_init *);
typedef void *call_state_fn(struct duck_call *);
static _Atomic(init_extra_fn *) init_extra;
static _Atomic(call_state_fn *) call_state;

void udf_entry_points(const struct duck *d)
{
    atomic_store(&init_extra, d->scalar_function_init_get_extra_info);
    atomic_store(&call_state, d->scalar_function_get_state);
}

struct engine *udf_engine(struct duck_call *call)
{
    const struct site *s = atomic_load(&call_state)(call);
    return s->udf->e;
}

static void site_free(void *p)
{
    struct site *s = p;
    arena_free(s->cx.tmp);
    arena_free(s->cx.keep);
    free(s);
}

void udf_init(struct duck_init *info)
{
    struct site *s = xcalloc(1, sizeof *s);
    s->udf = atomic_load(&init_extra)(info);
    s->cx.tmp = arena_new();
    s->cx.keep = arena_new();
    s->udf->e->duck.scalar_function_init_set_state(info, s, site_free);
}

static void site_size(struct site *s, size_t nargs)
{
    s->nargs = nargs;
    s->args = arena_array(s->cx.keep, nargs, sizeof *s->args);
    s->types = arena_array(s->cx.keep, nargs, sizeof *s->types);
    s->in = arena_array(s->cx.keep, nargs * BLOCK, sizeof *s->in);
}

static bool open_args(struct site *s, struct duck_chunk *chunk)
{
    const struct udf *u = s->udf;
    const struct duck *d = &u->e->duck;
    size_t n = d->data_chunk_get_column_count(chunk);
    if (!s->in || n != s->nargs)
        site_size(s, n);
    for (size_t a = 0; a < n; a++) {
        vec_open(d, &s->args[a], d->data_chunk_get_vector(chunk, a));
        enum type t = u->params[a < u->nparams ? a : u->nparams].type;
        s->types[a] = t == TYPE_ERROR ? vec_type(&s->args[a]) : t;
        if (!vec_fits(&s->args[a], s->types[a]))
            return false;
    }
    return true;
}

/* A VARCHAR that came for `any` may be a string, a guid or a dynamic. */
static bool is_loose_text(const struct site *s, size_t a)
{
    const struct udf *u = s->udf;
    return u->params[a < u->nparams ? a : u->nparams].loose &&
           s->types[a] == TYPE_STRING;
}

/* Marks null arguments; bit i of the answer: the function is not to see row
 * i, since an argument that may be null is. */
static uint64_t mark_nulls(struct site *s, size_t a, size_t from, size_t n)
{
    const struct vec *v = &s->args[a];
    bool sees = s->udf->f->flags & FN_NULLS;
    bool text = s->types[a] == TYPE_STRING;
    uint64_t nulls = v->id == DUCK_SQLNULL ? ~0ull
                     : v->valid            ? ~v->valid[from / 64]
                                           : 0;
    if (!nulls || (text && !(sees && is_loose_text(s, a))))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (nulls >> i & 1)
            s->in[i * s->nargs + a].null = true;
    return text ? 0 : nulls;
}

#define FILL(T, read, member, ...)                                           \
    do {                                                                     \
        T cells[BLOCK];                                                      \
        read(&s->args[a], from, n, cells __VA_ARGS__);                       \
        for (size_t i = 0; i < n; i++)                                       \
            to[i * s->nargs] = (struct value){ .type = t,                    \
                                               .member = cells[i] };         \
    } while (0)

static uint64_t fill_arg(struct site *s, size_t a, size_t from, size_t n)
{
    enum type t = s->types[a];
    struct value *to = s->in + a;
    if (type_is_text(t))
        FILL(str, vec_texts, s, , s->cx.tmp);
    else if (t == TYPE_REAL)
        FILL(double, vec_reals, d, );
    else
        FILL(int64_t, vec_ints, i, );
    return mark_nulls(s, a, from, n);
}

static void preset(struct site *s, size_t n)
{
    enum type t = s->udf->ret;
    struct value v = { .type = t, .null = t != TYPE_STRING };
    if (type_is_text(t))
        v.s = (str){ "", 0 };
    for (size_t i = 0; i < n; i++)
        s->out[i] = v;
}

/* False when the statement is to stop. */
static bool run_rows(struct site *s, size_t n, uint64_t skip)
{
    fn_row *row = s->udf->f->row;
    const atomic_bool *cancel = &s->udf->e->cancel;
    for (size_t i = 0; i < n; i++) {
        if (skip >> i & 1)
            continue;
        row(&s->cx, s->in + i * s->nargs, s->nargs, &s->out[i]);
        if (s->cx.error.n ||
            atomic_load_explicit(cancel, memory_order_relaxed))
            return false;
    }
    return true;
}

static void write_texts(struct site *s, struct cell_writer *w, size_t from,
                        size_t n)
{
    const struct duck *d = w->duck;
    bool nullable = s->udf->ret != TYPE_STRING || s->udf->poly;
    for (size_t i = 0; i < n; i++) {
        const struct value *v = &s->out[i];
        str text = v->null ? (str){ "", 0 } : writer_utf8(w, v->s);
        if (v->null && nullable)
            write_null(w, from + i);
        else if (text.n > MAX_RESULT)
            fn_fail(&s->cx, "a text of %zu MB is too long", text.n >> 20);
        else
            d->unsafe_vector_assign_string_element_len(w->vector, from + i,
                                                       text.p, text.n);
    }
}

static void write_block(struct site *s, struct cell_writer *w, size_t from,
                        size_t n)
{
    enum type t = s->udf->ret;
    if (type_is_text(t) && t != TYPE_DECIMAL) {
        write_texts(s, w, from, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct value *v = &s->out[i];
        if (v->null)
            write_null(w, from + i);
        else if (t == TYPE_REAL)
            ((double *)w->data)[from + i] = v->d;
        else if (t == TYPE_DECIMAL)
            write_decimal(w, from + i, v->s);
        else
            write_int(w, t, from + i, v->i);
    }
}

static bool run_block(struct site *s, struct cell_writer *w, size_t from,
                      size_t n)
{
    uint64_t skip = 0;
    for (size_t a = 0; a < s->nargs; a++)
        skip |= fill_arg(s, a, from, n);
    if (s->udf->f->flags & FN_NULLS)
        skip = 0;
    preset(s, n);
    if (!run_rows(s, n, skip))
        return false;
    write_block(s, w, from, n);
    if (arena_bytes(s->cx.tmp) > TMP_BYTES)
        arena_reset(s->cx.tmp);
    return s->cx.error.n == 0;
}

/* DuckDB keeps an error as JSON text inside, so only printable UTF-8 goes. */
static void report(struct site *s, struct duck_call *call)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    if (s->cx.error.n)
        utf8_printable(&b, s->cx.error);
    else
        buf_adds(&b, "interrupted");
    buf_addc(&b, 0);
    s->udf->e->duck.scalar_function_set_error(call, b.p);
    buf_release(&b);
    s->cx.error = STR_NONE;
}

void udf_call(struct duck_call *call, struct duck_chunk *chunk,
              struct duck_vector *result)
{
    struct site *s = atomic_load(&call_state)(call);
    const struct duck *d = &s->udf->e->duck;
    size_t n = d->data_chunk_get_size(chunk);
    struct cell_writer w;
    bool ok = open_args(s, chunk);
    if (!ok)
        fn_fail(&s->cx, "%s: an argument of unfit type", s->udf->f->name);
    writer_open(&w, d, result, s->cx.tmp);
    for (size_t from = 0; ok && from < n; from += BLOCK)
        ok = run_block(s, &w, from, n - from < BLOCK ? n - from : BLOCK);
    if (!ok)
        report(s, call);
    arena_reset(s->cx.tmp);
}
