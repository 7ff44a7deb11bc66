/* group_host.c - a native step that runs for each group of rows.
 *
 * Called by: bind_group.c for HOST nodes of a subquery; step.c runs what it
 *            made like any native step.
 * The rows come sorted by their group, which is the last column: every run of
 * equal groups is shown to the step alone, and the group is added to what it
 * answers. */
#include "bind.h"
#include "bind_int.h"

struct by_group {
    const struct lang_op *op;
    const void *args;
};

static bool same_group(const struct column *c, size_t i, size_t j)
{
    struct value x = cell_value(c, i), y = cell_value(c, j);
    if (x.null || y.null)
        return x.null == y.null;
    if (type_is_text(c->type))
        return str_eq(x.s, y.s);
    return c->type == TYPE_REAL ? memcmp(&x.d, &y.d, sizeof x.d) == 0
                                : x.i == y.i;
}

static size_t group_end(const struct column *c, size_t from, size_t n)
{
    size_t i = from;
    while (i < n && same_group(c, from, i))
        i++;
    return i;
}

/* Rows [from, to) without the last column; the cells stay where they are. */
static struct frame *slice(const struct frame *in, size_t from, size_t to)
{
    struct frame *f = frame_new(in->ncols - 1);
    f->nrows = to - from;
    f->total = f->nrows;
    for (size_t c = 0; c < f->ncols; c++) {
        f->cols[c] = in->cols[c];
        if (f->cols[c].null)
            f->cols[c].null += from;
        if (f->nrows && type_is_text(f->cols[c].type))
            f->cols[c].s += from;
        else if (f->nrows)
            f->cols[c].i += from;
    }
    return f;
}

struct part {
    struct frame *f;
    size_t group; /* a row of the input that has this group */
};

struct parts {
    LIST(struct part) list;
    size_t nrows;
};

static void copy_part(struct frame *out, const struct part *p, size_t at,
                      const struct column *groups)
{
    size_t last = out->ncols - 1;
    for (size_t r = 0; r < p->f->nrows; r++) {
        struct value v;
        for (size_t c = 0; c < last && c < p->f->ncols; c++) {
            v = cell_value(&p->f->cols[c], r);
            cell_set(out, c, at + r, &v);
        }
        v = cell_value(groups, p->group);
        cell_set(out, last, at + r, &v);
    }
}

static struct frame *put_together(const struct parts *parts,
                                  const struct column *groups)
{
    const struct frame *first = parts->list.v[0].f;
    struct frame *out = frame_new(first->ncols + 1);
    size_t at = 0;
    for (size_t c = 0; c < first->ncols; c++)
        frame_set_col(out, c, first->cols[c].name, first->cols[c].type);
    frame_set_col(out, first->ncols, groups->name, groups->type);
    frame_set_rows(out, parts->nrows);
    for (size_t i = 0; i < parts->list.n; i++) {
        const struct part *p = &parts->list.v[i];
        copy_part(out, p, at, groups);
        at += p->f->nrows;
        for (size_t k = 0; k < p->f->notes.n; k++)
            frame_note(out, "%.*s", STRF(p->f->notes.v[k]));
        if (p->f->completeness != COMPLETE)
            out->completeness = p->f->completeness;
    }
    return out;
}

/* Without rows the step runs once all the same: it knows its columns. */
static enum status run_by_group(const struct frame *in, const void *args,
                                struct frame **out, const atomic_bool *cancel,
                                struct diags *ds)
{
    const struct by_group *g = args;
    const struct column *groups = &in->cols[in->ncols - 1];
    struct arena *a = arena_new();
    struct parts parts = { 0 };
    enum status st = ST_OK;
    size_t from = 0;
    do {
        size_t to = group_end(groups, from, in->nrows);
        struct frame *rows = slice(in, from, to);
        struct part p = { NULL, from };
        st = g->op->run(rows, g->args, &p.f, cancel, ds);
        frame_unref(rows);
        if (st == ST_OK) {
            PUSH(a, parts.list, p);
            parts.nrows += p.f->nrows;
        }
        from = to;
    } while (st == ST_OK && from < in->nrows);
    if (st == ST_OK)
        *out = put_together(&parts, groups);
    for (size_t i = 0; i < parts.list.n; i++)
        frame_unref(parts.list.v[i].f);
    arena_free(a);
    return st;
}

void host_by_group(struct binder *b, struct node *n)
{
    struct by_group *g = NEW(b->arena, struct by_group);
    struct lang_op *op = NEW(b->arena, struct lang_op);
    g->op = n->op;
    g->args = n->args;
    *op = *n->op;
    op->run = run_by_group;
    n->op = op;
    n->args = g;
}
