/* fn_range.c - range() and repeat(): arrays made of a rule.
 *
 * Called by: the engine, through the rows at the end. */
#include "funcs.h"

#include <math.h>

#include "base/ticks.h"
#include "dyn_int.h"

/* Steps from start to stop, both in ticks or whole numbers; differences are
 * taken unsigned because they may need 65 bits. */
static uint64_t steps(int64_t start, int64_t stop, int64_t step)
{
    uint64_t way, stride;
    if (step > 0 ? stop < start : stop > start)
        return 0;
    if (step > 0) {
        way = (uint64_t)stop - (uint64_t)start;
        stride = (uint64_t)step;
    } else {
        way = (uint64_t)start - (uint64_t)stop;
        stride = 0 - (uint64_t)step;
    }
    way /= stride;
    return way < DYN_MAX_ELEMS ? way + 1 : DYN_MAX_ELEMS;
}

static void whole_range(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    int64_t step = in[0].type == TYPE_LONG ? 1 : TICKS_PER_HOUR;
    struct value v = in[0];
    struct buf b;
    if (nin > 2)
        step = in[2].i;
    if (step == 0)
        return;
    uint64_t n = steps(in[0].i, in[1].i, step);
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (uint64_t k = 0; k < n && buf_ok(&b); k++) {
        if (k)
            buf_addc(&b, ',');
        v.i = (int64_t)((uint64_t)in[0].i + k * (uint64_t)step);
        json_text_value(&b, &v);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void real_range(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    double start = in[0].d, stop = in[1].d, step = nin > 2 ? in[2].d : 1;
    struct buf b;
    if (!isfinite(start) || isnan(stop) || !isfinite(step) || step == 0)
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (int k = 0; k < DYN_MAX_ELEMS && buf_ok(&b); k++) {
        double v = start + k * step;
        if (step > 0 ? v > stop : v < stop)
            break;
        if (k)
            buf_addc(&b, ',');
        json_text_f64(&b, v);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void repeat(struct fn_ctx *cx, const struct value *in, size_t nin,
                   struct value *out)
{
    struct buf b;
    (void)nin;
    if (in[1].null || in[1].i < 0)
        return;
    if (in[1].i > DYN_MAX_ELEMS) {
        fn_fail(cx, "repeat() makes at most %d elements", DYN_MAX_ELEMS);
        return;
    }
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (int64_t i = 0; i < in[1].i && buf_ok(&b); i++)
        dyn_item(&b, in[0].null ? STR_NONE : in[0].s);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

#define RANGE(par, fn, ex)                                                   \
    { .name = "range", .params = par, .ret = TYPE_DYNAMIC, .row = fn,        \
      .flags = FN_MAYNULL, .usage = "range(first, last[, step])",            \
      .summary = "An array of evenly spaced values, the last one at most "   \
                 "`last`; at most 1,048,576 of them. Step is 1, for times "  \
                 "1h.",                                                      \
      .example = ex }

const struct lang_func funcs_range[] = {
    RANGE("long, long, long?", whole_range, "print range(1, 8, 3)"),
    RANGE("real, real, real?", real_range, "print range(0.0, 1.0, 0.25)"),
    RANGE("datetime, datetime, timespan?", whole_range,
          "print range(datetime(2024-01-01), datetime(2024-01-03), 1d)"),
    RANGE("timespan, timespan, timespan?", whole_range,
          "print range(1h, 5h)"),
    { .name = "k_repeat", .params = "dynamic, long", .ret = TYPE_DYNAMIC,
      .row = repeat, .flags = FN_HIDDEN | FN_NULLS | FN_MAYNULL,
      .usage = "k_repeat(value, count)",
      .summary = "What repeat() runs as.",
      .example = "print repeat(1, 3)" },
};
const size_t nfuncs_range = ROWS(funcs_range);
