/* op_defang.c - `T | defang Columns`: notation of indicators.
 *
 * The function of the same name for each column. */
#include "hunt_text.h"

/* defang column, … [with (replace = true)] */
static void defang_parse(struct parser *p, struct ast *op)
{
    hunt_parse_columns(p, op);
    parse_with(p, op);
}

static struct node *defang_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return hunt_map(b, op, in, "defang");
}

const struct lang_op op_defang = {
    .name = "defang",
    .flags = OP_HUNTING,
    .usage = "T | defang [Column, …] [with (replace = true)]",
    .summary =
        "Appends defang_Column for each column: the text with its "
        "URLs, names and addresses so written that nobody clicks "
        "them. With replace the column itself.",
    .example = "print Url = \"http://evil.com/a\" | defang Url",
    .parse = defang_parse,
    .bind = defang_bind,
};
