/* geo.h - places on the globe in degrees, distances and directions.
 *
 * The earth is a sphere of 6,371,010 m, as in the S2 library, or the WGS-84
 * ellipsoid where it says so. Longitude comes first, as in GeoJSON (RFC 7946);
 * a place outside -180..180, -90..90 is none. */
#ifndef ANALYTICS_GEO_H
#define ANALYTICS_GEO_H

#include <stdbool.h>
#include <stddef.h>

struct geo_point {
    double lon, lat;
};

#define GEO_EARTH 6371010.0 /* metres */

bool geo_valid(struct geo_point p);
/* Metres along the great circle. */
double geo_distance(struct geo_point p, struct geo_point q);
/* Metres along the geodesic of the ellipsoid, to a millimetre (Vincenty,
 * Direct and Inverse Solutions of Geodesics, 1975). Close to the antipode,
 * where his series do not end, the way leads over a third point. */
double geo_distance_ellipsoid(struct geo_point p, struct geo_point q);
/* Direction from p to q, clockwise from north, 0 to 2 pi. False when there is
 * none: the points are equal or antipodal. */
bool geo_azimuth(struct geo_point p, struct geo_point q, double *radians);
/* Clockwise angle at q from the way to p to the way to r, 0 to 2 pi. */
bool geo_angle(struct geo_point p, struct geo_point q, struct geo_point r,
               double *radians);

#endif
