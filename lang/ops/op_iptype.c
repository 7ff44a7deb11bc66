/* op_iptype.c - `T | iptype Columns`: what the addresses in columns are for.
 *
 * The function ip_type for each column. */
#include "hunt_text.h"

/* iptype column, … [with (replace = true)] */
static void iptype_parse(struct parser *p, struct ast *op)
{
    hunt_parse_columns(p, op);
    parse_with(p, op);
}

static struct node *iptype_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return hunt_map(b, op, in, "ip_type");
}

const struct lang_op op_iptype = {
    .name = "iptype",
    .flags = OP_HUNTING,
    .usage = "T | iptype Column, … [with (replace = true)]",
    .summary =
        "Appends ip_type_Column for each column: Public, Private, Loopback, "
        "Link Local, Multicast, Shared and so on, empty for no address.",
    .example = "print Src = \"10.0.0.1\", Dst = \"8.8.8.8\" | iptype Src, Dst",
    .parse = iptype_parse,
    .bind = iptype_bind,
};
