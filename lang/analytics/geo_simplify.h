/* geo_simplify.h - lines and polygons with fewer points.
 *
 * Points nearer to each other than the tolerance become one; then chains of
 * edges become one edge, as long as it stays within the tolerance of the
 * points it replaces. What several shapes share stays shared: points where
 * edges meet stay, and a chain between two of them is always replaced in the
 * same way. After the description of the S2 library's builder (s2builder.h:
 * snapping, and simplification of edge chains). */
#ifndef ANALYTICS_GEO_SIMPLIFY_H
#define ANALYTICS_GEO_SIMPLIFY_H

#include "geo_overlay.h"

/* Finished shapes, all lines or all polygons, of which the union results; no
 * parts when nothing is left. Radians. NULL: too complex. O(n log n). */
struct geo_shape *geo_simplify(struct arena *a,
                               const struct geo_shape *const *shapes,
                               size_t n, double tolerance);

#endif
