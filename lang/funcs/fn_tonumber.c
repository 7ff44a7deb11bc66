/* fn_tonumber.c - toint, tolong, toreal, todecimal from every type.
 *
 * Called by: the engine; the binder, for every implicit conversion.
 * Reals lose their fraction; what does not fit becomes null, except that a
 * long keeps its low 32 bits as an int, as KQL has it. */
#include <math.h>

#include "base/convert.h"
#include "text_int.h"

static void set_int(struct value *out, int64_t v)
{
    dyn_set_long(out, (int32_t)(uint32_t)(uint64_t)v);
}

static void row_int_string(struct fn_ctx *cx, const struct value *in, size_t n,
                           struct value *out)
{
    int64_t v;
    (void)cx, (void)n;
    if (text_to_int(in[0].s, &v))
        dyn_set_long(out, v);
}

static void row_int_long(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    (void)cx, (void)n;
    set_int(out, in[0].i);
}

static void row_int_real(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    int64_t v;
    (void)cx, (void)n;
    if (real_to_long(in[0].d, &v))
        set_int(out, v);
}

static void row_long_string(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    int64_t v;
    (void)cx, (void)n;
    if (text_to_long(in[0].s, &v))
        dyn_set_long(out, v);
}

static void row_long_real(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    int64_t v;
    (void)cx, (void)n;
    if (real_to_long(in[0].d, &v))
        dyn_set_long(out, v);
}

static void row_real_string(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    double d;
    (void)cx, (void)n;
    if (text_to_real(in[0].s, &d))
        dyn_set_real(out, d);
}

/* A number or bool of a dynamic as a long; false for all else. */
static bool dynamic_long(str json, int64_t *v)
{
    double d;
    if (str_eq(json, S("true")) || str_eq(json, S("false"))) {
        *v = json.p[0] == 't';
        return true;
    }
    if (!dyn_number(json, &d))
        return false;
    return text_to_long(json, v) || real_to_long(d, v);
}

static void row_int_dynamic(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    int64_t v;
    (void)n;
    if (json_kind(in[0].s) == JSON_STRING) {
        if (text_to_int(dyn_text(cx, in[0].s), &v))
            dyn_set_long(out, v);
    } else if (dynamic_long(in[0].s, &v)) {
        set_int(out, v);
    }
}

static void row_long_dynamic(struct fn_ctx *cx, const struct value *in,
                             size_t n, struct value *out)
{
    int64_t v;
    (void)n;
    if (json_kind(in[0].s) == JSON_STRING
            ? text_to_long(dyn_text(cx, in[0].s), &v)
            : dynamic_long(in[0].s, &v))
        dyn_set_long(out, v);
}

static void row_real_dynamic(struct fn_ctx *cx, const struct value *in,
                             size_t n, struct value *out)
{
    double d;
    int64_t v;
    (void)n;
    if (json_kind(in[0].s) == JSON_STRING) {
        if (text_to_real(dyn_text(cx, in[0].s), &d))
            dyn_set_real(out, d);
    } else if (dyn_number(in[0].s, &d)) {
        dyn_set_real(out, d);
    } else if (dynamic_long(in[0].s, &v)) {
        dyn_set_real(out, (double)v);
    }
}

/* The whole part of a decimal, which comes as plain digits. */
static str whole_part(str s)
{
    ptrdiff_t point = str_find_char(s, '.');
    return point < 0 ? s : str_sub(s, 0, (size_t)point);
}

static void row_int_decimal(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    int64_t v;
    (void)cx, (void)n;
    if (text_to_int(whole_part(in[0].s), &v))
        dyn_set_long(out, v);
}

static void row_long_decimal(struct fn_ctx *cx, const struct value *in,
                             size_t n, struct value *out)
{
    int64_t v;
    (void)cx, (void)n;
    if (text_to_long(whole_part(in[0].s), &v))
        dyn_set_long(out, v);
}

