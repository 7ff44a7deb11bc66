/* t_geo.c - places, lines and polygons on the globe.
 *
 * Distances along meridians and the equator follow from the radius alone, the
 * areas of octants from the size of the globe. */
#include <math.h>
#include <stdlib.h>

#include "analytics/geo_shape.h"
#include "t.h"

static const double pi = 3.14159265358979323846;
static const double degree = GEO_EARTH * 3.14159265358979323846 / 180;

static bool about(double got, double want, double off)
{
    bool ok = fabs(got - want) <= off;
    if (!ok)
        printf("got %.9f, want %.9f\n", got, want);
    return ok;
}

static struct geo_point at(double lon, double lat)
{
    return (struct geo_point){ lon, lat };
}

/* A shape of one part; a ring has to be closed. NULL when it is not valid. */
static struct geo_shape *make(struct arena *a, bool area,
                              const struct geo_point *p, size_t n)
{
    struct geo_shape *s = NEW(a, struct geo_shape);
    struct geo_part part = { .n = n };
    s->area = area;
    s->npolygons = 1;
    for (size_t i = 0; i < n; i++)
        PUSH(a, s->given, p[i]);
    PUSH(a, s->parts, part);
    return geo_shape_finish(s, a) ? s : NULL;
}

static double distance(double lon, double lat, const struct geo_point *line,
                       size_t n)
{
    struct arena *a = arena_new();
    struct geo_shape *s = make(a, false, line, n);
    double d = s ? geo_shape_distance(s, sphere_point(at(lon, lat))) : -1;
    arena_free(a);
    return d;
}

TEST(distance_to_the_equator)
{
    static const struct geo_point line[] = { { 0, 0 }, { 10, 0 } };
    CHECK(about(distance(5, 0.01, line, 2), 0.01 * degree, 1e-6));
    CHECK(about(distance(5, -3, line, 2), 3 * degree, 1e-6));
    CHECK(about(distance(12, 0, line, 2), 2 * degree, 1e-6));
    CHECK(about(distance(-1, 0, line, 2), degree, 1e-6));
    CHECK(about(distance(7, 0, line, 2), 0, 1e-6));
    CHECK(about(distance(0, 90, line, 2), 90 * degree, 1e-6));
}

TEST(lines_that_are_none)
{
    static const struct geo_point same[] = { { 20, 40 }, { 20, 40 } };
    static const struct geo_point half[] = { { 0, 0 }, { 180, 0 } };
    CHECK(about(distance(20, 41, same, 2), degree, 1e-6));
    CHECK(distance(0, 0, same, 1) < 0);
    CHECK(distance(0, 0, half, 2) < 0); /* which way round? */
}

TEST(over_the_date_line)
{
    static const struct geo_point line[] = { { 179, 0 }, { -179, 0 } };
    CHECK(about(distance(180, 0, line, 2), 0, 1e-6));
    CHECK(about(distance(0, 0, line, 2), 179 * degree, 1e-6));
}

TEST(distance_of_points)
{
    CHECK(about(geo_distance(at(0, 0), at(0, 90)), 90 * degree, 1e-6));
    CHECK(about(geo_distance(at(10, 50), at(10, 50)), 0, 0));
    /* Vincenty's quarter meridian of WGS-84, and the equator's. */
    CHECK(about(geo_distance_ellipsoid(at(0, 0), at(0, 90)), 10001965.7293,
                1e-3));
    CHECK(about(geo_distance_ellipsoid(at(0, 0), at(90, 0)),
                6378137 * pi / 2, 1e-6));
    CHECK(about(geo_distance_ellipsoid(at(5, 5), at(5, 5)), 0, 0));
    /* Both poles are on the shortest way between the ends of the equator. */
    CHECK(about(geo_distance_ellipsoid(at(0, 0), at(180, 0)), 20003931.4586,
                1e-3));
}

