/* fn_tostring.c - the text of a value, and values that are text: bool, guid.
 *
 * Called by: the engine; the binder, for every implicit conversion.
 * A conversion never fails: what does not fit becomes null, or "" as text. */
#include "base/convert.h"
#include "text_int.h"

static void row_tostring(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    (void)n;
    set_text(out, arg_text(cx, &in[0]));
}

static void row_tobool_string(struct fn_ctx *cx, const struct value *in,
                              size_t n, struct value *out)
{
    bool b;
    (void)cx, (void)n;
    if (text_to_bool(in[0].s, &b))
        dyn_set_bool(out, b);
}

static void row_tobool_dynamic(struct fn_ctx *cx, const struct value *in,
                               size_t n, struct value *out)
{
    double d;
    bool b;
    (void)n;
    if (dyn_number(in[0].s, &d))
        dyn_set_bool(out, d != 0);
    else if (text_to_bool(dyn_text(cx, in[0].s), &b))
        dyn_set_bool(out, b);
}

static void row_toguid(struct fn_ctx *cx, const struct value *in, size_t n,
                       struct value *out)
{
    char guid[GUID_TEXT];
    (void)n;
    if (text_to_guid(arg_text(cx, &in[0]), guid))
        set_text(out, arena_str(cx->tmp, (str){ guid, GUID_TEXT }));
}

#define TOSTRING(type, sql_, row_, more)                                     \
    { .name = "tostring", .params = type, .ret = TYPE_STRING, .sql = sql_,   \
      .row = row_, .flags = more, .usage = "tostring(value)",                \
      .summary = "The value as text; empty when it is null.",                \
      .example = "print tostring(1d)" }
#define TOBOOL(fn, type, sql_, row_, more)                                   \
    { .name = fn, .params = type, .ret = TYPE_BOOL, .sql = sql_,             \
      .row = row_, .flags = FN_MAYNULL | more, .usage = fn "(value)",        \
      .summary = "True or false: from \"true\", \"false\" or a number, "     \
                 "where only 0 is false.",                                   \
      .example = "print " fn "(\"true\")" }
#define TOBOOLS(fn, more)                                                    \
    TOBOOL(fn, "string", NULL, row_tobool_string, more),                     \
    TOBOOL(fn, "bool", "$1", NULL, FN_HIDDEN),                               \
    TOBOOL(fn, "long", "($1 <> 0)", NULL, FN_HIDDEN),                        \
    TOBOOL(fn, "real", "($1 <> 0)", NULL, FN_HIDDEN),                        \
    TOBOOL(fn, "decimal", "($1 <> 0)", NULL, FN_HIDDEN),                     \
    TOBOOL(fn, "dynamic", NULL, row_tobool_dynamic, FN_HIDDEN)
#define TOGUID(type, sql_, row_, more)                                       \
    { .name = "toguid", .params = type, .ret = TYPE_GUID, .sql = sql_,       \
      .row = row_, .flags = FN_MAYNULL | more, .usage = "toguid(text)",      \
      .summary = "The text as a guid; null when it is none.",                \
      .example = "print toguid(\"AE3133F26E2249AEB06A16E6A9B212EB\")" }

const struct lang_func funcs_tostring[] = {
    TOSTRING("string", "$1", NULL, 0),
    TOSTRING("long", "CAST($1 AS VARCHAR)", NULL, FN_HIDDEN | FN_SQLNULL),
    TOSTRING("int", "CAST($1 AS VARCHAR)", NULL, FN_HIDDEN | FN_SQLNULL),
    TOSTRING("bool", NULL, row_tostring, FN_HIDDEN),
    TOSTRING("real", NULL, row_tostring, FN_HIDDEN),
    TOSTRING("datetime", NULL, row_tostring, FN_HIDDEN),
    TOSTRING("timespan", NULL, row_tostring, FN_HIDDEN),
    TOSTRING("guid", "$1", NULL, FN_HIDDEN | FN_SQLNULL),
    TOSTRING("decimal", NULL, row_tostring, FN_HIDDEN),
    TOSTRING("dynamic", NULL, row_tostring, FN_HIDDEN),
    TOBOOLS("tobool", 0),
    TOBOOLS("toboolean", FN_HIDDEN),
    TOGUID("string", NULL, row_toguid, 0),
    TOGUID("guid", "$1", NULL, FN_HIDDEN),
    TOGUID("dynamic", NULL, row_toguid, FN_HIDDEN),
};
const size_t nfuncs_tostring = ROWS(funcs_tostring);
