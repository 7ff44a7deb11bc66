/* op_count.c - `T | count`: the number of rows. */
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* count [as name] */
static void count_parse(struct parser *p, struct ast *op)
{
    if (accept_word(p, "as"))
        ast_add(op, parse_name(p));
}

static struct node *count_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct node *n = node_new(b->arena, NODE_AGGREGATE, op->span, in);
    str name = op->kid && op->kid->kind == AST_NAME ? op->kid->text
                                                    : S("Count");
    struct expr *e = ex_calln(b, TYPE_LONG, "count(*)", NULL, 0);
    struct assign a = { col_new(b, name, TYPE_LONG, false),
                        ex_written(b, e, S("count"), NULL, 0) };
    PUSH(b->arena, n->assigns, a);
    PUSH(b->arena, n->cols, a.col);
    return n;
}

static void count_print(struct canon *c, const struct ast *op)
{
    if (!op->kid)
        return;
    buf_adds(c->b, " as ");
    canon_name(c, op->kid->text);
}

const struct lang_op op_count = {
    .name = "count",
    .usage = "T | count",
    .summary = "The number of rows, as column Count.",
    .example = "range x from 1 to 9 step 1 | count",
    .parse = count_parse,
    .print = count_print,
    .bind = count_bind,
};
