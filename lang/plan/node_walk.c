/* node_walk.c - visits every node of a query, those inside expressions too.
 *
 * Called by: step.c (what must run before the SQL), tests. */
#include "node_walk.h"

static void walk_expr(const struct expr *e, node_visit *visit, void *ctx)
{
    if (!e)
        return;
    if (e->sub)
        node_walk(e->sub, visit, ctx);
    for (size_t i = 0; i < e->nargs; i++)
        walk_expr(e->args[i], visit, ctx);
}

static void walk_assigns(const struct assign *v, size_t n, node_visit *visit,
                         void *ctx)
{
    for (size_t i = 0; i < n; i++)
        walk_expr(v[i].e, visit, ctx);
}

void node_walk(struct node *n, node_visit *visit, void *ctx)
{
    for (size_t i = 0; i < n->nin; i++)
        node_walk(n->in[i], visit, ctx);
    walk_expr(n->cond, visit, ctx);
    walk_expr(n->count, visit, ctx);
    walk_expr(n->from, visit, ctx);
    walk_expr(n->to, visit, ctx);
    walk_expr(n->step, visit, ctx);
    walk_assigns(n->assigns.v, n->assigns.n, visit, ctx);
    walk_assigns(n->keys.v, n->keys.n, visit, ctx);
    for (size_t i = 0; i < n->on.n; i++) {
        walk_expr(n->on.v[i].left, visit, ctx);
        walk_expr(n->on.v[i].right, visit, ctx);
    }
    for (size_t i = 0; i < n->unnests.n; i++)
        walk_expr(n->unnests.v[i].list, visit, ctx);
    if (n->kind == NODE_SORT)
        for (size_t i = 0; i < n->order.n; i++)
            walk_expr(n->order.v[i].e, visit, ctx);
    visit(ctx, n);
}

static void note_read(void *ctx, struct node *n)
{
    unsigned *reads = ctx;
    if (n->kind == NODE_SCAN || n->kind == NODE_FETCH || n->kind == NODE_HOST)
        *reads |= READS_ROWS;
    if (n->open)
        *reads |= READS_OPEN;
    if (n->unmade)
        *reads |= READS_UNMADE;
}

unsigned node_reads(struct node *n)
{
    unsigned reads = 0;
    node_walk(n, note_read, &reads);
    return reads;
}
