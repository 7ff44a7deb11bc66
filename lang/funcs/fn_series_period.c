/* fn_series_period.c - the periods of a series, found or checked.
 *
 * Called by: the engine, through the rows at the end. */
#include "analytics/series_period.h"
#include "funcs.h"
#include "series_int.h"

enum { MAX_PERIODS = 1000, MAX_CHECKED = 16 };

/* [[period, …], [score, …]] */
static void answer(struct fn_ctx *cx, const struct series_period *p, size_t n,
                   struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    buf_add(&b, S("[["));
    for (size_t i = 0; i < n; i++)
        series_put(&b, p[i].period);
    buf_add(&b, S("],["));
    for (size_t i = 0; i < n; i++)
        series_put(&b, p[i].score);
    buf_add(&b, S("]]"));
    dyn_end(cx, &b, out);
}

/* series, min, max, how many: zeros where there are no more. */
static void detect(struct fn_ctx *cx, const struct value *in, size_t nin,
                   struct value *out)
{
    struct arena *a = arena_new();
    struct series_spectrum sp;
    struct series s;
    int64_t want = in[3].i;
    struct series_search range = { in[1].d, in[2].d, (size_t)want };
    (void)nin;
    if (want < 0 || want > MAX_PERIODS) {
        fn_fail(cx, "series_periods_detect() finds up to %d periods",
                MAX_PERIODS);
    } else if (series_read(&s, cx, a, &in[0])) {
        struct series_period *p =
            arena_zalloc(a, ((size_t)want + 1) * sizeof *p);
        if (series_spectrum(a, s.n, s.v, &sp))
            series_periods(a, &sp, &range, p);
        answer(cx, p, (size_t)want, out);
    }
    arena_free(a);
}

/* series, period, … */
static void validate(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct arena *a = arena_new();
    struct series_spectrum sp;
    struct series s;
    if (nin > MAX_CHECKED + 1) {
        fn_fail(cx, "series_periods_validate() checks up to %d periods",
                MAX_CHECKED);
    } else if (series_read(&s, cx, a, &in[0])) {
        struct series_period p[MAX_CHECKED] = { 0 };
        bool any = series_spectrum(a, s.n, s.v, &sp);
        for (size_t i = 1; i < nin; i++) {
            p[i - 1].period = in[i].d;
            if (any)
                p[i - 1].score = series_period_score(&sp, in[i].d);
        }
        answer(cx, p, nin - 1, out);
    }
    arena_free(a);
}

const struct lang_func funcs_series_period[] = {
    { .name = "series_periods_detect", .params = "dynamic, real, real, long",
      .ret = TYPE_DYNAMIC, .row = detect, .flags = FN_MAYNULL,
      .members = "periods:dynamic, scores:dynamic",
      .usage = "series_periods_detect(series, min, max, count)",
      .summary = "Columns periods and scores: the periods in a series, the "
                 "best first, from 4 steps to half of its length.",
      .example = "print y = dynamic([1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2, 1, "
                 "2, 3, 2]) | extend series_periods_detect(y, 0.0, 8.0, 1)" },
    { .name = "series_periods_validate", .params = "dynamic, real, real*",
      .ret = TYPE_DYNAMIC, .row = validate, .flags = FN_MAYNULL,
      .members = "periods:dynamic, scores:dynamic",
      .usage = "series_periods_validate(series, period, …)",
      .summary = "Columns periods and scores: how well the given periods show "
                 "in a series, 0 for not at all.",
      .example = "print y = dynamic([1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2, 1, "
                 "2, 3, 2]) | extend series_periods_validate(y, 4.0, 5.0)" },
};
const size_t nfuncs_series_period = ROWS(funcs_series_period);
