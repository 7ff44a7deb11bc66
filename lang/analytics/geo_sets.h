/* geo_sets.h - unions and intersections of lines and polygons on the globe.
 *
 * Polygons contain their borders. Results are finished shapes of the arena;
 * NULL means that the input has more edges or cuts than the ceilings of
 * geo_overlay allow, or that the result is more than half of the globe. */
#ifndef ANALYTICS_GEO_SETS_H
#define ANALYTICS_GEO_SETS_H

#include "geo_overlay.h"

/* The union of all polygons of all shapes. The two with the fewest points are
 * united first, as in the S2 library, which gives the order of the result. */
struct geo_shape *geo_union(struct arena *a,
                            const struct geo_shape *const *shapes, size_t n);
/* All lines of all shapes, each edge once, joined where only two meet. Lines
 * are not cut where they cross. */
struct geo_shape *geo_union_lines(struct arena *a,
                                  const struct geo_shape *const *shapes,
                                  size_t n);

/* Writes the edges, of which there are n, without those that were there before
 * in either direction, or that end where they begin; answers how many. */
size_t geo_unique_edges(const struct geo_edge *edges, size_t n,
                        struct geo_edge *out);

struct geo_common {
    const struct geo_shape *area, *lines; /* both may have no parts */
    const struct vec3 *points;
    size_t npoints;
};

/* What two shapes have in common. False: too complex. */
bool geo_intersection(struct arena *a, const struct geo_shape *x,
                      const struct geo_shape *y, struct geo_common *out);

#endif
