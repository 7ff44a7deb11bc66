/* op_extend.c - `T | extend name = expression, …`: columns added or replaced.
 */
#include "assign.h"
#include "syntax/parse.h"

static void extend_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
}

static struct node *extend_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return bind_assignments(b, op, in, ASSIGN_EXTEND);
}

const struct lang_op op_extend = {
    .name = "extend",
    .usage = "T | extend name = expression, …",
    .summary = "Adds computed columns, or replaces those of the same name; all "
               "expressions see the row as it was before.",
    .example = "print a = 2 | extend b = a * 3",
    .parse = extend_parse,
    .bind = extend_bind,
};
