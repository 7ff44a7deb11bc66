/* s2cover.h - the S2 cells of one level that a shape touches. */
#ifndef ANALYTICS_S2COVER_H
#define ANALYTICS_S2COVER_H

#include "geo_shape.h"
#include "s2cell.h"

enum { S2_MAX_COVER = 65536 };

struct s2_cells {
    LIST(uint64_t) list;
};

/* Adds the cells in ascending order. False when there are more than
 * S2_MAX_COVER. Goes down from the faces with the edges that touch a cell. */
bool s2_cover(struct arena *a, const struct geo_shape *s, int level,
              struct s2_cells *out);

#endif
