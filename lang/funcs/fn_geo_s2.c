/* fn_geo_s2.c - cells of the S2 grid.
 *
 * Called by: the engine, through the rows at the end. A token that is no cell
 * gives null, a place that is not on the globe an empty token. */
#include "analytics/hash_order.h"
#include "analytics/s2cell.h"
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
    struct buf b;
    (void)nin;
    if (!s2_cell_parse(in[0].s, &id))
        return;
    s2_cell_neighbors(id, near);
    for (int i = 0; i < 8; i++)
        list[i] = (str){ text[i], s2_cell_token(near[i], text[i]) };
    size_t n = hash_order(list, 8);
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_adds(&b, i ? "," : "");
        json_text_str(&b, list[i]);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
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
};
const size_t nfuncs_geo_s2 = ROWS(funcs_geo_s2);
