/* fn_datetime_make.c - moments and lengths of time out of numbers.
 *
 * Called by: the engine, once per row. Numbers that name no moment give
 * null. */
#include <math.h>

#include "time_int.h"

/* Seconds with a fraction as ticks, to the nearest. */
static bool seconds_to_ticks(double s, double limit, int64_t *t)
{
    if (!(s >= 0 && s < limit))
        return false;
    *t = llround(s * TICKS_PER_SEC);
    return true;
}

/* make_datetime(year, month, day [, hour, minute [, second]]) */
static void row_make_datetime(struct fn_ctx *cx, const struct value *in,
                              size_t n, struct value *out)
{
    int64_t v[5] = { 0 }, t, part = 0;
    (void)cx;
    for (size_t i = 0; i < n && i < 5; i++) {
        v[i] = in[i].i;
        if (v[i] < 0 || v[i] > 9999)
            return;
    }
    struct civil c = { .year = (int)v[0], .month = (int)v[1],
                       .day = (int)v[2], .hour = (int)v[3],
                       .minute = (int)v[4] };
    if ((n < 6 || seconds_to_ticks(in[5].d, 60, &part)) &&
        ticks_from_civil(&c, &t) && t + part <= TICKS_MAX)
        dyn_set_long(out, t + part);
}

static void set_span(struct value *out, int64_t days, int64_t hours,
                     int64_t minutes, double seconds)
{
    int64_t part;
    if (days >= 0 && days < 10675199 && hours >= 0 && hours < 24 &&
        minutes >= 0 && minutes < 60 && seconds_to_ticks(seconds, 60, &part))
        dyn_set_long(out, days * TICKS_PER_DAY + hours * TICKS_PER_HOUR +
                              minutes * TICKS_PER_MIN + part);
}

/* make_timespan(hours, minutes [, seconds]) */
static void row_make_span(struct fn_ctx *cx, const struct value *in, size_t n,
                          struct value *out)
{
    (void)cx;
    set_span(out, 0, in[0].i, in[1].i, n > 2 ? in[2].d : 0);
}

static void row_make_long_span(struct fn_ctx *cx, const struct value *in,
                               size_t n, struct value *out)
{
    (void)cx, (void)n;
    set_span(out, in[0].i, in[1].i, in[2].i, in[3].d);
}

static void from_epoch(struct value *out, double ticks)
{
    if (ticks >= -(double)TICKS_UNIX_EPOCH &&
        ticks <= (double)(TICKS_MAX - TICKS_UNIX_EPOCH))
        dyn_set_long(out, TICKS_UNIX_EPOCH + llround(ticks));
}

static void from_epoch_long(struct value *out, int64_t v, int64_t each)
{
    int64_t t;
    if (!__builtin_mul_overflow(v, each, &t) &&
        !__builtin_add_overflow(t, TICKS_UNIX_EPOCH, &t) && t >= 0 &&
        t <= TICKS_MAX)
        dyn_set_long(out, t);
}

#define UNIXTIME(unit, each)                                                 \
    static void row_##unit(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        (void)cx, (void)n;                                                   \
        from_epoch_long(out, in[0].i, each);                                 \
    }                                                                        \
    static void row_##unit##_real(struct fn_ctx *cx, const struct value *in, \
                                  size_t n, struct value *out)               \
    {                                                                        \
        (void)cx, (void)n;                                                   \
        from_epoch(out, in[0].d * each);                                     \
    }

UNIXTIME(seconds, TICKS_PER_SEC)
UNIXTIME(milliseconds, TICKS_PER_MS)
UNIXTIME(microseconds, TICKS_PER_US)

static void row_nanoseconds(struct fn_ctx *cx, const struct value *in,
                            size_t n, struct value *out)
{
    (void)cx, (void)n;
    from_epoch_long(out, in[0].i / 100, 1);
}

static void row_nanoseconds_real(struct fn_ctx *cx, const struct value *in,
                                 size_t n, struct value *out)
{
    (void)cx, (void)n;
    from_epoch(out, in[0].d / 100);
}

#define UNIX_ROW(unit, type, c, sample, more)                                \
    { .name = "unixtime_" unit "_todatetime", .params = type,                \
      .ret = TYPE_DATETIME, .row = c, .flags = FN_MAYNULL | more,            \
      .usage = "unixtime_" unit "_todatetime(number)",                       \
      .summary = "The moment that many " unit " after 1970-01-01.",          \
      .example = "print unixtime_" unit "_todatetime(" sample ")" }
#define UNIX_ROWS(unit, c, sample)                                           \
    UNIX_ROW(unit, "long", row_##c, sample, 0),                              \
    UNIX_ROW(unit, "real", row_##c##_real, sample, FN_HIDDEN)

const struct lang_func funcs_datetime_make[] = {
    { .name = "make_datetime",
      .params = "long, long, long, long?, long?, real?",
      .ret = TYPE_DATETIME, .row = row_make_datetime, .flags = FN_MAYNULL,
      .usage = "make_datetime(year, month, day [, hour, minute [, second]])",
      .summary = "A moment out of its parts; null when there is none.",
      .example = "print make_datetime(2024, 5, 17, 10, 30)" },
    { .name = "make_timespan", .params = "long, long, real?",
      .ret = TYPE_TIMESPAN, .row = row_make_span, .flags = FN_MAYNULL,
      .usage = "make_timespan([days,] hours, minutes [, seconds])",
      .summary = "A length of time out of its parts; days only with all four.",
      .example = "print make_timespan(1, 30)" },
    { .name = "make_timespan", .params = "long, long, long, real",
      .ret = TYPE_TIMESPAN, .row = row_make_long_span,
      .flags = FN_MAYNULL | FN_HIDDEN,
      .usage = "make_timespan(days, hours, minutes, seconds)",
      .summary = "A length of time out of its parts.",
      .example = "print make_timespan(1, 12, 30, 55.5)" },
    UNIX_ROWS("seconds", seconds, "1715940000"),
    UNIX_ROWS("milliseconds", milliseconds, "1715940000123"),
    UNIX_ROWS("microseconds", microseconds, "1715940000123456"),
    UNIX_ROWS("nanoseconds", nanoseconds, "1715940000123456700"),
};
const size_t nfuncs_datetime_make = ROWS(funcs_datetime_make);
