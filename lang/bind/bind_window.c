/* bind_window.c - expressions that look at neighbouring rows.
 *
 * Called by: row_number, prev, next, row_cumsum … (lang/funcs/fn_window.c).
 * SQL windows do not nest and do not promise an order, so what a window needs
 * is computed one PROJECT below, the number of the row first of all. */
#include "bind.h"

static const char *const HIDDEN = "\001";

struct expr *hoist(struct binder *b, struct expr *e, const char *name)
{
    struct ast at = { .span = e->span };
    struct node *p = project_new(b, &at, b->row);
    for (size_t i = 0; i < b->row->cols.n; i++)
        project_keep(b, p, &b->row->cols.v[i]);
    str hidden = arena_fmt(b->arena, "%s%s%u", HIDDEN, name, b->next_id);
    project_add(b, p, hidden, e);
    p->open = b->row->open;
    b->row = p;
    return ex_column(b, &p->cols.v[p->cols.n - 1], e->span);
}

static bool is_hidden(const struct col *c)
{
    return c->name.n && c->name.p[0] == HIDDEN[0];
}

static struct node *drop_hidden(struct binder *b, struct node *n)
{
    struct ast at = { .span = n->span };
    size_t hidden = 0;
    for (size_t i = 0; i < n->cols.n; i++)
        hidden += is_hidden(&n->cols.v[i]);
    if (!hidden)
        return n;
    struct node *p = project_new(b, &at, n);
    for (size_t i = 0; i < n->cols.n; i++)
        if (!is_hidden(&n->cols.v[i]))
            project_keep(b, p, &n->cols.v[i]);
    p->open = n->open;
    return p;
}

struct node *settle(struct binder *b, struct node *n)
{
    if (b->reordered && b->row_index) {
        struct ast at = { .span = n->span };
        uint32_t id = b->row_index->id;
        bool there = false;
        for (size_t i = 0; i < n->cols.n; i++)
            there |= n->cols.v[i].id == id;
        if (!there && n->kind == NODE_PROJECT) {
            struct col c = { .name = S("\001order"),
                             .type = TYPE_LONG,
                             .id = id };
            struct assign a = { c, b->row_index };
            PUSH(b->arena, n->cols, c);
            PUSH(b->arena, n->assigns, a);
            there = true;
        }
        if (there) {
            struct node *s = node_over(b, NODE_SORT, &at, n);
            s->order.v = NULL;
            s->order.n = s->order.cap = 0;
            struct order o = { b->row_index, false, true };
            PUSH(b->arena, s->order, o);
            n = s;
        }
    }
    b->reordered = false;
    b->row_index = NULL;
    n = drop_hidden(b, n);
    n->order.n = n->order.cap = 0;
    n->order.v = NULL;
    return n;
}
