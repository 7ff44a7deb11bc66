/* geo.c - places on the globe in degrees, distances and directions.
 *
 * Called by: lang/funcs/fn_geo_point.c and the line functions. */
#include "geo.h"

#include "sphere.h"

static const double pi = 3.14159265358979323846;

bool geo_valid(struct geo_point p)
{
    return isfinite(p.lon) && isfinite(p.lat) && fabs(p.lon) <= 180 &&
           fabs(p.lat) <= 90;
}

/* Haversines: exact for short ways too. */
double geo_distance(struct geo_point p, struct geo_point q)
{
    double a = pi / 180 * p.lat, b = pi / 180 * q.lat;
    double dlat = sin(0.5 * (b - a));
    double dlon = sin(0.5 * (pi / 180 * q.lon - pi / 180 * p.lon));
    double h = dlat * dlat + dlon * dlon * cos(a) * cos(b);
    return 2 * asin(sqrt(fmin(1, h))) * GEO_EARTH;
}

/* ---- the ellipsoid ---- */

/* WGS-84: semi-axes in metres and the flattening. */
static const double semi_a = 6378137.0, flat = 1 / 298.257223563;

struct lambda {
    double sin_s, cos_s, s;  /* angle between the points on the sphere */
    double cos2_alpha, cos_m; /* azimuth at the equator; middle of the way */
    double next;             /* longitude on the auxiliary sphere */
};

/* One step of the iteration; u1, u2 are reduced latitudes. */
static struct lambda step(double u1, double u2, double lon, double lambda)
{
    struct lambda v;
    double across = cos(u2) * sin(lambda);
    double along = cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lambda);
    v.sin_s = hypot(across, along);
    v.cos_s = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lambda);
    v.s = atan2(v.sin_s, v.cos_s);
    double sin_alpha =
        v.sin_s > 0 ? cos(u1) * cos(u2) * sin(lambda) / v.sin_s : 0;
    v.cos2_alpha = 1 - sin_alpha * sin_alpha;
    v.cos_m = v.cos2_alpha > 0
                  ? v.cos_s - 2 * sin(u1) * sin(u2) / v.cos2_alpha
                  : 0; /* along the equator */
    double c = flat / 16 * v.cos2_alpha * (4 + flat * (4 - 3 * v.cos2_alpha));
    double m = v.cos_m;
    v.next = lon + (1 - c) * flat * sin_alpha *
             (v.s + c * v.sin_s * (m + c * v.cos_s * (2 * m * m - 1)));
    return v;
}

static double arc_metres(const struct lambda *v)
{
    double b = semi_a * (1 - flat), m = v->cos_m;
    double u = v->cos2_alpha * (semi_a * semi_a - b * b) / (b * b);
    double A = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)));
    double B = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)));
    double tail = v->cos_s * (2 * m * m - 1) -
                  B / 6 * m * (4 * v->sin_s * v->sin_s - 3) * (4 * m * m - 3);
    return b * A * (v->s - B * v->sin_s * (m + B / 4 * tail));
}

static bool vincenty(struct geo_point p, struct geo_point q, double *metres)
{
    double u1 = atan((1 - flat) * tan(pi / 180 * p.lat));
    double u2 = atan((1 - flat) * tan(pi / 180 * q.lat));
    double lon = pi / 180 * remainder(q.lon - p.lon, 360);
    double lambda = lon;
    for (int i = 0; i < 100; i++) {
        struct lambda v = step(u1, u2, lon, lambda);
        if (fabs(v.next) > pi)
            return false;
        if (fabs(v.next - lambda) < 1e-13) {
            *metres = arc_metres(&v);
            return true;
        }
        lambda = v.next;
    }
    return false;
}

/* The way from p to q by the point `via`; both halves are short enough. */
static double by_way(struct geo_point p, struct geo_point q,
                     struct geo_point via)
{
    double one = 0, two = 0;
    return vincenty(p, via, &one) && vincenty(via, q, &two) ? one + two
                                                             : INFINITY;
}

/* The best point at 90 degrees from p, by the angle around it: first a look
 * around, then a golden section. */
static double antipodal(struct geo_point p, struct geo_point q)
{
    struct vec3 a = sphere_point(p), x = v3_ortho(a), y = v3_cross(a, x);
    double best = INFINITY, at = 0, step_size = pi / 60;
    for (int i = 0; i < 120; i++) {
        double t = i * step_size;
        struct vec3 v = v3_add(v3_scale(x, cos(t)), v3_scale(y, sin(t)));
        double way = by_way(p, q, sphere_lonlat(v));
        if (way < best) {
            best = way;
            at = t;
        }
    }
    for (int i = 0; i < 80; i++, step_size *= 0.7)
        for (int side = -1; side <= 1; side += 2) {
            double t = at + side * step_size;
            struct vec3 v = v3_add(v3_scale(x, cos(t)), v3_scale(y, sin(t)));
            double way = by_way(p, q, sphere_lonlat(v));
            if (way < best) {
                best = way;
                at = t;
            }
        }
    return best;
}

double geo_distance_ellipsoid(struct geo_point p, struct geo_point q)
{
    double metres = 0;
    if (p.lat == q.lat && remainder(p.lon - q.lon, 360) == 0)
        return 0;
    return vincenty(p, q, &metres) ? metres : antipodal(p, q);
}

/* ---- directions ---- */

/* Equal or opposite: there is no way, or no single one. */
static bool no_way(struct vec3 a, struct vec3 b)
{
    return v3_angle(a, b) < 1e-15 || v3_angle(a, v3_neg(b)) < 1e-15;
}

static double full_turn(double radians)
{
    return radians < 0 ? radians + 2 * pi : radians;
}

bool geo_azimuth(struct geo_point p, struct geo_point q, double *radians)
{
    double a = pi / 180 * p.lat, b = pi / 180 * q.lat;
    double d = pi / 180 * (q.lon - p.lon);
    if (no_way(sphere_point(p), sphere_point(q)))
        return false;
    double north = cos(a) * sin(b) - sin(a) * cos(b) * cos(d);
    *radians = full_turn(atan2(sin(d) * cos(b), north));
    return true;
}

bool geo_angle(struct geo_point p, struct geo_point q, struct geo_point r,
               double *radians)
{
    struct vec3 a = sphere_point(p), b = sphere_point(q), c = sphere_point(r);
    if (no_way(a, b) || no_way(b, c))
        return false;
    struct vec3 from = v3_normal(b, a), to = v3_normal(b, c);
    double left = v3_dot(v3_cross(from, to), b);
    *radians = full_turn(-atan2(left, v3_dot(from, to)));
    return true;
}
