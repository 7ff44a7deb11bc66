/* group.h - what the files about groups share; for lang/bind only. */
#ifndef BIND_GROUP_H
#define BIND_GROUP_H

#include "bind.h"

struct seen {
    const struct node *n;
    bool depends;   /* on the rows of a group */
    bool may_empty; /* a group may have no row left here */
};

struct lift {
    struct binder *b;
    struct node *leaf; /* the rows of all groups */
    struct col group;
    struct node *groups; /* one row a group; made when needed */
    LIST(struct seen) seen;
    bool failed;
};

/* Reports that `what` cannot be in the subquery; once. */
void group_fail(struct lift *L, struct span at, const char *what);
struct expr *group_column(struct lift *L);

/* -- nodes (group_node.c) -- */
struct expr *last_column(struct lift *L, const struct node *n);
/* A PROJECT of all columns. */
struct node *group_keep(struct lift *L, struct node *in);
/* The same with the number of the row as its last column. */
struct node *group_number(struct lift *L, struct node *in);
/* A JOIN with the columns of both sides and no condition yet. */
struct node *group_join(struct lift *L, struct node *l, struct node *r,
                        enum join_kind kind);
/* Adds that the group equals `other`, a column of the other side. */
void group_join_on(struct lift *L, struct node *j, struct col other,
                   bool on_right);
/* Adds a column to a PROJECT under a new id. */
struct col group_copy(struct lift *L, struct node *p, const struct col *c);
/* The same rows with the group under an id of its own. */
struct node *group_rename(struct lift *L, struct node *in, struct col *renamed);
/* One row a group. */
struct node *group_list(struct lift *L);
/* Rows that know no group, once for each. */
struct node *group_broadcast(struct lift *L, struct node *n);
/* The first rows of each group: a LIMIT becomes a filter on the row's number.
 */
void group_limit(struct lift *L, struct node *n);

#endif
