/* op_getschema.c - `T | getschema`: the columns of a table as rows. */
#include "bind/bind.h"
#include "syntax/parse.h"

static void getschema_parse(struct parser *p, struct ast *op)
{
    (void)p, (void)op;
}

static const char *const clr_names[NTYPES] = {
    [TYPE_ERROR] = "System.Object",
    [TYPE_BOOL] = "System.SByte",
    [TYPE_INT] = "System.Int32",
    [TYPE_LONG] = "System.Int64",
    [TYPE_REAL] = "System.Double",
    [TYPE_DECIMAL] = "System.Data.SqlTypes.SqlDecimal",
    [TYPE_STRING] = "System.String",
    [TYPE_DATETIME] = "System.DateTime",
    [TYPE_TIMESPAN] = "System.TimeSpan",
    [TYPE_GUID] = "System.Guid",
    [TYPE_DYNAMIC] = "System.Object",
};

static struct value text(str s)
{
    return (struct value){ .type = TYPE_STRING, .s = s };
}

static struct node *getschema_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    struct node *n = node_new(b->arena, NODE_VALUES, op->span, NULL);
    PUSH(b->arena, n->cols, col_new(b, S("ColumnName"), TYPE_STRING, false));
    PUSH(b->arena, n->cols, col_new(b, S("ColumnOrdinal"), TYPE_INT, false));
    PUSH(b->arena, n->cols, col_new(b, S("DataType"), TYPE_STRING, false));
    PUSH(b->arena, n->cols, col_new(b, S("ColumnType"), TYPE_STRING, false));
    n->ordered = true;
    for (size_t i = 0; i < in->cols.n; i++) {
        const struct col *c = &in->cols.v[i];
        struct value ordinal = { .type = TYPE_INT, .i = (int64_t)i };
        PUSH(b->arena, n->cells, text(c->name));
        PUSH(b->arena, n->cells, ordinal);
        PUSH(b->arena, n->cells, text(str_of(clr_names[c->type])));
        PUSH(b->arena, n->cells, text(str_of(type_name(c->type))));
    }
    return n;
}

const struct lang_op op_getschema = {
    .name = "getschema",
    .usage = "T | getschema",
    .summary = "One row per column of the table: name, place and type.",
    .example = "print a = 1, b = \"x\" | getschema",
    .parse = getschema_parse,
    .bind = getschema_bind,
};
