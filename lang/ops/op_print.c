/* op_print.c - `print name = expression, …`: one row of values. */
#include "assign.h"
#include "syntax/parse.h"

static void print_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
}

static struct node *print_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct node *one = node_new(b->arena, NODE_VALUES, op->span, NULL);
    (void)in;
    PUSH(b->arena, one->cols, col_new(b, S("\001one"), TYPE_LONG, false));
    PUSH(b->arena, one->cells, ex_long(b, 1)->value);
    one->ordered = true;
    b->row = one;
    return bind_assignments(b, op, one, ASSIGN_PRINT);
}

const struct lang_op op_print = {
    .name = "print",
    .flags = OP_SOURCE | OP_NO_PIPE,
    .usage = "print name = expression, …",
    .summary = "A table of one row with the values of the expressions.",
    .example = "print x = 1 + 2, now() > ago(1d)",
    .parse = print_parse,
    .bind = print_bind,
};
