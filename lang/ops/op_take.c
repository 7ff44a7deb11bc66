/* op_take.c - `T | take N`: at most N rows, any N.  Row in ops.def. */
#include "bind/bind.h"
#include "syntax/parse.h"

/* take = 'take' expression */
static void take_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_expr(p));
}

static struct node *take_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    struct node *n = node_over(b, NODE_LIMIT, op, in);
    n->count = bind_count(b, op->kid);
    return n->count->kind != EX_ERROR ? n : NULL;
}

const struct lang_op op_take = {
    .name = "take",
    .alias = "limit",
    .usage = "T | take N",
    .summary = "Returns up to N rows, in no particular order.",
    .example = "range x from 1 to 9 step 1 | take 3",
    .parse = take_parse,
    .bind = take_bind,
};
