/* components.h - which nodes of a graph hang together.
 *
 * Weak: by edges in any direction; union and find with path halving (Tarjan
 * and van Leeuwen 1984), nearly O(n + m). Strong: each reaches the other;
 * Tarjan 1972, without recursion, O(n + m). */
#ifndef ANALYTICS_COMPONENTS_H
#define ANALYTICS_COMPONENTS_H

#include <stdint.h>

#include "base/arena.h"

/* `out` gets n numbers from 0 on; a component has the lower number the lower
 * its first node is. Edges are m pairs of node numbers below n. Working memory
 * comes from `a`: 4 words a node, and 2 an edge for strong ones. */
void components_weak(size_t n, size_t m, const int64_t *from,
                     const int64_t *to, int64_t *out);
void components_strong(struct arena *a, size_t n, size_t m,
                       const int64_t *from, const int64_t *to, int64_t *out);

#endif
