/* fn_geo_shape.c - shapes with more points, and with fewer.
 *
 * Called by: the engine, through the rows at the end. What is no valid shape,
 * or a tolerance out of range, gives null. */
#include "analytics/geo_densify.h"
#include "analytics/geo_simplify.h"
#include "funcs.h"
#include "geojson.h"

static const double default_tolerance = 10; /* metres */

static void put(struct fn_ctx *cx, struct value *out,
                const struct geo_shape *s)
{
    struct buf b;
    dyn_begin(&b);
    geo_put_shape(&b, s);
    dyn_end(cx, &b, out);
}

/* ---- densify ---- */

/* As on a map: edges may cross on the globe where they do not there. */
static bool fits(const struct geo_shape *s)
{
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        const struct geo_point *g = s->given.v + p->first;
        if (p->n < (s->area ? 4 : 2))
            return false;
        if (s->area && (g[0].lon != g[p->n - 1].lon ||
                        g[0].lat != g[p->n - 1].lat))
            return false;
    }
    return true;
}

static void densify(struct fn_ctx *cx, const struct value *in, size_t nin,
                    unsigned want, struct value *out)
{
    double tolerance = nin > 1 ? in[1].d : default_tolerance;
    struct geo_dense how = { tolerance / GEO_EARTH, nin > 2 && in[2].i };
    struct geo_shape *s = geo_read(cx->tmp, in[0].s, want);
    if (!s || !fits(s) || !(tolerance >= 0.1 && tolerance <= 10000))
        return;
    struct geo_shape *dense = geo_densify(cx->tmp, s, &how);
    if (dense)
        put(cx, out, dense);
    else
        fn_fail(cx, "the denser shape has more than %d points; take a larger "
                    "tolerance", GEO_MAX_DENSE);
}

static void line_densify(struct fn_ctx *cx, const struct value *in, size_t nin,
                         struct value *out)
{
    densify(cx, in, nin, GEO_LINE, out);
}

static void polygon_densify(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    densify(cx, in, nin, GEO_POLYGON, out);
}

/* ---- simplify ---- */

static void simplify(struct fn_ctx *cx, const struct geo_shape *const *shapes,
                     size_t n, double tolerance, struct value *out)
{
    const double most = 70 * 3.14159265358979323846 / 180 * GEO_EARTH;
    if (!(tolerance >= 0 && tolerance <= most))
        return;
    struct geo_shape *s =
        geo_simplify(cx->tmp, shapes, n, tolerance / GEO_EARTH);
    if (!s)
        fn_fail(cx, "the shapes have too many edges, too many of them cross, "
                    "or they cover more than half of the globe");
    else if (s->parts.n)
        put(cx, out, s);
}

static void simplify_one(struct fn_ctx *cx, const struct value *in, size_t nin,
                         unsigned want, struct value *out)
{
    const struct geo_shape *s = geo_arg(cx, in[0].s, want);
    if (s)
        simplify(cx, &s, 1, nin > 1 ? in[1].d : default_tolerance, out);
}

static void line_simplify(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    simplify_one(cx, in, nin, GEO_LINE, out);
}

static void polygon_simplify(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    simplify_one(cx, in, nin, GEO_POLYGON, out);
}

static void simplify_array(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct geo_shapes s = { { NULL, 0, 0 } };
    if (geo_read_array(cx, &in[0], GEO_POLYGON, &s))
        simplify(cx, s.list.v, s.list.n,
                 nin > 1 ? in[1].d : default_tolerance, out);
}

#define LINE "dynamic({\"type\": \"LineString\", \"coordinates\": "          \
    "[[13.3, 52.5], [13.35, 52.5001], [13.4, 52.5]]})"
#define POLYGON "dynamic({\"type\": \"Polygon\", \"coordinates\": "          \
    "[[[13.3, 52.5], [13.4, 52.5001], [13.5, 52.5], [13.4, 52.6], "          \
    "[13.3, 52.5]]]})"

const struct lang_func funcs_geo_shape[] = {
    { .name = "geo_line_densify", .params = "dynamic, real?, bool?",
      .ret = TYPE_DYNAMIC, .row = line_densify, .flags = FN_MAYNULL,
      .usage = "geo_line_densify(lineString [, tolerance "
               "[, preserve_crossing]])",
      .summary = "A GeoJSON line that is straight on the map, with so many "
                 "points that great circles between them are within the "
                 "tolerance, 10 metres by default.",
      .example = "print geo_line_densify(" LINE ")" },
    { .name = "geo_polygon_densify", .params = "dynamic, real?, bool?",
      .ret = TYPE_DYNAMIC, .row = polygon_densify, .flags = FN_MAYNULL,
      .usage = "geo_polygon_densify(polygon [, tolerance "
               "[, preserve_crossing]])",
      .summary = "A GeoJSON polygon whose edges are straight on the map, with "
                 "so many points that great circles between them are within "
                 "the tolerance, 10 metres by default.",
      .example = "print geo_polygon_densify(" POLYGON ")" },
    { .name = "geo_line_simplify", .params = "dynamic, real?",
      .ret = TYPE_DYNAMIC, .row = line_simplify, .flags = FN_MAYNULL,
      .usage = "geo_line_simplify(lineString [, tolerance])",
      .summary = "A GeoJSON line with fewer points, within so many metres, 10 "
                 "by default; null when nothing is left.",
      .example = "print geo_line_simplify(" LINE ", 20)" },
    { .name = "geo_polygon_simplify", .params = "dynamic, real?",
      .ret = TYPE_DYNAMIC, .row = polygon_simplify, .flags = FN_MAYNULL,
      .usage = "geo_polygon_simplify(polygon [, tolerance])",
      .summary = "A GeoJSON polygon with fewer points, within so many metres, "
                 "10 by default; null when nothing is left.",
      .example = "print geo_polygon_simplify(" POLYGON ", 20)" },
    { .name = "geo_simplify_polygons_array", .params = "dynamic, real?",
      .ret = TYPE_DYNAMIC, .row = simplify_array, .flags = FN_MAYNULL,
      .usage = "geo_simplify_polygons_array(polygons [, tolerance])",
      .summary = "The union of an array of GeoJSON polygons with fewer "
                 "points; borders that they share stay shared.",
      .example = "print geo_simplify_polygons_array(pack_array(" POLYGON
                 "), 20)" },
};
const size_t nfuncs_geo_shape = ROWS(funcs_geo_shape);
