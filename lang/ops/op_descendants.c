/* op_descendants.c - `T | descendants of C`: processes and all they started. */
#include "relatives.h"

static struct node *descendants_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    return relatives_bind(b, op, in, PROCTREE_DESCENDANTS);
}

const struct lang_op op_descendants = {
    .name = "descendants",
    .flags = OP_HUNTING,
    .usage = "T | descendants [LEVELS] of CONDITION",
    .summary =
        "Keeps the processes for which the condition holds and all that they "
        "started: children, their children, down to LEVELS of them. "
        "Rows that are no process tree yet are made one, as proctree "
               "does.",
    .example = "host.processes | descendants 1 of Pid == 1 | where Pid == 1 | "
               "count",
    .parse = relatives_parse,
    .bind = descendants_bind,
    .run = relatives_step,
    .print = relatives_print,
};
