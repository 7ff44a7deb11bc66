/* kdtree.h - points in a box tree, for asking who is near.
 *
 * Called by: dbscan.c.
 * A k-d tree (Bentley, CACM 18, 1975) whose nodes know the box around their
 * points, so that whole subtrees are left out or taken in. It is an array:
 * children of i are 2 i + 1 and 2 i + 2, every leaf is on the last level or the
 * one before, points lie in `order` node by node. Built in
 * O(n log n) by halving the widest side. No coordinate is NaN. */
#ifndef ANALYTICS_KDTREE_H
#define ANALYTICS_KDTREE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/status.h"

enum { KDTREE_LEAF = 12, KDTREE_MAX_DIM = 64 };

enum kd_metric { KD_EUCLIDEAN, KD_MANHATTAN };

struct kd_points {
    size_t n, dim;
    const double *x;         /* n rows of dim */
    enum kd_metric metric;
};

struct kd_node {
    uint32_t beg, end;       /* of order */
    bool leaf;
};

struct kdtree {
    struct kd_points p;
    size_t nnodes;
    struct kd_node *node;
    double *low, *high;      /* corners, dim for each node */
    uint32_t *order;
};

NODISCARD enum status kdtree_make(struct arena *a, const struct kd_points *p,
                                  const atomic_bool *cancel,
                                  struct kdtree *out);

/* Distances raised to the metric's power: squares, or as they are. */
double kd_power(enum kd_metric m, double distance);
double kd_distance(const struct kd_points *p, const double *a, const double *b);
/* From a point to the nearest and to the farthest place of a node's box. */
double kd_nearest(const struct kdtree *t, size_t node, const double *x);
double kd_farthest(const struct kdtree *t, size_t node, const double *x);

#endif
