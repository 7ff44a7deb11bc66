/* fn_geo_s2.c - cells of the S2 grid.
 *
 * Called by: the engine, through the rows at the end. A token that is no cell
 * gives null, a place that is not on the globe an empty token. */
#include "analytics/s2cover.h"
#include "funcs.h"
#include "geojson.h"

static void point_to_s2cell(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    struct geo_point p = { in[0].d, in[1].d };
    int64_t level = nin > 2 ? in[2].i : 11;
    char text[S2_TOKEN_MAX];
    if (!geo_valid(p) || level < 0 || level > S2_MAX_LEVEL)
        return;
    size_t n = s2_cell_token(s2_cell_at(sphere_point(p), (int)level), text);
    out->s = arena_str(cx->tmp, (str){ text, n });
    out->null = false;
}

static void to_central_point(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    uint64_t id;
    (void)nin;
    if (s2_cell_parse(in[0].s, &id))
        geo_set_point(cx, out, s2_cell_center(id));
}

static void to_polygon(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct vec3 corner[4];
    struct buf b;
    uint64_t id;
    (void)nin;
    if (!s2_cell_parse(in[0].s, &id))
        return;
    s2_cell_corners(id, corner);
    dyn_begin(&b);
    geo_put_head(&b, "Polygon");
    buf_addc(&b, '[');
    geo_put_points(&b, corner, 4, true, false);
    buf_adds(&b, "]}");
    dyn_end(cx, &b, out);
}

static void neighbors(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    uint64_t id, near[8];
    char text[8][S2_TOKEN_MAX];
    str list[8];
    (void)nin;
    if (!s2_cell_parse(in[0].s, &id))
        return;
    s2_cell_neighbors(id, near);
    for (int i = 0; i < 8; i++)
        list[i] = (str){ text[i], s2_cell_token(near[i], text[i]) };
    geo_set_tokens(cx, out, list, 8);
}

/* ---- covers ---- */

/* (shape [, level [, radius]]) */
static void cover(struct fn_ctx *cx, const struct value *in, size_t nin,
                  unsigned want, struct value *out)
{
    struct s2_cells cells = { { NULL, 0, 0 } };
    const struct geo_shape *s = geo_arg(cx, in[0].s, want);
    int64_t level = nin > 1 ? in[1].i : 11;
    double radius = nin > 2 ? in[2].d : 0;
    if (!s || level < 0 || level > S2_MAX_LEVEL || !(radius >= 0))
        return;
    if (radius > 0) /* the outline is a little within the radius */
        s = geo_enlarged(cx, s, radius * 1.001);
    if (!s || !s2_cover(cx->tmp, s, (int)level, &cells))
        return;
    size_t n = cells.list.n;
    str *texts = arena_array(cx->tmp, n + 1, sizeof *texts);
    char *room = arena_array(cx->tmp, n + 1, S2_TOKEN_MAX);
    for (size_t i = 0; i < n; i++) {
        char *text = room + i * S2_TOKEN_MAX;
        texts[i] = (str){ text, s2_cell_token(cells.list.v[i], text) };
    }
    geo_set_tokens(cx, out, texts, n);
}

static void line_to_s2cells(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    cover(cx, in, nin, GEO_LINE, out);
}

static void polygon_to_s2cells(struct fn_ctx *cx, const struct value *in,
                               size_t nin, struct value *out)
{
    cover(cx, in, nin, GEO_POLYGON, out);
}

const struct lang_func funcs_geo_s2[] = {
    { .name = "geo_point_to_s2cell", .params = "real, real, long?",
      .ret = TYPE_STRING, .row = point_to_s2cell, .flags = FN_MAYNULL,
      .usage = "geo_point_to_s2cell(longitude, latitude [, level])",
      .summary = "The token of the S2 cell of a place, level 0 to 30, 11 by "
                 "default.",
      .example = "print geo_point_to_s2cell(13.38, 52.52, 12)" },
    { .name = "geo_s2cell_to_central_point", .params = "string",
      .ret = TYPE_DYNAMIC, .row = to_central_point, .flags = FN_MAYNULL,
      .usage = "geo_s2cell_to_central_point(s2cell)",
      .summary = "The middle of an S2 cell as a GeoJSON point.",
      .example = "print geo_s2cell_to_central_point('47a85')" },
    { .name = "geo_s2cell_to_polygon", .params = "string",
      .ret = TYPE_DYNAMIC, .row = to_polygon, .flags = FN_MAYNULL,
      .usage = "geo_s2cell_to_polygon(s2cell)",
      .summary = "The S2 cell of a token as a GeoJSON polygon.",
      .example = "print geo_s2cell_to_polygon('47a85')" },
    { .name = "geo_s2cell_neighbors", .params = "string",
      .ret = TYPE_DYNAMIC, .row = neighbors, .flags = FN_MAYNULL,
      .usage = "geo_s2cell_neighbors(s2cell)",
      .summary = "The S2 cells of its level around one, those at its corners "
                 "too, in no particular order.",
      .example = "print array_sort_asc(geo_s2cell_neighbors('47a85'))" },
    { .name = "geo_line_to_s2cells", .params = "dynamic, long?, real?",
      .ret = TYPE_DYNAMIC, .row = line_to_s2cells, .flags = FN_MAYNULL,
      .usage = "geo_line_to_s2cells(lineString [, level [, radius]])",
      .summary = "The S2 cells of a level, 11 by default, that a GeoJSON line "
                 "touches, or what is within so many metres of it; null when "
                 "there are more than 65,536.",
      .example = "print geo_line_to_s2cells(dynamic({\"type\": "
                 "\"LineString\", \"coordinates\": [[13.3, 52.5], "
                 "[13.4, 52.5]]}))" },
    { .name = "geo_polygon_to_s2cells", .params = "dynamic, long?, real?",
      .ret = TYPE_DYNAMIC, .row = polygon_to_s2cells, .flags = FN_MAYNULL,
      .usage = "geo_polygon_to_s2cells(polygon [, level [, radius]])",
      .summary = "The S2 cells of a level, 11 by default, that cover a GeoJSON "
                 "polygon, or what is within so many metres of it; null when "
                 "there are more than 65,536.",
      .example = "print geo_polygon_to_s2cells(dynamic({\"type\": "
                 "\"Polygon\", \"coordinates\": [[[13.3, 52.5], "
                 "[13.4, 52.5], [13.4, 52.6], [13.3, 52.5]]]}))" },
};
const size_t nfuncs_geo_s2 = ROWS(funcs_geo_s2);
