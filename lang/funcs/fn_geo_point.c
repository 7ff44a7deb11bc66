/* fn_geo_point.c - distances and directions between points on the globe.
 *
 * Called by: the engine, through the rows at the end. A place that is not on
 * the globe gives null. */
#include "analytics/geo.h"
#include "dyn_int.h"
#include "funcs.h"

static struct geo_point at(const struct value *in)
{
    return (struct geo_point){ in[0].d, in[1].d };
}

static void distance_2points(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    struct geo_point p = at(in), q = at(in + 2);
    (void)cx;
    if (!geo_valid(p) || !geo_valid(q))
        return;
    bool spheroid = nin > 4 && in[4].i;
    dyn_set_real(out, spheroid ? geo_distance_ellipsoid(p, q)
                               : geo_distance(p, q));
}

static void azimuth(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    struct geo_point p = at(in), q = at(in + 2);
    double radians;
    (void)cx, (void)nin;
    if (geo_valid(p) && geo_valid(q) && geo_azimuth(p, q, &radians))
        dyn_set_real(out, radians);
}

static void angle(struct fn_ctx *cx, const struct value *in, size_t nin,
                  struct value *out)
{
    struct geo_point p = at(in), q = at(in + 2), r = at(in + 4);
    double radians;
    (void)cx, (void)nin;
    if (geo_valid(p) && geo_valid(q) && geo_valid(r) &&
        geo_angle(p, q, r, &radians))
        dyn_set_real(out, radians);
}

static void in_circle(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct geo_point p = at(in), center = at(in + 2);
    double radius = in[4].d;
    (void)cx, (void)nin;
    if (geo_valid(p) && geo_valid(center) && radius >= 0)
        dyn_set_bool(out, geo_distance(p, center) <= radius);
}

const struct lang_func funcs_geo_point[] = {
    { .name = "geo_distance_2points",
      .params = "real, real, real, real, bool?", .ret = TYPE_REAL,
      .row = distance_2points, .flags = FN_MAYNULL,
      .usage = "geo_distance_2points(longitude1, latitude1, longitude2, "
               "latitude2 [, use_spheroid])",
      .summary = "Metres between two points, on a sphere or on the WGS-84 "
                 "spheroid.",
      .example = "print geo_distance_2points(4.76, 52.31, 8.57, 50.03)" },
    { .name = "geo_azimuth", .params = "real, real, real, real",
      .ret = TYPE_REAL, .row = azimuth, .flags = FN_MAYNULL,
      .usage = "geo_azimuth(longitude1, latitude1, longitude2, latitude2)",
      .summary = "Direction from one point to another in radians, clockwise "
                 "from north; null when there is none.",
      .example = "print degrees(geo_azimuth(4.76, 52.31, 8.57, 50.03))" },
    { .name = "geo_angle", .params = "real, real, real, real, real, real",
      .ret = TYPE_REAL, .row = angle, .flags = FN_MAYNULL,
      .usage = "geo_angle(longitude1, latitude1, longitude2, latitude2, "
               "longitude3, latitude3)",
      .summary = "Angle in radians at the second point, clockwise from the "
                 "way to the first to the way to the third.",
      .example = "print degrees(geo_angle(0, 10, 0, 0, 10, 0))" },
    { .name = "geo_point_in_circle", .params = "real, real, real, real, real",
      .ret = TYPE_BOOL, .row = in_circle, .flags = FN_MAYNULL,
      .usage = "geo_point_in_circle(longitude, latitude, center_longitude, "
               "center_latitude, radius)",
      .summary = "Whether a point is within so many metres of another.",
      .example = "print geo_point_in_circle(4.9, 52.37, 4.76, 52.31, 15000)" },
};
const size_t nfuncs_geo_point = ROWS(funcs_geo_point);
