/* tables.h - the rows of several tables as one: union, search, find. */
#ifndef OPS_TABLES_H
#define OPS_TABLES_H

#include "bind/bind.h"

/* One column of the result and where it comes from. */
struct slot {
    str base; /* the name in the tables */
    enum type type;
    bool clash;  /* another slot has this base with another type */
    bool common; /* in every table (kind=inner) */
};

struct tables {
    LIST(struct node *) v;
    LIST(str) names;
    LIST(struct slot) slots;
};

/* NULL nodes are left out. Without a name the table is called by `unnamed` and
 * its number: union_arg0. */
void tables_add(struct binder *b, struct tables *t, struct node *n, str name,
                const char *unnamed);
/* Stored tables and views whose names match the pattern. False, reported
 * unless `quiet`: none does. */
bool tables_add_matching(struct binder *b, struct tables *t,
                         const struct ast *pattern, bool quiet);
/* One table; `source` is the name of a first column for the tables' names, or
 * "". `common`: only columns that all have. At least one table is needed. */
struct node *tables_unite(struct binder *b, const struct ast *at,
                          struct tables *t, str source, bool common);

#endif
