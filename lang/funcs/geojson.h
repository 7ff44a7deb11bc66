/* geojson.h - GeoJSON (RFC 7946) to shapes and back; for this folder.
 *
 * What is no shape of the wanted kind, or not valid in Kusto's sense
 * (geo_shape.h), gives NULL and the function null. */
#ifndef FUNCS_GEOJSON_H
#define FUNCS_GEOJSON_H

#include "analytics/geo_shape.h"
#include "dyn_int.h"

enum geo_want { GEO_LINE = 1, GEO_POLYGON = 2, GEO_ANY = 3 };

/* The shape in a dynamic argument: LineString and MultiLineString, or Polygon
 * and MultiPolygon. Lives until the row is done; one that comes again is kept
 * for the whole call site, so that a literal is read once. */
const struct geo_shape *geo_arg(struct fn_ctx *cx, str json, unsigned want);
/* The same, not yet finished: the points as they stand. */
struct geo_shape *geo_read(struct arena *a, str json, unsigned want);
/* The shapes in an array, finished, until the row is done. False when it is no
 * array, empty, or has an element that is no valid shape of the kind. */
struct geo_shapes {
    LIST(const struct geo_shape *) list;
};
bool geo_read_array(struct fn_ctx *cx, const struct value *v, unsigned want,
                    struct geo_shapes *s);
/* Reads a position, an array of two numbers or more; false: none, or not on
 * the globe. */
bool geo_read_point(str json, struct geo_point *p);

/* ---- writing ---- */

/* [lon,lat] */
void geo_put_lonlat(struct buf *b, struct geo_point p);
void geo_put_vec(struct buf *b, struct vec3 v);
/* ["…","…"] of n tokens of cells, in the order of Kusto's set of them. */
void geo_set_tokens(struct fn_ctx *cx, struct value *out, str *tokens,
                    size_t n);
/* [[…],…] of n points; `close` repeats the first, `back` goes backwards. */
void geo_put_points(struct buf *b, const struct vec3 *v, size_t n,
                    bool close, bool back);
/* {"type":"Point","coordinates":[…]} */
void geo_put_point(struct buf *b, struct vec3 v);
/* {"type":"NAME","coordinates": - the rest and the } are the caller's. */
void geo_put_head(struct buf *b, const char *name);
/* A finished shape: LineString or Polygon, Multi… when there are several, and
 * an empty GeometryCollection when there is nothing. */
void geo_put_shape(struct buf *b, const struct geo_shape *s);

/* The shape with so many metres around it; NULL after a radius that makes no
 * sense, or fn_fail. */
const struct geo_shape *geo_enlarged(struct fn_ctx *cx,
                                     const struct geo_shape *s,
                                     double radius);

/* The result of a function that gives one place. */
void geo_set_point(struct fn_ctx *cx, struct value *out, struct vec3 v);

#endif
