/* geo_buffer.c - everything within a distance of points, lines and polygons.
 *
 * Called by: lang/funcs/fn_geo_buffer.c, and for covers with a radius. */
#include "geo_buffer.h"

static const double pi = 3.14159265358979323846;

struct outline {
    struct arena *arena;
    struct geo_overlay *overlay;
    double radius;      /* radians, as all here */
    double vertex_step; /* of an arc around a corner */
    double point_step;  /* the same, dividing the circle */
    double edge_step;   /* along an edge; 0 when it is all one point */
    LIST(struct vec3) path;
};

/* The angle in which a chord comes `error` nearer than the radius. */
static double step_of(double radius, double error)
{
    double step = 2 * pi / 3 + 1e-15, least = radius - error;
    if (radius < pi / 2)
        step = fmin(step, 2 * acos(tan(least) / tan(radius)));
    else if (least > pi / 2)
        step = fmin(step, 2 * acos(tan(radius) / tan(least)));
    return step;
}

static bool outline_init(struct outline *o, struct arena *a,
                         struct geo_buffer_size size)
{
    double fraction = size.tolerance / size.radius;
    *o = (struct outline){ .arena = a, .overlay = geo_overlay_new(a),
                           .radius = size.radius / GEO_EARTH };
    if (!(o->radius > 1e-14) || !isfinite(size.radius) ||
        !(fraction >= 1e-6))
        return false;
    double error = fmin(fraction, 1 - 1e-9) * o->radius;
    o->vertex_step = step_of(o->radius, error);
    o->point_step = 2 * pi / ceil(2 * pi / o->vertex_step) + 1e-15;
    if (pi / 2 - o->radius > error)
        o->edge_step = step_of(pi / 2 - o->radius, error);
    return true;
}

static void add(struct outline *o, struct vec3 p)
{
    PUSH(o->arena, o->path, p);
}

static struct vec3 on_ray(struct vec3 from, struct vec3 dir, double angle)
{
    return v3_unit(v3_add(v3_scale(from, cos(angle)),
                          v3_scale(dir, sin(angle))));
}

/* The direction from an edge to its outline. */
static struct vec3 axis_of(struct vec3 a, struct vec3 b)
{
    return v3_unit(v3_normal(b, a));
}

static void around_point(struct outline *o, struct vec3 p)
{
    struct vec3 start = v3_ortho(p);
    double angle = 0;
    for (int quarter = 0; quarter < 4; quarter++) {
        struct vec3 side = v3_unit(v3_cross(p, start));
        for (; angle < pi / 2; angle += o->point_step)
            add(o, on_ray(p, on_ray(start, side, angle), o->radius));
        angle -= pi / 2;
        start = side;
    }
}

/* Around a corner from one direction up to, without, another. */
static void arc(struct outline *o, struct vec3 at, struct vec3 start,
                struct vec3 end)
{
    struct vec3 side = v3_unit(v3_cross(at, start));
    double whole = v3_angle(start, end), angle = 0;
    do {
        add(o, on_ray(at, on_ray(start, side, angle), o->radius));
    } while ((angle += o->vertex_step) < whole);
}

/* Along an edge, without the outline of its end. */
static void along(struct outline *o, struct vec3 a, struct vec3 b)
{
    struct vec3 axis = axis_of(a, b), side = v3_unit(v3_cross(a, axis));
    double whole = v3_angle(a, b), angle = 0;
    if (o->edge_step == 0) {
        add(o, axis);
        return;
    }
    do {
        add(o, on_ray(on_ray(a, side, angle), axis, o->radius));
    } while ((angle += o->edge_step) < whole);
}

static void edge_and_corner(struct outline *o, struct vec3 a, struct vec3 b,
                            struct vec3 c)
{
    along(o, a, b);
    if (sphere_sign(a, b, c) >= 0) {
        struct vec3 end = axis_of(b, c);
        arc(o, b, axis_of(a, b), end);
        if (o->edge_step == 0)
            add(o, on_ray(b, end, o->radius));
        return;
    }
    if (o->edge_step != 0)
        add(o, on_ray(b, axis_of(a, b), o->radius));
    add(o, b); /* an inner corner: back through it */
}

static void take_path(struct outline *o)
{
    geo_overlay_ring(o->overlay, o->path.v, o->path.n, 0);
    o->path.n = 0;
}

