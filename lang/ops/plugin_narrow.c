/* plugin_narrow.c - `T | evaluate narrow()`: one row for each cell. */
#include "plugin.h"

static struct expr *column_names(struct binder *b, const struct node *row,
                                 struct span at)
{
    struct expr **v = arena_array(b->arena, row->cols.n, sizeof *v);
    for (size_t i = 0; i < row->cols.n; i++)
        v[i] = ex_string(b, row->cols.v[i].name);
    return bind_call_args(b, S("pack_array"), at, NULL, v, row->cols.n);
}

static struct expr *column_texts(struct binder *b, const struct node *row,
                                 struct span at)
{
    struct expr **v = arena_array(b->arena, row->cols.n, sizeof *v);
    for (size_t i = 0; i < row->cols.n; i++)
        v[i] = coerce(b, ex_column(b, &row->cols.v[i], at), TYPE_STRING);
    return bind_call_args(b, S("pack_array"), at, NULL, v, row->cols.n);
}

static void add_list(struct binder *b, struct node *u, struct expr *list)
{
    struct unnest item = { col_new(b, S("\001item"), TYPE_DYNAMIC, true),
                           list };
    PUSH(b->arena, u->unnests, item);
    PUSH(b->arena, u->cols, item.col);
}

static struct node *narrow(struct binder *b, const struct ast *op,
                           struct node *in)
{
    static const char *const options[] = { NULL };
    if (!plugin_options(b, op, options))
        return NULL;
    struct expr *names = column_names(b, in, op->span);
    struct expr *texts = column_texts(b, in, op->span);
    struct expr *row = hoist(
        b, ex_calln(b, TYPE_LONG, "(row_number() OVER () - 1)", NULL, 0),
        "row");
    struct node *u = node_over(b, NODE_UNNEST, op, b->row);
    add_list(b, u, names);
    add_list(b, u, texts);
    struct node *p = project_new(b, op, u);
    project_add(b, p, S("Row"), row);
    project_add(b, p, S("Column"),
                coerce(b, ex_column(b, &u->unnests.v[0].col, op->span),
                       TYPE_STRING));
    project_add(b, p, S("Value"),
                coerce(b, ex_column(b, &u->unnests.v[1].col, op->span),
                       TYPE_STRING));
    return p;
}

const struct lang_plugin plugin_narrow = {
    .name = "narrow",
    .usage = "T | evaluate narrow()",
    .summary = "One row for each cell: its row, its column, its text.",
    .example = "print a = 1, b = \"x\" | evaluate narrow()",
    .bind = narrow,
};
