/* op_facet.c - `T | facet by …`, which gives several tables. */
#include "refuse.h"

/* facet by column, … [with ( operator | … )] */
static void facet_parse(struct parser *p, struct ast *op)
{
    if (!expect_word_of(p, "by", "facet by Column, Other"))
        return;
    parse_named_list(p, clause(p, op, "by"));
    if (accept_word(p, "with"))
        ast_add(clause(p, op, "with"), parse_subquery(p));
}

static void facet_print(struct canon *c, const struct ast *op)
{
    const struct ast *with = ast_clause(op, "with");
    canon_by(c, op, "by");
    if (!with || !with->kid)
        return;
    buf_adds(c->b, " with ");
    canon_subquery(c, with->kid);
}

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
    .usage = "T | facet by column, … [with (operator | …)]",
    .summary = "A table of counts for each column, and one of a subquery; it "
               "ends the query.",
    .example = "datatable(k:string)[\"a\", \"b\", \"a\"] | facet by k with "
               "(take 1)",
    .parse = facet_parse,
    .print = facet_print,
    .bind = facet_bind,
};
