/* t_geo_sets.c - unions, intersections, buffers and covers of random shapes.
 *
 * What holds for all shapes: the areas of union and intersection add up to
 * those of the two, a point is in the union when it is in one of them, results
 * are valid, a buffer holds what is near and nothing else. */
#include <math.h>

#include "analytics/geo_buffer.h"
#include "analytics/geo_sets.h"
#include "analytics/geo_simplify.h"
#include "analytics/s2cover.h"
#include "t.h"

static const double pi = 3.14159265358979323846;
static uint64_t seed = 7;

static double chance(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 0x1p53;
}

static struct geo_shape *finished(struct arena *a, struct geo_shape *s)
{
    struct geo_part p = { .n = s->given.n };
    s->npolygons = 1;
    PUSH(a, s->parts, p);
    return geo_shape_finish(s, a) ? s : NULL;
}

static void put(struct arena *a, struct geo_shape *s, double lon, double lat)
{
    struct geo_point p = { lon, lat };
    PUSH(a, s->given, p);
}

/* Around a middle, n corners in turn; `grid` puts them on round numbers, so
 * that shapes share points and edges lie on each other. */
static struct geo_shape *star(struct arena *a, double x, double y, int n,
                              double grid)
{
    struct geo_shape *s = NEW(a, struct geo_shape);
    s->area = true;
    for (int i = 0; i < n; i++) {
        double t = 2 * pi * i / n, r = 2 + 6 * chance();
        double lon = x + r * cos(t), lat = y + r * sin(t);
        if (grid > 0) {
            lon = round(lon / grid) * grid;
            lat = round(lat / grid) * grid;
        }
        put(a, s, lon, lat);
    }
    put(a, s, s->given.v[0].lon, s->given.v[0].lat);
    return finished(a, s);
}

/* A result has to be valid as an input too. */
static bool valid(struct arena *a, const struct geo_shape *r)
{
    struct geo_shape *s = NEW(a, struct geo_shape);
    s->area = true;
    s->npolygons = r->npolygons;
    for (size_t i = 0; i < r->parts.n; i++) {
        struct geo_part p = r->parts.v[i];
        const struct vec3 *v = r->v + p.first;
        p.first = s->given.n;
        for (size_t k = 0; k <= p.n; k++)
            PUSH(a, s->given, sphere_lonlat(v[k % p.n]));
        p.n++;
        PUSH(a, s->parts, p);
    }
    return s->parts.n == 0 || geo_shape_finish(s, a);
}

static bool is_near(double got, double want)
{
    bool ok = fabs(got - want) <= 1e-9 * fmax(1e9, fabs(want));
    if (!ok)
        printf("got %.3f, want %.3f\n", got, want);
    return ok;
}

static void check_pair(struct arena *a, const struct geo_shape *x,
                       const struct geo_shape *y)
{
    const struct geo_shape *both[] = { x, y };
    struct geo_common c;
    struct geo_shape *u = geo_union(a, both, 2);
    CHECK(u && geo_intersection(a, x, y, &c));
    CHECK(valid(a, u) && valid(a, c.area));
    CHECK(is_near(geo_shape_area(u) + geo_shape_area(c.area),
                  geo_shape_area(x) + geo_shape_area(y)));
    for (int i = 0; i < 40; i++) {
        struct geo_point at = { chance() * 30 - 15, chance() * 30 - 15 };
        struct vec3 p = sphere_point(at);
        bool in_x = geo_shape_contains(x, p), in_y = geo_shape_contains(y, p);
        CHECK(geo_shape_contains(u, p) == (in_x || in_y));
        CHECK(geo_shape_contains(c.area, p) == (in_x && in_y));
    }
}

TEST(two_stars)
{
    for (int i = 0; i < 300; i++) {
        struct arena *a = arena_new();
        struct geo_shape *x = star(a, 0, 0, 3 + i % 30, 0);
        struct geo_shape *y = star(a, chance() * 8, chance() * 8, 3 + i % 17,
                                   0);
        if (x && y)
            check_pair(a, x, y);
        CHECK(x && y);
        arena_free(a);
    }
}

TEST(stars_on_a_grid)
{
    int used = 0;
    for (int i = 0; i < 600; i++) {
        struct arena *a = arena_new();
        struct geo_shape *x = star(a, 0, 0, 3 + i % 9, 1 + i % 3);
        struct geo_shape *y = star(a, i % 5, i % 7, 3 + i % 7, 1 + i % 3);
        if (x && y) {
            check_pair(a, x, y);
            used++;
        }
        arena_free(a);
    }
    CHECK(used > 100); /* others have points twice */
}

