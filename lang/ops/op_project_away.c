/* op_project_away.c - `T | project-away pattern, …`: all but these columns. */
#include "patterns.h"

static struct node *away_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    return bind_patterns(b, op, in, false);
}

const struct lang_op op_project_away = {
    .name = "project-away",
    .usage = "T | project-away pattern, …",
    .summary = "Drops the columns that match a name or a pattern with *.",
    .example = "print a = 1, b = 2, ab = 3 | project-away a*",
    .parse = parse_patterns,
    .bind = away_bind,
};
