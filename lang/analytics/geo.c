/* geo.c - points, rings and lines on a sphere.
 *
 * Called by: the functions behind geo_polygon_lookup and geo_line_lookup. */
#include "geo.h"

#include <math.h>

static const double earth = 6371010.0; /* metres */
static const double pi = 3.14159265358979323846;

struct vec3 {
    double x, y, z;
};

bool geo_valid(struct geo_point p)
{
    return isfinite(p.lon) && isfinite(p.lat) && fabs(p.lon) <= 180 &&
           fabs(p.lat) <= 90;
}

static double radians(double degrees)
{
    return degrees * pi / 180;
}

static struct vec3 unit(struct geo_point p)
{
    double lon = radians(p.lon), lat = radians(p.lat);
    return (struct vec3){ cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat) };
}

static struct vec3 cross(struct vec3 a, struct vec3 b)
{
    return (struct vec3){ a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
                          a.x * b.y - a.y * b.x };
}

static double dot(struct vec3 a, struct vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static double length(struct vec3 a)
{
    return sqrt(dot(a, a));
}

/* Exact for near points as well as for far ones. */
static double angle(struct vec3 a, struct vec3 b)
{
    return atan2(length(cross(a, b)), dot(a, b));
}

/* ---- rings ---- */

/* The direction from p to q, in radians from north. */
static double bearing(struct geo_point p, struct geo_point q)
{
    double a = radians(p.lat), b = radians(q.lat);
    double d = radians(q.lon - p.lon);
    return atan2(sin(d) * cos(b), cos(a) * sin(b) - sin(a) * cos(b) * cos(d));
}

/* Seen from the other side of the globe a ring turns as often. */
static bool same_side(struct geo_point p, const struct geo_point *ring,
                      size_t n)
{
    struct vec3 middle = { 0, 0, 0 };
    for (size_t i = 0; i < n; i++) {
        struct vec3 v = unit(ring[i]);
        middle.x += v.x;
        middle.y += v.y;
        middle.z += v.z;
    }
    return dot(unit(p), middle) > 0;
}

/* How often the ring goes around the point: the turns of the direction to its
 * corners add up to a full circle, or to nothing. */
bool geo_in_ring(struct geo_point p, const struct geo_point *ring, size_t n)
{
    double turns = 0;
    if (n < 3 || !same_side(p, ring, n))
        return false;
    double last = bearing(p, ring[n - 1]);
    for (size_t i = 0; i < n; i++) {
        if (ring[i].lon == p.lon && ring[i].lat == p.lat)
            return true; /* a corner */
        double next = bearing(p, ring[i]);
        turns += remainder(next - last, 2 * pi);
        last = next;
    }
    return fabs(turns) > pi;
}

/* ---- lines ---- */

static double segment_distance(struct vec3 p, struct vec3 a, struct vec3 b)
{
    struct vec3 normal = cross(a, b);
    double size = length(normal);
    double ends = fmin(angle(p, a), angle(p, b));
    if (size < 1e-15)
        return ends;
    /* The foot of p on the great circle is between a and b when p is on the
     * inner side of the planes through the normal and each end. */
    bool inside =
        dot(cross(normal, a), p) >= 0 && dot(cross(b, normal), p) >= 0;
    return inside ? fabs(asin(fmax(-1, fmin(1, dot(normal, p) / size)))) : ends;
}

double geo_line_distance(struct geo_point p, const struct geo_point *line,
                         size_t n)
{
    double best = INFINITY;
    struct vec3 at = unit(p);
    if (n == 0)
        return best;
    struct vec3 last = unit(line[0]);
    best = angle(at, last);
    for (size_t i = 1; i < n; i++) {
        struct vec3 next = unit(line[i]);
        best = fmin(best, segment_distance(at, last, next));
        last = next;
    }
    return best * earth;
}
