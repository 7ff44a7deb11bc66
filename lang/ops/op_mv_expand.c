/* op_mv_expand.c - `T | mv-expand column, …`: one row per element of a list. */
#include "expand.h"
#include "syntax/canon.h"

static const char *const options[] = { "kind", "bagexpansion", "with_itemindex",
                                       NULL };

static void mv_expand_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    expand_parse(p, op);
}

static struct node *mv_expand_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    struct node *n = expand_bind(b, op);
    if (!n)
        return in->open ? in : NULL;
    return settle(b, n);
}



const struct lang_op op_mv_expand = {
    .name = "mv-expand",
    .alias = "mvexpand",
    .usage = "T | mv-expand [bagexpansion=array] [with_itemindex=i] "
             "[name =] column [to typeof(type)], … [limit N]",
    .summary = "One row per element of a dynamic array or property of a bag; "
               "several columns are expanded side by side.",
    .example = "print d = dynamic([1, 2, 3]) | mv-expand d to typeof(long)",
    .parse = mv_expand_parse,
    .print = expand_print,
    .bind = mv_expand_bind,
};
