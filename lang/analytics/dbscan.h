/* dbscan.h - groups of points that lie close together, and the rest.
 *
 * Called by: lang/ops/op_cluster.c.
 * DBSCAN (Ester, Kriegel, Sander & Xu, KDD 1996): a point with `min_points`
 * points within `eps` of it, itself counted, is a core; cores within eps of
 * each other are one cluster; other points within eps of a core belong to the
 * nearest one's cluster, and what is left is noise. The result does not depend
 * on the order of the points, but for ties between nearest cores (the first
 * one counts).
 *
 * Equal points are looked at once. Cores are joined through the tree: a subtree
 * that is one cluster already is never entered for it again, which keeps dense
 * data from O(n²). Expected O(n log n) for few dimensions; memory O(n). A wrong
 * eps shows: too small makes everything noise, too large one cluster. */
#ifndef ANALYTICS_DBSCAN_H
#define ANALYTICS_DBSCAN_H

#include "kdtree.h"

struct dbscan_opts {
    double eps;              /* above 0 */
    size_t min_points;       /* 1 … */
};

enum { DBSCAN_NOISE = -1 };

struct dbscan {
    size_t n;                /* clusters, numbered by their first point */
    int32_t *cluster;        /* by point, or DBSCAN_NOISE */
    bool *core;              /* by point */
};

/* ST_OK or ST_CANCELLED. At most 2^31 points. */
NODISCARD enum status dbscan_run(struct arena *a, const struct kd_points *p,
                                 const struct dbscan_opts *o,
                                 const atomic_bool *cancel,
                                 struct dbscan *out);

#endif
