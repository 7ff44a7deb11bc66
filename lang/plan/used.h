/* used.h - which columns of a query anything depends on. */
#ifndef PLAN_USED_H
#define PLAN_USED_H

#include "plan/node.h"

struct used {
    bool *ids; /* by column id */
    size_t n;
};

/* The columns that the result of `root` depends on. In `a`. */
void used_find(struct used *u, struct arena *a, const struct node *root);
static inline bool is_used(const struct used *u, uint32_t id)
{
    return id < u->n && u->ids[id];
}

#endif
