/* order.c - sort keys.
 *
 * Called by: op_sort, op_top. */
#include "order.h"

static bool bind_key(struct binder *b, const struct ast *k, struct order *o)
{
    o->e = bind_expr(b, k->kid);
    if (o->e->kind == EX_ERROR)
        return false;
    if (o->e->type == TYPE_DYNAMIC) {
        struct diag *d = bind_error(b, DIAG_KEY_TYPE, k->span,
                                    "rows cannot be "
                                    "ordered by a dynamic");
        diag_hint(b->ds, d,
                  "say as what: tostring(…), tolong(…), todatetime(…)");
        return false;
    }
    o->desc = str_starts(k->text, S("desc"));
    o->nulls_first = str_ends(k->text, S("first")) ? true
                   : str_ends(k->text, S("last"))  ? false
                                                   : !o->desc;
    return true;
}

/* NaN stands with the nulls, on their inner side, whatever the direction
 * (sort-operator.md of the documentation); the engine takes it for the largest
 * number. A key before the real one tells them apart. */
static struct order nan_key(struct binder *b, const struct order *o)
{
    struct expr *args[] = { o->e };
    return (struct order){ .e = ex_calln(b, TYPE_BOOL, "isnan($1)", args, 1),
                           .desc = o->nulls_first,
                           .nulls_first = o->nulls_first };
}

static bool may_be_nan(const struct expr *e)
{
    return e->type == TYPE_REAL && !e->is_volatile && e->kind != EX_LITERAL;
}

struct node *bind_order(struct binder *b, const struct ast *op, struct node *in,
                        const struct ast *key)
{
    LIST(struct order) keys = { 0 };
    bool ok = true;
    for (; key; key = key->next) {
        struct order o;
        if (key->kind != AST_ORDER)
            continue;
        if (bind_key(b, key, &o))
            PUSH(b->arena, keys, o);
        else
            ok = false;
    }
    if (!ok)
        return in->open || b->row->open ? in : NULL;
    for (size_t i = 0; i < keys.n; i++)
        if (keys.v[i].e->window)
            keys.v[i].e = hoist(b, keys.v[i].e, "sort");
    struct node *n = node_over(b, NODE_SORT, op, b->row);
    n->order.v = NULL;
    n->order.n = n->order.cap = 0;
    for (size_t i = 0; i < keys.n; i++) {
        if (may_be_nan(keys.v[i].e))
            PUSH(b->arena, n->order, nan_key(b, &keys.v[i]));
        PUSH(b->arena, n->order, keys.v[i]);
    }
    n->ordered = true;
    return n;
}
