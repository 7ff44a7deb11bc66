/* join.h - matching rows of two tables: join and lookup. */
#ifndef OPS_JOIN_H
#define OPS_JOIN_H

#include "bind/bind.h"
#include "syntax/parse.h"

struct canon;

/* [options] (table) on conditions: CLAUSE "table", CLAUSE "on". */
void join_parse(struct parser *p, struct ast *op);
void join_print(struct canon *c, const struct ast *op);
/* `skip_keys`: the right key columns are not repeated (lookup). */
struct node *bind_join(struct binder *b, const struct ast *op, struct node *in,
                       enum join_kind kind, bool skip_keys);

#endif
