/* fn_math.c - arithmetic functions on real numbers.
 *
 * Called by: the engine, once per row. Outside their domain functions give
 * NaN or infinity as C does, except where KQL has null; none stops a query. */
#include <math.h>

#include "text_int.h"

#define PI 3.14159265358979323846

#define REAL1(name, expression)                                              \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        double x = in[0].d;                                                  \
        (void)cx, (void)n;                                                   \
        dyn_set_real(out, expression);                                       \
    }
#define REAL2(name, expression)                                              \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        double x = in[0].d, y = in[1].d;                                     \
        (void)cx, (void)n;                                                   \
        dyn_set_real(out, expression);                                       \
    }
/* Null where `domain` does not hold; NaN goes through. */
#define REAL1_OR_NULL(name, domain, expression)                              \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        double x = in[0].d;                                                  \
        (void)cx, (void)n;                                                   \
        if (isnan(x) || (domain))                                            \
            dyn_set_real(out, expression);                                   \
    }

REAL1(sqrt, sqrt(x))
REAL1(exp, exp(x))
REAL1(exp2, exp2(x))
REAL1(exp10, pow(10, x))
REAL1_OR_NULL(log, x >= 0, log(x))
REAL1_OR_NULL(log2, x >= 0, log2(x))
REAL1_OR_NULL(log10, x >= 0, log10(x))
REAL1(sin, sin(x))
REAL1(cos, cos(x))
REAL1(tan, tan(x))
REAL1(cot, 1 / tan(x))
REAL1_OR_NULL(asin, x >= -1 && x <= 1, asin(x))
REAL1_OR_NULL(acos, x >= -1 && x <= 1, acos(x))
REAL1(atan, atan(x))
REAL2(atan2, atan2(x, y))
REAL2(pow, pow(x, y))
REAL1(degrees, x / PI * 180)
REAL1(radians, x / 180 * PI)
REAL1(ceiling, ceil(x))
REAL1(sign, x > 0 ? 1 : x < 0 ? -1 : x)
REAL1(abs, fabs(x))
REAL1(gamma, tgamma(x))
REAL1(loggamma, log(fabs(tgamma(x))))
REAL1(erf, erf(x))
REAL1(erfc, erfc(x))

/* Half away from zero, at `places` decimal places (tens when negative). */
static void row_round(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    int64_t places = n > 1 ? in[1].i : 0;
    double x = in[0].d;
    (void)cx;
    if (places > 300 || places < -300 || !isfinite(x)) {
        dyn_set_real(out, places < -300 ? 0 : x);
        return;
    }
    double scale = pow(10, (double)(places < 0 ? -places : places));
    double r = places < 0 ? round(x / scale) * scale
                          : round(x * scale) / scale;
    dyn_set_real(out, isfinite(r) ? r : x); /* too large to have such places */
}

static void row_abs_long(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    (void)cx, (void)n;
    dyn_set_long(out, in[0].i < 0 ? (int64_t)(0 - (uint64_t)in[0].i)
                                  : in[0].i);
}

#define TEST_ROW(name, expression)                                           \
    static void row_##name(struct fn_ctx *cx, const struct value *in,        \
                           size_t n, struct value *out)                      \
    {                                                                        \
        (void)cx, (void)n;                                                   \
        dyn_set_bool(out, expression);                                       \
    }

TEST_ROW(isnan, isnan(in[0].d))
TEST_ROW(isinf, isinf(in[0].d))
TEST_ROW(isfinite, isfinite(in[0].d))

#define MATH(fn, c, more, does, sample)                                      \
    { .name = fn, .params = "real", .ret = TYPE_REAL, .row = row_##c,        \
      .flags = more, .usage = fn "(number)", .summary = does,                \
      .example = "print " fn "(" sample ")" }
#define CHECK_ROW(fn, c, does, sample)                                       \
    { .name = fn, .params = "real", .ret = TYPE_BOOL, .row = row_##c,        \
      .usage = fn "(number)", .summary = does,                               \
      .example = "print " fn "(" sample ")" }

