/* bind_pipe.c - the operators of a pipeline, one after the other.
 *
 * Called by: bind_table.c, commands that are followed by operators.
 * Before an operator: whether it takes what comes. After it: whether what it
 * made of that can still be planned. */
#include "bind.h"

/* Graphs go to graph operators, and those take nothing else. */
static bool takes(struct binder *b, const struct ast *op,
                  const struct node *in)
{
    bool graph = (op->op->flags & OP_GRAPH) != 0;
    if (in->open || graph == (in->graph != NULL))
        return true;
    struct diag *d = bind_error(b, DIAG_TYPE, op->span,
                                graph ? "'%s' needs a graph, this is a table"
                                      : "'%s' needs a table, this is a graph",
                                op->op->name);
    diag_hint(b->ds, d,
              graph ? "put | make-graph Source --> Target before it"
                    : "graph-match and graph-to-table make a table of it");
    return false;
}

/* Counted once a node: below what is counted nothing changes any more. */
static unsigned plan_depth(struct node *n)
{
    unsigned d = 0;
    if (n->depth)
        return n->depth;
    for (size_t i = 0; i < n->nin; i++)
        if (plan_depth(n->in[i]) > d)
            d = plan_depth(n->in[i]);
    return n->depth = d + 1;
}

/* The planner moves each condition down through the columns it is over, and
 * compares all that come together: time by the cube of their depth. */
static void count_work(struct binder *b, const struct node *n,
                       const struct node *in)
{
    for (; n && n != in; n = n->nin ? n->in[0] : NULL)
        if (n->kind == NODE_FILTER)
            b->work += (uint64_t)n->cond->depth * n->cond->depth *
                       n->cond->depth;
}

/* Whether what an operator made of `in` can be planned in a second. */
static bool plan_fits(struct binder *b, struct node *n, const struct node *in,
                      struct span at)
{
    enum { MAX_PLAN_DEPTH = 600, MAX_COLUMNS = 10000, MAX_WORK = 1000000 };
    if (!n)
        return true;
    count_work(b, n, in);
    if (plan_depth(n) > MAX_PLAN_DEPTH)
        bind_error(b, DIAG_DEPTH, at, "more than %d steps one after the other",
                   MAX_PLAN_DEPTH);
    else if (n->cols.n > MAX_COLUMNS)
        bind_error(b, DIAG_LIMIT, at, "more than %d columns", MAX_COLUMNS);
    else if (b->work > MAX_WORK)
        diag_hint(b->ds,
                  bind_error(b, DIAG_DEPTH, at,
                             "conditions over columns that are computed from "
                             "each other more often than can be planned"),
                  "keep the rows half way: Name = T | …");
    else
        return true;
    return false;
}

struct node *bind_pipe_ops(struct binder *b, struct node *in,
                           const struct ast *op)
{
    for (; op && in; op = op->next) {
        if (op->kind != AST_OP) {
            in = NULL; /* the parser reported it */
            break;
        }
        if (!takes(b, op, in))
            return NULL;
        const char *where = b->where;
        struct node *row = b->row, *right = b->right, *before = in;
        b->where = op->op->name;
        b->row = in;
        b->right = NULL;
        in = op->op->bind(b, op, in);
        b->where = where;
        b->row = row;
        b->right = right;
        if (!plan_fits(b, in, before, op->span))
            in = NULL;
    }
    return in;
}
