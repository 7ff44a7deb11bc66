/* op_parse_where.c - `T | parse-where …`: parse, and drop what does not match.
 */
#include "parse_text.h"
#include "syntax/canon.h"

static struct node *parse_where_bind(struct binder *b, const struct ast *op,
                                     struct node *in)
{
    return parse_text_bind(b, op, in, true);
}



const struct lang_op op_parse_where = {
    .name = "parse-where",
    .usage =
        "T | parse-where [kind=regex] text with * \"literal\" column:type …",
    .summary = "Like parse, but keeps only the rows that match.",
    .example =
        "datatable(s:string)[\"a=1\", \"b\"] | parse-where s with \"a=\" "
        "n:long",
    .parse = parse_text_parse,
    .print = parse_text_print,
    .bind = parse_where_bind,
};
