/* fn_totime.c - datetime and timespan from text, numbers and dynamics.
 *
 * Called by: the engine; the binder, for every implicit conversion. Numbers
 * are ticks of 100 ns. What is no moment of the years 1 to 9999 is null. */
#include "base/convert.h"
#include "base/ticks.h"
#include "text_int.h"

static void set_datetime(struct value *out, int64_t t)
{
    if (t >= 0 && t <= TICKS_MAX)
        dyn_set_long(out, t);
}

static void row_datetime_string(struct fn_ctx *cx, const struct value *in,
                                size_t n, struct value *out)
{
    int64_t t;
    (void)cx, (void)n;
    if (ticks_parse(in[0].s, &t))
        dyn_set_long(out, t);
}

static void row_datetime_long(struct fn_ctx *cx, const struct value *in,
                              size_t n, struct value *out)
{
    (void)cx, (void)n;
    set_datetime(out, in[0].i);
}

static void row_datetime_real(struct fn_ctx *cx, const struct value *in,
                              size_t n, struct value *out)
{
    int64_t t;
    (void)cx, (void)n;
    if (real_to_long(in[0].d, &t))
        set_datetime(out, t);
}

static void row_datetime_dynamic(struct fn_ctx *cx, const struct value *in,
                                 size_t n, struct value *out)
{
    int64_t t;
    double d;
    (void)n;
    if (dyn_number(in[0].s, &d)) {
        if (text_to_long(in[0].s, &t) || real_to_long(d, &t))
            set_datetime(out, t);
    } else if (ticks_parse(dyn_text(cx, in[0].s), &t)) {
        dyn_set_long(out, t);
    }
}

static void row_span_string(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    int64_t t;
    (void)cx, (void)n;
    if (span_parse(in[0].s, &t))
        dyn_set_long(out, t);
}

static void row_span_real(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    int64_t t;
    (void)cx, (void)n;
    if (real_to_long(in[0].d, &t))
        dyn_set_long(out, t);
}

static void row_span_dynamic(struct fn_ctx *cx, const struct value *in,
                             size_t n, struct value *out)
{
    int64_t t;
    double d;
    (void)n;
    if (dyn_number(in[0].s, &d)) {
        if (text_to_long(in[0].s, &t) || real_to_long(d, &t))
            dyn_set_long(out, t);
    } else if (span_parse(dyn_text(cx, in[0].s), &t)) {
        dyn_set_long(out, t);
    }
}

#define TODATETIME(type, sql_, row_, more)                                   \
    { .name = "todatetime", .params = type, .ret = TYPE_DATETIME,            \
      .sql = sql_, .row = row_, .flags = FN_MAYNULL | more,                  \
      .usage = "todatetime(value)",                                          \
      .summary = "The moment that a text names, in UTC; null for others. "   \
                 "ISO 8601, M/d/yyyy and mail dates are read.",              \
      .example = "print todatetime(\"2024-05-01T10:00:00+02:00\")" }
#define TOTIMESPAN(fn, type, sql_, row_, more)                               \
    { .name = fn, .params = type, .ret = TYPE_TIMESPAN,                      \
      .sql = sql_, .row = row_, .flags = FN_MAYNULL | more,                  \
      .usage = fn "(value)",                                                 \
      .summary = "The length of time that a text names; null for others.",   \
      .example = "print " fn "(\"1.02:03:04\")" }
#define TOTIMESPANS(fn, more)                                                \
    TOTIMESPAN(fn, "string", NULL, row_span_string, more),                   \
    TOTIMESPAN(fn, "timespan", "$1", NULL, FN_HIDDEN),                       \
    TOTIMESPAN(fn, "long", "$1", NULL, FN_HIDDEN),                           \
    TOTIMESPAN(fn, "real", NULL, row_span_real, FN_HIDDEN),                  \
    TOTIMESPAN(fn, "dynamic", NULL, row_span_dynamic, FN_HIDDEN)

const struct lang_func funcs_totime[] = {
    TODATETIME("string", NULL, row_datetime_string, 0),
    TODATETIME("datetime", "$1", NULL, FN_HIDDEN),
    TODATETIME("long", NULL, row_datetime_long, FN_HIDDEN),
    TODATETIME("real", NULL, row_datetime_real, FN_HIDDEN),
    TODATETIME("dynamic", NULL, row_datetime_dynamic, FN_HIDDEN),
    TOTIMESPANS("totimespan", 0),
    TOTIMESPANS("totime", FN_HIDDEN),
};
const size_t nfuncs_totime = ROWS(funcs_totime);
