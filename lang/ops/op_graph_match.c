/* op_graph_match.c - `G | graph-match (a)-[e]->(b) where … project …`. */
#include "graph.h"
#include "syntax/canon.h"

/* graph-match [cycles = …] pattern, … [where expr] project … */
static void graph_match_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "cycles", NULL };
    parse_options(p, op, options);
    graph_parse_pattern(p, op);
    graph_parse_rest(p, op);
}

static bool read_cycles(struct binder *b, const struct ast *op,
                        struct graph_query *q)
{
    static const char *const words[] = { "unique_edges", "all", "none" };
    str word = option_text(op, "cycles");
    q->cycles = CYCLES_UNIQUE_EDGES;
    if (!word.n)
        return true;
    for (size_t i = 0; i < 3; i++)
        if (str_eqz(word, words[i])) {
            q->cycles = (enum graph_cycles)i;
            return true;
        }
    struct diag *d = bind_error(b, DIAG_OPTION, op->span,
                                "cycles cannot be '%.*s'", STRF(word));
    diag_hint(b->ds, d, "unique_edges, all or none");
    return false;
}

static struct node *graph_match_bind(struct binder *b, const struct ast *op,
                                     struct node *in)
{
    struct graph_query q = { .op = op, .g = in->graph };
    if (in->open)
        return in;
    return read_cycles(b, op, &q) ? graph_match(b, &q) : NULL;
}



const struct lang_op op_graph_match = {
    .name = "graph-match",
    .flags = OP_GRAPH,
    .usage = "G | graph-match [cycles = unique_edges|all|none] "
             "(a)-[e]->(b)-[f*1..3]->(c), … [where condition] "
             "project a.Column, …",
    .summary = "One row for each place in a graph where a pattern of nodes "
               "and edges fits.",
    .example = "datatable(a:string, b:string)[\"x\", \"y\", \"y\", \"z\"] "
               "| make-graph a --> b with_node_id = n "
               "| graph-match (p)-[e*1..2]->(q) where p.n == \"x\" "
               "project q.n, path = map(e, b)",
    .parse = graph_match_parse,
    .print = graph_print,
    .bind = graph_match_bind,
};
