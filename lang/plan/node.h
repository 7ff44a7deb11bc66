/* node.h - the bound query: relational nodes over typed columns.
 *
 * Every operator of the language becomes some of these; SQL is written from
 * them alone (sql/emit.c), and so will be the dialects of remote engines. A
 * column is known by an id that is unique in the query; names matter only at
 * the edges, because KQL's are case-sensitive and SQL's are not. */
#ifndef PLAN_NODE_H
#define PLAN_NODE_H

#include "base/diag.h"
#include "base/frame.h"
#include "registry/op.h"
#include "registry/remote.h"

struct col {
    str name;
    enum type type;
    uint32_t id;
    bool has_null; /* false: known never to be null (strings always) */
    uint32_t depth; /* of the expression that computes it */
};

enum expr_kind {
    EX_COLUMN,  /* id */
    EX_LITERAL, /* value */
    EX_CALL,    /* sql template over args */
    EX_SCALAR,  /* first row, first column of sub */
    EX_IN,      /* args[0] in the first column of sub; sql = wrapper */
    EX_ERROR,   /* reported */
};

/* A call as the analyst wrote it: the operator, function or aggregate by its
 * KQL name, over arguments that nothing has converted yet. What runs in another
 * engine is written from this, since templates are this engine's SQL. */
struct written {
    str name;
    struct expr **args;
    size_t nargs;
};

struct expr {
    enum expr_kind kind;
    enum type type;
    struct span span;
    bool has_null;      /* may be null */
    uint32_t id;        /* EX_COLUMN */
    struct value value; /* EX_LITERAL */
    const char *sql;    /* EX_CALL: $1 … $9, $* (all, commas) */
    struct expr **args;
    size_t nargs;
    struct node *sub;
    const struct written *written; /* EX_CALL; NULL: made by the binder */
    /* Of the SQL that it becomes, where a template may repeat an argument. */
    uint32_t depth;       /* brackets inside each other */
    uint64_t parts, grown; /* calls and leaves, as bound and as written out */
    bool aggregate; /* contains an aggregate call */
    bool window;    /* contains a window call: needs ordered rows */
    bool is_volatile;
};

struct assign { /* output column = expression over the input */
    struct col col;
    struct expr *e;
};

struct order {
    struct expr *e;
    bool desc, nulls_first;
};

enum node_kind {
#define NODE(kind, name) NODE_##kind,
#include "node.def"
#undef NODE
};

enum join_kind {
    JOIN_INNERUNIQUE,
    JOIN_INNER,
    JOIN_LEFTOUTER,
    JOIN_RIGHTOUTER,
    JOIN_FULLOUTER,
    JOIN_LEFTSEMI,
    JOIN_LEFTANTI,
    JOIN_RIGHTSEMI,
    JOIN_RIGHTANTI,
    JOIN_CROSS,
};

struct join_key {
    struct expr *left, *right;
};

struct graph; /* ops/graph.h */

struct node {
    enum node_kind kind;
    struct span span;
    size_t nin;
    struct node **in;
    LIST(struct col) cols;    /* output */
    unsigned depth;           /* of the plan above sources; 0: not counted */
    LIST(struct order) order; /* known order of the rows, for windows */
    bool ordered;             /* rows are serialized */
    bool open;                /* may have columns nobody knows (check) */
    bool unmade;              /* SCAN: the table will be made by this cell */

    bool constants;           /* PROJECT: all columns, and some of one value */
    const struct graph *graph;   /* make-graph: two tables instead of rows */

    str name;                    /* of the table, for withsource */
    str table;                   /* SCAN: physical name */
    unsigned nparts;             /* SCAN: table_0 …; 0: one table */
    LIST(uint32_t) source_cols;  /* SCAN: physical column number per col */
    LIST(struct value) cells;    /* VALUES: row-major */
    struct expr *cond;           /* FILTER */
    bool there; /* FILTER: provably what the FETCH below it was asked for */
    LIST(struct assign) assigns; /* PROJECT, AGGREGATE (aggregates) */
    LIST(struct assign) keys;    /* AGGREGATE, DISTINCT */
    LIST(struct join_key) on;    /* JOIN */
    enum join_kind join;
    struct expr *count;            /* LIMIT */
    struct expr *from, *to, *step; /* RANGE */
    LIST(struct unnest {
        struct col col;
        struct expr *list;
    })
    unnests;
    struct col index;          /* UNNEST with_itemindex; id 0: none */
    const struct lang_op *op;  /* HOST */
    const void *args;          /* HOST */
    struct source *source;     /* FETCH: opened, not read yet; or … */
    struct remote *remote;     /* FETCH: … the connection that answers … */
    const struct remote_query *query; /* … this, with a column per col */
    struct node *otherwise; /* FETCH: the same rows, when the service finds
                               that its answer would be another; or NULL */
    enum completeness completeness;   /* SCAN: of its rows */
    LIST(str) notes;                  /* what is missing of them */
    LIST(struct origin) origins;      /* SCAN: where they came from */
    unsigned uses;             /* by SHARED nodes: >1 computes it once */
    LIST(uint32_t) shared_ids; /* SHARED: ids inside, per col */
};

struct node *node_new(struct arena *a, enum node_kind kind, struct span at,
                      struct node *in);
/* What a query reads when it runs, as flags. */
enum node_reads {
    READS_ROWS = 1,   /* of a stored table, a source or a native step */
    READS_OPEN = 2,   /* of a table that nobody knows */
    READS_UNMADE = 4, /* of a table that the cell has yet to make */
};
unsigned node_reads(struct node *n); /* plan/node_walk.c */
const char *node_kind_name(enum node_kind k);
const struct col *node_find(const struct node *n, str name);
/* No more rows than this, as far as the plan shows; SIZE_MAX: not bounded. */
size_t node_most_rows(const struct node *n);
/* Indented text of the plan, for `dev bind` and .explain. */
void node_print(struct buf *b, const struct node *n);
void expr_print(struct buf *b, const struct expr *e);

#endif