#define DEC_REAL "TRY_CAST(k_dec_text($1) AS DOUBLE)"
#define CONVERT(fn, type, to, sql_, row_, more, what, sample)                \
    { .name = fn, .params = type, .ret = to, .sql = sql_, .row = row_,       \
      .flags = FN_MAYNULL | more, .usage = fn "(value)",                     \
      .summary = "The value as " what "; null when it is none.",             \
      .example = "print " fn "(" sample ")" }
#define TOINT(type, sql_, row_, more)                                        \
    CONVERT("toint", type, TYPE_INT, sql_, row_, more,                       \
            "a 32-bit integer", "\"0x1f\"")
#define TOLONG(type, sql_, row_, more)                                       \
    CONVERT("tolong", type, TYPE_LONG, sql_, row_, more,                     \
            "a 64-bit integer", "\"4624\"")
#define TOREALS(fn, more)                                                    \
    TOREAL(fn, "string", NULL, row_real_string, more),                       \
    TOREAL(fn, "real", "$1", NULL, FN_HIDDEN),                               \
    TOREAL(fn, "long", "CAST($1 AS DOUBLE)", NULL, FN_HIDDEN),               \
    TOREAL(fn, "bool", "CAST($1 AS DOUBLE)", NULL, FN_HIDDEN),               \
    TOREAL(fn, "decimal", DEC_REAL, NULL, FN_HIDDEN),                        \
    TOREAL(fn, "datetime", "CAST($1 AS DOUBLE)", NULL, FN_HIDDEN),           \
    TOREAL(fn, "timespan", "CAST($1 AS DOUBLE)", NULL, FN_HIDDEN),           \
    TOREAL(fn, "dynamic", NULL, row_real_dynamic, FN_HIDDEN)
#define TOREAL(fn, type, sql_, row_, more)                                   \
    CONVERT(fn, type, TYPE_REAL, sql_, row_, more, "a real number",          \
            "\"2.5e-3\"")
#define TODECIMAL(type, sql_, more)                                          \
    CONVERT("todecimal", type, TYPE_DECIMAL, sql_, NULL, more,               \
            "a decimal number of 34 digits", "\"123.45678\"")

const struct lang_func funcs_tonumber[] = {
    TOINT("string", NULL, row_int_string, 0),
    TOINT("int", "$1", NULL, FN_HIDDEN),
    TOINT("long", NULL, row_int_long, FN_HIDDEN),
    TOINT("real", NULL, row_int_real, FN_HIDDEN),
    TOINT("bool", "CAST($1 AS INTEGER)", NULL, FN_HIDDEN),
    TOINT("decimal", NULL, row_int_decimal, FN_HIDDEN),
    TOINT("datetime", NULL, row_int_long, FN_HIDDEN),
    TOINT("timespan", NULL, row_int_long, FN_HIDDEN),
    TOINT("dynamic", NULL, row_int_dynamic, FN_HIDDEN),
    TOLONG("string", NULL, row_long_string, 0),
    TOLONG("long", "$1", NULL, FN_HIDDEN),
    TOLONG("real", NULL, row_long_real, FN_HIDDEN),
    TOLONG("bool", "CAST($1 AS BIGINT)", NULL, FN_HIDDEN),
    TOLONG("decimal", NULL, row_long_decimal, FN_HIDDEN),
    TOLONG("datetime", "$1", NULL, FN_HIDDEN),
    TOLONG("timespan", "$1", NULL, FN_HIDDEN),
    TOLONG("dynamic", NULL, row_long_dynamic, FN_HIDDEN),
    TOREALS("todouble", 0),
    TOREALS("toreal", 0),
    TODECIMAL("string", "k_dec($1)", 0),
    TODECIMAL("decimal", "$1", FN_HIDDEN),
    TODECIMAL("long", "k_dec(CAST($1 AS VARCHAR))", FN_HIDDEN),
    TODECIMAL("real", "k_dec(CAST($1 AS VARCHAR))", FN_HIDDEN),
    TODECIMAL("bool", "k_dec(CAST(CAST($1 AS INTEGER) AS VARCHAR))",
              FN_HIDDEN),
    TODECIMAL("dynamic", "k_dec(k_dyn_text($1))", FN_HIDDEN),
};
const size_t nfuncs_tonumber = ROWS(funcs_tonumber);
