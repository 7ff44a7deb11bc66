/* agg_call.c - runs C aggregation functions over chunks and states.
 *
 * Called by: DuckDB, from its worker threads. A state belongs to one thread
 *            at a time; overloads are immutable, so the heap of the states is
 *            the one thing shared.
 *
 * A group without a row that counts has no state. */
#include "udf.h"

#include "base/utf8.h"
#include "cells.h"

enum { BLOCK = 64, TMP_BYTES = 1 << 20, MAX_RESULT = 1 << 29 };

/* What DuckDB keeps for a group, and moves about byte by byte. */
struct slot {
    const struct aggregate *g;
    struct agg_body *body; /* NULL: no row yet */
    uint64_t generation;   /* of the heap when the body was made */
};

/* As in udf_call.c: what a handle stands for only the library can tell. */
typedef void *extra_info_fn(struct duck_call *);
static _Atomic(extra_info_fn *) extra_info;

void agg_entry_points(const struct duck *d)
{
    atomic_store(&extra_info, d->aggregate_function_get_extra_info);
}

uint64_t agg_size(struct duck_call *call)
{
    (void)call;
    return sizeof(struct slot);
}

void agg_begin(struct duck_call *call, void *state)
{
    struct slot *to = state;
    *to = (struct slot){ .g = atomic_load(&extra_info)(call) };
}

/* ---- one call ---- */

struct call {
    const struct aggregate *g;
    struct duck_call *duck;
    struct fn_ctx cx;
    size_t grown, freed; /* bytes of the states at hand */
};

static void call_init(struct call *c, struct duck_call *call)
{
    *c = (struct call){ .g = atomic_load(&extra_info)(call), .duck = call };
    c->cx.tmp = arena_new();
    c->cx.keep = arena_new();
}

/* Notes how the heap of a state changed. */
static void book(struct call *c, struct agg_body *b)
{
    size_t now = offsetof(struct agg_body, state) + c->g->f->state_size +
                 b->state.held;
    if (now >= b->booked)
        c->grown += now - b->booked;
    else
        c->freed += b->booked - now;
    b->booked = now;
}

static struct agg_body *body_of(struct call *c, struct slot *s)
{
    if (!s->body) {
        s->body = agg_body_new(c->g);
        s->generation = atomic_load(&c->g->e->agg.generation);
        c->grown += s->body->booked;
    }
    return s->body;
}

/* Books what the states took; too much of it ends the statement. */
static void settle_held(struct call *c)
{
    struct engine *e = c->g->e;
    size_t all = atomic_fetch_add(&e->agg.held, c->grown) + c->grown;
    atomic_fetch_sub(&e->agg.held, c->freed);
    if (all - c->freed > e->memory_limit / 2 && c->grown && !c->cx.error.n)
        fn_fail(&c->cx,
                OUT_OF_MEMORY
                "the values that make_set, make_list and their like "
                "keep take more than %zu MB, half of the memory limit",
                (size_t)(e->memory_limit / 2 >> 20));
}

/* Ends the call; reports when it failed or is to stop. */
static void call_end(struct call *c, bool ok)
{
    struct buf b;
    settle_held(c);
    if (!ok || c->cx.error.n) {
        buf_init(&b, 64 << 10);
        if (c->cx.error.n)
            utf8_printable(&b, c->cx.error);
        else
            buf_adds(&b, "interrupted");
        buf_addc(&b, 0);
        c->g->e->duck.aggregate_function_set_error(c->duck, b.p);
        buf_release(&b);
    }
    arena_free(c->cx.tmp);
    arena_free(c->cx.keep);
}

static bool goes_on(const struct call *c)
{
    return !c->cx.error.n && !is_cancelled(c->g->e);
}

/* ---- rows ---- */

struct args {
    struct vec v[MAX_PARAMS];
    enum type types[MAX_PARAMS];
    struct value in[BLOCK * MAX_PARAMS]; /* rows of nparams values */
    uint64_t skip;                       /* rows of the block with a null */
};

static bool open_args(struct call *c, struct args *a, struct duck_chunk *chunk)
{
    const struct duck *d = &c->g->e->duck;
    for (size_t i = 0; i < c->g->nparams; i++) {
        enum type t = c->g->params[i].type;
        vec_open(d, &a->v[i], d->data_chunk_get_vector(chunk, i));
        a->types[i] = t == TYPE_ERROR ? vec_type(&a->v[i]) : t;
        if (!vec_fits(&a->v[i], a->types[i]))
            return false;
    }
    return true;
}

static void fill_arg(struct call *c, struct args *a, size_t k, size_t from,
                     size_t n)
{
    union {
        str s[BLOCK];
        double d[BLOCK];
        int64_t i[BLOCK];
    } cells;
    const struct vec *v = &a->v[k];
    enum type t = a->types[k];
    bool text = type_is_text(t), real = t == TYPE_REAL;
    if (text)
        vec_texts(v, from, n, cells.s, c->cx.tmp);
    else if (real)
        vec_reals(v, from, n, cells.d);
    else
        vec_ints(v, from, n, cells.i);
    for (size_t i = 0; i < n; i++) {
        struct value *to = &a->in[i * c->g->nparams + k];
        to->type = t;
        to->null = t != TYPE_STRING &&
                   (v->id == DUCK_SQLNULL || vec_null(v, from + i));
        if (text)
            to->s = cells.s[i];
        else if (real)
            to->d = cells.d[i];
        else
            to->i = cells.i[i];
        a->skip |= (uint64_t)to->null << i;
    }
}