const struct lang_func funcs_math[] = {
    { .name = "abs", .params = "long", .ret = TYPE_LONG, .row = row_abs_long,
      .usage = "abs(number)", .summary = "The number without its sign.",
      .example = "print abs(-5)" },
    { .name = "abs", .params = "timespan", .ret = TYPE_TIMESPAN,
      .row = row_abs_long, .flags = FN_HIDDEN, .usage = "abs(timespan)",
      .summary = "The length of time without its sign.",
      .example = "print abs(-1h)" },
    { .name = "abs", .params = "decimal", .ret = TYPE_DECIMAL,
      .sql = "abs($1)", .flags = FN_HIDDEN, .usage = "abs(number)",
      .summary = "The number without its sign.",
      .example = "print abs(decimal(-2.5))" },
    { .name = "abs", .params = "real", .ret = TYPE_REAL, .row = row_abs,
      .flags = FN_HIDDEN, .usage = "abs(number)",
      .summary = "The number without its sign.",
      .example = "print abs(-2.5)" },
    MATH("sign", sign, 0, "-1, 0 or 1.", "-42"),
    MATH("ceiling", ceiling, 0, "The smallest whole number not below.", "1.2"),
    { .name = "round", .params = "real, long?", .ret = TYPE_REAL,
      .row = row_round, .usage = "round(number [, places])",
      .summary = "The number to so many decimal places; halves go away from "
                 "zero.",
      .example = "print round(2.98765, 3)" },
    MATH("sqrt", sqrt, 0, "Square root; NaN of a negative number.", "16"),
    { .name = "pow", .params = "real, real", .ret = TYPE_REAL,
      .row = row_pow, .usage = "pow(base, exponent)",
      .summary = "A number to the power of another.",
      .example = "print pow(2, 10)" },
    MATH("exp", exp, 0, "e to the power of a number.", "1"),
    MATH("exp2", exp2, 0, "2 to the power of a number.", "10"),
    MATH("exp10", exp10, 0, "10 to the power of a number.", "3"),
    MATH("log", log, FN_MAYNULL,
         "Natural logarithm; null of a negative number.", "10"),
    MATH("log2", log2, FN_MAYNULL,
         "Logarithm to base 2; null of a negative number.", "1024"),
    MATH("log10", log10, FN_MAYNULL,
         "Logarithm to base 10; null of a negative number.", "1000"),
    MATH("sin", sin, 0, "Sine of an angle in radians.", "1"),
    MATH("cos", cos, 0, "Cosine of an angle in radians.", "1"),
    MATH("tan", tan, 0, "Tangent of an angle in radians.", "1"),
    MATH("cot", cot, 0, "Cotangent of an angle in radians.", "1"),
    MATH("asin", asin, FN_MAYNULL,
         "Angle in radians with this sine; null outside -1 … 1.", "0.5"),
    MATH("acos", acos, FN_MAYNULL,
         "Angle in radians with this cosine; null outside -1 … 1.", "0.5"),
    MATH("atan", atan, 0, "Angle in radians with this tangent.", "1"),
    { .name = "atan2", .params = "real, real", .ret = TYPE_REAL,
      .row = row_atan2, .usage = "atan2(y, x)",
      .summary = "Angle in radians between the x axis and the point (x, y).",
      .example = "print atan2(1, 1)" },
    MATH("degrees", degrees, 0, "Radians as degrees.", "3.14159"),
    MATH("radians", radians, 0, "Degrees as radians.", "180"),
    { .name = "pi", .params = "", .ret = TYPE_REAL, .sql = "pi()",
      .usage = "pi()", .summary = "The number pi.", .example = "print pi()" },
    MATH("gamma", gamma, 0, "The gamma function.", "5"),
    MATH("loggamma", loggamma, 0,
         "Logarithm of the absolute value of the gamma function.", "5"),
    MATH("erf", erf, 0, "The error function.", "1"),
    MATH("erfc", erfc, 0, "The complementary error function.", "1"),
    CHECK_ROW("isnan", isnan, "Whether a number is NaN.", "0.0 / 0.0"),
    CHECK_ROW("isinf", isinf, "Whether a number is infinite.", "1.0 / 0.0"),
    CHECK_ROW("isfinite", isfinite,
              "Whether a number is neither NaN nor infinite.", "1.5"),
};
const size_t nfuncs_math = ROWS(funcs_math);
