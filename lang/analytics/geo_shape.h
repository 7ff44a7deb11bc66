/* geo_shape.h - lines and polygons on the globe, and what is asked of them.
 *
 * A shape is a list of parts, each a line or a ring of points. Edges are parts
 * of great circles. Rings are kept without the repeated end and so that the
 * smaller side is on their left; a hole is a ring whose inside does not count.
 * Memory is the arena's that it was made in. */
#ifndef ANALYTICS_GEO_SHAPE_H
#define ANALYTICS_GEO_SHAPE_H

#include "geo_tree.h"

enum { GEO_MAX_POINTS = 1 << 22 }; /* of one shape */

struct geo_part {
    size_t first, n;  /* of the points */
    uint32_t polygon; /* rings of one polygon have the same number */
    bool hole, has_origin; /* the ring goes around geo_origin */
};

struct geo_shape {
    bool area; /* rings, not lines */
    LIST(struct geo_point) given; /* as they were read, rings closed */
    LIST(struct geo_part) parts;
    size_t npolygons;
    bool beyond; /* more than half of the globe: rings cannot say that */
    /* From here on: geo_shape_finish. */
    struct vec3 *v;
    size_t nv;
    struct geo_edge *edges;
    uint32_t *edge_part;
    size_t nedges;
    struct geo_tree tree;
    uint32_t *around;  /* polygons that have rings around geo_origin */
    size_t naround;
    uint8_t *odd;      /* scratch of geo_shape_around, all 0 between calls */
    uint32_t *touched; /* scratch too */
};

/* A point of no shape, whose place in a ring is known beforehand. */
extern const struct vec3 geo_origin;

/* Checks and completes a shape with area, given and parts set; false when it
 * is none in the sense of Kusto: too few points, an open ring, points twice in
 * a ring, edges of half the globe, rings of a polygon that cross or share an
 * edge, a hole outside. O(n log n) but for edges that lie over each other;
 * there is a ceiling on how many pairs of edges it compares. */
bool geo_shape_finish(struct geo_shape *s, struct arena *a);
/* The same for rings of points that are known to be fine; parts without the
 * repeated end, points in s->v, counterclockwise. */
void geo_shape_index(struct geo_shape *s, struct arena *a);

/* Whether a polygon contains the point. Every point is in exactly one of the
 * polygons that the globe is divided into. */
bool geo_shape_contains(const struct geo_shape *s, struct vec3 p);
/* Calls `each` for every polygon that contains the point. */
void geo_shape_around(const struct geo_shape *s, struct vec3 p,
                      void (*each)(void *ctx, uint32_t polygon), void *ctx);
/* Metres to the shape: 0 inside a polygon. */
double geo_shape_distance(const struct geo_shape *s, struct vec3 p);
struct vec3 geo_shape_nearest(const struct geo_shape *s, struct vec3 p);

/* Of all edges, in metres. Edges that a shape has twice count twice. */
double geo_shape_length(const struct geo_shape *s);
/* Square metres; polygons that overlap count twice. */
double geo_shape_area(const struct geo_shape *s);
/* Of the area, or of the length of lines; false when it is nowhere. */
bool geo_shape_centroid(const struct geo_shape *s, struct vec3 *at);

/* Steradians to the left of a ring. */
double geo_ring_area(const struct vec3 *v, size_t n);
/* The turns of a ring to the left add up to 2 pi minus its area. */
double geo_ring_turns(const struct vec3 *v, size_t n);
/* Counterclockwise when the ring goes with its smaller side to the left. */
bool geo_ring_is_left(const struct vec3 *v, size_t n);
/* Whether a ring of the smaller side on its left goes around geo_origin. */
bool geo_ring_has_origin(const struct vec3 *v, size_t n);

#endif
