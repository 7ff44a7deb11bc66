/* geojson.c - GeoJSON (RFC 7946) to shapes and back.
 *
 * Called by: the families fn_geo_*.c. */
#include "geojson.h"

#include "analytics/geo_buffer.h"
#include "analytics/hash_order.h"

/* ---- reading ---- */

bool geo_read_point(str json, struct geo_point *p)
{
    str lon, lat;
    return json_kind(json) == JSON_ARRAY && json_get_index(json, 0, &lon) &&
           json_get_index(json, 1, &lat) && dyn_number(lon, &p->lon) &&
           dyn_number(lat, &p->lat) && geo_valid(*p);
}

/* An array of positions: a line, or a ring of a polygon. */
static bool read_part(struct arena *a, struct geo_shape *s, str json,
                      bool hole)
{
    struct json_iter it;
    struct geo_part part = { .first = s->given.n, .hole = hole };
    struct geo_point p;
    str item;
    if (!json_iter_init(&it, json) || it.object)
        return false;
    while (json_next(&it, NULL, &item)) {
        if (!geo_read_point(item, &p) || s->given.n >= GEO_MAX_POINTS)
            return false;
        PUSH(a, s->given, p);
    }
    part.n = s->given.n - part.first;
    part.polygon = (uint32_t)s->npolygons;
    PUSH(a, s->parts, part);
    return part.n > 0;
}

/* Lines, or the rings of a polygon, of which the first is no hole. */
static bool read_parts(struct arena *a, struct geo_shape *s, str json)
{
    struct json_iter it;
    str item;
    if (!json_iter_init(&it, json) || it.object)
        return false;
    for (bool first = true; json_next(&it, NULL, &item); first = false)
        if (!read_part(a, s, item, s->area && !first))
            return false;
    s->npolygons++;
    return true;
}

static bool read_polygons(struct arena *a, struct geo_shape *s, str json)
{
    struct json_iter it;
    str item;
    if (!json_iter_init(&it, json) || it.object)
        return false;
    while (json_next(&it, NULL, &item))
        if (json_count(item) < 1 || !read_parts(a, s, item))
            return false;
    return true;
}

static bool read_shape(struct arena *a, struct geo_shape *s, str json,
                       unsigned want)
{
    str type, coords;
    if (!json_get_key(json, S("type"), &type) ||
        !json_get_key(json, S("coordinates"), &coords))
        return false;
    s->area = str_eqz(type, "\"Polygon\"") || str_eqz(type, "\"MultiPolygon\"");
    if (!(want & (s->area ? GEO_POLYGON : GEO_LINE)))
        return false;
    if (str_eqz(type, "\"LineString\""))
        return read_part(a, s, coords, false);
    if (str_eqz(type, "\"MultiLineString\"") || str_eqz(type, "\"Polygon\""))
        return read_parts(a, s, coords);
    return s->area && read_polygons(a, s, coords);
}

struct geo_shape *geo_read(struct arena *a, str json, unsigned want)
{
    struct geo_shape *s = NEW(a, struct geo_shape);
    return read_shape(a, s, json, want) && s->parts.n ? s : NULL;
}

/* ---- arguments ---- */

/* Shapes that came twice. A text is known by its hash first, then kept. */
enum { NSEEN = 64, MAX_KEPT = 256 << 20 };

struct geo_cache {
    struct seen {
        uint64_t hash;
        str text; /* once it is kept */
        const struct geo_shape *shape;
    } seen[NSEEN];
    size_t last; /* the one that answered last */
    size_t kept; /* bytes of text, times what a shape takes for one */
};

static const struct geo_shape *finished(struct arena *a, str json,
                                        unsigned want)
{
    struct geo_shape *s = geo_read(a, json, want);
    return s && geo_shape_finish(s, a) ? s : NULL;
}

const struct geo_shape *geo_arg(struct fn_ctx *cx, str json, unsigned want)
{
    struct geo_cache *c = cx->cache;
    if (!c)
        cx->cache = c = NEW(cx->keep, struct geo_cache);
    struct seen *e = &c->seen[c->last];
    if (e->text.n && str_eq(e->text, json))
        return e->shape && want & (e->shape->area ? GEO_POLYGON : GEO_LINE)
                   ? e->shape
                   : NULL;
    uint64_t hash = str_hash(json);
    size_t slot = hash % NSEEN;
    e = &c->seen[slot];
    if (e->text.n && str_eq(e->text, json)) {
        c->last = slot;
        return geo_arg(cx, json, want);
    }
    if (e->hash == hash && json.n && c->kept + 4 * json.n < MAX_KEPT) {
        c->kept += 4 * json.n;
        e->text = arena_str(cx->keep, json);
        e->shape = finished(cx->keep, json, GEO_ANY);
        c->last = slot;
        return geo_arg(cx, json, want);
    }
    *e = (struct seen){ .hash = hash };
    return finished(cx->tmp, json, want);
}

