/* push.h - hands the steps of a pipeline to the connection that has the rows.
 */
#ifndef PLAN_PUSH_H
#define PLAN_PUSH_H

#include "node.h"

/* Changes the plan in place: what a connection takes over leaves the tree and
 * becomes a stage of its FETCH node's query, and the query asks for no column
 * that nothing depends on. The answer is the same. In `a`. */
void push_down(struct arena *a, struct node *root);

#endif
