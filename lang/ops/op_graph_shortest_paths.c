/* op_graph_shortest_paths.c - `G | graph-shortest-paths (a)-[e*1..9]->(b)`. */
#include "graph.h"
#include "syntax/canon.h"

/* graph-shortest-paths [output = any|all] pattern [where expr] project … */
static void shortest_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "output", NULL };
    parse_options(p, op, options);
    graph_parse_pattern(p, op);
    graph_parse_rest(p, op);
}

static bool one_long_edge(struct binder *b, const struct ast *op)
{
    struct graph_pattern p = { 0 };
    if (!graph_read_pattern(b, op, &p))
        return false;
    if (p.edges.n == 1 && p.nodes.n == 2 && p.edges.v[0].variable &&
        p.edges.v[0].min <= 1)
        return true;
    struct diag *d = bind_error(b, DIAG_UNSUPPORTED, op->span,
                                "a shortest path is one edge of variable "
                                "length from 1 on");
    diag_hint(b->ds, d, "(a)-[e*1..9]->(b)");
    return false;
}

static struct node *shortest_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    struct graph_query q = { .op = op, .g = in->graph, .shortest = true };
    str word = option_text(op, "output");
    if (in->open)
        return in;
    q.any = !str_eqz(word, "all");
    q.cycles = CYCLES_ALL;
    if (word.n && q.any && !str_eqz(word, "any")) {
        bind_error(b, DIAG_OPTION, op->span, "output is any or all, not '%.*s'",
                   STRF(word));
        return NULL;
    }
    return one_long_edge(b, op) ? graph_match(b, &q) : NULL;
}



const struct lang_op op_graph_shortest_paths = {
    .name = "graph-shortest-paths",
    .flags = OP_GRAPH,
    .usage = "G | graph-shortest-paths [output = any|all] (a)-[e*1..9]->(b) "
             "[where condition] project a.Column, map(e, Column), …",
    .summary = "One row for each pair of nodes with a shortest path between "
               "them, or one for each such path.",
    .example = "datatable(a:string, b:string)[\"x\", \"y\", \"y\", \"z\"] "
               "| make-graph a --> b with_node_id = n "
               "| graph-shortest-paths (p)-[e*1..5]->(q) "
               "where p.n == \"x\" project q.n, path = map(e, b)",
    .parse = shortest_parse,
    .print = graph_print,
    .bind = shortest_bind,
};