bool geo_read_array(struct fn_ctx *cx, const struct value *v, unsigned want,
                    struct geo_shapes *s)
{
    struct json_iter it;
    str item;
    s->list.n = 0;
    if (!dyn_is_array(v) || !json_iter_init(&it, v->s))
        return false;
    while (json_next(&it, NULL, &item)) {
        const struct geo_shape *one = finished(cx->tmp, item, want);
        if (!one)
            return false;
        PUSH(cx->tmp, s->list, one);
    }
    return s->list.n > 0;
}

const struct geo_shape *geo_enlarged(struct fn_ctx *cx,
                                     const struct geo_shape *s,
                                     double radius)
{
    struct geo_shape *wide = NULL;
    enum geo_buffer_status st = geo_buffer_shape(
        cx->tmp, s, (struct geo_buffer_size){ radius, radius / 1000 }, &wide);
    if (st == GEO_BUFFER_FAR || st == GEO_BUFFER_COMPLEX)
        fn_fail(cx, "a shape with its radius is too large or too complex");
    return st == GEO_BUFFER_OK ? wide : NULL;
}

/* ---- writing ---- */

void geo_put_lonlat(struct buf *b, struct geo_point p)
{
    buf_addc(b, '[');
    json_text_f64(b, p.lon);
    buf_addc(b, ',');
    json_text_f64(b, p.lat);
    buf_addc(b, ']');
}

void geo_put_vec(struct buf *b, struct vec3 v)
{
    geo_put_lonlat(b, sphere_lonlat(v));
}

void geo_set_tokens(struct fn_ctx *cx, struct value *out, str *tokens,
                    size_t n)
{
    struct buf b;
    n = hash_order(tokens, n);
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_adds(&b, i ? "," : "");
        json_text_str(&b, tokens[i]);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

void geo_put_points(struct buf *b, const struct vec3 *v, size_t n,
                    bool close, bool back)
{
    buf_addc(b, '[');
    for (size_t i = 0; i < n + close; i++) {
        size_t at = i % n;
        if (i)
            buf_addc(b, ',');
        geo_put_vec(b, v[back ? n - 1 - at : at]);
    }
    buf_addc(b, ']');
}

void geo_put_head(struct buf *b, const char *name)
{
    buf_adds(b, "{\"type\":\"");
    buf_adds(b, name);
    buf_adds(b, "\",\"coordinates\":");
}

void geo_put_point(struct buf *b, struct vec3 v)
{
    geo_put_head(b, "Point");
    geo_put_vec(b, v);
    buf_addc(b, '}');
}

static void put_lines(struct buf *b, const struct geo_shape *s)
{
    bool many = s->parts.n > 1;
    geo_put_head(b, many ? "MultiLineString" : "LineString");
    buf_adds(b, many ? "[" : "");
    for (size_t i = 0; i < s->parts.n; i++) {
        buf_adds(b, i ? "," : "");
        geo_put_points(b, s->v + s->parts.v[i].first, s->parts.v[i].n, false,
                       false);
    }
    buf_adds(b, many ? "]}" : "}");
}

static void put_polygons(struct buf *b, const struct geo_shape *s)
{
    size_t npolygons = 0;
    for (size_t i = 0; i < s->parts.n; i++)
        npolygons += !s->parts.v[i].hole;
    bool many = npolygons > 1;
    geo_put_head(b, many ? "MultiPolygon" : "Polygon");
    buf_adds(b, many ? "[" : "");
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        buf_adds(b, i == 0 ? "[" : p->hole ? "," : "],[");
        /* Holes are written clockwise. */
        geo_put_points(b, s->v + p->first, p->n, true, p->hole);
    }
    buf_adds(b, many ? "]]}" : "]}");
}

void geo_put_shape(struct buf *b, const struct geo_shape *s)
{
    if (!s->parts.n)
        buf_adds(b, "{\"type\":\"GeometryCollection\",\"geometries\":[]}");
    else if (s->area)
        put_polygons(b, s);
    else
        put_lines(b, s);
}

void geo_set_point(struct fn_ctx *cx, struct value *out, struct vec3 v)
{
    struct buf b;
    dyn_begin(&b);
    geo_put_point(&b, v);
    dyn_end(cx, &b, out);
}
