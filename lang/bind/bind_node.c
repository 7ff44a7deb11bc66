/* bind_node.c - making relational nodes and their columns.
 *
 * Called by: operators and bind_table.c. */
#include "bind.h"

#include <stdarg.h>
#include <stdio.h>

struct diag *bind_error(struct binder *b, enum diag_code code, struct span at,
                        const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str text = diag_text(b->arena, fmt, ap);
    va_end(ap);
    return diag_error(b->ds, code, at, "%.*s", STRF(text));
}

enum { MAX_BIND_DEPTH = 400, MAX_BIND_STEPS = 1000000 };

bool bind_enter(struct binder *b, struct span at)
{
    if (b->steps == MAX_BIND_STEPS + 1)
        return false; /* reported: all that is left fails quickly */
    if (b->steps++ == MAX_BIND_STEPS) {
        bind_error(b, DIAG_LIMIT, at,
                   "the query has more than %d parts, with every let put in "
                   "where it is used",
                   MAX_BIND_STEPS);
        return false;
    }
    if (b->depth < MAX_BIND_DEPTH) {
        b->depth++;
        return true;
    }
    bind_error(b, DIAG_DEPTH, at,
               "nested more than %d levels deep, or a let "
               "that calls itself",
               MAX_BIND_DEPTH);
    b->steps = MAX_BIND_STEPS + 1; /* a function may call itself twice */
    return false;
}

void bind_leave(struct binder *b)
{
    b->depth--;
}

bool can_read(const struct binder *b, struct node *n)
{
    unsigned reads = node_reads(n);
    return !b->check && !(reads & READS_OPEN) &&
           !(b->rehearsal && (reads & READS_ROWS));
}

struct col col_new(struct binder *b, str name, enum type t, bool has_null)
{
    return (struct col){ .name = name,
                         .type = t,
                         .id = ++b->next_id,
                         .has_null = has_null && t != TYPE_STRING };
}

struct node *node_over(struct binder *b, enum node_kind k, const struct ast *at,
                       struct node *in)
{
    struct node *n = node_new(b->arena, k, at->span, in);
    n->open = in->open;
    for (size_t i = 0; i < in->cols.n; i++)
        PUSH(b->arena, n->cols, in->cols.v[i]);
    n->order.v = in->order.v;
    n->order.n = n->order.cap = in->order.n;
    n->ordered = in->ordered;
    return n;
}

struct node *project_new(struct binder *b, const struct ast *at,
                         struct node *in)
{
    struct node *n = node_new(b->arena, NODE_PROJECT, at->span, in);
    n->ordered = in->ordered;
    n->order.v = in->order.v;
    n->order.n = n->order.cap = in->order.n;
    return n;
}

static void append(struct binder *b, struct node *p, struct col c,
                   struct expr *e)
{
    c.depth = e->depth;
    struct assign a = { c, e };
    PUSH(b->arena, p->cols, c);
    PUSH(b->arena, p->assigns, a);
}

static bool has_id(const struct node *p, uint32_t id)
{
    for (size_t i = 0; i < p->cols.n; i++)
        if (p->cols.v[i].id == id)
            return true;
    return false;
}

void project_keep(struct binder *b, struct node *p, const struct col *c)
{
    struct col out = *c;
    if (has_id(p, c->id))
        out.id = ++b->next_id;
    append(b, p, out, ex_column(b, c, p->span));
}

void project_add(struct binder *b, struct node *p, str name, struct expr *e)
{
    bool plain = e->kind == EX_COLUMN && !has_id(p, e->id);
    struct col c = col_new(b, name, e->type, e->has_null);
    if (plain)
        c.id = e->id;
    append(b, p, c, e);
}

void project_set(struct binder *b, struct node *p, str name, struct expr *e)
{
    for (size_t i = 0; i < p->cols.n; i++) {
        if (!str_eq(p->cols.v[i].name, name))
            continue;
        p->cols.v[i] = col_new(b, name, e->type, e->has_null);
        p->cols.v[i].depth = e->depth;
        p->assigns.v[i] = (struct assign){ p->cols.v[i], e };
        return;
    }
    append(b, p, col_new(b, name, e->type, e->has_null), e);
}

str free_name(struct binder *b, const struct node *n, str wanted)
{
    if (!node_find(n, wanted))
        return wanted;
    for (unsigned i = 1;; i++) {
        str name = arena_fmt(b->arena, "%.*s%u", STRF(wanted), i);
        if (!node_find(n, name))
            return name;
    }
}

str data_name(struct binder *b, str name)
{
    if (name.n == 0)
        return S("Column1");
    if (name.p[0] != '\001')
        return name;
    return arena_fmt(b->arena, "_%.*s", STRF(str_sub(name, 1, name.n)));
}

size_t match_columns(struct binder *b, const struct ast *pattern,
                     const struct node *row, bool *hit)
{
    size_t n = 0;
    for (size_t i = 0; i < row->cols.n; i++) {
        hit[i] = pattern->kind == AST_WILDCARD || pattern->kind == AST_STAR
                   ? str_glob(pattern->text, row->cols.v[i].name, false)
                   : str_eq(pattern->text, row->cols.v[i].name);
        n += hit[i];
    }
    if (n == 0 && pattern->kind == AST_NAME && !row->open) {
        struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, pattern->span,
                                    "unknown column '%.*s' in '%s'",
                                    STRF(pattern->text), b->where);
        suggest_columns(b, d, pattern->text, row);
    }
    return n;
}

/* Nobody reads the suggestions after a hundred mistakes. */
enum { MAX_SUGGESTIONS = 100 };

void suggest_columns(struct binder *b, struct diag *d, str word,
                     const struct node *row)
{
    size_t n = 0, ncols = row ? row->cols.n : 0;
    if (b->ds->nerrors > MAX_SUGGESTIONS)
        return;
    str *names = arena_array(b->arena, ncols, sizeof *names);
    for (size_t i = 0; i < ncols; i++) {
        str name = row->cols.v[i].name;
        if (!name.n || name.p[0] != '\001') /* ours, not the analyst's */
            names[n++] = name;
    }
    str near = diag_nearest(word, names, n);
    struct buf list;
    buf_init(&list, 400);
    if (near.n)
        buf_addf(&list, "did you mean '%.*s'? ", STRF(near));
    buf_adds(&list, n ? "columns here: " : "there are no columns here");
    for (size_t i = 0; i < n && list.n < 200; i++)
        buf_addf(&list, "%s%.*s", i ? ", " : "", STRF(names[i]));
    if (n && list.n >= 200)
        buf_adds(&list, ", …");
    d->hint = buf_take(&list, b->arena);
    buf_release(&list);
}
