/* graph.h - graphs: two tables that the graph operators go over.
 *
 * make-graph gives a node without rows that has one of these. Nodes are
 * numbered, so that everything after it joins on numbers. */
#ifndef OPS_GRAPH_H
#define OPS_GRAPH_H

#include "bind/bind.h"
#include "syntax/parse.h"

struct canon;

struct graph {
    struct node *nodes; /* their columns, and GRAPH_NO, GRAPH_KEY */
    struct node *edges; /* their columns, and GRAPH_NO, GRAPH_SOURCE … */
    str source, target; /* columns of the edges that hold the keys */
};

/* Columns that no query sees: the number of a node or an edge, the value that
 * names a node, the numbers of the nodes at the ends of an edge. */
#define GRAPH_NO "\001no"
#define GRAPH_KEY "\001key"
#define GRAPH_SOURCE "\001source"
#define GRAPH_TARGET "\001target"

/* The node that stands for a graph in a pipeline. */
struct node *graph_node(struct binder *b, const struct ast *op,
                        struct node *in, const struct graph *g);
/* A column by name; there must be one. */
struct expr *graph_col(struct binder *b, const struct node *n,
                       const char *name);
/* A join on equal columns, named in pairs (none: all with all); all columns
 * of both are kept. */
struct node *graph_join(struct binder *b, const struct ast *op,
                        struct node *left, struct node *right,
                        const char *const *pairs);
/* The rows of `left` that join with none of `right`. */
struct node *graph_without(struct binder *b, const struct ast *op,
                           struct node *left, struct node *right,
                           const char *const *pairs);
/* All columns of `n`, to add to. */
struct node *graph_keep(struct binder *b, const struct ast *op,
                        struct node *n);
struct node *graph_filter(struct binder *b, const struct ast *op,
                          struct node *n, struct expr *cond);
/* The rows of tables with columns of one number and order. */
struct node *graph_union(struct binder *b, const struct ast *op,
                         struct node **in, size_t n);

/* -- graph_pattern.c: (a)-[e*1..3]->(b) -- */
enum graph_direction { GRAPH_OUT, GRAPH_IN, GRAPH_BOTH };

struct graph_edge {
    str name;
    enum graph_direction direction;
    bool variable;
    int64_t min, max;
    struct span span;
};

struct graph_pattern { /* nodes: one more than edges */
    LIST(str) nodes;
    LIST(struct graph_edge) edges;
    LIST(bool) starts; /* per node: begins another chain, no edge before it */
};

/* Reads chains as CLAUSE "pattern" children of `op`. */
void graph_parse_pattern(struct parser *p, struct ast *op);
/* [where expr] [project …] */
void graph_parse_rest(struct parser *p, struct ast *op);
void graph_print(struct canon *c, const struct ast *op); /* all of it */
bool graph_read_pattern(struct binder *b, const struct ast *op,
                        struct graph_pattern *out);

/* -- graph_match.c -- */
enum graph_cycles { CYCLES_UNIQUE_EDGES, CYCLES_ALL, CYCLES_NONE };

struct graph_query {
    const struct ast *op;
    const struct graph *g;
    enum graph_cycles cycles;
    bool shortest; /* only the shortest paths of a variable edge */
    bool any;      /* of these one a pair of nodes */
};
struct node *graph_match(struct binder *b, const struct graph_query *q);

#endif
