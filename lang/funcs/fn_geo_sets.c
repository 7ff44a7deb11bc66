/* fn_geo_sets.c - unions and intersections of shapes, and their measures.
 *
 * Called by: the engine, through the rows at the end. What is no valid shape
 * of the wanted kind gives null. The measures of a shape with several parts
 * are those of the union of its parts. */
#include "analytics/geo_sets.h"
#include "funcs.h"
#include "geojson.h"

static void too_complex(struct fn_ctx *cx)
{
    fn_fail(cx, "a shape has too many edges, too many of them cross, or it "
                "covers more than half of the globe; geo_polygon_simplify and "
                "geo_line_simplify make shapes simpler");
}

/* ---- arrays of shapes ---- */

static void set_shape(struct fn_ctx *cx, struct value *out,
                      const struct geo_shape *s)
{
    struct buf b;
    if (!s) {
        too_complex(cx);
        return;
    }
    dyn_begin(&b);
    geo_put_shape(&b, s);
    dyn_end(cx, &b, out);
}

static void union_polygons(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct geo_shapes s = { { NULL, 0, 0 } };
    (void)nin;
    if (geo_read_array(cx, &in[0], GEO_POLYGON, &s))
        set_shape(cx, out, geo_union(cx->tmp, s.list.v, s.list.n));
}

static void union_lines(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct geo_shapes s = { { NULL, 0, 0 } };
    (void)nin;
    if (geo_read_array(cx, &in[0], GEO_LINE, &s))
        set_shape(cx, out, geo_union_lines(cx->tmp, s.list.v, s.list.n));
}

/* ---- intersections ---- */

static void put_points(struct buf *b, const struct geo_common *c)
{
    if (c->npoints == 1) {
        geo_put_point(b, c->points[0]);
        return;
    }
    geo_put_head(b, "MultiPoint");
    geo_put_points(b, c->points, c->npoints, false, false);
    buf_addc(b, '}');
}

/* One shape by itself; several, or none, in a GeometryCollection. */
static void put_common(struct buf *b, const struct geo_common *c)
{
    bool area = c->area->parts.n > 0, lines = c->lines->parts.n > 0;
    bool points = c->npoints > 0, many = area + lines + points != 1;
    if (many)
        buf_adds(b, "{\"type\":\"GeometryCollection\",\"geometries\":[");
    if (points)
        put_points(b, c);
    if (lines) {
        buf_adds(b, points ? "," : "");
        geo_put_shape(b, c->lines);
    }
    if (area) {
        buf_adds(b, points || lines ? "," : "");
        geo_put_shape(b, c->area);
    }
    buf_adds(b, many ? "]}" : "");
}

static bool meet(struct fn_ctx *cx, const struct value *in, unsigned first,
                 unsigned second, struct geo_common *c)
{
    const struct geo_shape *x = geo_arg(cx, in[0].s, first);
    const struct geo_shape *y = x ? geo_arg(cx, in[1].s, second) : NULL;
    if (!y)
        return false;
    if (geo_intersection(cx->tmp, x, y, c))
        return true;
    too_complex(cx);
    return false;
}

static void intersection(struct fn_ctx *cx, struct value *out,
                         const struct geo_common *c)
{
    struct buf b;
    dyn_begin(&b);
    put_common(&b, c);
    dyn_end(cx, &b, out);
}

static void intersects(struct value *out, const struct geo_common *c)
{
    dyn_set_bool(out, c->area->parts.n || c->lines->parts.n || c->npoints);
}

#define MEET(name, first, second, give)                                      \
    static void name(struct fn_ctx *cx, const struct value *in, size_t nin,  \
                     struct value *out)                                      \
    {                                                                        \
        struct geo_common c;                                                 \
        (void)nin;                                                           \
        if (meet(cx, in, first, second, &c))                                 \
            give;                                                            \
    }

MEET(lines_meet, GEO_LINE, GEO_LINE, intersection(cx, out, &c))
MEET(polygons_meet, GEO_POLYGON, GEO_POLYGON, intersection(cx, out, &c))
MEET(line_meets, GEO_LINE, GEO_POLYGON, intersection(cx, out, &c))
MEET(do_lines_meet, GEO_LINE, GEO_LINE, intersects(out, &c))
MEET(do_polygons_meet, GEO_POLYGON, GEO_POLYGON, intersects(out, &c))
MEET(does_line_meet, GEO_LINE, GEO_POLYGON, intersects(out, &c))

/* ---- measures ---- */

/* The union of the parts, where there are several. */
static const struct geo_shape *whole(struct fn_ctx *cx, str json,
                                     unsigned want)
{
    const struct geo_shape *s = geo_arg(cx, json, want);
    if (!s || (s->area && s->npolygons < 2))
        return s;
    const struct geo_shape *w = s->area ? geo_union(cx->tmp, &s, 1)
                                        : geo_union_lines(cx->tmp, &s, 1);
    if (!w)
        too_complex(cx);
    return w;
}

static void area(struct fn_ctx *cx, const struct value *in, size_t nin,
                 struct value *out)
{
    const struct geo_shape *s = whole(cx, in[0].s, GEO_POLYGON);
    (void)nin;
    if (s)
        dyn_set_real(out, geo_shape_area(s));
}

