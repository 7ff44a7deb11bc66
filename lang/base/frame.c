/* frame.c - making, sharing and reading frames.
 *
 * Called by: engine (results), providers (batches), native steps, renderers. */
#include "frame.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "status.h"

struct frame *frame_new(size_t ncols)
{
    struct arena *a = arena_new();
    struct frame *f = NEW(a, struct frame);
    f->arena = a;
    f->refs = 1;
    f->ncols = ncols;
    f->cols = arena_array(a, ncols, sizeof *f->cols);
    return f;
}

void frame_set_col(struct frame *f, size_t c, str name, enum type type)
{
    f->cols[c].name = arena_str(f->arena, name);
    f->cols[c].type = type;
}

void frame_set_rows(struct frame *f, size_t nrows)
{
    f->nrows = nrows;
    f->total = nrows;
    for (size_t c = 0; c < f->ncols; c++) {
        struct column *col = &f->cols[c];
        if (f->base && c < f->base->ncols)
            continue;
        col->null = NULL;
        if (type_is_text(col->type))
            col->s = arena_array(f->arena, nrows, sizeof(str));
        else
            col->i = arena_array(f->arena, nrows, sizeof(int64_t));
    }
}

struct frame *frame_extend(const struct frame *in, size_t extra)
{
    struct frame *f = frame_new(in->ncols + extra);
    for (size_t c = 0; c < in->ncols; c++)
        f->cols[c] = in->cols[c];
    f->nrows = in->nrows;
    f->total = in->total;
    f->completeness = in->completeness;
    f->lacks_rows = in->lacks_rows;
    for (size_t i = 0; i < in->notes.n; i++)
        PUSH(f->arena, f->notes, arena_str(f->arena, in->notes.v[i]));
    for (size_t i = 0; i < in->origins.n; i++)
        PUSH(f->arena, f->origins, origin_copy(f->arena, &in->origins.v[i]));
    /* Counting is not a change of the frame. */
    f->base = frame_ref((struct frame *)in);
    return f;
}

struct frame *frame_ref(struct frame *f)
{
    f->refs++;
    return f;
}

void frame_unref(struct frame *f)
{
    while (f && --f->refs == 0) {
        struct frame *base = f->base;
        arena_free(f->arena);
        f = base;
    }
}

bool *frame_nulls(struct frame *f, size_t c)
{
    struct column *col = &f->cols[c];
    if (!col->null)
        col->null = arena_array(f->arena, f->nrows, sizeof(bool));
    return col->null;
}

bool cell_is_null(const struct column *c, size_t row)
{
    return c->null && c->null[row];
}

struct value cell_value(const struct column *c, size_t row)
{
    struct value v = { .type = c->type, .null = cell_is_null(c, row) };
    if (type_is_text(c->type))
        v.s = c->s[row];
    else if (c->type == TYPE_REAL)
        v.d = c->d[row];
    else
        v.i = c->i[row];
    return v;
}

void cell_set(struct frame *f, size_t col, size_t row, const struct value *v)
{
    struct column *c = &f->cols[col];
    if (v->null && c->type != TYPE_STRING) {
        frame_nulls(f, col)[row] = true;
        return;
    }
    if (type_is_text(c->type))
        c->s[row] = arena_str(f->arena, v->null ? S("") : v->s);
    else if (c->type == TYPE_REAL)
        c->d[row] = v->d;
    else
        c->i[row] = v->i;
}

int frame_find(const struct frame *f, str name)
{
    for (size_t c = 0; c < f->ncols; c++)
        if (str_eq(f->cols[c].name, name))
            return (int)c;
    return -1;
}

void frame_note(struct frame *f, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    PUSH(f->arena, f->notes, arena_str(f->arena, str_of(text)));
}

const char *completeness_word(enum completeness c)
{
    return c == PARTIAL ? "partial" : c == TRUNCATED ? "truncated"
                                                     : "complete";
}

struct origin origin_copy(struct arena *a, const struct origin *o)
{
    struct origin c = *o;
    c.provider = arena_str(a, o->provider);
    c.connection = arena_str(a, o->connection);
    c.place = arena_str(a, o->place);
    c.name = arena_str(a, o->name);
    c.text = arena_str(a, o->text);
    c.sha256 = arena_str(a, o->sha256);
    return c;
}

static const struct hint_prop *find_prop(const struct hint *h, const char *name)
{
    for (size_t i = 0; h && i < h->props.n; i++)
        if (str_ieqz(h->props.v[i].name, name))
            return &h->props.v[i];
    return NULL;
}

str hint_text(const struct hint *h, const char *name, str or_else)
{
    const struct hint_prop *p = find_prop(h, name);
    return p && !p->value.null && type_is_text(p->value.type) ? p->value.s
                                                              : or_else;
}

int64_t hint_long(const struct hint *h, const char *name, int64_t or_else)
{
    const struct hint_prop *p = find_prop(h, name);
    if (!p || p->value.null || type_is_text(p->value.type))
        return or_else;
    return p->value.type == TYPE_REAL ? (int64_t)p->value.d : p->value.i;
}
