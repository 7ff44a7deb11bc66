/* order.h - ordering rows: sort and top. */
#ifndef OPS_ORDER_H
#define OPS_ORDER_H

#include "bind/bind.h"

/* SORT of b->row by the AST_ORDER nodes from `key` on. NULL: reported. */
struct node *bind_order(struct binder *b, const struct ast *op, struct node *in,
                        const struct ast *key);

#endif
