/* components.h - which nodes of a graph hang together.
 *
 * Weak: by edges in any direction; union and find with path halving (Tarjan
 * and van Leeuwen 1984), nearly O(n + m). Strong: each reaches the other;
 * Tarjan 1972, without recursion, O(n + m). */
#ifndef ANALYTICS_COMPONENTS_H
#define ANALYTICS_COMPONENTS_H

#include <stdint.h>

#include "base/arena.h"

/* n nodes, and m edges between node numbers below n. */
struct component_graph {
    size_t n, m;
    const int64_t *from, *to;
};

/* `out` gets n numbers from 0 on; a component has the lower number the lower
 * its first node is. Strong ones take 4 words a node and 1 an edge from `a`. */
void components_weak(const struct component_graph *g, int64_t *out);
void components_strong(struct arena *a, const struct component_graph *g,
                       int64_t *out);

#endif