static void around_ring(struct outline *o, const struct vec3 *v, size_t n,
                        bool hole)
{
    for (size_t i = 0; i < n; i++) {
        size_t a = i, b = (i + 1) % n, c = (i + 2) % n;
        if (hole) { /* the inside is on its left too */
            a = n - 1 - a;
            b = n - 1 - b;
            c = n - 1 - c;
        }
        edge_and_corner(o, v[a], v[b], v[c]);
    }
    take_path(o);
}

static void around_line(struct outline *o, const struct vec3 *v, size_t n)
{
    if (n < 2) {
        around_point(o, v[0]);
        take_path(o);
        return;
    }
    struct vec3 first = axis_of(v[0], v[1]), last = axis_of(v[n - 2], v[n - 1]);
    arc(o, v[0], v3_neg(first), first);
    for (size_t i = 0; i + 2 < n; i++)
        edge_and_corner(o, v[i], v[i + 1], v[i + 2]);
    along(o, v[n - 2], v[n - 1]);
    arc(o, v[n - 1], last, v3_neg(last));
    for (size_t i = n - 2; i-- > 0;)
        edge_and_corner(o, v[i + 2], v[i + 1], v[i]);
    along(o, v[1], v[0]);
    take_path(o);
}

static bool turns_around(const int turns[GEO_GROUPS])
{
    return turns[0] > 0;
}

static enum geo_buffer_status finish(struct outline *o,
                                     struct geo_shape **out)
{
    if (!geo_overlay_build(o->overlay))
        return GEO_BUFFER_COMPLEX;
    *out = geo_overlay_area(o->overlay, turns_around);
    return (*out)->beyond ? GEO_BUFFER_FAR : GEO_BUFFER_OK;
}

/* Places all over the globe, evenly along a spiral. */
enum { NPLACES = 400 };

static struct vec3 place(int i)
{
    double z = (2 * i + 1.0) / NPLACES - 1, t = i * 2.399963229728653;
    double r = sqrt(1 - z * z);
    return (struct vec3){ r * cos(t), r * sin(t), z };
}

/* A place that the buffer does not reach: mostly the opposite of any point,
 * else the one that is farthest away. */
static bool find_outside(struct outline *o, const struct geo_shape *s)
{
    double least = 1.001 * o->radius + 1e-9, best = 0;
    for (int i = -1; i < NPLACES && (i > 0 || best <= least); i++) {
        struct vec3 p = i < 0 ? v3_neg(s->v[0]) : place(i);
        double away = geo_shape_distance(s, p) / GEO_EARTH;
        if (away > best) {
            best = away;
            geo_overlay_outside(o->overlay, p);
        }
    }
    return best > least;
}

enum geo_buffer_status geo_buffer_point(struct arena *a, struct vec3 p,
                                        struct geo_buffer_size size,
                                        struct geo_shape **out)
{
    struct outline o;
    if (!outline_init(&o, a, size))
        return GEO_BUFFER_BAD;
    if (o.radius >= pi / 2)
        return GEO_BUFFER_FAR;
    geo_overlay_outside(o.overlay, v3_neg(p));
    around_point(&o, p);
    take_path(&o);
    return finish(&o, out);
}

/* Without points that repeat the one before. */
static size_t distinct(struct arena *a, const struct vec3 *v, size_t n,
                       struct vec3 **out)
{
    size_t used = 0;
    *out = arena_array(a, n + 1, sizeof **out);
    for (size_t i = 0; i < n; i++)
        if (!used || !v3_eq((*out)[used - 1], v[i]))
            (*out)[used++] = v[i];
    return used;
}

enum geo_buffer_status geo_buffer_shape(struct arena *a,
                                        const struct geo_shape *s,
                                        struct geo_buffer_size size,
                                        struct geo_shape **out)
{
    struct outline o;
    if (!outline_init(&o, a, size))
        return GEO_BUFFER_BAD;
    if (!find_outside(&o, s))
        return GEO_BUFFER_FAR;
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        struct vec3 *v = s->v + p->first;
        if (s->area) {
            around_ring(&o, v, p->n, p->hole);
            continue;
        }
        size_t n = distinct(a, v, p->n, &v);
        around_line(&o, v, n);
    }
    return finish(&o, out);
}
