/* fn_geo_polygon.c - points against polygons on the globe.
 *
 * Called by: the engine, through the rows at the end, and for the lookups of
 * lang/ops/plugins_geo.c. What is no valid Polygon or MultiPolygon gives null,
 * and so does a place that is not on the globe. */
#include "funcs.h"
#include "geojson.h"

static const struct geo_shape *polygon(struct fn_ctx *cx,
                                       const struct value *in, struct vec3 *p)
{
    struct geo_point place = { in[0].d, in[1].d };
    if (!geo_valid(place))
        return NULL;
    *p = sphere_point(place);
    return geo_arg(cx, in[2].s, GEO_POLYGON);
}

static void contains(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct vec3 p;
    const struct geo_shape *s = polygon(cx, in, &p);
    (void)nin;
    if (s)
        dyn_set_bool(out, geo_shape_contains(s, p));
}

static void distance(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct vec3 p;
    const struct geo_shape *s = polygon(cx, in, &p);
    (void)nin;
    if (s)
        dyn_set_real(out, geo_shape_distance(s, p));
}

static void closest(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    struct vec3 p;
    const struct geo_shape *s = polygon(cx, in, &p);
    (void)nin;
    if (s)
        geo_set_point(cx, out, geo_shape_nearest(s, p));
}

/* k_geo_near(longitude, latitude, shape, metres): a negative distance asks for
 * containment alone. */
static void near(struct fn_ctx *cx, const struct value *in, size_t nin,
                 struct value *out)
{
    struct geo_point place = { in[0].d, in[1].d };
    const struct geo_shape *s = geo_arg(cx, in[2].s, GEO_ANY);
    (void)nin;
    if (!s || !geo_valid(place))
        return;
    struct vec3 p = sphere_point(place);
    dyn_set_bool(out, in[3].d < 0 ? geo_shape_contains(s, p)
                                  : geo_shape_distance(s, p) <= in[3].d);
}

#define POLYGON "dynamic({\"type\": \"Polygon\", \"coordinates\": "          \
    "[[[13.3, 52.5], [13.5, 52.5], [13.4, 52.6], [13.3, 52.5]]]})"

const struct lang_func funcs_geo_polygon[] = {
    { .name = "geo_point_in_polygon", .params = "real, real, dynamic",
      .ret = TYPE_BOOL, .row = contains, .flags = FN_MAYNULL,
      .usage = "geo_point_in_polygon(longitude, latitude, polygon)",
      .summary = "Whether a place is in a GeoJSON polygon or multipolygon.",
      .example = "print geo_point_in_polygon(13.4, 52.53, " POLYGON ")" },
    { .name = "geo_distance_point_to_polygon", .params = "real, real, dynamic",
      .ret = TYPE_REAL, .row = distance, .flags = FN_MAYNULL,
      .usage = "geo_distance_point_to_polygon(longitude, latitude, polygon)",
      .summary = "Metres from a place to a GeoJSON polygon or multipolygon; 0 "
                 "inside.",
      .example = "print geo_distance_point_to_polygon(13.4, 52.63, " POLYGON
                 ")" },
    { .name = "geo_closest_point_on_polygon", .params = "real, real, dynamic",
      .ret = TYPE_DYNAMIC, .row = closest, .flags = FN_MAYNULL,
      .usage = "geo_closest_point_on_polygon(longitude, latitude, polygon)",
      .summary = "The point of a GeoJSON polygon or multipolygon that is "
                 "nearest to a place: inside the place itself.",
      .example = "print geo_closest_point_on_polygon(13.4, 52.63, " POLYGON
                 ")" },
    { .name = "k_geo_near", .params = "real, real, dynamic, real",
      .ret = TYPE_BOOL, .row = near, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_geo_near(longitude, latitude, shape, metres)",
      .summary = "Whether a place is so near to a shape, or in it when metres "
                 "is negative.",
      .example = "print k_geo_near(13.4, 52.53, " POLYGON ", 5.0)" },
};
const size_t nfuncs_geo_polygon = ROWS(funcs_geo_polygon);
