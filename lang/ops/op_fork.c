/* op_fork.c - `T | fork (…) (…)`: refused, because it gives several tables. */
#include "refuse.h"

static struct node *fork_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    (void)in;
    return refuse_bind(b, op,
                       "write one query for each branch over let X = "
                       "materialize(T)");
}

const struct lang_op op_fork = {
    .name = "fork",
    .usage = "T | fork (operator | …) (operator | …)   (not supported)",
    .summary = "Several subqueries over one table; write several queries over "
               "a materialized let instead.",
    .example = "let X = materialize(range x from 1 to 9 step 1); X | count",
    .parse = refuse_parse,
    .bind = fork_bind,
};