static void length(struct fn_ctx *cx, const struct value *in, unsigned want,
                   struct value *out)
{
    const struct geo_shape *s = whole(cx, in[0].s, want);
    if (s)
        dyn_set_real(out, geo_shape_length(s));
}

static void line_length(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    (void)nin;
    length(cx, in, GEO_LINE, out);
}

static void perimeter(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)nin;
    length(cx, in, GEO_POLYGON, out);
}

static void centroid(struct fn_ctx *cx, const struct value *in, unsigned want,
                     struct value *out)
{
    const struct geo_shape *s = whole(cx, in[0].s, want);
    struct vec3 at;
    if (s && geo_shape_centroid(s, &at))
        geo_set_point(cx, out, at);
}

static void line_centroid(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    (void)nin;
    centroid(cx, in, GEO_LINE, out);
}

static void polygon_centroid(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    (void)nin;
    centroid(cx, in, GEO_POLYGON, out);
}

#define LINE(points) "dynamic({\"type\": \"LineString\", \"coordinates\": "  \
    points "})"
#define POLYGON(ring) "dynamic({\"type\": \"Polygon\", \"coordinates\": ["   \
    ring "]})"
#define WEST POLYGON("[[13.3, 52.5], [13.5, 52.5], [13.4, 52.6], "           \
                     "[13.3, 52.5]]")
#define EAST POLYGON("[[13.4, 52.5], [13.6, 52.5], [13.5, 52.6], "           \
                     "[13.4, 52.5]]")
#define UP LINE("[[13.3, 52.5], [13.5, 52.6]]")
#define DOWN LINE("[[13.3, 52.6], [13.5, 52.5]]")

#define SET(word, args, c, result, words, text, call)                        \
    { .name = word, .params = args, .ret = result, .row = c,                 \
      .flags = FN_MAYNULL, .usage = word words, .summary = text,             \
      .example = "print " word call }

const struct lang_func funcs_geo_sets[] = {
    SET("geo_union_polygons_array", "dynamic", union_polygons, TYPE_DYNAMIC,
        "(polygons)",
        "The union of an array of GeoJSON polygons and multipolygons.",
        "(pack_array(" WEST ", " EAST "))"),
    SET("geo_union_lines_array", "dynamic", union_lines, TYPE_DYNAMIC,
        "(lineStrings)", "The union of an array of GeoJSON lines and "
        "multilines: every edge once.", "(pack_array(" UP ", " UP "))"),
    SET("geo_intersection_2lines", "dynamic, dynamic", lines_meet,
        TYPE_DYNAMIC, "(lineString1, lineString2)",
        "What two GeoJSON lines have in common; an empty collection when they "
        "do not meet.", "(" UP ", " DOWN ")"),
    SET("geo_intersection_2polygons", "dynamic, dynamic", polygons_meet,
        TYPE_DYNAMIC, "(polygon1, polygon2)",
        "What two GeoJSON polygons have in common; an empty collection when "
        "they do not meet.", "(" WEST ", " EAST ")"),
    SET("geo_intersection_line_with_polygon", "dynamic, dynamic", line_meets,
        TYPE_DYNAMIC, "(lineString, polygon)",
        "The part of a GeoJSON line that is in a polygon; an empty collection "
        "when they do not meet.", "(" UP ", " EAST ")"),
    SET("geo_intersects_2lines", "dynamic, dynamic", do_lines_meet, TYPE_BOOL,
        "(lineString1, lineString2)", "Whether two GeoJSON lines meet.",
        "(" UP ", " DOWN ")"),
    SET("geo_intersects_2polygons", "dynamic, dynamic", do_polygons_meet,
        TYPE_BOOL, "(polygon1, polygon2)",
        "Whether two GeoJSON polygons meet.", "(" WEST ", " EAST ")"),
    SET("geo_intersects_line_with_polygon", "dynamic, dynamic",
        does_line_meet, TYPE_BOOL, "(lineString, polygon)",
        "Whether a GeoJSON line meets a polygon.", "(" UP ", " EAST ")"),
    SET("geo_line_length", "dynamic", line_length, TYPE_REAL, "(lineString)",
        "Metres along a GeoJSON line; of a multiline every edge once.",
        "(" UP ")"),
    SET("geo_line_centroid", "dynamic", line_centroid, TYPE_DYNAMIC,
        "(lineString)", "The middle of a GeoJSON line as a point.",
        "(" UP ")"),
    SET("geo_polygon_area", "dynamic", area, TYPE_REAL, "(polygon)",
        "Square metres of a GeoJSON polygon, or of the union of several.",
        "(" WEST ")"),
    SET("geo_polygon_perimeter", "dynamic", perimeter, TYPE_REAL, "(polygon)",
        "Metres around a GeoJSON polygon, or around the union of several.",
        "(" WEST ")"),
    SET("geo_polygon_centroid", "dynamic", polygon_centroid, TYPE_DYNAMIC,
        "(polygon)", "The middle of a GeoJSON polygon as a point.",
        "(" WEST ")"),
};
const size_t nfuncs_geo_sets = ROWS(funcs_geo_sets);
