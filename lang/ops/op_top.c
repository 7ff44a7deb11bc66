/* op_top.c - `T | top N by key [asc|desc], …`: the first N rows of an order. */
#include "order.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

static void top_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_expr(p));
    expect_word_of(p, "by", "top 10 by Column desc");
    parse_order_list(p, op);
}

static struct node *top_bind(struct binder *b, const struct ast *op,
                             struct node *in)
{
    struct expr *count = bind_count(b, op->kid);
    struct node *sorted = bind_order(b, op, in, op->kid->next);
    if (!sorted || count->kind == EX_ERROR || sorted == in)
        return sorted == in ? in : NULL;
    struct node *n = node_over(b, NODE_LIMIT, op, sorted);
    n->count = count;
    return n;
}

static void top_print(struct canon *c, const struct ast *op)
{
    canon_options(c, op);
    const struct ast *n = op->kid;
    while (n && n->kind == AST_OPTION)
        n = n->next;
    if (!n)
        return;
    buf_addc(c->b, ' ');
    canon_expr(c, n);
    buf_adds(c->b, " by ");
    canon_items(c, n->next);
}

const struct lang_op op_top = {
    .name = "top",
    .usage = "T | top N by key [asc|desc] [nulls first|last], …",
    .summary = "The first N rows in the order of the keys, descending unless "
               "asc is given.",
    .example = "range x from 1 to 9 step 1 | top 2 by x",
    .parse = top_parse,
    .print = top_print,
    .bind = top_bind,
};
