/* fn_geo_lookup.c - points against GeoJSON shapes (RFC 7946).
 *
 * Called by: the engine, for geo_polygon_lookup and geo_line_lookup. The shape
 * of the call before is kept, since a lookup asks for one again and again. */
#include <math.h>

#include "analytics/geo.h"
#include "dyn_int.h"
#include "funcs.h"

enum { MAX_POINTS = 1 << 20, MAX_PARTS = 1 << 16 };

struct part {
    size_t first, n; /* of the points */
    bool hole;
};

struct shape {
    str text; /* copy */
    size_t room; /* bytes at text.p */
    bool ok, area;
    LIST(struct geo_point) points;
    LIST(struct part) parts;
};

static bool read_point(str json, struct geo_point *p)
{
    str lon, lat;
    return json_get_index(json, 0, &lon) && json_get_index(json, 1, &lat) &&
           dyn_number(lon, &p->lon) && dyn_number(lat, &p->lat) &&
           geo_valid(*p);
}

/* An array of positions: a line, or a ring of a polygon. */
static bool read_part(struct arena *a, struct shape *s, str json, bool hole)
{
    struct json_iter it;
    struct part part = { s->points.n, 0, hole };
    struct geo_point p;
    str item;
    if (!json_iter_init(&it, json) || it.object)
        return false;
    while (json_next(&it, NULL, &item)) {
        if (!read_point(item, &p) || s->points.n >= MAX_POINTS)
            return false;
        PUSH(a, s->points, p);
    }
    part.n = s->points.n - part.first;
    if (s->parts.n >= MAX_PARTS)
        return false;
    PUSH(a, s->parts, part);
    return part.n > 0;
}

/* depth 1: parts, the first is no hole; depth 2: several of these. */
static bool read_parts(struct arena *a, struct shape *s, str json, int depth)
{
    struct json_iter it;
    str item;
    if (!json_iter_init(&it, json) || it.object)
        return false;
    for (bool first = true; json_next(&it, NULL, &item); first = false)
        if (depth > 1 ? !read_parts(a, s, item, depth - 1)
                      : !read_part(a, s, item, s->area && !first))
            return false;
    return true;
}

static bool read_shape(struct arena *a, struct shape *s, str json)
{
    str type, coords;
    if (!json_get_key(json, S("type"), &type) ||
        !json_get_key(json, S("coordinates"), &coords))
        return false;
    s->area = str_eqz(type, "\"Polygon\"") || str_eqz(type, "\"MultiPolygon\"");
    if (str_eqz(type, "\"LineString\""))
        return read_part(a, s, coords, false);
    if (str_eqz(type, "\"MultiLineString\"") || str_eqz(type, "\"Polygon\""))
        return read_parts(a, s, coords, 1);
    return s->area && read_parts(a, s, coords, 2);
}

static const struct shape *shape_of(struct fn_ctx *cx, str json)
{
    struct shape *s = cx->cache;
    if (!s)
        cx->cache = s = NEW(cx->keep, struct shape);
    if (s->room && str_eq(s->text, json))
        return s;
    if (json.n > s->room) {
        s->room = 2 * json.n;
        s->text.p = arena_alloc(cx->keep, s->room);
    }
    s->text.n = json.n;
    if (json.n)
        memcpy((char *)(uintptr_t)s->text.p, json.p, json.n);
    s->points.n = s->parts.n = 0;
    s->ok = read_shape(cx->keep, s, json);
    return s;
}

/* In the polygon, holes left out; the rings of one follow each other. */
static bool is_inside(const struct shape *s, struct geo_point p)
{
    bool inside = false;
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct part *part = &s->parts.v[i];
        bool in = geo_in_ring(p, s->points.v + part->first, part->n);
        if (!part->hole && inside)
            return true;
        inside = part->hole ? inside && !in : in;
    }
    return inside;
}

static double distance(const struct shape *s, struct geo_point p)
{
    double best = INFINITY;
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct part *part = &s->parts.v[i];
        best = fmin(best, geo_line_distance(p, s->points.v + part->first,
                                            part->n));
    }
    return best;
}

/* k_geo_near(longitude, latitude, shape, metres) */
static void geo_near(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct geo_point p = { in[0].d, in[1].d };
    const struct shape *s = shape_of(cx, in[2].s);
    (void)nin;
    if (!s->ok || !geo_valid(p))
        return;
    bool near = s->area && is_inside(s, p);
    if (!near && in[3].d > 0)
        near = distance(s, p) <= in[3].d;
    dyn_set_bool(out, near);
}

const struct lang_func funcs_geo_lookup[] = {
    { .name = "k_geo_near", .params = "real, real, dynamic, real",
      .ret = TYPE_BOOL, .row = geo_near, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_geo_near(longitude, latitude, shape, metres)",
      .summary = "Whether a point is in a polygon, or so near to a shape.",
      .example = "print k_geo_near(1.0, 2.0, dynamic({\"type\": "
                 "\"LineString\", \"coordinates\": [[1, 2], [3, 4]]}), 5.0)" },
};
const size_t nfuncs_geo_lookup = ROWS(funcs_geo_lookup);
