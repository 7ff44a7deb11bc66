/* op_lookup.c - `T | lookup kind=… (U) on key`: columns added from a table. */
#include "join.h"
#include "syntax/canon.h"

static struct node *lookup_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    str name = option_text(op, "kind");
    if (name.n && !str_eqz(name, "leftouter") && !str_eqz(name, "inner")) {
        bind_error(b, DIAG_OPTION, op->span,
                   "lookup is leftouter or inner, not "
                   "'%.*s'",
                   STRF(name));
        return NULL;
    }
    return bind_join(
        b, op, in, str_eqz(name, "inner") ? JOIN_INNER : JOIN_LEFTOUTER, true);
}



const struct lang_op op_lookup = {
    .name = "lookup",
    .usage = "T | lookup kind=leftouter (U) on Key",
    .summary = "Adds the columns of a second table to the rows that match; the "
               "key is not repeated.",
    .example = "datatable(k:long)[1, 2] | lookup (datatable(k:long, n:string)"
               "[1, \"one\"]) on k",
    .parse = join_parse,
    .print = join_print,
    .bind = lookup_bind,
};
