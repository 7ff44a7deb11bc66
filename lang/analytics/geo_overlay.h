/* geo_overlay.h - what several lines and polygons make of the globe together.
 *
 * Rings and lines of two groups are cut where they meet, so that edges touch
 * at ends only. They divide the globe into faces, and each face knows how often
 * the rings of each group go around it. Set operations choose faces; new
 * polygons are the borders between chosen and other faces. Faces get their
 * numbers from face to face over the edges, from one point whose numbers are
 * known, so that borders close whatever the input is.
 *
 * Input edges count from 0 in the order in which they came. A border begins
 * after its edge of the highest number, and the first edge puts the borders in
 * order: what is not cut keeps its first point, and the results are those of
 * the S2 library's builder. Points nearer than some 1e-15 (nanometres) become
 * one. O((n + k) log n) for k cuts, with a ceiling on both. */
#ifndef ANALYTICS_GEO_OVERLAY_H
#define ANALYTICS_GEO_OVERLAY_H

#include "geo_shape.h"

enum { GEO_GROUPS = 2 };

struct geo_overlay;

struct geo_overlay *geo_overlay_new(struct arena *a);
/* A ring that has its inside on the left, any number of times around. */
void geo_overlay_ring(struct geo_overlay *o, const struct vec3 *v, size_t n,
                      unsigned group);
void geo_overlay_line(struct geo_overlay *o, const struct vec3 *v, size_t n,
                      unsigned group);
/* All parts of a shape; the turns of its rings around geo_origin are counted
 * along. */
void geo_overlay_shape(struct geo_overlay *o, const struct geo_shape *s,
                       unsigned group);
/* Another known point than geo_origin: no ring goes around it. */
void geo_overlay_outside(struct geo_overlay *o, struct vec3 p);
/* Cuts and counts. False: too many edges or cuts. */
bool geo_overlay_build(struct geo_overlay *o);

/* Is a face with so many turns of each group part of the result? */
typedef bool geo_keep(const int turns[GEO_GROUPS]);

bool geo_in_either(const int turns[GEO_GROUPS]);
bool geo_in_both(const int turns[GEO_GROUPS]);

/* The kept area as a finished shape of the arena; no parts when it is empty.
 * When the area is more than half of the globe, `beyond` says so, and the rings
 * are not to be used. */
struct geo_shape *geo_overlay_area(struct geo_overlay *o, geo_keep *keep);

/* What of the two groups is common to both beyond the area: parts of lines, or
 * of borders between polygons that lie outside against each other, as a
 * finished shape; and single points, of which there are *n. */
struct geo_shape *geo_overlay_common_lines(struct geo_overlay *o);
const struct vec3 *geo_overlay_common_points(struct geo_overlay *o, size_t *n);

/* Joins edges to lines that are as long as possible: edges of the same
 * direction that follow each other, up to points where others branch off.
 * `pairs` are positions in v; edge i has the number i for the order. */
struct geo_shape *geo_lines_of_edges(struct arena *a, const struct vec3 *v,
                                     size_t nv, const struct geo_edge *pairs,
                                     size_t n);

#endif
