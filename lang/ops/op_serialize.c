/* op_serialize.c - `T | serialize [name = expression, …]`: fixes the order. */
#include "assign.h"
#include "syntax/parse.h"

static void serialize_parse(struct parser *p, struct ast *op)
{
    if (!at_end_of_operator(p) && !peek(p)->line_start)
        parse_named_list(p, op);
}

static struct node *serialize_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    in->ordered = true;
    struct node *n = bind_assignments(b, op, in, ASSIGN_EXTEND);
    if (n)
        n->ordered = true;
    return n;
}

const struct lang_op op_serialize = {
    .name = "serialize",
    .usage = "T | serialize [name = expression, …]",
    .summary = "Keeps the present order of the rows, so that row_number(), "
               "prev() and next() mean something; columns may be added.",
    .example = "range x from 1 to 3 step 1 | serialize n = row_number()",
    .parse = serialize_parse,
    .bind = serialize_bind,
};
