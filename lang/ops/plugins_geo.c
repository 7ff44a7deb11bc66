/* plugins_geo.c - geo_polygon_lookup and geo_line_lookup: points to shapes.
 *
 * Every point is held against every shape: the table of shapes is small. */
#include "plugin.h"

struct geo {
    const struct ast *radius, *unmatched, *key;
};

/* r__ numbers the rows, so that those without a match can be told. */
static const char text[] =
    "let S__ = materialize(T__ | serialize r__ = row_number());\n"
    "let M__ = S__ | project r__, x__ = todouble(@c), y__ = todouble(@d),\n"
    "    o__ = 1\n"
    "  | join kind=inner (@a | extend g__ = @b, o__ = 1) on o__\n"
    "  | where k_geo_near(x__, y__, g__, todouble(@e))\n"
    "  | project-away x__, y__, g__, o__, o__1 @g;\n"
    "S__ | join kind=@f M__ on r__ | project-away r__, r__1";

static struct node *lookup(struct binder *b, const struct ast *op,
                           struct node *in, const struct geo *g)
{
    bool unmatched = false, key = false;
    struct kql k;
    if (!plugin_bool(b, g->unmatched, &unmatched) ||
        !plugin_bool(b, g->key, &key))
        return NULL;
    kql_init(&k, b);
    str shape = kql_ast(&k, plugin_arg(op, 1, NULL));
    str v[] = {
        kql_ast(&k, plugin_arg(op, 0, NULL)),
        shape,
        kql_ast(&k, plugin_arg(op, 2, NULL)),
        kql_ast(&k, plugin_arg(op, 3, NULL)),
        g->radius ? kql_ast(&k, g->radius) : S("-1"),
        unmatched ? S("leftouter") : S("inner"),
        key ? S("") : arena_fmt(b->arena, ", %.*s", STRF(shape)),
    };
    kql_text(&k, text, v);
    return kql_bind(&k, op, in);
}

static const char *const options[] = { "radius", "return_unmatched",
                                       "lookup_area_radius",
                                       "return_lookup_key", NULL };

/* (table, polygon, longitude, latitude [, radius [, return_unmatched
 *  [, lookup_area_radius [, return_lookup_key]]]]) */
static struct node *polygon_lookup(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    if (!plugin_need(b, op, 4) || !plugin_options(b, op, options))
        return NULL;
    struct geo g = { plugin_arg(op, 4, options[0]),
                     plugin_arg(op, 5, options[1]),
                     plugin_arg(op, 7, options[3]) };
    return lookup(b, op, in, &g);
}

/* (table, line, longitude, latitude, radius [, return_unmatched
 *  [, lookup_area_radius [, return_lookup_key]]]) */
static struct node *line_lookup(struct binder *b, const struct ast *op,
                                struct node *in)
{
    if (!plugin_need(b, op, 4) || !plugin_options(b, op, options))
        return NULL;
    struct geo g = { plugin_arg(op, 4, options[0]),
                     plugin_arg(op, 5, options[1]),
                     plugin_arg(op, 7, options[3]) };
    if (!g.radius) {
        bind_error(b, DIAG_ARGUMENTS, op->span,
                   "geo_line_lookup needs a radius in metres");
        return NULL;
    }
    return lookup(b, op, in, &g);
}

#define SHAPE(word, coordinates)                                             \
    "print x = 1.0, y = 1.0 | evaluate geo_" word "_lookup((print name = "   \
    "\"a\", shape = dynamic({\"type\": " coordinates "})), shape, x, y"

const struct lang_plugin plugin_geo_polygon_lookup = {
    .name = "geo_polygon_lookup",
    .usage = "T | evaluate geo_polygon_lookup(Table, Polygon, Longitude, "
             "Latitude [, radius] [, return_unmatched = true] "
             "[, return_lookup_key = true])",
    .summary = "Adds the columns of a table of polygons to the rows whose "
               "point is in one, or within so many metres.",
    .example = SHAPE("polygon", "\"Polygon\", \"coordinates\": [[[0, 0], "
                     "[2, 0], [2, 2], [0, 0]]]") ")",
    .bind = polygon_lookup,
};

const struct lang_plugin plugin_geo_line_lookup = {
    .name = "geo_line_lookup",
    .usage = "T | evaluate geo_line_lookup(Table, Line, Longitude, Latitude, "
             "radius [, return_unmatched = true] [, return_lookup_key = true])",
    .summary = "Adds the columns of a table of lines to the rows whose point "
               "is within so many metres of one.",
    .example = SHAPE("line", "\"LineString\", \"coordinates\": [[0, 0], "
                     "[2, 2]]") ", 5000)",
    .bind = line_lookup,
};
