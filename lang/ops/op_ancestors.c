/* op_ancestors.c - `T | ancestors of C`: processes and what started them. */
#include "relatives.h"

static struct node *ancestors_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    return relatives_bind(b, op, in, PROCTREE_ANCESTORS);
}

const struct lang_op op_ancestors = {
    .name = "ancestors",
    .flags = OP_HUNTING,
    .usage = "T | ancestors [LEVELS] of CONDITION",
    .summary =
        "Keeps the processes for which the condition holds and all that led to "
        "them: parents, their parents, up to LEVELS of them. Rows that are no "
        "process tree yet are made one, as proctree does.",
    .example = "host.processes | ancestors of Pid == 1 | count",
    .parse = relatives_parse,
    .bind = ancestors_bind,
    .run = relatives_step,
    .print = relatives_print,
};
