/* op_consume.c - `T | consume`: runs the query and shows nothing. */
#include "bind/bind.h"
#include "syntax/parse.h"

static const char *const options[] = { "decodeblocks", NULL };

static void consume_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
}

/* Every row is counted, and a negative count never comes. */
static struct node *consume_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    struct node *n = node_new(b->arena, NODE_AGGREGATE, op->span, in);
    struct assign a = { col_new(b, S("Count"), TYPE_LONG, false),
                        ex_calln(b, TYPE_LONG, "count(*)", NULL, 0) };
    PUSH(b->arena, n->assigns, a);
    PUSH(b->arena, n->cols, a.col);
    struct node *f = node_over(b, NODE_FILTER, op, n);
    f->cond =
        ex_call(b, TYPE_BOOL, "($1 < 0)", ex_column(b, &a.col, op->span), NULL);
    return project_new(b, op, f);
}

const struct lang_op op_consume = {
    .name = "consume",
    .usage = "T | consume",
    .summary = "Reads all rows and gives none, to see what a query costs.",
    .example = "range x from 1 to 9 step 1 | consume",
    .parse = consume_parse,
    .bind = consume_bind,
};