TEST(directions)
{
    double r = -1;
    CHECK(geo_azimuth(at(0, 0), at(0, 10), &r) && about(r, 0, 1e-12));
    CHECK(geo_azimuth(at(0, 0), at(10, 0), &r) && about(r, pi / 2, 1e-12));
    CHECK(geo_azimuth(at(0, 0), at(-10, 0), &r) &&
          about(r, 3 * pi / 2, 1e-12));
    CHECK(!geo_azimuth(at(3, 4), at(3, 4), &r));
    CHECK(!geo_azimuth(at(0, 0), at(180, 0), &r));
    CHECK(geo_angle(at(0, 10), at(0, 0), at(10, 0), &r) &&
          about(r, pi / 2, 1e-12));
    CHECK(geo_angle(at(10, 0), at(0, 0), at(0, 10), &r) &&
          about(r, 3 * pi / 2, 1e-12));
    CHECK(!geo_angle(at(0, 0), at(0, 0), at(0, 10), &r));
}

static bool in(double lon, double lat, const struct geo_point *ring, size_t n)
{
    struct arena *a = arena_new();
    struct geo_shape *s = make(a, true, ring, n);
    bool yes = s && geo_shape_contains(s, sphere_point(at(lon, lat)));
    arena_free(a);
    return yes;
}

TEST(rings_either_way_round)
{
    static const struct geo_point one[] = {
        { 0, 0 }, { 4, 0 }, { 0, 4 }, { 0, 0 }
    };
    static const struct geo_point other[] = {
        { 0, 0 }, { 0, 4 }, { 4, 0 }, { 0, 0 }
    };
    CHECK(in(1, 1, one, 4) && in(1, 1, other, 4));
    CHECK(!in(3, 3, one, 4) && !in(3, 3, other, 4));
    CHECK(!in(-1, 1, one, 4) && !in(-179, -1, other, 4));
}

/* Not star-shaped: the inside of a U is not inside. */
TEST(a_ring_with_a_bay)
{
    static const struct geo_point ring[] = {
        { 0, 0 }, { 9, 0 }, { 9, 9 }, { 6, 9 }, { 6, 3 },
        { 3, 3 }, { 3, 9 }, { 0, 9 }, { 0, 0 },
    };
    CHECK(in(1, 8, ring, 9) && in(8, 8, ring, 9) && in(5, 1, ring, 9));
    CHECK(!in(4.5, 8, ring, 9) && !in(4.5, 4, ring, 9));
}

TEST(around_pole_and_date_line)
{
    static const struct geo_point pole[] = {
        { 0, 80 }, { 90, 80 }, { 180, 80 }, { -90, 80 }, { 0, 80 }
    };
    static const struct geo_point south[] = {
        { 0, -80 }, { 90, -80 }, { 180, -80 }, { -90, -80 }, { 0, -80 }
    };
    static const struct geo_point date[] = {
        { 170, -5 }, { -170, -5 }, { -170, 5 }, { 170, 5 }, { 170, -5 }
    };
    CHECK(in(45, 89, pole, 5) && !in(45, 70, pole, 5));
    CHECK(in(45, -89, south, 5) && !in(45, -70, south, 5));
    CHECK(in(180, 0, date, 5) && in(-175, 1, date, 5));
    CHECK(!in(0, 0, date, 5) && !in(165, 0, date, 5));
}

/* The corners of the squares that divide a region are in one square each. */
TEST(a_point_is_in_one_polygon)
{
    for (int x = 1; x < 4; x++)
        for (int y = 1; y < 4; y++) {
            int n = 0;
            for (int i = 0; i < 16; i++) {
                double l = i % 4, d = i / 4;
                struct geo_point r[] = {
                    { l, d }, { l + 1, d }, { l + 1, d + 1 }, { l, d + 1 },
                    { l, d }
                };
                n += in(x, y, r, 5);
            }
            CHECK(n == 1);
        }
}

TEST(rings_that_are_none)
{
    struct arena *a = arena_new();
    static const struct geo_point open[] = {
        { 0, 0 }, { 4, 0 }, { 0, 4 }, { 1, 1 }
    };
    static const struct geo_point eight[] = {
        { 0, 0 }, { 4, 4 }, { 4, 0 }, { 0, 4 }, { 0, 0 }
    };
    static const struct geo_point twice[] = {
        { 0, 0 }, { 4, 0 }, { 4, 0 }, { 0, 4 }, { 0, 0 }
    };
    static const struct geo_point touch[] = {
        { 0, 0 }, { 4, 0 }, { 2, 2 }, { 4, 4 }, { 0, 4 }, { 2, 2 }, { 0, 0 }
    };
    CHECK(!make(a, true, open, 4) && !make(a, true, eight, 5));
    CHECK(!make(a, true, twice, 5) && !make(a, true, touch, 7));
    CHECK(!make(a, true, open, 3) && !make(a, true, open, 0));
    arena_free(a);
}

