/* geo.h - where a point is, to polygons and lines on the globe.
 *
 * The earth is a sphere of 6,371,010 m and edges are parts of great circles,
 * as in the S2 library. Longitude and latitude are degrees; a point outside
 * their range is nowhere. Shapes are rings or lines of points. */
#ifndef ANALYTICS_GEO_H
#define ANALYTICS_GEO_H

#include <stdbool.h>
#include <stddef.h>

struct geo_point {
    double lon, lat;
};

bool geo_valid(struct geo_point p);
/* Whether `p` is inside the ring, which lies within 90 degrees of the middle
 * of its corners; the last one may or may not repeat the first. O(n). */
bool geo_in_ring(struct geo_point p, const struct geo_point *ring, size_t n);
/* Metres from `p` to the nearest point of the line; infinite for n = 0. */
double geo_line_distance(struct geo_point p, const struct geo_point *line,
                         size_t n);

#endif
