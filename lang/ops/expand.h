/* expand.h - lists to rows: what mv-expand and mv-apply share. */
#ifndef OPS_EXPAND_H
#define OPS_EXPAND_H

#include "bind/bind.h"
#include "syntax/parse.h"

struct canon;

/* [name =] list [to typeof(type)], … [limit N]; each item is an AST_LIST, the
 * limit a clause. */
void expand_parse(struct parser *p, struct ast *op);
void expand_print(struct canon *c, const struct ast *op);

/* One row per element over b->row: its columns, hidden ones too, then the
 * elements, each in the place of a column of its name. NULL: reported. */
struct node *expand_bind(struct binder *b, const struct ast *op);

/* Whether an item of `op` expands the column `name` under its own name. */
bool expands_column(const struct ast *op, str name);

#endif
