/* op_project.c - `T | project name = expression, …`: only these columns. */
#include "assign.h"
#include "syntax/parse.h"

static void project_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
}

static struct node *project_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    return bind_assignments(b, op, in, ASSIGN_PROJECT);
}

const struct lang_op op_project = {
    .name = "project",
    .usage = "T | project column, name = expression, …",
    .summary = "Keeps the named columns, in this order, and computes new ones.",
    .example = "print a = 1, b = 2 | project b, c = a + b",
    .parse = project_parse,
    .bind = project_bind,
};
