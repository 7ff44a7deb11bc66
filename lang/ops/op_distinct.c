/* op_distinct.c - `T | distinct column, …`: each combination once. */
#include "bind/bind.h"
#include "syntax/parse.h"

static void distinct_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "hint.strategy", NULL };
    parse_options(p, op, options);
    if (at_punct(p, "*"))
        ast_add(op, ast_new(p->arena, AST_STAR, take(p)->span, S("*")));
    else
        parse_named_list(p, op);
}

static bool key_ok(struct binder *b, const struct expr *e, struct span at)
{
    if (e->type != TYPE_DYNAMIC)
        return e->kind != EX_ERROR;
    struct diag *d = bind_error(b, DIAG_KEY_TYPE, at,
                                "a dynamic cannot be "
                                "told apart by distinct");
    diag_hint(b->ds, d, "wrap it in tostring(…)");
    return false;
}

static struct node *distinct_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    struct node *p = project_new(b, op, in);
    unsigned counter = 0;
    bool ok = true;
    p->open = in->open;
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind == AST_OPTION)
            continue;
        if (k->kind == AST_STAR) {
            for (size_t i = 0; i < in->cols.n; i++)
                if (key_ok(b, ex_column(b, &in->cols.v[i], k->span), k->span))
                    project_keep(b, p, &in->cols.v[i]);
                else
                    ok = false;
            continue;
        }
        struct expr *e = bind_expr(b, k->kind == AST_NAMED ? k->kid : k);
        ok &= key_ok(b, e, k->span) || (e->kind == EX_ERROR && in->open);
        str name = k->kind == AST_NAMED ? k->text
                                        : auto_column(b, p, k, &counter);
        project_add(b, p, name, e);
    }
    if (!ok)
        return NULL;
    struct node *n = node_over(b, NODE_DISTINCT, op, p);
    n->order.n = 0;
    n->ordered = false;
    return n;
}

const struct lang_op op_distinct = {
    .name = "distinct",
    .usage = "T | distinct column, …   or   T | distinct *",
    .summary = "Each combination of the columns once.",
    .example = "datatable(a:string)[\"x\", \"y\", \"x\"] | distinct a",
    .parse = distinct_parse,
    .bind = distinct_bind,
};
