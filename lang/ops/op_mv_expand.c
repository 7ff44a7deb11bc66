/* op_mv_expand.c - `T | mv-expand column, …`: one row per element of a list. */
#include "bind/bind.h"
#include "syntax/parse.h"

static const char *const options[] = { "kind", "bagexpansion", "with_itemindex", NULL };

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

static void mv_expand_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    do
        ast_add(op, parse_item(p));
    while (accept_punct(p, ","));
    if (accept_word(p, "limit"))
        ast_add(clause(p, op, "limit"), parse_expr(p));
}

struct expansion {
    str name;
    struct expr *e;
    enum type type;
    bool replaces;       /* a column of the input keeps its place */
};

static bool bind_expansion(struct binder *b, const struct ast *item,
                           struct expansion *x)
{
    const struct ast *t = item->kid;
    const struct ast *v = t->kind == AST_NAMED ? t->kid : t;
    x->e = bind_expr(b, v);
    x->name = t->kind == AST_NAMED ? t->text : auto_name(b, v);
    x->replaces = node_find(b->row, x->name) != NULL;
    x->type = TYPE_DYNAMIC;
    if (t->next && t->next->kind == AST_TYPE)
        type_from_name(t->next->text, &x->type);
    if (!x->name.n)
        x->name = S("Column1");
    if (x->e->kind == EX_ERROR)
        return false;
    if (x->e->type != TYPE_DYNAMIC) {
        struct diag *d = bind_error(b, DIAG_TYPE, v->span, "mv-expand needs a "
                                    "dynamic, this is a %s", type_name(x->e->type));
        diag_hint(b->ds, d, "split(…) or parse_json(…) makes one of a text");
        return false;
    }
    return true;
}

static bool is_array_kind(const struct ast *op)
{
    return str_eqz(option_text(op, "bagexpansion"), "array") ||
           str_eqz(option_text(op, "kind"), "array");
}

static struct node *unnest(struct binder *b, const struct ast *op,
                           const struct expansion *x, size_t n)
{
    struct node *u = node_over(b, NODE_UNNEST, op, b->row);
    const char *f = is_array_kind(op) ? "k_expand_array" : "k_expand";
    for (size_t i = 0; i < n; i++) {
        struct unnest item = { col_new(b, S("\001item"), TYPE_DYNAMIC, true),
                               ex_func(b, f, op->span, x[i].e, NULL) };
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

static struct node *mv_expand_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    struct expansion *x = arena_array(b->arena, ast_nkids(op), sizeof *x);
    size_t n = 0;
    bool ok = true;
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_LIST)
            ok &= bind_expansion(b, k, &x[n++]);
    if (!ok)
        return in->open ? in : NULL;
    struct node *u = unnest(b, op, x, n);
    struct node *p = project_new(b, op, u);
    b->row = u;
    for (size_t i = 0; i < u->cols.n; i++)
        if (!str_eqz(u->cols.v[i].name, "\001item"))
            project_keep(b, p, &u->cols.v[i]);
    for (size_t i = 0; i < n; i++) {
        struct expr *v = ex_column(b, &u->unnests.v[i].col, op->span);
        project_set(b, p, x[i].name, coerce(b, v, x[i].type));
    }
    p->open = in->open;
    const struct ast *limit = ast_clause(op, "limit");
    (void)limit; /* a bound on rows per record; the engine has its own ceiling */
    return settle(b, p);
}

const struct lang_op op_mv_expand = {
    .name = "mv-expand",
    .alias = "mvexpand",
    .usage = "T | mv-expand [bagexpansion=array] [with_itemindex=i] "
             "[name =] column [to typeof(type)], …",
    .summary = "One row per element of a dynamic array or property of a bag; "
               "several columns are expanded side by side.",
    .example = "print d = dynamic([1, 2, 3]) | mv-expand d to typeof(long)",
    .parse = mv_expand_parse,
    .bind = mv_expand_bind,
};
