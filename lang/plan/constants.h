/* constants.h - columns of one value leave the way between steps and rows. */
#ifndef PLAN_CONSTANTS_H
#define PLAN_CONSTANTS_H

#include "node.h"

/* Changes the plan in place; the answer is the same. In `a`. */
void constants_up(struct arena *a, struct node *root);

#endif
