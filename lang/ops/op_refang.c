/* op_refang.c - `T | refang Columns`: notation of indicators.
 *
 * The function of the same name for each column. */
#include "hunt_text.h"

/* refang column, … [with (replace = true)] */
static void refang_parse(struct parser *p, struct ast *op)
{
    hunt_parse_columns(p, op);
    parse_with(p, op);
}

static struct node *refang_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return hunt_map(b, op, in, "refang");
}

const struct lang_op op_refang = {
    .name = "refang",
    .flags = OP_HUNTING,
    .usage = "T | refang [Column, …] [with (replace = true)]",
    .summary =
        "Appends refang_Column for each column: the text with "
        "defanged spellings undone. With replace the column itself.",
    .example = "print Url = \"hxxp://evil[.]com/a\" "
               "| refang Url with (replace = true)",
    .parse = refang_parse,
    .bind = refang_bind,
};
