/* op_project_keep.c - `T | project-keep pattern, …`: only these columns. */
#include "patterns.h"

static struct node *keep_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    return bind_patterns(b, op, in, true);
}

const struct lang_op op_project_keep = {
    .name = "project-keep",
    .usage = "T | project-keep pattern, …",
    .summary = "Keeps the columns that match a name or a pattern with *, in "
               "the table's order.",
    .example = "print a = 1, b = 2, ab = 3 | project-keep a*",
    .parse = parse_patterns,
    .bind = keep_bind,
};
