/* fn_geo_line.c - measures of lines on the globe, and points along them.
 *
 * Called by: the engine, through the rows at the end. What is no valid
 * LineString or MultiLineString gives null. */
#include "funcs.h"
#include "geojson.h"

/* The line and the place of (dynamic, real, real), or of (real, real,
 * dynamic) when `last`. */
static const struct geo_shape *line_and_place(struct fn_ctx *cx,
                                              const struct value *in,
                                              bool last, struct geo_point *p)
{
    *p = (struct geo_point){ in[last ? 0 : 1].d, in[last ? 1 : 2].d };
    return geo_valid(*p) ? geo_arg(cx, in[last ? 2 : 0].s, GEO_LINE) : NULL;
}

static void distance(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct geo_point p;
    const struct geo_shape *s = line_and_place(cx, in, true, &p);
    (void)nin;
    if (s)
        dyn_set_real(out, geo_shape_distance(s, sphere_point(p)));
}

static void closest(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    struct geo_point p;
    const struct geo_shape *s = line_and_place(cx, in, true, &p);
    (void)nin;
    if (s)
        geo_set_point(cx, out, geo_shape_nearest(s, sphere_point(p)));
}

/* ---- one line ---- */

static double edge_metres(const struct geo_shape *s, size_t i, bool spheroid)
{
    struct vec3 a = s->v[i], b = s->v[i + 1];
    return spheroid ? geo_distance_ellipsoid(sphere_lonlat(a),
                                             sphere_lonlat(b))
                    : v3_angle(a, b) * GEO_EARTH;
}

static double line_metres(const struct geo_shape *s, size_t nedges,
                          bool spheroid)
{
    double sum = 0;
    for (size_t i = 0; i < nedges; i++)
        sum += edge_metres(s, i, spheroid);
    return sum;
}

static void interpolate(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    const struct geo_shape *s = geo_arg(cx, in[0].s, GEO_LINE);
    double fraction = in[1].d;
    (void)nin;
    if (!s || s->parts.n != 1 || !(fraction >= 0 && fraction <= 1))
        return;
    double left = fraction * line_metres(s, s->nedges, false);
    for (size_t i = 0; i < s->nedges; i++) {
        double metres = edge_metres(s, i, false);
        if (left < metres) {
            geo_set_point(cx, out, sphere_towards(s->v[i], s->v[i + 1],
                                                  left / GEO_EARTH));
            return;
        }
        left -= metres;
    }
    geo_set_point(cx, out, s->v[s->nv - 1]);
}

/* On the spheroid the nearest point is that of the sphere; only the lengths
 * before and behind it are the spheroid's. */
static void locate(struct fn_ctx *cx, const struct value *in, size_t nin,
                   struct value *out)
{
    struct geo_point place;
    const struct geo_shape *s = line_and_place(cx, in, false, &place);
    bool spheroid = nin > 3 && in[3].i;
    double radians;
    if (!s || s->parts.n != 1)
        return;
    struct vec3 p = sphere_point(place);
    size_t edge = geo_tree_nearest(&s->tree, p, &radians);
    double whole = line_metres(s, s->nedges, spheroid);
    if (edge >= s->nedges || whole == 0) {
        dyn_set_real(out, 0);
        return;
    }
    struct vec3 at = sphere_nearest(p, s->v[edge], s->v[edge + 1]);
    double there = line_metres(s, edge, spheroid);
    there += spheroid ? geo_distance_ellipsoid(sphere_lonlat(s->v[edge]),
                                               sphere_lonlat(at))
                      : v3_angle(s->v[edge], at) * GEO_EARTH;
    dyn_set_real(out, fmin(1, there / whole));
}

#define LINE "dynamic({\"type\": \"LineString\", \"coordinates\": "          \
    "[[13.38, 52.52], [13.41, 52.52], [13.41, 52.51]]})"

const struct lang_func funcs_geo_line[] = {
    { .name = "geo_distance_point_to_line", .params = "real, real, dynamic",
      .ret = TYPE_REAL, .row = distance, .flags = FN_MAYNULL,
      .usage = "geo_distance_point_to_line(longitude, latitude, lineString)",
      .summary = "Metres from a place to the nearest point of a GeoJSON line "
                 "or multiline.",
      .example = "print geo_distance_point_to_line(13.39, 52.53, " LINE ")" },
    { .name = "geo_closest_point_on_line", .params = "real, real, dynamic",
      .ret = TYPE_DYNAMIC, .row = closest, .flags = FN_MAYNULL,
      .usage = "geo_closest_point_on_line(longitude, latitude, lineString)",
      .summary = "The point of a GeoJSON line or multiline that is nearest to "
                 "a place.",
      .example = "print geo_closest_point_on_line(13.39, 52.53, " LINE ")" },
    { .name = "geo_line_interpolate_point", .params = "dynamic, real",
      .ret = TYPE_DYNAMIC, .row = interpolate, .flags = FN_MAYNULL,
      .usage = "geo_line_interpolate_point(lineString, fraction)",
      .summary = "The point after a fraction, 0 to 1, of a line's length.",
      .example = "print geo_line_interpolate_point(" LINE ", 0.5)" },
    { .name = "geo_line_locate_point", .params = "dynamic, real, real, bool?",
      .ret = TYPE_REAL, .row = locate, .flags = FN_MAYNULL,
      .usage = "geo_line_locate_point(lineString, longitude, latitude "
               "[, use_spheroid])",
      .summary = "The fraction of a line's length, 0 to 1, at its point that "
                 "is nearest to a place.",
      .example = "print geo_line_locate_point(" LINE ", 13.4, 52.53)" },
};
const size_t nfuncs_geo_line = ROWS(funcs_geo_line);
