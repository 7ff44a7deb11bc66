/* geo_buffer.h - everything within a distance of points, lines and polygons.
 *
 * Ends and corners are round. Circles become chords that come no further
 * inside than the tolerance; the points are those of the S2 library's buffer
 * operation (its S2BufferOperation describes the method): an outline goes
 * along every edge at the distance, around outer corners in an arc, back
 * through inner corners, and what it goes around at least once is the result.
 */
#ifndef ANALYTICS_GEO_BUFFER_H
#define ANALYTICS_GEO_BUFFER_H

#include "geo_overlay.h"

enum geo_buffer_status {
    GEO_BUFFER_OK,
    GEO_BUFFER_BAD,     /* radius or tolerance that make no sense */
    GEO_BUFFER_FAR,     /* covers half of the globe or more */
    GEO_BUFFER_COMPLEX, /* too many edges or cuts */
};

/* Metres. The tolerance is at least a millionth of the radius; above the
 * radius it counts as the radius. */
struct geo_buffer_size {
    double radius, tolerance;
};

enum geo_buffer_status geo_buffer_point(struct arena *a, struct vec3 p,
                                        struct geo_buffer_size size,
                                        struct geo_shape **out);
enum geo_buffer_status geo_buffer_shape(struct arena *a,
                                        const struct geo_shape *s,
                                        struct geo_buffer_size size,
                                        struct geo_shape **out);

#endif
