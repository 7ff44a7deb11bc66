/* op_facet.c - `T | facet by …`: refused, because it gives several tables. */
#include "refuse.h"

static struct node *facet_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    (void)in;
    return refuse_bind(b, op,
                       "write one query for each column: T | summarize "
                       "count() by column");
}

const struct lang_op op_facet = {
    .name = "facet",
    .usage = "T | facet by column, …   (not supported)",
    .summary = "One table for each column; write one summarize for each "
               "instead.",
    .example = "datatable(k:string)[\"a\", \"b\", \"a\"] | summarize count() "
               "by k",
    .parse = refuse_parse,
    .bind = facet_bind,
};
