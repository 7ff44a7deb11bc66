/* h3_region.h - sets of H3 cells: rings around one, and those in a polygon. */
#ifndef ANALYTICS_H3_REGION_H
#define ANALYTICS_H3_REGION_H

#include "base/arena.h"
#include "geo_shape.h"
#include "h3.h"

enum { H3_MAX_RING = 142, H3_MAX_FILL = 61680 };

struct h3_cells {
    LIST(uint64_t) list;
};

/* Adds the cells that are k steps from `cell` for k = 0 to `most`; ends[k] is
 * where ring k ends in the list. Rings go counterclockwise; where a pentagon
 * is near they are in the order in which they were reached. */
void h3_rings(struct arena *a, uint64_t cell, int most, struct h3_cells *out,
              size_t ends[H3_MAX_RING + 1]);

/* Adds the cells of a resolution whose middles are in the polygons, whose
 * edges are straight in longitude and latitude, in the order of the H3
 * library's first polygonToCells. False when there are more than H3_MAX_FILL,
 * or the border is longer than some twice as many cells. */
bool h3_fill(struct arena *a, const struct geo_shape *s, int res,
             struct h3_cells *out);

#endif
