/* expand.c - lists to rows.
 *
 * Called by: op_mv_expand.c, op_mv_apply.c.
 * The options bagexpansion, kind and with_itemindex are read here. */
#include "expand.h"
#include "syntax/canon.h"

/* item = [name =] expr [to typeof(type)] */
static struct ast *parse_item(struct parser *p)
{
    struct ast *item = ast_new(p->arena, AST_LIST, peek(p)->span, S(""));
    ast_add(item, parse_named(p));
    if (accept_word(p, "to")) {
        expect_word(p, "typeof");
        expect_punct(p, "(");
        ast_add(item, parse_type(p));
        expect_punct(p, ")");
    }
    return item;
}

void expand_parse(struct parser *p, struct ast *op)
{
    do
        ast_add(op, parse_item(p));
    while (accept_punct(p, ","));
    if (accept_word(p, "limit"))
        ast_add(clause(p, op, "limit"), parse_expr(p));
}

void expand_print(struct canon *c, const struct ast *op)
{
    const char *between = " ";
    canon_options(c, op);
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind != AST_LIST || !k->kid)
            continue;
        buf_adds(c->b, between);
        canon_expr(c, k->kid);
        if (k->kid->next)
            buf_addf(c->b, " to typeof(%.*s)", STRF(k->kid->next->text));
        between = ", ";
    }
    canon_by(c, op, "limit");
}

struct expansion {
    str name;
    struct expr *e;
    enum type type;
};

static bool bind_expansion(struct binder *b, const struct ast *item,
                           struct expansion *x)
{
    const struct ast *t = item->kid;
    const struct ast *v = t->kind == AST_NAMED ? t->kid : t;
    x->e = bind_expr(b, v);
    x->name = t->kind == AST_NAMED ? t->text : auto_name(b, v);
    x->type = TYPE_DYNAMIC;
    if (t->next && t->next->kind == AST_TYPE)
        type_from_name(t->next->text, &x->type);
    if (!x->name.n)
        x->name = free_name(b, b->row, S("Column1"));
    if (x->e->kind == EX_ERROR || x->e->type == TYPE_ERROR)
        return false;
    if (x->e->type != TYPE_DYNAMIC) {
        struct diag *d = bind_error(b, DIAG_TYPE, v->span,
                                    "%s needs a "
                                    "dynamic, this is a %s",
                                    b->where, type_name(x->e->type));
        diag_hint(b->ds, d, "split(…) or parse_json(…) makes one of a text");
        return false;
    }
    return true;
}

static bool check_names(struct binder *b, const struct ast *op,
                        const struct expansion *x, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (str_eq(x[i].name, x[k].name)) {
                bind_error(b, DIAG_DUPLICATE, op->span,
                           "'%.*s' is expanded twice", STRF(x[i].name));
                return false;
            }
    return true;
}

static bool is_array_kind(const struct ast *op)
{
    return str_eqz(option_text(op, "bagexpansion"), "array") ||
           str_eqz(option_text(op, "kind"), "array");
}

/* The rows of one record are cut where its lists are. */
static struct expr *cut(struct binder *b, struct expr *list, struct expr *limit)
{
    return limit ? ex_func(b, "k_list_cap", list->span, list, limit, NULL)
                 : list;
}

static struct node *unnest(struct binder *b, const struct ast *op,
                           const struct expansion *x, size_t n,
                           struct expr *limit)
{
    struct node *u = node_over(b, NODE_UNNEST, op, b->row);
    const char *f = is_array_kind(op) ? "k_expand_array" : "k_expand";
    for (size_t i = 0; i < n; i++) {
        struct expr *list = ex_func(b, f, op->span, x[i].e, NULL);
        struct unnest item = { col_new(b, S("\001item"), TYPE_DYNAMIC, true),
                               cut(b, list, limit) };
        PUSH(b->arena, u->unnests, item);
        PUSH(b->arena, u->cols, item.col);
    }
    str index = option_text(op, "with_itemindex");
    if (index.n) {
        u->index = col_new(b, index, TYPE_LONG, false);
        PUSH(b->arena, u->cols, u->index);
    }
    return u;
}

/* A constant number of rows, NULL when there is none; false: reported. */
static bool bind_limit(struct binder *b, const struct ast *op,
                       struct expr **limit)
{
    const struct ast *c = ast_clause(op, "limit");
    *limit = NULL;
    if (!c || !c->kid)
        return true;
    struct expr *e = bind_const(b, c->kid);
    if (e->kind != EX_ERROR && !type_is_int(e->type)) {
        bind_error(b, DIAG_TYPE, c->kid->span,
                   "a number of rows is needed, this is a %s",
                   type_name(e->type));
        return false;
    }
    *limit = coerce(b, e, TYPE_LONG);
    return e->kind != EX_ERROR;
}

static struct node *typed(struct binder *b, const struct ast *op,
                          struct node *u, const struct expansion *x, size_t n)
{
    struct node *p = project_new(b, op, u);
    for (size_t i = 0; i < u->cols.n; i++)
        if (!str_eqz(u->cols.v[i].name, "\001item") &&
            u->cols.v[i].id != u->index.id)
            project_keep(b, p, &u->cols.v[i]);
    for (size_t i = 0; i < n; i++) {
        struct expr *v = ex_column(b, &u->unnests.v[i].col, op->span);
        project_set(b, p, x[i].name, coerce(b, v, x[i].type));
    }
    if (u->index.id)
        project_add(b, p, free_name(b, p, u->index.name),
                    ex_column(b, &u->index, op->span));
    p->open = u->open;
    return p;
}

struct node *expand_bind(struct binder *b, const struct ast *op)
{
    struct expansion *x = arena_array(b->arena, ast_nkids(op), sizeof *x);
    struct expr *limit;
    size_t n = 0;
    bool ok = bind_limit(b, op, &limit);
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_LIST)
            ok &= bind_expansion(b, k, &x[n++]);
    if (!ok || !check_names(b, op, x, n))
        return NULL;
    struct node *u = unnest(b, op, x, n, limit);
    b->row = u;
    return typed(b, op, u, x, n);
}

bool expands_column(const struct ast *op, str name)
{
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_LIST && k->kid->kind == AST_NAME &&
            str_eq(k->kid->text, name))
            return true;
    return false;
}
