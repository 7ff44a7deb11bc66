/* constants.c - columns of one value leave the way between steps and rows.
 *
 * Called by: push.c, before steps are offered to connections. Where rows say
 * where they came from, a PROJECT adds those columns right above the FETCH, and
 * no service could run what stands above it. A filter, an order or a number of
 * rows that does not look at the added columns is moved below it; a step that
 * keeps none of them goes without. */
#include "constants.h"

#include "node_walk.h"

static bool has_column(const struct node *n, uint32_t id)
{
    for (size_t i = 0; i < n->cols.n; i++)
        if (n->cols.v[i].id == id)
            return true;
    return false;
}

/* All that `e` looks at is a column of `rows`. */
static bool is_over(const struct expr *e, const struct node *rows)
{
    if (e->kind == EX_COLUMN)
        return has_column(rows, e->id);
    if (e->sub)
        return false;
    for (size_t i = 0; i < e->nargs; i++)
        if (!is_over(e->args[i], rows))
            return false;
    return true;
}

static bool all_over(const struct assign *v, size_t n, const struct node *rows)
{
    for (size_t i = 0; i < n; i++)
        if (!is_over(v[i].e, rows))
            return false;
    return true;
}

static bool orders_over(const struct node *n, const struct node *rows)
{
    for (size_t i = 0; i < n->order.n; i++)
        if (!is_over(n->order.v[i].e, rows))
            return false;
    return true;
}

static bool can_go_below(const struct node *n, const struct node *rows)
{
    if (n->kind == NODE_FILTER)
        return is_over(n->cond, rows) && orders_over(n, rows);
    return (n->kind == NODE_SORT || n->kind == NODE_LIMIT) &&
           orders_over(n, rows);
}

/* n over added over rows becomes added over n over rows. */
static void swap_steps(struct arena *a, struct node *n)
{
    const struct node *added = n->in[0];
    struct node *below = NEW(a, struct node), *above = NEW(a, struct node);
    *below = *n;
    below->in = arena_array(a, 1, sizeof *below->in);
    below->in[0] = added->in[0];
    below->uses = 0;
    below->cols.n = below->cols.cap = 0;
    for (size_t i = 0; i < added->in[0]->cols.n; i++)
        PUSH(a, below->cols, added->in[0]->cols.v[i]);
    *above = *added;
    above->in = arena_array(a, 1, sizeof *above->in);
    above->in[0] = below;
    above->ordered = n->ordered;
    above->order.v = n->order.v;
    above->order.n = above->order.cap = n->order.n;
    above->uses = n->uses;
    *n = *above;
}

static void step_up(void *ctx, struct node *n)
{
    struct node *added = n->nin == 1 ? n->in[0] : NULL;
    if (!added || !added->constants || added->uses || n->constants)
        return;
    struct node *rows = added->in[0];
    if (can_go_below(n, rows) && n->cols.n == added->cols.n)
        swap_steps(ctx, n);
    else if ((n->kind == NODE_PROJECT || n->kind == NODE_AGGREGATE) &&
             all_over(n->assigns.v, n->assigns.n, rows) &&
             all_over(n->keys.v, n->keys.n, rows) && orders_over(n, rows))
        n->in[0] = rows;
}

void constants_up(struct arena *a, struct node *root)
{
    node_walk(root, step_up, a);
}
