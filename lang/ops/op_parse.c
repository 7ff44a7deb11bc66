/* op_parse.c - `T | parse text with "a" x "b" y:long *`: columns out of text.
 */
#include "parse_text.h"
#include "syntax/canon.h"

static struct node *parse_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    return parse_text_bind(b, op, in, false);
}



const struct lang_op op_parse = {
    .name = "parse",
    .usage =
        "T | parse [kind=regex|relaxed] text with * \"literal\" column:type …",
    .summary = "Fills columns from the parts of a text between literals; rows "
               "that do not match keep them empty.",
    .example = "print s = \"user=ana pid=4\" | parse s with \"user=\" user "
               "\" pid=\" pid:long",
    .parse = parse_text_parse,
    .print = parse_text_print,
    .bind = parse_bind,
};
