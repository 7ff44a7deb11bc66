/* op_where.c - `T | where condition`: the rows for which it holds. */
#include "bind/bind.h"
#include "syntax/parse.h"

static void where_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_expr(p));
}

static struct node *where_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    (void)in;
    struct expr *cond = bind_cond(b, op->kid);
    if (cond->window) /* SQL has no windows in WHERE */
        cond = hoist(b, cond, "where");
    struct node *n = node_over(b, NODE_FILTER, op, b->row);
    if (cond->kind == EX_ERROR)
        return b->row->open ? settle(b, b->row) : NULL;
    n->cond = cond;
    return b->row_index ? settle(b, n) : n;
}

const struct lang_op op_where = {
    .name = "where",
    .alias = "filter",
    .usage = "T | where condition",
    .summary = "Keeps the rows for which the condition holds; a null condition "
               "drops the row.",
    .example = "range x from 1 to 9 step 1 | where x % 2 == 0",
    .parse = where_parse,
    .bind = where_bind,
};
