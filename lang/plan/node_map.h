/* node_map.h - a number per node or expression, found by its address. */
#ifndef PLAN_NODE_MAP_H
#define PLAN_NODE_MAP_H

#include "node.h"

/* All zero is an empty map. Memory comes from the arena and stays there. */
struct node_map {
    struct node_slot {
        const void *key;
        unsigned value;
    } *slots;
    size_t n, cap; /* cap: 0 or a power of two, at least twice n */
};

/* The number of `key`, or NULL when it has none. */
const unsigned *node_map_get(const struct node_map *m, const void *key);
/* `key` MUST NOT be in the map yet. */
void node_map_put(struct arena *a, struct node_map *m, const void *key,
                  unsigned value);

#endif
