/* graph.c - small relational steps that the graph operators are made of.
 *
 * Called by: op_make_graph.c and its like. */
#include "graph.h"

#include "base/status.h"

struct node *graph_node(struct binder *b, const struct ast *op,
                        struct node *in, const struct graph *g)
{
    struct node *n = node_new(b->arena, NODE_PROJECT, op->span, in);
    n->graph = g;
    return n;
}

struct expr *graph_col(struct binder *b, const struct node *n,
                       const char *name)
{
    const struct col *c = node_find(n, str_of(name));
    if (!c)
        BUG("a graph has no column '%s'", name);
    return ex_column(b, c, n->span);
}

struct node *graph_join(struct binder *b, const struct ast *op,
                        struct node *left, struct node *right,
                        const char *const *pairs)
{
    struct node *n = node_new(b->arena, NODE_JOIN, op->span, left);
    n->nin = 2;
    n->in = arena_array(b->arena, 2, sizeof *n->in);
    n->in[0] = left;
    n->in[1] = right;
    n->join = *pairs ? JOIN_INNER : JOIN_CROSS;
    n->open = left->open || right->open;
    for (; *pairs; pairs += 2) {
        struct join_key k = { graph_col(b, left, pairs[0]),
                              graph_col(b, right, pairs[1]) };
        PUSH(b->arena, n->on, k);
    }
    for (size_t i = 0; i < left->cols.n; i++)
        PUSH(b->arena, n->cols, left->cols.v[i]);
    for (size_t i = 0; i < right->cols.n; i++)
        PUSH(b->arena, n->cols, right->cols.v[i]);
    return n;
}

struct node *graph_without(struct binder *b, const struct ast *op,
                           struct node *left, struct node *right,
                           const char *const *pairs)
{
    struct node *n = graph_join(b, op, left, right, pairs);
    n->join = JOIN_LEFTANTI;
    n->cols.n = left->cols.n;
    return n;
}

struct node *graph_keep(struct binder *b, const struct ast *op,
                        struct node *n)
{
    struct node *p = project_new(b, op, n);
    p->open = n->open;
    for (size_t i = 0; i < n->cols.n; i++)
        project_keep(b, p, &n->cols.v[i]);
    return p;
}

struct node *graph_filter(struct binder *b, const struct ast *op,
                          struct node *n, struct expr *cond)
{
    struct node *f = node_over(b, NODE_FILTER, op, n);
    f->cond = cond;
    return f;
}

struct node *graph_union(struct binder *b, const struct ast *op,
                         struct node **in, size_t n)
{
    if (n == 1)
        return in[0];
    struct node *u = node_new(b->arena, NODE_UNION, op->span, NULL);
    u->nin = n;
    u->in = arena_array(b->arena, n, sizeof *u->in);
    for (size_t i = 0; i < n; i++) {
        u->in[i] = in[i];
        u->open |= in[i]->open;
    }
    for (size_t i = 0; i < in[0]->cols.n; i++) {
        struct col c = in[0]->cols.v[i];
        c.id = ++b->next_id;
        for (size_t k = 1; k < n; k++)
            c.has_null |= in[k]->cols.v[i].has_null;
        PUSH(b->arena, u->cols, c);
    }
    return u;
}
