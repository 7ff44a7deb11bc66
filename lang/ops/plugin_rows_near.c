/* plugin_rows_near.c - `T | evaluate rows_near(condition, n)`: rows around. */
#include "plugin.h"

enum { MAX_NEAR = 1000000 };

static bool need_order(struct binder *b, const struct ast *op)
{
    if (b->row->ordered || b->row->open)
        return true;
    struct diag *d = bind_error(b, DIAG_ORDER, op->span,
                                "'rows_near' needs ordered rows");
    diag_hint(b->ds, d, "put | sort by … or | serialize before it");
    return false;
}

/* rows_near(condition, before [, after]) */
static struct node *rows_near(struct binder *b, const struct ast *op,
                              struct node *in)
{
    int64_t before = 1, after;
    if (!plugin_need(b, op, 2) || !need_order(b, op) ||
        !plugin_long(b, plugin_arg(op, 1, "NumRows"), &before))
        return NULL;
    after = before;
    if (!plugin_long(b, plugin_arg(op, 2, "RowsAfter"), &after))
        return NULL;
    if (before < 0 || after < 0 || before > MAX_NEAR || after > MAX_NEAR) {
        bind_error(b, DIAG_OPTION, op->span,
                   "the number of rows is between 0 and %d", MAX_NEAR);
        return NULL;
    }
    struct expr *hit = bind_cond(b, plugin_arg(op, 0, "Condition"));
    struct expr *row = hoist(
        b, ex_calln(b, TYPE_LONG, "row_number() OVER ()", NULL, 0), "row");
    str sql = arena_fmt(b->arena,
                        "coalesce(bool_or($1) OVER (ORDER BY $2 ROWS BETWEEN "
                        "%lld PRECEDING AND %lld FOLLOWING), FALSE)",
                        (long long)after, (long long)before);
    struct expr *near = hoist(
        b, ex_call(b, TYPE_BOOL, arena_cstr(b->arena, sql), hit, row, NULL),
        "near");
    struct node *n = node_over(b, NODE_FILTER, op, b->row);
    n->cond = near;
    n->order.v = NULL;
    n->order.n = n->order.cap = 0;
    struct node *s = node_over(b, NODE_SORT, op, n);
    struct order o = { row, false, true };
    PUSH(b->arena, s->order, o);
    s->open = in->open;
    s->ordered = true;
    return settle(b, s);
}

const struct lang_plugin plugin_rows_near = {
    .name = "rows_near",
    .usage = "T | evaluate rows_near(condition, before [, after])",
    .summary = "The rows for which a condition holds, and those around them.",
    .example = "range x from 1 to 9 step 1 | evaluate rows_near(x == 5, 1)",
    .bind = rows_near,
};
