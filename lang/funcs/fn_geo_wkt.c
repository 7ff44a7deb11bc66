/* fn_geo_wkt.c - well-known text of shapes (OGC 06-103r4, 7.2) to GeoJSON.
 *
 * Called by: the engine, for geo_from_wkt. Two coordinates a point; EMPTY and
 * the Z and M forms have no counterpart and give null, as mistakes do. */
#include "base/convert.h"
#include "funcs.h"
#include "geojson.h"

enum { MAX_DEPTH = 64 };

struct wkt {
    str rest;
    struct buf *out;
};

static void skip_blanks(struct wkt *w)
{
    while (w->rest.n && memchr(" \t\r\n", w->rest.p[0], 4))
        w->rest = str_sub(w->rest, 1, w->rest.n);
}

static bool take(struct wkt *w, char c)
{
    skip_blanks(w);
    if (!w->rest.n || w->rest.p[0] != c)
        return false;
    w->rest = str_sub(w->rest, 1, w->rest.n);
    return true;
}

static str word(struct wkt *w)
{
    size_t n = 0;
    skip_blanks(w);
    while (n < w->rest.n && ((w->rest.p[n] | 32) >= 'a' &&
                             (w->rest.p[n] | 32) <= 'z'))
        n++;
    str found = str_sub(w->rest, 0, n);
    w->rest = str_sub(w->rest, n, w->rest.n);
    return found;
}

static bool number(struct wkt *w)
{
    size_t n = 0;
    double v;
    skip_blanks(w);
    while (n < w->rest.n && memchr("0123456789+-.eE", w->rest.p[n], 15))
        n++;
    if (!text_to_real(str_sub(w->rest, 0, n), &v) || !isfinite(v))
        return false;
    json_text_f64(w->out, v);
    w->rest = str_sub(w->rest, n, w->rest.n);
    return true;
}

/* x y */
static bool position(struct wkt *w)
{
    buf_addc(w->out, '[');
    if (!number(w))
        return false;
    buf_addc(w->out, ',');
    if (!number(w))
        return false;
    buf_addc(w->out, ']');
    return true;
}

/* The points of a MULTIPOINT may stand in brackets of their own. */
static bool loose_position(struct wkt *w)
{
    bool open = take(w, '(');
    return position(w) && (!open || take(w, ')'));
}

/* ( item , item … ): depth 0 holds positions, depth 1 lists of them … */
static bool list(struct wkt *w, int depth, bool loose)
{
    if (!take(w, '('))
        return false;
    buf_addc(w->out, '[');
    do {
        if (w->out->p[w->out->n - 1] != '[')
            buf_addc(w->out, ',');
        if (depth ? !list(w, depth - 1, loose)
                  : loose ? !loose_position(w) : !position(w))
            return false;
    } while (take(w, ','));
    buf_addc(w->out, ']');
    return take(w, ')');
}

static bool point(struct wkt *w)
{
    return take(w, '(') && position(w) && take(w, ')');
}

static bool shape(struct wkt *w, int depth);

static bool collection(struct wkt *w, int depth)
{
    bool more = false;
    if (!take(w, '('))
        return false;
    do {
        buf_adds(w->out, more ? "," : "");
        more = true;
        if (!shape(w, depth - 1))
            return false;
    } while (take(w, ','));
    return take(w, ')');
}

static const struct kind {
    const char *name, *json;
    signed char depth; /* of lists; -1: a point, -2: a collection */
    bool loose;
} kinds[] = {
    { "POINT", "Point", -1, false },
    { "LINESTRING", "LineString", 0, false },
    { "POLYGON", "Polygon", 1, false },
    { "MULTIPOINT", "MultiPoint", 0, true },
    { "MULTILINESTRING", "MultiLineString", 1, false },
    { "MULTIPOLYGON", "MultiPolygon", 2, false },
    { "GEOMETRYCOLLECTION", "GeometryCollection", -2, false },
};

static bool shape_of(struct wkt *w, const struct kind *k, int depth)
{
    bool ok;
    if (k->depth == -2) {
        buf_adds(w->out, "{\"type\":\"GeometryCollection\","
                         "\"geometries\":[");
        ok = collection(w, depth);
        buf_adds(w->out, "]}");
        return ok;
    }
    geo_put_head(w->out, k->json);
    ok = k->depth < 0 ? point(w) : list(w, k->depth, k->loose);
    buf_addc(w->out, '}');
    return ok;
}

static bool shape(struct wkt *w, int depth)
{
    str name = word(w);
    for (size_t i = 0; depth > 0 && i < ROWS(kinds); i++)
        if (str_ieqz(name, kinds[i].name))
            return shape_of(w, &kinds[i], depth) && buf_ok(w->out);
    return false;
}

static void from_wkt(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct buf b;
    struct wkt w = { in[0].s, &b };
    (void)nin;
    dyn_begin(&b);
    bool ok = shape(&w, MAX_DEPTH);
    skip_blanks(&w);
    if ((ok && !w.rest.n) || !buf_ok(&b))
        dyn_end(cx, &b, out);
    else
        buf_release(&b);
}

const struct lang_func funcs_geo_wkt[] = {
    { .name = "geo_from_wkt", .params = "string", .ret = TYPE_DYNAMIC,
      .row = from_wkt, .flags = FN_MAYNULL,
      .usage = "geo_from_wkt(wkt)",
      .summary = "A shape in well-known text as GeoJSON; null for what is "
                 "none.",
      .example = "print geo_from_wkt('LINESTRING (4.76 52.31, 8.57 50.03)')" },
};
const size_t nfuncs_geo_wkt = ROWS(funcs_geo_wkt);
