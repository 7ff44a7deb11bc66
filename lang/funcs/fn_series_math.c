/* fn_series_math.c - arithmetic and comparison, element by element.
 *
 * Called by: the engine, through the rows at the end. What is no number gives
 * null, and so does what one of two arrays lacks. A number instead of one of
 * two arrays stands for as many of it as the other has elements. O(n). */
#include <math.h>

#include "bind/bind.h"
#include "funcs.h"
#include "series_int.h"

static double sign(double v)
{
    return (double)((v > 0) - (v < 0));
}

static void each(struct fn_ctx *cx, const struct value *in,
                 double (*f)(double), struct value *out)
{
    struct json_iter it;
    struct buf b;
    str item;
    double d;
    if (!dyn_is_array(&in[0]))
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    json_iter_init(&it, in[0].s);
    while (json_next(&it, NULL, &item) && buf_ok(&b)) {
        if (b.n > 1)
            buf_addc(&b, ',');
        if (series_number(item, &d))
            json_text_f64(&b, f(d));
        else
            buf_add(&b, S("null"));
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* --- two series -------------------------------------------------------- */

/* One operand: an array, or a number that repeats. */
struct side {
    struct json_iter it;
    str number;           /* "" for an array */
};

static bool side_init(struct side *s, const struct value *v)
{
    double d;
    *s = (struct side){ .number = STR_NONE };
    if (dyn_is_array(v))
        return json_iter_init(&s->it, v->s);
    s->number = v->s;
    return series_number(v->s, &d);
}

/* False at the end of the array; a number has no end of its own. */
static bool side_next(struct side *s, str *item)
{
    *item = s->number;
    return s->number.n || json_next(&s->it, NULL, item);
}

typedef void pair_fn(struct buf *b, str x, str y);

static void pairs(struct fn_ctx *cx, const struct value *in, pair_fn *f,
                  struct value *out)
{
    struct side x, y;
    struct buf b;
    str a, c;
    double d;
    if (!side_init(&x, &in[0]) || !side_init(&y, &in[1]) ||
        (x.number.n && y.number.n))
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    while (buf_ok(&b)) {
        bool more_x = side_next(&x, &a), more_y = side_next(&y, &c);
        if ((!more_x || x.number.n) && (!more_y || y.number.n))
            break;
        if (b.n > 1)
            buf_addc(&b, ',');
        if (more_x && more_y && series_number(a, &d) && series_number(c, &d))
            f(&b, a, c);
        else
            buf_add(&b, S("null"));
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* Both as integers; false when either is none. */
static bool whole(str x, str y, int64_t *i, int64_t *j)
{
    struct value a, b;
    if (json_kind(x) != JSON_LONG || json_kind(y) != JSON_LONG ||
        !json_scalar(x, &a) || !json_scalar(y, &b))
        return false;
    *i = a.i;
    *j = b.i;
    return true;
}

static void both(str x, str y, double *a, double *b)
{
    (void)series_number(x, a);
    (void)series_number(y, b);
}

/* Integers stay integers as long as they fit. */
#define EXACT(fn, op, builtin)                                               \
    static void fn(struct buf *b, str x, str y)                              \
    {                                                                        \
        int64_t i, j, r;                                                     \
        double p, q;                                                         \
        if (whole(x, y, &i, &j) && !builtin(i, j, &r)) {                     \
            buf_add_i64(b, r);                                               \
            return;                                                          \
        }                                                                    \
        both(x, y, &p, &q);                                                  \
        json_text_f64(b, p op q);                                            \
    }

EXACT(put_sum, +, __builtin_add_overflow)
EXACT(put_difference, -, __builtin_sub_overflow)
EXACT(put_product, *, __builtin_mul_overflow)

static void put_quotient(struct buf *b, str x, str y)
{
    double p, q;
    both(x, y, &p, &q);
    json_text_f64(b, p / q);
}

static void put_power(struct buf *b, str x, str y)
{
    double p, q;
    both(x, y, &p, &q);
    json_text_f64(b, pow(p, q));
}

#define COMPARE(fn, op)                                                      \
    static void fn(struct buf *b, str x, str y)                              \
    {                                                                        \
        int64_t i, j;                                                        \
        double p, q;                                                         \
        both(x, y, &p, &q);                                                  \
        bool yes = whole(x, y, &i, &j) ? i op j : p op q;                    \
        buf_add(b, yes ? S("true") : S("false"));                            \
    }

COMPARE(put_equal, ==)
COMPARE(put_unequal, !=)
COMPARE(put_less, <)
COMPARE(put_less_equal, <=)
COMPARE(put_greater, >)
COMPARE(put_greater_equal, >=)

/* --- rows -------------------------------------------------------------- */

#define ROW1(fn, of)                                                         \
    static void fn(struct fn_ctx *cx, const struct value *in, size_t nin,    \
                   struct value *out)                                        \
    {                                                                        \
        (void)nin;                                                           \
        each(cx, in, of, out);                                               \
    }
#define ROW2(fn, of)                                                         \
    static void fn(struct fn_ctx *cx, const struct value *in, size_t nin,    \
                   struct value *out)                                        \
    {                                                                        \
        (void)nin;                                                           \
        pairs(cx, in, of, out);                                              \
    }                                                                        \
    static struct expr *bind_##fn(struct binder *b, const struct ast *call,  \
                                  struct expr **args, size_t n)              \
    {                                                                        \
        for (size_t i = 0; i < n; i++)                                       \
            args[i] = coerce(b, args[i], TYPE_DYNAMIC);                      \
        return bind_call_args(b, S("k_series_" #fn),                         \
                              call ? call->span : NO_SPAN, call, args, n);   \
    }

ROW1(absolute, fabs)
ROW1(arc_cosine, acos)
ROW1(arc_sine, asin)
ROW1(arc_tangent, atan)
ROW1(up, ceil)
ROW1(cosine, cos)
ROW1(exponential, exp)
ROW1(down, floor)
ROW1(logarithm, log)
ROW1(signum, sign)
ROW1(sine, sin)
ROW1(tangent, tan)
ROW2(add, put_sum)
ROW2(subtract, put_difference)
ROW2(multiply, put_product)
ROW2(divide, put_quotient)
ROW2(power, put_power)
ROW2(equals, put_equal)
ROW2(not_equals, put_unequal)
ROW2(less, put_less)
ROW2(less_equals, put_less_equal)
ROW2(greater, put_greater)
ROW2(greater_equals, put_greater_equal)

#define EACH(nm, fn, what, ex)                                               \
    { .name = nm, .params = "dynamic", .ret = TYPE_DYNAMIC, .row = fn,       \
      .flags = FN_MAYNULL, .usage = nm "(series)", .summary = what,          \
      .example = "print " nm "(dynamic(" ex "))" }

/* The public row takes arrays and numbers of any type, the hidden one runs. */
#define PAIR(nm, fn, what)                                                   \
    { .name = nm, .params = "any, any", .ret = TYPE_DYNAMIC,                 \
      .bind = bind_##fn, .usage = nm "(series, series)", .summary = what,    \
      .example = "print " nm "(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" },   \
    { .name = "k_series_" #fn, .params = "dynamic, dynamic",                 \
      .ret = TYPE_DYNAMIC, .row = fn, .flags = FN_HIDDEN | FN_MAYNULL,       \
      .usage = "k_series_" #fn "(series, series)",                           \
      .summary = "What " nm " runs as.",                                     \
      .example = "print " nm "(dynamic([1, 2]), 1)" }

const struct lang_func funcs_series_math[] = {
    EACH("series_abs", absolute, "The absolute value of each element.",
         "[-6.5, 0, 8.2]"),
    EACH("series_acos", arc_cosine, "The arc cosine of each element.",
         "[-1, 0, 1]"),
    EACH("series_asin", arc_sine, "The arc sine of each element.",
         "[-1, 0, 1]"),
    EACH("series_atan", arc_tangent, "The arc tangent of each element.",
         "[-1, 0, 1]"),
    EACH("series_ceiling", up, "Each element, rounded up.", "[-1.5, 1, 2.5]"),
    EACH("series_cos", cosine, "The cosine of each element.", "[-1, 0, 1]"),
    EACH("series_exp", exponential, "e to the power of each element.",
         "[1, 2, 3]"),
    EACH("series_floor", down, "Each element, rounded down.",
         "[-1.5, 1, 2.5]"),
    EACH("series_log", logarithm, "The natural logarithm of each element.",
         "[1, 2, 3]"),
    EACH("series_sign", signum, "-1, 0 or 1 for each element: its sign.",
         "[-6, 0, 8]"),
    EACH("series_sin", sine, "The sine of each element.", "[-1, 0, 1]"),
    EACH("series_tan", tangent, "The tangent of each element.", "[-1, 0, 1]"),
    PAIR("series_add", add, "The sums of the elements of two series."),
    PAIR("series_subtract", subtract,
         "The differences of the elements of two series."),
    PAIR("series_multiply", multiply,
         "The products of the elements of two series."),
    PAIR("series_divide", divide,
         "The quotients of the elements of two series, as reals."),
    PAIR("series_pow", power,
         "The elements of one series to the power of those of another."),
    PAIR("series_equals", equals,
         "Which elements of two series are equal: an array of bools."),
    PAIR("series_not_equals", not_equals,
         "Which elements of two series differ: an array of bools."),
    PAIR("series_less", less,
         "Where the first series is less than the second."),
    PAIR("series_less_equals", less_equals,
         "Where the first series is not more than the second."),
    PAIR("series_greater", greater,
         "Where the first series is more than the second."),
    PAIR("series_greater_equals", greater_equals,
         "Where the first series is not less than the second."),
};
const size_t nfuncs_series_math = ROWS(funcs_series_math);
