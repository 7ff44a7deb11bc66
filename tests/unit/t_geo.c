/* t_geo.c - points, rings and lines on the globe.
 *
 * Distances along meridians and the equator follow from the radius alone. */
#include <math.h>

#include "analytics/geo.h"
#include "t.h"

static const double degree = 6371010.0 * 3.14159265358979323846 / 180;

static bool about(double got, double want)
{
    bool ok = fabs(got - want) < 1e-3;
    if (!ok)
        printf("got %.6f, want %.6f\n", got, want);
    return ok;
}

static double distance(double lon, double lat, const struct geo_point *line,
                       size_t n)
{
    return geo_line_distance((struct geo_point){ lon, lat }, line, n);
}

TEST(distance_to_the_equator)
{
    static const struct geo_point line[] = { { 0, 0 }, { 10, 0 } };
    CHECK(about(distance(5, 0.01, line, 2), 0.01 * degree));
    CHECK(about(distance(5, -3, line, 2), 3 * degree));
    CHECK(about(distance(12, 0, line, 2), 2 * degree));
    CHECK(about(distance(-1, 0, line, 2), degree));
    CHECK(about(distance(7, 0, line, 2), 0));
    CHECK(about(distance(0, 90, line, 2), 90 * degree));
}

TEST(distance_to_points)
{
    static const struct geo_point one[] = { { 20, 40 } };
    static const struct geo_point same[] = { { 20, 40 }, { 20, 40 } };
    CHECK(about(distance(20, 41, one, 1), degree));
    CHECK(about(distance(20, 41, same, 2), degree));
    CHECK(isinf(distance(0, 0, one, 0)));
}

TEST(over_the_date_line)
{
    static const struct geo_point line[] = { { 179, 0 }, { -179, 0 } };
    CHECK(about(distance(180, 0, line, 2), 0));
    CHECK(about(distance(0, 0, line, 2), 179 * degree));
}

static bool in(double lon, double lat, const struct geo_point *ring, size_t n)
{
    return geo_in_ring((struct geo_point){ lon, lat }, ring, n);
}

TEST(rings)
{
    static const struct geo_point open[] = { { 0, 0 }, { 4, 0 }, { 0, 4 } };
    static const struct geo_point closed[] = {
        { 0, 0 }, { 0, 4 }, { 4, 0 }, { 0, 0 }
    };
    CHECK(in(1, 1, open, 3) && in(1, 1, closed, 4));
    CHECK(!in(3, 3, open, 3) && !in(3, 3, closed, 4));
    CHECK(!in(-1, 1, open, 3) && !in(181 - 360, -1, closed, 4));
    CHECK(in(0, 0, open, 3)); /* a corner */
    CHECK(!in(1, 1, open, 2));
}

/* Not star-shaped: the inside of a U is not inside. */
TEST(a_ring_with_a_bay)
{
    static const struct geo_point ring[] = {
        { 0, 0 }, { 9, 0 }, { 9, 9 }, { 6, 9 },
        { 6, 3 }, { 3, 3 }, { 3, 9 }, { 0, 9 },
    };
    CHECK(in(1, 8, ring, 8) && in(8, 8, ring, 8) && in(5, 1, ring, 8));
    CHECK(!in(4.5, 8, ring, 8) && !in(4.5, 4, ring, 8));
}

TEST(around_pole_and_date_line)
{
    static const struct geo_point pole[] = {
        { 0, 80 }, { 90, 80 }, { 180, 80 }, { -90, 80 }
    };
    static const struct geo_point date[] = {
        { 170, -5 }, { -170, -5 }, { -170, 5 }, { 170, 5 }
    };
    CHECK(in(45, 89, pole, 4) && !in(45, 70, pole, 4));
    CHECK(in(180, 0, date, 4) && in(-175, 1, date, 4));
    CHECK(!in(0, 0, date, 4) && !in(165, 0, date, 4));
}

TEST(places_that_are_none)
{
    CHECK(geo_valid((struct geo_point){ -180, 90 }));
    CHECK(!geo_valid((struct geo_point){ 181, 0 }));
    CHECK(!geo_valid((struct geo_point){ 0, NAN }));
    CHECK(!geo_valid((struct geo_point){ INFINITY, 0 }));
}
