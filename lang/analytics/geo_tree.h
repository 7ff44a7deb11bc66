/* geo_tree.h - finds the edges near a place without looking at all of them.
 *
 * A tree of boxes in space over the edges in the order of a Z curve. Building
 * is O(n log n); a question about a place costs about the logarithm, one about
 * a line about the square root of n. Edges are views, and numbers in the
 * answers are their positions. */
#ifndef ANALYTICS_GEO_TREE_H
#define ANALYTICS_GEO_TREE_H

#include <stdint.h>

#include "base/arena.h"
#include "sphere.h"

struct geo_edge {
    uint32_t a, b; /* of the points */
};

struct geo_box {
    struct vec3 lo, hi;
};

struct geo_tree {
    const struct vec3 *v;
    const struct geo_edge *edges;
    size_t n;
    uint32_t *order;       /* edges along the curve */
    struct geo_box *nodes; /* node i has the children 2i and 2i + 1 */
    size_t nleaves;        /* a power of two */
};

void geo_tree_init(struct geo_tree *t, struct arena *a, const struct vec3 *v,
                   const struct geo_edge *edges, size_t n);

/* Everything that the edge from a to b may touch. */
struct geo_box geo_edge_box(struct vec3 a, struct vec3 b);

/* Visits nodes from the root; the visitor says whether to go on below. At the
 * leaves `edge` is called for each edge and stops the walk with false. */
struct geo_visit {
    bool (*node)(void *ctx, const struct geo_box *box);
    bool (*edge)(void *ctx, uint32_t edge);
    void *ctx;
};
/* False when it was stopped. */
bool geo_tree_visit(const struct geo_tree *t, const struct geo_visit *visit);

/* Edges whose boxes overlap the box. */
bool geo_tree_overlaps(const struct geo_tree *t, const struct geo_box *box,
                       bool (*edge)(void *ctx, uint32_t edge), void *ctx);
/* Edges that may cross the one from a to b, which may be long. */
bool geo_tree_cuts(const struct geo_tree *t, struct vec3 a, struct vec3 b,
                   bool (*edge)(void *ctx, uint32_t edge), void *ctx);
/* The edge nearest to p and its angle from there; SIZE_MAX when there are
 * none. Of several the first. */
size_t geo_tree_nearest(const struct geo_tree *t, struct vec3 p,
                        double *radians);

#endif
