/* node_walk.c - visits every node of a query, those inside expressions too.
 *
 * Called by: step.c (what must run before the SQL), tests. */
#include "node_walk.h"

#include "node_map.h"

struct walk {
    node_visit *visit;
    void *ctx;
    struct arena *arena;
    struct node_map seen;
};

static void walk(struct walk *w, struct node *n);

static void walk_expr(struct walk *w, const struct expr *e)
{
    if (!e)
        return;
    if (e->sub)
        walk(w, e->sub);
    for (size_t i = 0; i < e->nargs; i++)
        walk_expr(w, e->args[i]);
}

static void walk_assigns(struct walk *w, const struct assign *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        walk_expr(w, v[i].e);
}

static void walk_exprs(struct walk *w, const struct node *n)
{
    walk_expr(w, n->cond);
    walk_expr(w, n->count);
    walk_expr(w, n->from);
    walk_expr(w, n->to);
    walk_expr(w, n->step);
    walk_assigns(w, n->assigns.v, n->assigns.n);
    walk_assigns(w, n->keys.v, n->keys.n);
    for (size_t i = 0; i < n->on.n; i++) {
        walk_expr(w, n->on.v[i].left);
        walk_expr(w, n->on.v[i].right);
    }
    for (size_t i = 0; i < n->unnests.n; i++)
        walk_expr(w, n->unnests.v[i].list);
    if (n->kind == NODE_SORT)
        for (size_t i = 0; i < n->order.n; i++)
            walk_expr(w, n->order.v[i].e);
}

/* Shared tables that are made of shared tables would be visited more often
 * with each, twice as often as the last. */
static void walk(struct walk *w, struct node *n)
{
    if (node_map_get(&w->seen, n))
        return;
    node_map_put(w->arena, &w->seen, n, 1);
    for (size_t i = 0; i < n->nin; i++)
        walk(w, n->in[i]);
    walk_exprs(w, n);
    w->visit(w->ctx, n);
}

void node_walk(struct node *n, node_visit *visit, void *ctx)
{
    struct walk w = { .visit = visit, .ctx = ctx, .arena = arena_new() };
    walk(&w, n);
    arena_free(w.arena);
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
