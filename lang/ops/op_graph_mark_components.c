/* op_graph_mark_components.c - `G | graph-mark-components`: what hangs
 * together. */
#include "analytics/components.h"
#include "graph.h"

static void mark_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "kind", "with_component_id", NULL };
    parse_options(p, op, options);
}

/* Rows for the native step: a node has no second number. */
static struct node *nodes_and_edges(struct binder *b, const struct ast *op,
                                    const struct graph *g)
{
    struct node *n = node_again(b, g->nodes, op->span);
    struct node *e = node_again(b, g->edges, op->span);
    struct node *in[] = { project_new(b, op, n), project_new(b, op, e) };
    struct expr *none = ex_null(b, TYPE_LONG);
    project_add(b, in[0], S("a"), graph_col(b, n, GRAPH_NO));
    project_add(b, in[0], S("b"), none);
    project_add(b, in[1], S("a"), graph_col(b, e, GRAPH_SOURCE));
    project_add(b, in[1], S("b"), graph_col(b, e, GRAPH_TARGET));
    return graph_union(b, op, in, 2);
}

struct mark_args {
    bool strong;
};

static struct node *mark_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    struct mark_args *args = NEW(b->arena, struct mark_args);
    str kind = option_text(op, "kind");
    str name = option_text(op, "with_component_id");
    if (in->open)
        return in;
    args->strong = str_eqz(kind, "strong");
    if (kind.n && !args->strong && !str_eqz(kind, "weak")) {
        bind_error(b, DIAG_OPTION, op->span,
                   "components are weak or strong, not '%.*s'", STRF(kind));
        return NULL;
    }
    struct node *step = node_new(b->arena, NODE_HOST, op->span,
                                 nodes_and_edges(b, op, in->graph));
    step->op = op->op;
    step->args = args;
    PUSH(b->arena, step->cols, col_new(b, S("\001n"), TYPE_LONG, false));
    PUSH(b->arena, step->cols, col_new(b, S("\001id"), TYPE_LONG, false));
    static const char *const pairs[] = { GRAPH_NO, "\001n", NULL };
    struct node *nodes = node_again(b, in->graph->nodes, op->span);
    struct node *j = graph_join(b, op, nodes, step, pairs);
    struct graph *g = NEW(b->arena, struct graph);
    *g = *in->graph;
    g->nodes = project_new(b, op, j);
    for (size_t i = 0; i < nodes->cols.n; i++)
        project_keep(b, g->nodes, &nodes->cols.v[i]);
    project_set(b, g->nodes, name.n ? name : S("ComponentId"),
                graph_col(b, j, "\001id"));
    return graph_node(b, op, in->in[0], g);
}

static bool in_range(const struct frame *in, size_t row, size_t n)
{
    int64_t x = in->cols[0].i[row], y = in->cols[1].i[row];
    return x >= 0 && y >= 0 && (size_t)x < n && (size_t)y < n;
}

static enum status mark_run(const struct frame *in, const void *args,
                            struct frame **out, const atomic_bool *cancel,
                            struct diags *ds)
{
    const struct mark_args *mark = args;
    struct arena *a = arena_new();
    int64_t *from = arena_array(a, in->nrows + 1, sizeof *from);
    int64_t *to = arena_array(a, in->nrows + 1, sizeof *to);
    size_t n = 0, m = 0;
    (void)cancel, (void)ds;
    for (size_t row = 0; row < in->nrows; row++)
        n += cell_is_null(&in->cols[1], row);
    for (size_t row = 0; row < in->nrows; row++)
        if (!cell_is_null(&in->cols[1], row) && in_range(in, row, n)) {
            from[m] = in->cols[0].i[row];
            to[m++] = in->cols[1].i[row];
        }
    struct frame *f = frame_new(2);
    frame_set_col(f, 0, S("n"), TYPE_LONG);
    frame_set_col(f, 1, S("id"), TYPE_LONG);
    frame_set_rows(f, n);
    for (size_t i = 0; i < n; i++)
        f->cols[0].i[i] = (int64_t)i;
    struct component_graph g = { n, m, from, to };
    if (mark->strong)
        components_strong(a, &g, f->cols[1].i);
    else
        components_weak(&g, f->cols[1].i);
    arena_free(a);
    *out = f;
    return ST_OK;
}

const struct lang_op op_graph_mark_components = {
    .name = "graph-mark-components",
    .flags = OP_GRAPH,
    .usage = "G | graph-mark-components [kind = weak|strong] "
             "[with_component_id = Name]",
    .summary = "Adds to the nodes the number of the part of the graph that "
               "they hang together with.",
    .example = "datatable(a:string, b:string)[\"x\", \"y\"] "
               "| make-graph a --> b with_node_id = n "
               "| graph-mark-components | graph-to-table nodes",
    .parse = mark_parse,
    .bind = mark_bind,
    .run = mark_run,
};
