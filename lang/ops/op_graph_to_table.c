/* op_graph_to_table.c - `G | graph-to-table nodes` or `… edges`: rows again. */
#include "graph.h"
#include "syntax/canon.h"

static void parse_output(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "with_node_id", "with_source_id",
                                           "with_target_id", NULL };
    const char *kind = accept_word(p, "edges") ? "edges" : "nodes";
    if (*kind == 'n' && !expect_word(p, "nodes"))
        return;
    struct ast *out = clause(p, op, kind);
    if (accept_word(p, "as"))
        ast_add(clause(p, out, "as"), parse_name(p));
    parse_options(p, out, options);
}

/* graph-to-table ( nodes | edges ) [as name] [with_…_id = name …] [, …] */
static void graph_to_table_parse(struct parser *p, struct ast *op)
{
    do
        parse_output(p, op);
    while (accept_punct(p, ","));
}

/* KQL's id of a node is the hash of its key. */
static struct expr *id_of(struct binder *b, const struct ast *op,
                          struct expr *key)
{
    return ex_func(b, "hash", op->span, key, NULL);
}

static void add_id(struct binder *b, struct node *p, const struct ast *out,
                   const char *option, struct expr *key)
{
    str name = option_text(out, option);
    if (name.n)
        project_add(b, p, name, id_of(b, out, key));
}

static void add_visible(struct binder *b, struct node *p, struct node *rows)
{
    for (size_t i = 0; i < rows->cols.n; i++) {
        const struct col *c = &rows->cols.v[i];
        if (c->name.n && c->name.p[0] == '\001')
            continue;
        project_add(b, p, free_name(b, p, c->name),
                    ex_column(b, c, rows->span));
    }
}

static struct node *graph_to_table_bind(struct binder *b,
                                        const struct ast *op, struct node *in)
{
    const struct graph *g = in->graph;
    const struct ast *out = op->kid;
    if (in->open)
        return in;
    if (!out || out->next) {
        struct diag *d = bind_error(b, DIAG_UNSUPPORTED, op->span,
                                    "graph-to-table gives one table at a "
                                    "time");
        diag_hint(b->ds, d, "let keeps the graph: g | graph-to-table nodes; "
                  "then g | graph-to-table edges");
        return NULL;
    }
    bool edges = str_eqz(out->text, "edges");
    struct node *rows =
        node_again(b, edges ? g->edges : g->nodes, op->span);
    struct node *p = project_new(b, op, rows);
    if (edges) {
        add_id(b, p, out, "with_source_id",
               graph_col(b, rows, arena_cstr(b->arena, g->source)));
        add_id(b, p, out, "with_target_id",
               graph_col(b, rows, arena_cstr(b->arena, g->target)));
    } else {
        add_id(b, p, out, "with_node_id", graph_col(b, rows, GRAPH_KEY));
    }
    add_visible(b, p, rows);
    return p;
}

static void graph_to_table_print(struct canon *c, const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next) {
        buf_addf(c->b, "%s%.*s", k == op->kid ? " " : ", ", STRF(k->text));
        canon_by(c, k, "as");
        canon_options(c, k);
    }
}

const struct lang_op op_graph_to_table = {
    .name = "graph-to-table",
    .flags = OP_GRAPH,
    .usage = "G | graph-to-table nodes [with_node_id = Name]   or   … edges "
             "[with_source_id = Name] [with_target_id = Name]",
    .summary = "The nodes or the edges of a graph as a table.",
    .example = "datatable(a:string, b:string)[\"x\", \"y\"] "
               "| make-graph a --> b with_node_id = n | graph-to-table nodes",
    .parse = graph_to_table_parse,
    .print = graph_to_table_print,
    .bind = graph_to_table_bind,
};
