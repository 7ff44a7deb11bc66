/* op_sort.c - `T | sort by key [asc|desc] [nulls first|last], …`. */
#include "order.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

static void sort_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "hint.strategy", NULL };
    parse_options(p, op, options);
    expect_word_of(p, "by", "sort by Column desc, Other asc");
    parse_order_list(p, op);
}

static struct node *sort_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    return bind_order(b, op, in, op->kid);
}

static void sort_print(struct canon *c, const struct ast *op)
{
    const struct ast *key = op->kid;
    canon_options(c, op);
    while (key && key->kind == AST_OPTION)
        key = key->next;
    buf_adds(c->b, " by ");
    canon_items(c, key);
}

const struct lang_op op_sort = {
    .name = "sort",
    .alias = "order",
    .usage = "T | sort by key [asc|desc] [nulls first|last], …",
    .summary = "Orders the rows; descending unless asc is given; null counts "
               "as the smallest value.",
    .example = "range x from 1 to 3 step 1 | sort by x",
    .parse = sort_parse,
    .print = sort_print,
    .bind = sort_bind,
};
