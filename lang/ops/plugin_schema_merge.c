/* plugin_schema_merge.c - `union … | evaluate schema_merge()`: one schema of
 * several, as getschema lists them. */
#include "plugin.h"

/* A column stands where the schema that has it last puts it. With the order
 * to be kept, one that moved is marked instead. */
static const char text[] =
    "T__ | serialize r__ = row_number()\n"
    "| summarize a__ = min(tolong(ColumnOrdinal)),\n"
    "    z__ = max(tolong(ColumnOrdinal)), r__ = min(r__),\n"
    "    d__ = take_any(DataType), t__ = take_any(ColumnType),\n"
    "    n__ = dcount(ColumnType) by ColumnName\n"
    "| extend m__ = case(n__ > 1, 'ERROR(types differ)',\n"
    "    @a and a__ != z__, 'ERROR(columns are out of order)', '')\n"
    "| sort by z__ asc, r__ asc\n"
    "| project ColumnName,\n"
    "    ColumnOrdinal = iff(m__ == '', row_number(0), -1),\n"
    "    DataType = iff(m__ == '', d__,\n"
    "        strcat('ERROR(unknown CSL type:', m__, ')')),\n"
    "    ColumnType = iff(m__ == '', t__, m__)";

static struct node *schema_merge(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    static const char *const options[] = { "PreserveOrder", NULL };
    bool keep = true;
    struct kql k;
    if (!plugin_options(b, op, options) ||
        !plugin_bool(b, plugin_arg(op, 0, options[0]), &keep))
        return NULL;
    kql_init(&k, b);
    kql_text(&k, text, (str[]){ keep ? S("true") : S("false") });
    return kql_bind(&k, op, in);
}

const struct lang_plugin plugin_schema_merge = {
    .name = "schema_merge",
    .usage = "union … | evaluate schema_merge([PreserveOrder = true])",
    .summary = "One schema of several that getschema gave; a column whose "
               "place or type differs is marked.",
    .example = "union (print a = 1 | getschema), (print a = 1, b = 2 "
               "| getschema) | evaluate schema_merge()",
    .bind = schema_merge,
};
