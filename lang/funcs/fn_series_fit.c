/* fn_series_fit.c - lines and polynomials through a series.
 *
 * Called by: the engine, through the rows at the end. */
#include <math.h>

#include "analytics/series_fit.h"
#include "funcs.h"
#include "series_int.h"

static void end_array(struct fn_ctx *cx, struct buf *b, struct value *out)
{
    buf_addc(b, ']');
    dyn_end(cx, b, out);
}

/* --- one line ---------------------------------------------------------- */

static void put_line(struct buf *b, const struct series_line *l, size_t n,
                     const double *fit)
{
    const double v[] = { l->rsquare, l->slope, l->variance, l->rvariance,
                         l->interception };
    for (size_t i = 0; i < 5; i++)
        series_put(b, v[i]);
    series_put_array(b, n, fit);
}

static void put_line_bag(struct buf *b, const struct series_line *l, size_t n,
                         const double *fit)
{
    series_key(b, "rsquare"), series_put(b, l->rsquare);
    series_key(b, "slope"), series_put(b, l->slope);
    series_key(b, "variance"), series_put(b, l->variance);
    series_key(b, "rvariance"), series_put(b, l->rvariance);
    series_key(b, "interception"), series_put(b, l->interception);
    series_key(b, "line_fit"), series_put_array(b, n, fit);
}

