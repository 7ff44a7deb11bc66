/* geo_densify.c - lines that are straight on the map as parts of great circles.
 *
 * Called by: lang/funcs/fn_geo_shape.c. */
#include "geo_densify.h"

/* Where the two ways are farthest apart, or nearly, and how much farther they
 * can be elsewhere. */
static const double fraction = 0.31215691082248312,
                    scale = 0.83829992569888509;

static struct vec3 on_map(struct geo_point p)
{
    p.lon = remainder(p.lon, 360);
    return sphere_point(p);
}

static struct geo_point between(struct geo_point p, struct geo_point q,
                                double t)
{
    return (struct geo_point){ (1 - t) * p.lon + t * q.lon,
                               (1 - t) * p.lat + t * q.lat };
}

static double apart(struct geo_point p, struct geo_point q, struct vec3 a,
                    struct vec3 b, double t)
{
    struct vec3 on_edge = sphere_towards(a, b, t * v3_angle(a, b));
    return v3_angle(on_edge, on_map(between(p, q, t)));
}

struct dense {
    struct arena *arena;
    double most;
    LIST(struct vec3) v;
};

static bool near_enough(const struct dense *d, struct geo_point p,
                        struct geo_point q)
{
    struct vec3 a = on_map(p), b = on_map(q);
    if (v3_dot(a, b) < -1e-14)
        return false; /* more than a quarter: too far for the estimate */
    return apart(p, q, a, b, fraction) <= d->most &&
           apart(p, q, a, b, 1 - fraction) <= d->most;
}

/* All points behind p up to q. */
static bool add_edge(struct dense *d, struct geo_point p, struct geo_point q,
                     int depth)
{
    if (d->v.n >= GEO_MAX_DENSE)
        return false;
    if (depth > 40 || near_enough(d, p, q)) {
        PUSH(d->arena, d->v, on_map(q));
        return true;
    }
    struct geo_point mid = between(p, q, 0.5);
    return add_edge(d, p, mid, depth + 1) && add_edge(d, mid, q, depth + 1);
}

static bool add_part(struct dense *d, const struct geo_point *p, size_t n,
                     bool cross)
{
    struct geo_point last = p[0];
    PUSH(d->arena, d->v, on_map(last));
    for (size_t i = 1; i < n; i++) {
        struct geo_point next = p[i];
        if (cross)
            next.lon = last.lon + remainder(next.lon - last.lon, 360);
        if (!add_edge(d, last, next, 0))
            return false;
        last = next;
    }
    return true;
}

static void reverse(struct vec3 *v, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct vec3 t = v[i];
        v[i] = v[n - 1 - i];
        v[n - 1 - i] = t;
    }
}

struct geo_shape *geo_densify(struct arena *a, const struct geo_shape *s,
                              const struct geo_dense *how)
{
    struct dense d = { .arena = a, .most = scale * how->radians };
    struct geo_shape *out = NEW(a, struct geo_shape);
    out->area = s->area;
    out->npolygons = s->npolygons;
    for (size_t i = 0; i < s->parts.n; i++) {
        struct geo_part p = s->parts.v[i];
        size_t first = d.v.n;
        if (!add_part(&d, s->given.v + p.first, p.n, how->cross))
            return NULL;
        p.first = first;
        p.n = d.v.n - first - s->area; /* a ring's end is not repeated */
        d.v.n -= s->area;
        if (s->area && !geo_ring_is_left(d.v.v + first, p.n))
            reverse(d.v.v + first, p.n);
        PUSH(a, out->parts, p);
    }
    out->v = d.v.v;
    out->nv = d.v.n;
    return out;
}
