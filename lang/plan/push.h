/* push.h - hands the steps of a pipeline to the connection that has the rows.
 */
#ifndef PLAN_PUSH_H
#define PLAN_PUSH_H

#include "node.h"

/* Changes the plan in place: what a connection takes over leaves the tree and
 * becomes a stage of its FETCH node's query, and the query asks for no column
 * that nothing depends on. The answer is the same. In `a`. */
void push_down(struct arena *a, struct node *root);
/* The service found that it cannot answer what `fetch` asks as KQL would
 * (node.otherwise): the node becomes the plan without that. It may need this
 * again. */
void push_back(struct arena *a, struct node *root, struct node *fetch);

#endif