static bool step_rows(struct call *c, struct args *a, void **states, size_t n)
{
    const struct lang_aggfn *f = c->g->f;
    for (size_t i = 0; i < n; i++) {
        if (a->skip >> i & 1)
            continue;
        struct agg_body *b = body_of(c, states[i]);
        f->step(&c->cx, &b->state, &a->in[i * c->g->nparams], c->g->nparams);
        book(c, b);
        if (!goes_on(c))
            return false;
    }
    return true;
}

static bool step_block(struct call *c, struct args *a, void **states,
                       size_t from, size_t n)
{
    a->skip = 0;
    for (size_t k = 0; k < c->g->nparams; k++)
        fill_arg(c, a, k, from, n);
    if (c->g->f->flags & FN_NULLS)
        a->skip = 0;
    bool ok = step_rows(c, a, states + from, n);
    if (arena_bytes(c->cx.tmp) > TMP_BYTES)
        arena_reset(c->cx.tmp);
    return ok;
}

void agg_update(struct duck_call *call, struct duck_chunk *in, void **states)
{
    struct call c;
    struct args a;
    call_init(&c, call);
    size_t n = c.g->e->duck.data_chunk_get_size(in);
    bool ok = open_args(&c, &a, in);
    if (!ok)
        fn_fail(&c.cx, "%s: an argument of unfit type", c.g->f->name);
    for (size_t from = 0; ok && from < n; from += BLOCK)
        ok = step_block(&c, &a, states, from,
                        n - from < BLOCK ? n - from : BLOCK);
    call_end(&c, ok);
}

/* ---- states ---- */

static void combine_one(struct call *c, struct slot *into, struct slot *from)
{
    if (!from->body)
        return;
    if (!into->body) { /* a state may change hands as it is */
        into->body = from->body;
        into->generation = from->generation;
        from->body = NULL;
        return;
    }
    c->g->f->combine(&c->cx, &into->body->state, &from->body->state);
    book(c, into->body);
    book(c, from->body);
}

void agg_combine(struct duck_call *call, void **from, void **into, uint64_t n)
{
    struct call c;
    bool ok = true;
    call_init(&c, call);
    for (uint64_t i = 0; i < n && ok; i++) {
        combine_one(&c, into[i], from[i]);
        ok = goes_on(&c);
    }
    call_end(&c, ok);
}

static void write_text(struct call *c, struct cell_writer *w, size_t row,
                       const struct value *v)
{
    str text = writer_utf8(w, v->s);
    if (text.n > MAX_RESULT)
        fn_fail(&c->cx, "a text of %zu MB is too long", text.n >> 20);
    else
        w->duck->unsafe_vector_assign_string_element_len(w->vector, row,
                                                         text.p, text.n);
}

static void finish_one(struct call *c, struct cell_writer *w, struct slot *s,
                       size_t row)
{
    struct agg_state *state =
        s->body ? &s->body->state
                : arena_zalloc(c->cx.tmp, c->g->f->state_size);
    enum type t = (enum type)c->g->f->ret;
    struct value v = { .type = t, .null = t != TYPE_STRING };
    if (type_is_text(t))
        v.s = S("");
    c->g->f->finish(&c->cx, state, &v);
    if (s->body)
        book(c, s->body);
    if (c->cx.error.n)
        return;
    if (v.null)
        write_null(w, row);
    else if (t == TYPE_DECIMAL)
        write_decimal(w, row, v.s);
    else if (type_is_text(t))
        write_text(c, w, row, &v);
    else if (t == TYPE_REAL)
        ((double *)w->data)[row] = v.d;
    else
        write_int(w, t, row, v.i);
}

void agg_finish(struct duck_call *call, void **states,
                struct duck_vector *out, uint64_t n, uint64_t offset)
{
    struct call c;
    struct cell_writer w;
    bool ok = true;
    call_init(&c, call);
    writer_open(&w, &c.g->e->duck, out, c.cx.tmp);
    for (uint64_t i = 0; i < n && ok; i++) {
        finish_one(&c, &w, states[i], offset + i);
        ok = goes_on(&c);
        if (arena_bytes(c.cx.tmp) > TMP_BYTES)
            arena_reset(c.cx.tmp);
    }
    call_end(&c, ok);
}

/* A state that was swept away is not there any more. */
void agg_destroy(void **states, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        struct slot *s = states[i];
        if (s->body &&
            s->generation == atomic_load(&s->g->e->agg.generation))
            agg_body_free(s->g->e, s->body);
        s->body = NULL;
    }
}
