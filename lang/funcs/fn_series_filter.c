/* fn_series_filter.c - filters and the Fourier transform of a series.
 *
 * Called by: the engine, through the rows at the end. A series with a missing
 * value gives null. */
#include "analytics/series_fft.h"
#include "analytics/series_filter.h"
#include "funcs.h"
#include "series_int.h"

/* Steps of a recursive filter in one call: about a second. */
static const double MAX_STEPS = 1e9;

static void answer(struct fn_ctx *cx, size_t n, const double *v,
                   struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    series_put_array(&b, n, v);
    dyn_end(cx, &b, out);
}

/* --- finite response --------------------------------------------------- */

/* Divides the filter by its sum unless that is not wanted; false when it has
 * negative values and is to be divided all the same. */
static bool normalize(struct series *f, const struct value *in, size_t nin)
{
    double sum = 0;
    bool negative = false;
    for (size_t i = 0; i < f->n; i++) {
        sum += f->v[i];
        negative |= f->v[i] < 0;
    }
    bool wanted = nin > 2 && !in[2].null ? in[2].i != 0 : !negative;
    if (wanted && negative)
        return false;
    for (size_t i = 0; wanted && sum > 0 && i < f->n; i++)
        f->v[i] /= sum;
    return true;
}

/* series, filter [, normalize [, center]] */
static void fir(struct fn_ctx *cx, const struct value *in, size_t nin,
                struct value *out)
{
    struct arena *a = arena_new();
    struct series s, f;
    bool center = nin > 3 && in[3].i;
    if (series_read_full(&s, cx, a, &in[0]) &&
        series_read_full(&f, cx, a, &in[1]) && normalize(&f, in, nin)) {
        double *y = arena_array(a, s.n, sizeof *y);
        struct series_kernel k = { f.v, f.n, center };
        series_fir(a, s.n, s.v, &k, y);
        answer(cx, s.n, y, out);
    }
    arena_free(a);
}

/* --- infinite response ------------------------------------------------- */

/* series, numerators, denominators */
static void iir(struct fn_ctx *cx, const struct value *in, size_t nin,
                struct value *out)
{
    struct arena *a = arena_new();
    struct series s, p, q;
    (void)nin;
    if (series_read_full(&s, cx, a, &in[0]) &&
        series_read_full(&p, cx, a, &in[1]) &&
        series_read_full(&q, cx, a, &in[2]) && q.v[0] != 0) {
        if ((double)s.n * (double)(p.n + q.n) > MAX_STEPS) {
            fn_fail(cx, "series_iir() with %zu coefficients over %zu values "
                        "takes too long", p.n + q.n, s.n);
        } else {
            double *y = arena_array(a, s.n, sizeof *y);
            struct series_kernel up = { p.v, p.n, false },
                                 down = { q.v, q.n, false };
            series_iir(s.n, s.v, &up, &down, y);
            answer(cx, s.n, y, out);
        }
    }
    arena_free(a);
}

/* --- Fourier ----------------------------------------------------------- */

/* real [, imaginary] -> [real, imaginary] */
static void transform(struct fn_ctx *cx, const struct value *in, size_t nin,
                      bool inverse, struct value *out)
{
    struct arena *a = arena_new();
    struct series re, im;
    struct buf b;
    bool ok = series_read_full(&re, cx, a, &in[0]);
    if (ok && nin > 1 && !in[1].null)
        ok = series_read_full(&im, cx, a, &in[1]) && im.n == re.n;
    else if (ok)
        im.v = arena_zalloc(a, re.n * sizeof *im.v);
    if (ok) {
        series_fft(a, re.n, re.v, im.v, inverse);
        dyn_begin(&b);
        buf_addc(&b, '[');
        series_put_array(&b, re.n, re.v);
        series_put_array(&b, re.n, im.v);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

static void fft(struct fn_ctx *cx, const struct value *in, size_t nin,
                struct value *out)
{
    transform(cx, in, nin, false, out);
}

static void ifft(struct fn_ctx *cx, const struct value *in, size_t nin,
                 struct value *out)
{
    transform(cx, in, nin, true, out);
}

#define FOURIER(nm, fn, what)                                                \
    { .name = nm, .params = "dynamic, dynamic?", .ret = TYPE_DYNAMIC,        \
      .row = fn, .flags = FN_MAYNULL | FN_NULLS,                             \
      .members = "real:dynamic, imag:dynamic",                               \
      .usage = nm "(real [, imaginary])", .summary = what,                   \
      .example = "print x = dynamic([1, 0, -1, 0]) "                         \
                 "| extend (re, im) = " nm "(x)" }

const struct lang_func funcs_series_filter[] = {
    { .name = "series_fir", .params = "dynamic, dynamic, bool?, bool?",
      .ret = TYPE_DYNAMIC, .row = fir, .flags = FN_MAYNULL | FN_NULLS,
      .usage = "series_fir(series, filter [, normalize [, center]])",
      .summary = "A filter over each value and those before it (with center "
                 "also behind it): moving average, difference.",
      .example = "print series_fir(dynamic([5, 15, 10, 20]), "
                 "dynamic([1, -1]), false)" },
    { .name = "series_iir", .params = "dynamic, dynamic, dynamic",
      .ret = TYPE_DYNAMIC, .row = iir, .flags = FN_MAYNULL,
      .usage = "series_iir(series, numerators, denominators)",
      .summary = "A filter that also looks at its own results: running sum, "
                 "exponential smoothing.",
      .example = "print series_iir(dynamic([1, 2, 3]), dynamic([1]), "
                 "dynamic([1, -1]))" },
    FOURIER("series_fft", fft,
            "Columns real and imag: the discrete Fourier transform."),
    FOURIER("series_ifft", ifft,
            "Columns real and imag: what series_fft was applied to."),
};
const size_t nfuncs_series_filter = ROWS(funcs_series_filter);
