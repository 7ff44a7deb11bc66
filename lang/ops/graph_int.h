/* graph_int.h - shared by the files that match patterns of graphs. */
#ifndef OPS_GRAPH_INT_H
#define OPS_GRAPH_INT_H

#include "graph.h"

/* map(e, x), all(e, x) or any(e, x) of a variable edge. */
struct fold {
    const struct ast *call;
    str edge;
    char kind; /* 'm', 'l' (all) or 'n' (any) */
    str name;  /* of the column that holds it */
    const struct ast *value;
};

struct match {
    struct binder *b;
    const struct graph_query *q;
    struct graph_pattern p;
    LIST(struct fold) folds;
    LIST(const struct ast *) conds; /* of where, not applied yet */
    LIST(str) known;                /* names that the matches have */
    bool trails;                    /* \001edges or \001nodes are kept */
    struct node *rows;
};

/* -- graph_names.c: names in expressions -- */
/* Two texts as one name. */
str match_name(struct match *m, str of, const char *what);
const char *match_cname(struct match *m, str of, const char *what);
/* The column with the number of a node. */
const char *match_number(struct match *m, str node);
bool match_knows(const struct match *m, str name);
/* Finds map, all and any in an expression; false: reported. */
bool match_folds(struct match *m, const struct ast *t);
/* The tree with n.c as one name and each fold as the column that holds it. */
struct ast *match_tree(struct match *m, const struct ast *t);
/* The parts of a condition that are joined by and. */
void match_split(struct match *m, const struct ast *t);
/* Filters by the parts whose names are all there; false: reported. */
bool match_apply(struct match *m);

#endif
