/* op_summarize.c - `T | summarize aggregate, … by key, …`.
 *
 * An aggregate that fills several columns (arg_max, take_any(*), percentiles)
 * is computed as one value and taken apart by a PROJECT above. */
#include "summarize.h"

#include "syntax/canon.h"
#include "syntax/habits.h"
#include "syntax/parse.h"

static void summarize_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "hint.strategy", "hint.shufflekey",
                                           NULL };
    parse_options(p, op, options);
    struct ast *aggs = clause(p, op, "aggregates");
    if (!at_word(p, "by") && !at_end_of_operator(p))
        parse_named_list(p, aggs);
    if (accept_word(p, "by"))
        parse_named_list(p, clause(p, op, "by"));
    else if (at_name(p) && !peek(p)->line_start && !begins_operator(p)) {
        struct diag *d = parse_error(p, DIAG_SYNTAX, "unexpected '%.*s'",
                                     STRF(peek(p)->text));
        diag_hint(p->ds, d, "keys follow 'by'");
        if (accept_word(p, "group"))
            accept_word(p, "by");
        parse_named_list(p, clause(p, op, "by"));
    }
}

static struct node *summarize_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    struct summary s;
    const struct ast *by = ast_clause(op, "by"),
                     *aggs = ast_clause(op, "aggregates");
    unsigned counter = 0;
    bool ok = true;
    summary_init(b, &s, op);
    for (const struct ast *k = by ? by->kid : NULL; k; k = k->next)
        ok &= summary_by(b, &s, k, &counter);
    for (const struct ast *k = aggs ? aggs->kid : NULL; k; k = k->next)
        ok &= summary_add(b, &s, k, &counter);
    struct node *n = summary_end(b, &s, b->row);
    n->open = in->open || (!ok && b->open_tables);
    if (!ok)
        n->open = true;
    return n;
}

static void summarize_print(struct canon *c, const struct ast *op)
{
    const struct ast *aggs = ast_clause(op, "aggregates");
    canon_options(c, op);
    if (aggs && aggs->kid) {
        buf_addc(c->b, ' ');
        canon_items(c, aggs->kid);
    }
    canon_by(c, op, "by");
}

const struct lang_op op_summarize = {
    .name = "summarize",
    .usage = "T | summarize name = aggregate(…), … by key, …",
    .summary = "One row per combination of the keys, with aggregates over the "
               "rows that have it.",
    .example =
        "range x from 1 to 9 step 1 | summarize count(), sum(x) by x % 3",
    .parse = summarize_parse,
    .print = summarize_print,
    .bind = summarize_bind,
};
