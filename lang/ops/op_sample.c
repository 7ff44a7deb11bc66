/* op_sample.c - `T | sample N`: N rows chosen at random. */
#include "bind/bind.h"
#include "syntax/parse.h"

static void sample_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_expr(p));
}

static struct node *sample_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    struct expr *count = bind_count(b, op->kid);
    if (count->kind == EX_ERROR)
        return NULL;
    struct node *s = node_over(b, NODE_SORT, op, in);
    struct expr *random = ex_calln(b, TYPE_REAL, "random()", NULL, 0);
    random->is_volatile = true;
    struct order o = { random, false, false };
    s->order.v = NULL;
    s->order.n = s->order.cap = 0;
    PUSH(b->arena, s->order, o);
    struct node *n = node_over(b, NODE_LIMIT, op, s);
    n->order.n = 0;
    n->count = count;
    return n;
}

const struct lang_op op_sample = {
    .name = "sample",
    .usage = "T | sample N",
    .summary = "N rows chosen at random.",
    .example = "range x from 1 to 9 step 1 | sample 9 | count",
    .parse = sample_parse,
    .bind = sample_bind,
};
