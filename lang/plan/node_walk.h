/* node_walk.h - visits every node of a query, inputs first. */
#ifndef PLAN_NODE_WALK_H
#define PLAN_NODE_WALK_H

#include "node.h"

typedef void node_visit(void *ctx, struct node *n);
/* A node that is used twice is visited once. */
void node_walk(struct node *n, node_visit *visit, void *ctx);

#endif