static void fit_line(struct fn_ctx *cx, const struct value *in, bool bag,
                     struct value *out)
{
    struct arena *a = arena_new();
    struct series s;
    struct buf b;
    if (series_read(&s, cx, a, &in[0]) && s.missing < s.n) {
        double *fit = arena_array(a, s.n, sizeof *fit);
        struct series_line l = series_fit_line(s.n, s.v);
        series_line_values(&l, s.n, fit);
        dyn_begin(&b);
        buf_addc(&b, bag ? '{' : '[');
        if (bag)
            put_line_bag(&b, &l, s.n, fit);
        else
            put_line(&b, &l, s.n, fit);
        buf_addc(&b, bag ? '}' : ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

static void line_row(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)nin;
    fit_line(cx, in, false, out);
}

static void line_bag(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)nin;
    fit_line(cx, in, true, out);
}

/* --- two lines --------------------------------------------------------- */

static void put_side(struct buf *b, const struct series_line *l)
{
    series_put(b, l->rsquare);
    series_put(b, l->slope);
    series_put(b, l->interception);
    series_put(b, l->variance);
    series_put(b, l->rvariance);
}

static void put_2lines(struct buf *b, const struct series_2lines *l, size_t n,
                       const double *fit)
{
    series_put(b, l->rsquare);
    series_put_long(b, (int64_t)l->split);
    series_put(b, l->variance);
    series_put(b, l->rvariance);
    series_put_array(b, n, fit);
    put_side(b, &l->right);
    put_side(b, &l->left);
}

static void put_side_bag(struct buf *b, const char *key,
                         const struct series_line *l)
{
    series_key(b, key);
    buf_addc(b, '{');
    series_key(b, "rsquare"), series_put(b, l->rsquare);
    series_key(b, "slope"), series_put(b, l->slope);
    series_key(b, "interception"), series_put(b, l->interception);
    series_key(b, "variance"), series_put(b, l->variance);
    series_key(b, "rvariance"), series_put(b, l->rvariance);
    buf_addc(b, '}');
}

static void put_2lines_bag(struct buf *b, const struct series_2lines *l,
                           size_t n, const double *fit)
{
    series_key(b, "rsquare"), series_put(b, l->rsquare);
    series_key(b, "split_idx"), series_put_long(b, (int64_t)l->split);
    series_key(b, "variance"), series_put(b, l->variance);
    series_key(b, "rvariance"), series_put(b, l->rvariance);
    series_key(b, "line_fit"), series_put_array(b, n, fit);
    put_side_bag(b, "right", &l->right);
    put_side_bag(b, "left", &l->left);
}

static void fit_2lines(struct fn_ctx *cx, const struct value *in, bool bag,
                       struct value *out)
{
    struct arena *a = arena_new();
    struct series s;
    struct series_2lines l;
    struct buf b;
    if (series_read(&s, cx, a, &in[0]) && series_fit_2lines(s.n, s.v, &l)) {
        double *fit = arena_array(a, s.n, sizeof *fit);
        series_line_values(&l.left, l.split, fit);
        series_line_values(&l.right, s.n - l.split, fit + l.split);
        dyn_begin(&b);
        buf_addc(&b, bag ? '{' : '[');
        if (bag)
            put_2lines_bag(&b, &l, s.n, fit);
        else
            put_2lines(&b, &l, s.n, fit);
        buf_addc(&b, bag ? '}' : ']');
        dyn_end(cx, &b, out);
    }
    arena_free(a);
}

static void two_row(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    (void)nin;
    fit_2lines(cx, in, false, out);
}

static void two_bag(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    (void)nin;
    fit_2lines(cx, in, true, out);
}

/* --- a polynomial ------------------------------------------------------ */

static void put_poly(struct buf *b, const struct series_poly *p,
                     unsigned degree, size_t n, const double *fit)
{
    double coef[SERIES_MAX_DEGREE + 1];
    for (unsigned k = 0; k <= degree; k++)
        coef[k] = p->coef[degree - k];
    series_put(b, p->rsquare);
    series_put_array(b, degree + 1, coef);
    series_put(b, p->variance);
    series_put(b, p->rvariance);
    series_put_array(b, n, fit);
}

/* y [, x [, degree]] */
static void fit_poly(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    int64_t degree = series_opt_long(in, nin, 2, 1);
    if (degree < 0 || degree > SERIES_MAX_DEGREE) {
        fn_fail(cx, "series_fit_poly() takes a degree from 0 to %d",
                SERIES_MAX_DEGREE);
        return;
    }
    struct arena *a = arena_new();
    struct series y, x = { 0 };
    struct series_poly p;
    struct buf b;
    bool given = nin > 1 && !in[1].null;
    bool ok = series_read(&y, cx, a, &in[0]) && y.n;
    ok = ok && (!given || (series_read(&x, cx, a, &in[1]) && x.n == y.n));
    if (ok) {
        double *fit = arena_array(a, y.n, sizeof *fit);
        if (series_fit_poly(a, &(struct series_points){ y.n, x.v, y.v },
                            (unsigned)degree, &p, fit)) {
            dyn_begin(&b);
            buf_addc(&b, '[');
            put_poly(&b, &p, (unsigned)degree, y.n, fit);
            end_array(cx, &b, out);
        }
    }
    arena_free(a);
}

#define LINE(nm, fn, mem, what)                                              \
    { .name = nm, .params = "dynamic", .ret = TYPE_DYNAMIC, .row = fn,       \
      .flags = FN_MAYNULL, .members = mem, .usage = nm "(series)",           \
      .summary = what,                                                       \
      .example = "print y = dynamic([2, 5, 6, 8, 11, 3, 2, 1]) "             \
                 "| extend " nm "(y)" }
#define SIDE(s)                                                              \
    s "_rsquare:real, " s "_slope:real, " s "_interception:real, "           \
    s "_variance:real, " s "_rvariance:real"

const struct lang_func funcs_series_fit[] = {
    LINE("series_fit_line", line_row,
         "rsquare:real, slope:real, variance:real, rvariance:real, "
         "interception:real, line_fit:dynamic",
         "Columns rsquare, slope, variance, rvariance, interception and "
         "line_fit of the straight line through a series."),
    LINE("series_fit_line_dynamic", line_bag, NULL,
         "A bag of rsquare, slope, variance, rvariance, interception and "
         "line_fit of the straight line through a series."),
    LINE("series_fit_2lines", two_row,
         "rsquare:real, split_idx:long, variance:real, rvariance:real, "
         "line_fit:dynamic, " SIDE("right") ", " SIDE("left"),
         "Columns of the two lines that fit a series best: rsquare, "
         "split_idx, variance, rvariance, line_fit, right_… and left_…."),
    LINE("series_fit_2lines_dynamic", two_bag, NULL,
         "A bag of the two lines that fit a series best, with bags left and "
         "right."),
    { .name = "series_fit_poly", .params = "dynamic, dynamic?, long?",
      .ret = TYPE_DYNAMIC, .row = fit_poly, .flags = FN_MAYNULL | FN_NULLS,
      .members = "rsquare:real, coefficients:dynamic, variance:real, "
                 "rvariance:real, poly_fit:dynamic",
      .usage = "series_fit_poly(y [, x [, degree]])",
      .summary = "Columns rsquare, coefficients (highest power first), "
                 "variance, rvariance and poly_fit of the polynomial through "
                 "a series.",
      .example = "print y = dynamic([1, 4, 9, 16]), x = dynamic([1, 2, 3, 4]) "
                 "| extend series_fit_poly(y, x, 2)" },
};
const size_t nfuncs_series_fit = ROWS(funcs_series_fit);
