/* assign.c - lists of `name = expression`.
 *
 * Called by: op_extend, op_project, op_print, op_serialize.
 * All expressions are bound over the input row first, so none sees another's
 * result; windows may put projections under it meanwhile (hoist). */
#include "assign.h"

struct item {
    str name;             /* "" until it is known to be free */
    const struct ast *ast;
    struct expr *e;
    bool given;           /* the name was written */
};

struct items {
    struct item *v;
    size_t n;
};

/* (a, b) = f(): the members of a dynamic array result, one a name. */
static void bind_tuple(struct binder *b, const struct ast *t,
                       struct items *items)
{
    struct expr *e = bind_expr(b, t->kid->next);
    long i = 0;
    if (e->kind != EX_ERROR && e->type != TYPE_DYNAMIC) {
        bind_error(b, DIAG_TYPE, t->span, "only a function with several "
                   "results fills several columns");
        e = ex_error(b, t->span);
    }
    for (const struct ast *n = t->kid->kid; n; n = n->next, i++) {
        struct expr *v = e->kind == EX_ERROR ? e
            : ex_func(b, "k_path_index", t->span, e, ex_long(b, i), NULL);
        items->v[items->n++] = (struct item){ n->text, n, v, true };
    }
}

static size_t count_items(const struct ast *op)
{
    size_t n = 0;
    for (const struct ast *k = op->kid; k; k = k->next)
        n += k->kind == AST_TUPLE ? ast_nkids(k->kid) : 1;
    return n;
}

static void bind_items(struct binder *b, const struct ast *op,
                       struct items *items)
{
    items->v = arena_array(b->arena, count_items(op) + 1, sizeof *items->v);
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind == AST_TUPLE) {
            bind_tuple(b, k, items);
        } else if (k->kind == AST_NAMED) {
            items->v[items->n++] = (struct item){ k->text, k->kid, bind_expr(b, k->kid), true };
        } else {
            items->v[items->n++] = (struct item){ S(""), k, bind_expr(b, k), false };
        }
    }
}

static str default_name(struct binder *b, const struct node *p,
                        const struct item *it, enum assign_how how,
                        unsigned *counter, size_t position)
{
    if (how != ASSIGN_PRINT)
        return auto_column(b, p, it->ast, counter);
    str name = arena_fmt(b->arena, "print_%zu", position);
    return free_name(b, p, name);
}

static void add_item(struct binder *b, struct node *p, struct item *it,
                     enum assign_how how)
{
    if (how == ASSIGN_EXTEND) {
        project_set(b, p, it->name, it->e);
        return;
    }
    if (it->given && node_find(p, it->name)) {
        bind_error(b, DIAG_DUPLICATE, it->ast->span, "a column '%.*s' stands "
                   "in this %s already", STRF(it->name), b->where);
        return;
    }
    project_add(b, p, it->name, it->e);
}

/* Bare columns of project keep their name and may not come twice. */
static bool is_bare_column(const struct item *it)
{
    return !it->given && it->ast->kind == AST_NAME && it->e->kind == EX_COLUMN;
}

struct node *bind_assignments(struct binder *b, const struct ast *op,
                              struct node *in, enum assign_how how)
{
    struct items items = { 0 };
    unsigned counter = 0;
    size_t nerrors = b->ds->nerrors;
    bind_items(b, op, &items);
    struct node *p = project_new(b, op, b->row);
    p->open = in->open;
    bool keep = how == ASSIGN_EXTEND;
    for (size_t i = 0; keep && i < b->row->cols.n; i++)
        project_keep(b, p, &b->row->cols.v[i]);
    for (size_t i = 0; i < items.n; i++) {
        struct item *it = &items.v[i];
        if (!it->given && it->ast->kind == AST_STAR)
            continue;
        if (is_bare_column(it) && how == ASSIGN_PROJECT) {
            it->name = it->ast->text;
            it->given = true;
        } else if (is_bare_column(it) && keep) {
            continue; /* extend x: x is there already */
        } else if (!it->given) {
            it->name = default_name(b, p, it, how, &counter, i);
        }
        add_item(b, p, it, how);
    }
    if (b->ds->nerrors != nerrors && !in->open && !b->open_tables)
        p->open = true; /* silence what follows from the mistake */
    return settle(b, p);
}
