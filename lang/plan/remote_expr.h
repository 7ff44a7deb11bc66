/* remote_expr.h - bound expressions in the words of a connection. */
#ifndef PLAN_REMOTE_EXPR_H
#define PLAN_REMOTE_EXPR_H

#include "node.h"

/* `e` over the columns of the FETCH node `fetch`, by the names that they have
 * there, in `a`. NULL when it cannot be said so: a subquery, a window, a value
 * that is another each time, a call that the binder made up. */
struct remote_expr *remote_expr_of(struct arena *a, const struct expr *e,
                                   const struct node *fetch);

#endif
