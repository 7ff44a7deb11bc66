/* fn_geo_h3.c - cells of the H3 grid.
 *
 * Called by: the engine, through the rows at the end. A token that is no cell
 * gives null, or an empty token; so does a place that is not on the globe. */
#include "analytics/h3_region.h"
#include "funcs.h"
#include "geojson.h"

static void set_token(struct fn_ctx *cx, struct value *out, uint64_t cell)
{
    char text[H3_TOKEN_MAX];
    out->s = arena_str(cx->tmp, (str){ text, h3_token(cell, text) });
    out->null = false;
}

static void put_token(struct buf *b, uint64_t cell)
{
    char text[H3_TOKEN_MAX];
    if (b->p[b->n - 1] != '[')
        buf_addc(b, ',');
    json_text_str(b, (str){ text, h3_token(cell, text) });
}

static void put_tokens(struct buf *b, const uint64_t *cells, size_t n)
{
    buf_addc(b, '[');
    for (size_t i = 0; i < n && buf_ok(b); i++)
        put_token(b, cells[i]);
    buf_addc(b, ']');
}

/* The cells as Kusto's set of tokens orders them. */
static void set_tokens(struct fn_ctx *cx, struct value *out,
                       const uint64_t *cells, size_t n)
{
    str *texts = arena_array(cx->tmp, n + 1, sizeof *texts);
    char *room = arena_array(cx->tmp, n + 1, H3_TOKEN_MAX);
    for (size_t i = 0; i < n; i++) {
        char *text = room + i * H3_TOKEN_MAX;
        texts[i] = (str){ text, h3_token(cells[i], text) };
    }
    geo_set_tokens(cx, out, texts, n);
}

static void point_to_h3cell(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    struct geo_point p = { in[0].d, in[1].d };
    int64_t res = nin > 2 ? in[2].i : 6;
    if (geo_valid(p) && res >= 0 && res <= H3_MAX_RES)
        set_token(cx, out, h3_cell_at(sphere_point(p), (int)res));
}

static void to_central_point(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    uint64_t cell;
    (void)nin;
    if (h3_parse(in[0].s, &cell))
        geo_set_point(cx, out, h3_center(cell));
}

static void to_polygon(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct vec3 border[H3_MAX_CORNERS];
    struct buf b;
    uint64_t cell;
    (void)nin;
    if (!h3_parse(in[0].s, &cell))
        return;
    size_t n = h3_border(cell, border);
    dyn_begin(&b);
    geo_put_head(&b, "Polygon");
    buf_addc(&b, '[');
    geo_put_points(&b, border, n, true, false);
    buf_adds(&b, "]}");
    dyn_end(cx, &b, out);
}

static void level(struct fn_ctx *cx, const struct value *in, size_t nin,
                  struct value *out)
{
    uint64_t cell;
    (void)cx, (void)nin;
    if (h3_parse(in[0].s, &cell))
        dyn_set_long(out, h3_res(cell));
}

static void parent(struct fn_ctx *cx, const struct value *in, size_t nin,
                   struct value *out)
{
    uint64_t cell;
    if (!h3_parse(in[0].s, &cell))
        return;
    int64_t res = nin > 1 ? in[1].i : h3_res(cell) - 1;
    if (res >= 0 && res <= h3_res(cell))
        set_token(cx, out, h3_parent(cell, (int)res));
}

enum { MAX_CHILD_STEPS = 5 };

static void put_children(struct buf *b, uint64_t cell, int res)
{
    if (h3_res(cell) == res) {
        put_token(b, cell);
        return;
    }
    for (int d = 0; d < 7; d++) {
        uint64_t child = h3_child(cell, d);
        if (child)
            put_children(b, child, res);
    }
}

