/* fn_geo_buffer.c - everything within so many metres of a shape.
 *
 * Called by: the engine, through the rows at the end. Invalid shapes, places,
 * radii and tolerances give null. */
#include "analytics/geo_buffer.h"
#include "funcs.h"
#include "geojson.h"

static const double default_tolerance = 10; /* metres */

static void give(struct fn_ctx *cx, enum geo_buffer_status st,
                 const struct geo_shape *s, struct value *out)
{
    struct buf b;
    switch (st) {
    case GEO_BUFFER_OK:
        dyn_begin(&b);
        geo_put_shape(&b, s);
        dyn_end(cx, &b, out);
        return;
    case GEO_BUFFER_FAR:
        fn_fail(cx, "a shape with its buffer covers half of the globe or more, "
                    "which is not supported; take a smaller radius");
        return;
    case GEO_BUFFER_COMPLEX:
        fn_fail(cx, "a buffer has too many edges that cross; take a larger "
                    "tolerance, or simplify the shape first");
        return;
    case GEO_BUFFER_BAD:
        return;
    }
}

static struct geo_buffer_size size_of(const struct value *in, size_t nin)
{
    return (struct geo_buffer_size){ in[0].d,
                                     nin > 1 ? in[1].d : default_tolerance };
}

static void point_buffer(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    struct geo_point p = { in[0].d, in[1].d };
    struct geo_shape *s = NULL;
    if (!geo_valid(p))
        return;
    enum geo_buffer_status st = geo_buffer_point(
        cx->tmp, sphere_point(p), size_of(in + 2, nin - 2), &s);
    give(cx, st, s, out);
}

static void shape_buffer(struct fn_ctx *cx, const struct value *in, size_t nin,
                         unsigned want, struct value *out)
{
    const struct geo_shape *from = geo_arg(cx, in[0].s, want);
    struct geo_shape *s = NULL;
    if (!from)
        return;
    enum geo_buffer_status st =
        geo_buffer_shape(cx->tmp, from, size_of(in + 1, nin - 1), &s);
    give(cx, st, s, out);
}

static void line_buffer(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    shape_buffer(cx, in, nin, GEO_LINE, out);
}

static void polygon_buffer(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    shape_buffer(cx, in, nin, GEO_POLYGON, out);
}

const struct lang_func funcs_geo_buffer[] = {
    { .name = "geo_point_buffer", .params = "real, real, real, real?",
      .ret = TYPE_DYNAMIC, .row = point_buffer, .flags = FN_MAYNULL,
      .usage = "geo_point_buffer(longitude, latitude, radius [, tolerance])",
      .summary = "The circle of so many metres around a place as a GeoJSON "
                 "polygon; the tolerance in metres is 10 by default.",
      .example = "print geo_point_buffer(13.4, 52.5, 100)" },
    { .name = "geo_line_buffer", .params = "dynamic, real, real?",
      .ret = TYPE_DYNAMIC, .row = line_buffer, .flags = FN_MAYNULL,
      .usage = "geo_line_buffer(lineString, radius [, tolerance])",
      .summary = "Everything within so many metres of a GeoJSON line as a "
                 "polygon.",
      .example = "print geo_line_buffer(dynamic({\"type\": \"LineString\", "
                 "\"coordinates\": [[13.3, 52.5], [13.4, 52.6]]}), 100)" },
    { .name = "geo_polygon_buffer", .params = "dynamic, real, real?",
      .ret = TYPE_DYNAMIC, .row = polygon_buffer, .flags = FN_MAYNULL,
      .usage = "geo_polygon_buffer(polygon, radius [, tolerance])",
      .summary = "A GeoJSON polygon and everything within so many metres of "
                 "it.",
      .example = "print geo_polygon_buffer(dynamic({\"type\": \"Polygon\", "
                 "\"coordinates\": [[[13.3, 52.5], [13.5, 52.5], [13.4, 52.6], "
                 "[13.3, 52.5]]]}), 100)" },
};
const size_t nfuncs_geo_buffer = ROWS(funcs_geo_buffer);
