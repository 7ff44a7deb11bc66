/* assign.c - lists of `name = expression`.
 *
 * Called by: op_extend, op_project, op_print, op_serialize.
 * All expressions are bound over the input row first, so none sees another's
 * result; windows may put projections under it meanwhile (hoist). */
#include "assign.h"

#include "tuple.h"

struct item {
    str name;             /* "" until it is known to be free */
    const struct ast *ast;
    struct expr *e;
    bool given;           /* the name was written */
    size_t position;      /* of the expression */
};

struct items {
    LIST(struct item);
    size_t position;
    enum assign_how how;
};

static void add_given(struct binder *b, struct items *items,
                      const struct ast *name, struct expr *e)
{
    struct item it = { name->text, name, e, true, items->position };
    PUSH(b->arena, *items, it);
}

/* The results of one call. Names that are missing are made for project, and
 * when none was given; else those results are left out. */
static void add_members(struct binder *b, struct items *items,
                        const struct ast *names, const struct ast *call,
                        const struct members *m)
{
    const struct ast *name = names;
    size_t i = 0;
    for (; name && i < m->n; name = name->next)
        add_given(b, items, name, m->v[i++].e);
    if (name) {
        struct diag *d = bind_error(b, DIAG_ARGUMENTS, name->span,
                                    "there is no result for '%.*s'",
                                    STRF(name->text));
        diag_hint(b->ds, d, "%.*s has %zu results", STRF(call->text),
                  m->n);
    }
    for (; i < m->n && (!names || items->how == ASSIGN_PROJECT); i++) {
        struct item it = { m->v[i].name, call, m->v[i].e, false,
                           items->position };
        if (items->how == ASSIGN_PRINT && m->n == 1)
            it.name = S("");
        PUSH(b->arena, *items, it);
    }
}

/* Several names for what has one result; a function of the analyst may have
 * made an array of them. */
static void add_elements(struct binder *b, struct items *items,
                         const struct ast *names, const struct ast *t,
                         struct expr *e)
{
    long i = 0;
    bool own = t->kind == AST_CALL && scope_find(b->scope, t->text);
    if (e->kind != EX_ERROR && !(own && e->type == TYPE_DYNAMIC)) {
        bind_error(b, DIAG_TYPE, names->span, "only a function with several "
                   "results fills several columns");
        e = ex_error(b, t->span);
    }
    for (const struct ast *n = names; n; n = n->next, i++) {
        struct expr *v =
            e->kind == EX_ERROR
                ? e
                : ex_func(b, "k_path_index", t->span, e, ex_long(b, i), NULL);
        add_given(b, items, n, v);
    }
}

static void bind_item(struct binder *b, struct items *items,
                      const struct ast *k)
{
    bool tuple = k->kind == AST_TUPLE, named = k->kind == AST_NAMED;
    const struct ast *t = tuple ? k->kid->next : named ? k->kid : k;
    const struct ast *names = tuple ? k->kid->kid : NULL;
    struct expr *e = bind_expr(b, t);
    struct members m = tuple_members(b, t, e);
    if (named) /* a name alone is the first of its kind */
        names = ast_new(b->arena, AST_NAME, t->span, k->text);
    if (m.n)
        add_members(b, items, names, t, &m);
    else if (names && names->next)
        add_elements(b, items, names, t, e);
    else if (names)
        add_given(b, items, names, e);
    else {
        struct item it = { S(""), t, e, false, items->position };
        PUSH(b->arena, *items, it);
    }
}

static void bind_items(struct binder *b, const struct ast *op,
                       struct items *items)
{
    for (const struct ast *k = op->kid; k; k = k->next) {
        bind_item(b, items, k);
        items->position++;
    }
}

static str default_name(struct binder *b, const struct node *p,
                        const struct item *it, enum assign_how how,
                        unsigned *counter)
{
    if (it->name.n)
        return free_name(b, p, it->name);
    if (how != ASSIGN_PRINT)
        return auto_column(b, p, it->ast, counter);
    str name = arena_fmt(b->arena, "print_%zu", it->position);
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
    struct items items = { .how = how };
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
            it->name = default_name(b, p, it, how, &counter);
        }
        add_item(b, p, it, how);
    }
    if (b->ds->nerrors != nerrors && !in->open && !b->open_tables)
        p->open = true; /* silence what follows from the mistake */
    return settle(b, p);
}
