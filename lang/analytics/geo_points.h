/* geo_points.h - points that know each other: equal ones have one number.
 *
 * A hash over the coordinates; -0 is 0. Amortized O(1) a point. */
#ifndef ANALYTICS_GEO_POINTS_H
#define ANALYTICS_GEO_POINTS_H

#include <stdint.h>

#include "base/arena.h"
#include "sphere.h"

struct geo_points {
    struct arena *arena;
    LIST(struct vec3) v;
    uint32_t *slots; /* position + 1 */
    size_t nslots;   /* a power of two */
};

struct geo_points *geo_points_new(struct arena *a);
/* The position of the point, which is added when it is new. */
uint32_t geo_points_add(struct geo_points *s, struct vec3 p);

#endif