TEST(areas_and_middles)
{
    struct arena *a = arena_new();
    static const struct geo_point octant[] = {
        { 0, 0 }, { 90, 0 }, { 0, 90 }, { 0, 0 }
    };
    static const struct geo_point tiny[] = {
        { 10, 0 }, { 10.00001, 0 }, { 10.00001, 0.00001 }, { 10, 0.00001 },
        { 10, 0 }
    };
    struct geo_shape *s = make(a, true, octant, 4);
    struct vec3 mid;
    CHECK(s && about(geo_shape_area(s) / (GEO_EARTH * GEO_EARTH), pi / 2,
                     1e-12));
    CHECK(about(geo_shape_length(s), 270 * degree, 1e-6));
    CHECK(geo_shape_centroid(s, &mid) && about(mid.x, sqrt(1 / 3.), 1e-12) &&
          about(mid.y, mid.x, 1e-12) && about(mid.z, mid.x, 1e-12));
    s = make(a, true, tiny, 5);
    CHECK(s && about(geo_shape_area(s), degree * degree * 1e-10, 1e-8));
    CHECK(geo_shape_centroid(s, &mid) &&
          about(sphere_lonlat(mid).lon, 10.000005, 1e-11));
    arena_free(a);
}

/* Containment and distance agree with a look at every edge. */
TEST(many_edges)
{
    enum { N = 3000 };
    struct arena *a = arena_new();
    struct geo_point *ring = arena_array(a, N + 1, sizeof *ring);
    for (int i = 0; i < N; i++) {
        double t = 2 * pi * i / N, r = i % 2 ? 20 : 21;
        ring[i] = at(r * cos(t), r * sin(t));
    }
    ring[N] = ring[0];
    struct geo_shape *s = make(a, true, ring, N + 1);
    CHECK(s != NULL);
    for (int i = 0; s && i < 400; i++) {
        struct geo_point p = at(i % 20 * 3 - 30, i / 20 * 3 - 30);
        struct vec3 v = sphere_point(p);
        double best = INFINITY, r = hypot(p.lon, p.lat);
        for (size_t k = 0; k < s->nedges; k++)
            best = fmin(best, sphere_edge_distance(v, s->v[s->edges[k].a],
                                                   s->v[s->edges[k].b]));
        if (r < 19.5 || r > 21.5)
            CHECK(geo_shape_contains(s, v) == (r < 20));
        double want = geo_shape_contains(s, v) ? 0 : best * GEO_EARTH;
        CHECK(about(geo_shape_distance(s, v), want, 1e-6));
    }
    arena_free(a);
}

TEST(places_that_are_none)
{
    CHECK(geo_valid(at(-180, 90)));
    CHECK(!geo_valid(at(181, 0)) && !geo_valid(at(0, NAN)));
    CHECK(!geo_valid(at(INFINITY, 0)));
}

/* Points on one great circle still have a side, and the same one. */
TEST(signs_without_ties)
{
    struct vec3 a = { 1, 0, 0 }, b = { 0, 1, 0 }, c = { -1, 0, 0 };
    struct vec3 d = v3_unit((struct vec3){ 1, 1, 0 });
    CHECK(sphere_sign(a, b, c) != 0 && sphere_sign(a, d, b) != 0);
    CHECK(sphere_sign(a, d, b) == sphere_sign(d, b, a));
    CHECK(sphere_sign(a, d, b) == -sphere_sign(d, a, b));
    CHECK(sphere_sign(a, a, b) == 0);
    CHECK(sphere_sign(a, b, (struct vec3){ 0, 0, 1 }) == 1);
    /* One step of the last bit to either side. */
    struct vec3 up = { d.x, d.y, 0x1p-60 }, down = { d.x, d.y, -0x1p-60 };
    CHECK(sphere_sign(a, b, up) == 1);
    CHECK(sphere_sign(a, b, down) == -1);
}