TEST(many_at_once)
{
    struct arena *a = arena_new();
    const struct geo_shape *all[64];
    for (int i = 0; i < 64; i++)
        all[i] = star(a, i % 8 * 4 - 16, i / 8 * 4 - 16, 9, 0);
    struct geo_shape *u = geo_union(a, all, 64);
    CHECK(u && valid(a, u));
    for (int i = 0; u && i < 2000; i++) {
        struct geo_point at = { chance() * 50 - 25, chance() * 50 - 25 };
        struct vec3 p = sphere_point(at);
        bool in = false;
        for (int k = 0; k < 64; k++)
            in = in || geo_shape_contains(all[k], p);
        CHECK(geo_shape_contains(u, p) == in);
    }
    arena_free(a);
}

static struct geo_shape *walk(struct arena *a, int n)
{
    struct geo_shape *s = NEW(a, struct geo_shape);
    double x = 0, y = 0;
    for (int i = 0; i < n; i++) {
        put(a, s, x, y);
        x += chance() * 2 - 1;
        y += chance() * 2 - 1;
    }
    return finished(a, s);
}

static void check_buffer(struct arena *a, const struct geo_shape *s)
{
    struct geo_buffer_size size = { 5000 + 50000 * chance(), 50 };
    struct geo_shape *b = NULL;
    CHECK(geo_buffer_shape(a, s, size, &b) == GEO_BUFFER_OK);
    CHECK(b && valid(a, b));
    for (int i = 0; b && i < 300; i++) {
        struct geo_point at = { chance() * 20 - 10, chance() * 20 - 10 };
        struct vec3 p = sphere_point(at);
        double d = geo_shape_distance(s, p);
        if (d < size.radius - size.tolerance - 1)
            CHECK(geo_shape_contains(b, p));
        if (d > size.radius + size.tolerance + 1)
            CHECK(!geo_shape_contains(b, p));
    }
}

TEST(buffers_hold_what_is_near)
{
    for (int i = 0; i < 60; i++) {
        struct arena *a = arena_new();
        check_buffer(a, walk(a, 2 + i % 20));
        check_buffer(a, star(a, 0, 0, 5 + i % 20, 0));
        arena_free(a);
    }
}

TEST(simpler_shapes_stay_near)
{
    for (int i = 0; i < 60; i++) {
        struct arena *a = arena_new();
        const struct geo_shape *s = walk(a, 200);
        double metres = 40000 + 100000 * chance();
        struct geo_shape *r = geo_simplify(a, &s, 1, metres / GEO_EARTH);
        CHECK(r != NULL);
        for (size_t k = 1; r && k < r->nv; k++) {
            double apart = v3_angle(r->v[k - 1], r->v[k]) * GEO_EARTH;
            CHECK(apart == 0 || apart > 0.999 * metres);
        }
        for (size_t k = 0; r && k < s->nv; k++)
            CHECK(geo_shape_distance(r, s->v[k]) <= 2 * metres + 1);
        arena_free(a);
    }
}

TEST(covers_hold_the_shape)
{
    for (int i = 0; i < 20; i++) {
        struct arena *a = arena_new();
        struct geo_shape *s = star(a, i * 17 - 170, i * 8 - 76, 12, 0);
        struct s2_cells cells = { { NULL, 0, 0 } };
        int level = 3 + i % 5;
        CHECK(s && s2_cover(a, s, level, &cells) && cells.list.n);
        for (size_t k = 1; k < cells.list.n; k++)
            CHECK(cells.list.v[k - 1] < cells.list.v[k]);
        for (size_t k = 0; s && k < s->nv; k++) {
            uint64_t cell = s2_cell_at(s->v[k], level);
            bool found = false;
            for (size_t j = 0; j < cells.list.n; j++)
                found = found || cells.list.v[j] == cell;
            CHECK(found);
        }
        arena_free(a);
    }
}

/* More crossings than there is room for end with an answer. */
TEST(too_complex)
{
    enum { N = 5001 };
    struct arena *a = arena_new();
    struct geo_shape *s = NEW(a, struct geo_shape), *b = NULL;
    for (int i = 0; i < N; i++) {
        double t = 2 * pi * (i * 2500 % N) / N;
        put(a, s, 30 * cos(t), 30 * sin(t));
    }
    s = finished(a, s);
    struct geo_buffer_size size = { 1000, 100 };
    CHECK(s && geo_buffer_shape(a, s, size, &b) == GEO_BUFFER_COMPLEX);
    arena_free(a);
}
