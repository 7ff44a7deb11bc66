/* fn_geo_hash.c - geohashes.
 *
 * Called by: the engine, through the rows at the end. What is no geohash gives
 * null, a place that is not on the globe an empty one. */
#include "analytics/geohash.h"
#include "funcs.h"
#include "geojson.h"

static void point_to_geohash(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    struct geo_point p = { in[0].d, in[1].d };
    int64_t accuracy = nin > 2 ? in[2].i : 5;
    char text[GEOHASH_MAX];
    if (!geo_valid(p) || accuracy < 1 || accuracy > GEOHASH_MAX)
        return;
    struct geohash h = geohash_at(p, (unsigned)accuracy);
    geohash_text(&h, text);
    out->s = arena_str(cx->tmp, (str){ text, h.n });
    out->null = false;
}

static void to_central_point(struct fn_ctx *cx, const struct value *in,
                             size_t nin, struct value *out)
{
    struct geohash h;
    struct buf b;
    (void)nin;
    if (!geohash_parse(in[0].s, &h))
        return;
    struct geo_rect r = geohash_rect(&h);
    dyn_begin(&b);
    geo_put_head(&b, "Point");
    geo_put_lonlat(&b, (struct geo_point){ (r.low.lon + r.high.lon) / 2,
                                           (r.low.lat + r.high.lat) / 2 });
    buf_addc(&b, '}');
    dyn_end(cx, &b, out);
}

static void to_polygon(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct geohash h;
    struct buf b;
    (void)nin;
    if (!geohash_parse(in[0].s, &h))
        return;
    struct geo_rect r = geohash_rect(&h);
    struct geo_point corner[] = { r.low, { r.high.lon, r.low.lat }, r.high,
                                  { r.low.lon, r.high.lat }, r.low };
    dyn_begin(&b);
    geo_put_head(&b, "Polygon");
    buf_adds(&b, "[[");
    for (size_t i = 0; i < ROWS(corner); i++) {
        buf_adds(&b, i ? "," : "");
        geo_put_lonlat(&b, corner[i]);
    }
    buf_adds(&b, "]]}");
    dyn_end(cx, &b, out);
}

static void neighbors(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    /* Clockwise from the north-west. */
    static const signed char around[8][2] = {
        { -1, 1 }, { 0, 1 },  { 1, 1 },   { 1, 0 },
        { 1, -1 }, { 0, -1 }, { -1, -1 }, { -1, 0 },
    };
    struct geohash h, near;
    char text[8][GEOHASH_MAX];
    str list[8];
    size_t n = 0;
    (void)nin;
    if (!geohash_parse(in[0].s, &h))
        return;
    for (int i = 0; i < 8; i++) {
        if (!geohash_move(&h, around[i][0], around[i][1], &near))
            continue;
        geohash_text(&near, text[n]);
        list[n] = (str){ text[n], near.n };
        n++;
    }
    geo_set_tokens(cx, out, list, n);
}

const struct lang_func funcs_geo_hash[] = {
    { .name = "geo_point_to_geohash", .params = "real, real, long?",
      .ret = TYPE_STRING, .row = point_to_geohash, .flags = FN_MAYNULL,
      .usage = "geo_point_to_geohash(longitude, latitude [, accuracy])",
      .summary = "The geohash of a place, of 1 to 18 letters, 5 by default.",
      .example = "print geo_point_to_geohash(13.38, 52.52, 7)" },
    { .name = "geo_geohash_to_central_point", .params = "string",
      .ret = TYPE_DYNAMIC, .row = to_central_point, .flags = FN_MAYNULL,
      .usage = "geo_geohash_to_central_point(geohash)",
      .summary = "The middle of a geohash as a GeoJSON point.",
      .example = "print geo_geohash_to_central_point('u33d')" },
    { .name = "geo_geohash_to_polygon", .params = "string",
      .ret = TYPE_DYNAMIC, .row = to_polygon, .flags = FN_MAYNULL,
      .usage = "geo_geohash_to_polygon(geohash)",
      .summary = "The rectangle of a geohash as a GeoJSON polygon.",
      .example = "print geo_geohash_to_polygon('u33d')" },
    { .name = "geo_geohash_neighbors", .params = "string",
      .ret = TYPE_DYNAMIC, .row = neighbors, .flags = FN_MAYNULL,
      .usage = "geo_geohash_neighbors(geohash)",
      .summary = "The geohashes around one, in no particular order.",
      .example = "print array_sort_asc(geo_geohash_neighbors('u33d'))" },
};
const size_t nfuncs_geo_hash = ROWS(funcs_geo_hash);