static void children(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    uint64_t cell;
    struct buf b;
    if (!h3_parse(in[0].s, &cell))
        return;
    int64_t res = nin > 1 ? in[1].i : h3_res(cell) + 1;
    if (res < h3_res(cell) || res > H3_MAX_RES ||
        res > h3_res(cell) + MAX_CHILD_STEPS)
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    put_children(&b, cell, (int)res);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void rings(struct fn_ctx *cx, const struct value *in, size_t nin,
                  struct value *out)
{
    struct h3_cells cells = { { NULL, 0, 0 } };
    size_t ends[H3_MAX_RING + 1];
    struct buf b;
    uint64_t cell;
    (void)nin;
    if (!h3_parse(in[0].s, &cell) || in[1].i < 0 || in[1].i > H3_MAX_RING)
        return;
    h3_rings(cx->tmp, cell, (int)in[1].i, &cells, ends);
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (int k = 0; k <= (int)in[1].i; k++) {
        size_t first = k ? ends[k - 1] : 0;
        buf_adds(&b, k ? "," : "");
        put_tokens(&b, cells.list.v + first, ends[k] - first);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void neighbors(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct h3_cells cells = { { NULL, 0, 0 } };
    size_t ends[H3_MAX_RING + 1];
    uint64_t cell;
    (void)nin;
    if (!h3_parse(in[0].s, &cell))
        return;
    h3_rings(cx->tmp, cell, 1, &cells, ends);
    set_tokens(cx, out, cells.list.v + 1, cells.list.n - 1);
}

static void polygon_to_h3cells(struct fn_ctx *cx, const struct value *in,
                               size_t nin, struct value *out)
{
    struct h3_cells cells = { { NULL, 0, 0 } };
    const struct geo_shape *s = geo_arg(cx, in[0].s, GEO_POLYGON);
    int64_t res = nin > 1 ? in[1].i : 6;
    double radius = nin > 2 ? in[2].d : 0;
    if (!s || res < 0 || res > H3_MAX_RES || !(radius >= 0))
        return;
    if (radius > 0)
        s = geo_enlarged(cx, s, radius);
    if (s && h3_fill(cx->tmp, s, (int)res, &cells))
        set_tokens(cx, out, cells.list.v, cells.list.n);
}

#define H3(word, args, c, result, words, text, call)                         \
    { .name = word, .params = args, .ret = result, .row = c,                 \
      .flags = FN_MAYNULL, .usage = word words, .summary = text,             \
      .example = "print " word call }

const struct lang_func funcs_geo_h3[] = {
    H3("geo_point_to_h3cell", "real, real, long?", point_to_h3cell,
       TYPE_STRING, "(longitude, latitude [, resolution])",
       "The token of the H3 cell of a place, resolution 0 to 15, 6 by "
       "default.", "(13.38, 52.52, 8)"),
    H3("geo_h3cell_to_central_point", "string", to_central_point,
       TYPE_DYNAMIC, "(h3cell)", "The middle of an H3 cell as a GeoJSON "
       "point.", "('861f1d48fffffff')"),
    H3("geo_h3cell_to_polygon", "string", to_polygon, TYPE_DYNAMIC, "(h3cell)",
       "The H3 cell of a token as a GeoJSON polygon.", "('861f1d48fffffff')"),
    H3("geo_h3cell_level", "string", level, TYPE_INT, "(h3cell)",
       "The resolution of an H3 cell, 0 to 15.", "('861f1d48fffffff')"),
    H3("geo_h3cell_parent", "string, long?", parent, TYPE_STRING,
       "(h3cell [, resolution])", "The cell of a lower resolution around an "
       "H3 cell, by default the next lower one.", "('861f1d48fffffff')"),
    H3("geo_h3cell_children", "string, long?", children, TYPE_DYNAMIC,
       "(h3cell [, resolution])", "The cells of a higher resolution in an H3 "
       "cell, by default of the next one, at most five more.",
       "('861f1d48fffffff')"),
    H3("geo_h3cell_rings", "string, long", rings, TYPE_DYNAMIC,
       "(h3cell, distance)", "An array of the rings of H3 cells around one: "
       "first itself, then its neighbours, and so on.",
       "('861f1d48fffffff', 1)"),
    H3("geo_h3cell_neighbors", "string", neighbors, TYPE_DYNAMIC, "(h3cell)",
       "The H3 cells around one, in no particular order.",
       "('861f1d48fffffff')"),
    { .name = "geo_polygon_to_h3cells", .params = "dynamic, long?, real?",
      .ret = TYPE_DYNAMIC, .row = polygon_to_h3cells, .flags = FN_MAYNULL,
      .usage = "geo_polygon_to_h3cells(polygon [, resolution [, radius]])",
      .summary = "The H3 cells whose middles are in a GeoJSON polygon, which "
                 "may be enlarged by so many metres; null when there are more "
                 "than 61,680.",
      .example = "print geo_polygon_to_h3cells(dynamic({\"type\": "
                 "\"Polygon\", \"coordinates\": [[[13.3, 52.5], [13.5, 52.5], "
                 "[13.4, 52.6], [13.3, 52.5]]]}))" },
};
const size_t nfuncs_geo_h3 = ROWS(funcs_geo_h3);
