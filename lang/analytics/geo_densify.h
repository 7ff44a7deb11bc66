/* geo_densify.h - lines that are straight on the map as parts of great circles.
 *
 * An edge that is straight in longitude and latitude is halved until the great
 * circles are near enough, by the error estimate of the S2 library's edge
 * tessellator (s2edge_tessellator describes it). */
#ifndef ANALYTICS_GEO_DENSIFY_H
#define ANALYTICS_GEO_DENSIFY_H

#include "geo_shape.h"

enum { GEO_MAX_DENSE = 10485760 }; /* points of a result, as in KQL */

struct geo_dense {
    double radians; /* largest distance */
    bool cross;     /* edges take the short way over the antimeridian */
};

/* A shape as it was read, not finished; rings are closed. The result can be
 * written but has no index. NULL when it would have too many points. */
struct geo_shape *geo_densify(struct arena *a, const struct geo_shape *s,
                              const struct geo_dense *how);

#endif
