/* t_funcs_number.c - rows on numbers and conversions between types. */
#include <math.h>

#include "funcs/funcs.h"
#include "t.h"

static const struct func_family families[] = {
    { "tostring", funcs_tostring, &nfuncs_tostring },
    { "tonumber", funcs_tonumber, &nfuncs_tonumber },
    { "math", funcs_math, &nfuncs_math }, { "bits", funcs_bits, &nfuncs_bits },
};

#include "fn_call.h"

static struct value of(enum type t, int64_t i)
{
    return (struct value){ .type = t, .i = i };
}

TEST(to_text)
{
    CHECK_STR(CALL("tostring", B(true)), "True");
    CHECK_STR(CALL("tostring", R(1)), "1.0");
    CHECK_STR(CALL("tostring", R(-INFINITY)), "-inf");
    CHECK_STR(CALL("tostring", R(NAN)), "NaN");
    CHECK_STR(CALL("tostring", of(TYPE_TIMESPAN, 864000000000)), "1.00:00:00");
    CHECK_STR(CALL("tostring", of(TYPE_DATETIME, 637134336000000000)),
              "2020-01-01T00:00:00.0000000Z");
    CHECK_STR(CALL("tostring", D("\"a\\nb\"")), "a\nb");
    CHECK_STR(CALL("tostring", D("{\"a\":1}")), "{\"a\":1}");
    CHECK_STR(CALL("tostring", D("true")), "true");
    CHECK_STR(CALL("tostring", NIL(TYPE_DYNAMIC)), "");
    CHECK_STR(CALL("tostring", NIL(TYPE_REAL)), "");
}

TEST(to_bool)
{
    CHECK_STR(CALL("tobool", T("True")), "True");
    CHECK_STR(CALL("tobool", T("0")), "False");
    CHECK_STR(CALL("tobool", T("-1")), "True");
    CHECK_STR(CALL("tobool", T("yes")), "<null>");
    CHECK_STR(CALL("tobool", T("1.0")), "<null>");
    CHECK_STR(CALL("tobool", D("true")), "True");
    CHECK_STR(CALL("tobool", D("0.5")), "True");
    CHECK_STR(CALL("toboolean", D("\"false\"")), "False");
    CHECK_STR(CALL("tobool", D("[1]")), "<null>");
}

TEST(to_whole_numbers)
{
    CHECK_STR(CALL("toint", T("12.5")), "<null>");
    CHECK_STR(CALL("toint", T("0x10")), "16");
    CHECK_STR(CALL("toint", T("2147483648")), "<null>");
    CHECK_STR(CALL("toint", R(-2.9)), "-2");
    CHECK_STR(CALL("toint", of(TYPE_TIMESPAN, 36000000000)), "1640261632");
    CHECK_STR(CALL("toint", L(2147483648)), "-2147483648");
    CHECK_STR(CALL("toint", D("2147483648")), "-2147483648");
    CHECK_STR(CALL("toint", D("\"2147483648\"")), "<null>");
    CHECK_STR(CALL("toint", D("1.9")), "1");
    CHECK_STR(CALL("toint", D("true")), "1");
    CHECK_STR(CALL("toint", D("{}")), "<null>");
    CHECK_STR(CALL("tolong", T(" 42 ")), "42");
    CHECK_STR(CALL("tolong", T("1e19")), "<null>");
    CHECK_STR(CALL("tolong", R(INFINITY)), "<null>");
    CHECK_STR(CALL("tolong", R(1e300)), "<null>");
    CHECK_STR(CALL("tolong", D("1.9")), "1");
    CHECK_STR(CALL("tolong", D("\"7\"")), "7");
    CHECK_STR(CALL("tolong", D("9223372036854775807")),
              "9223372036854775807");
}

TEST(to_real_numbers)
{
    CHECK_STR(CALL("todouble", T("1.5e3")), "1500.0");
    CHECK_STR(CALL("toreal", T("inf")), "inf");
    CHECK_STR(CALL("toreal", T("INF")), "<null>");
    CHECK_STR(CALL("todouble", T("abc")), "<null>");
    CHECK_STR(CALL("todouble", D("2")), "2.0");
    CHECK_STR(CALL("todouble", D("\"2.5\"")), "2.5");
    CHECK_STR(CALL("todouble", D("[2]")), "<null>");
}

TEST(to_guids)
{
    CHECK_STR(CALL("toguid", T("{AE3133F2-6E22-49AE-B06A-16E6A9B212EB}")),
              "ae3133f2-6e22-49ae-b06a-16e6a9b212eb");
    CHECK_STR(CALL("toguid", D("\"ae3133f26e2249aeb06a16e6a9b212eb\"")),
              "ae3133f2-6e22-49ae-b06a-16e6a9b212eb");
    CHECK_STR(CALL("toguid", T("x")), "<null>");
}

TEST(domains)
{
    CHECK_STR(CALL("sqrt", R(-1)), "NaN");
    CHECK_STR(CALL("log", R(-1)), "<null>");
    CHECK_STR(CALL("log", R(0)), "-inf");
    CHECK_STR(CALL("log", R(NAN)), "NaN");
    CHECK_STR(CALL("log10", R(1000)), "3.0");
    CHECK_STR(CALL("exp", R(1000)), "inf");
    CHECK_STR(CALL("pow", R(-8), R(1.0 / 3)), "NaN");
    CHECK_STR(CALL("pow", R(2), R(10)), "1024.0");
    CHECK_STR(CALL("asin", R(2)), "<null>");
    CHECK_STR(CALL("cot", R(1)), "0.6420926159343306");
    CHECK_STR(CALL("degrees", R(3.141592653589793 / 4)), "45.0");
    CHECK_STR(CALL("radians", R(90)), "1.5707963267948966");
    CHECK_STR(CALL("loggamma", R(5)), "3.1780538303479458");
    CHECK_STR(CALL("isnan", R(NAN)), "True");
    CHECK_STR(CALL("isinf", R(NAN)), "False");
    CHECK_STR(CALL("isfinite", R(1)), "True");
}

TEST(rounding)
{
    CHECK_STR(CALL("round", R(2.5)), "3.0");
    CHECK_STR(CALL("round", R(-2.5)), "-3.0");
    CHECK_STR(CALL("round", R(2.98765), L(3)), "2.988");
    CHECK_STR(CALL("round", R(2.15), L(1)), "2.2");
    CHECK_STR(CALL("round", R(-50.55), L(-2)), "-100.0");
    CHECK_STR(CALL("round", R(21.5), L(-1)), "20.0");
    CHECK_STR(CALL("round", R(1e300), L(300)), "1e+300");
    CHECK_STR(CALL("round", R(1.5), L(INT64_MIN)), "0.0");
    CHECK_STR(CALL("ceiling", R(-1.1)), "-1.0");
    CHECK_STR(CALL("abs", L(-99)), "99");
    CHECK_STR(CALL("abs", L(INT64_MIN)), "-9223372036854775808");
    CHECK_STR(CALL("abs", of(TYPE_TIMESPAN, -36000000000)), "01:00:00");
    CHECK_STR(CALL("sign", R(-42)), "-1.0");
    CHECK_STR(CALL("sign", R(0)), "0.0");
}

TEST(bits)
{
    CHECK_STR(CALL("binary_and", L(12), L(10)), "8");
    CHECK_STR(CALL("binary_xor", L(12), L(10)), "6");
    CHECK_STR(CALL("binary_not", L(100)), "-101");
    CHECK_STR(CALL("binary_shift_left", L(1), L(2)), "4");
    CHECK_STR(CALL("binary_shift_left", L(1), L(65)), "2");
    CHECK_STR(CALL("binary_shift_left", L(1), L(-1)), "<null>");
    CHECK_STR(CALL("binary_shift_right", L(-8), L(1)), "-4");
    CHECK_STR(CALL("bitset_count_ones", L(-1)), "64");
    CHECK_STR(CALL("tohex", L(256)), "100");
    CHECK_STR(CALL("tohex", L(-256)), "ffffffffffffff00");
    CHECK_STR(CALL("tohex", of(TYPE_INT, -256), L(8)), "ffffff00");
    CHECK_STR(CALL("tohex", L(256), L(8)), "00000100");
}

static double number(const struct lang_func *f, struct fn_ctx *cx,
                     const struct value *in, size_t n)
{
    struct value out = { .type = TYPE_REAL, .null = true };
    f->row(cx, in, n, &out);
    return out.d;
}

/* Uniform enough: the mean and the spread of many draws. */
TEST(random_numbers)
{
    struct fn_ctx cx = { .tmp = arena_new(), .keep = arena_new() };
    struct value six = L(6);
    const struct lang_func *unit = NULL, *below = NULL;
    for (size_t i = 0; i < nfuncs_bits; i++)
        if (strcmp(funcs_bits[i].name, "rand") == 0)
            *(funcs_bits[i].params[0] ? &below : &unit) = &funcs_bits[i];
    double sum = 0, squares = 0;
    size_t outside = 0, faces[6] = { 0 };
    for (int i = 0; i < 60000; i++) {
        double d = number(unit, &cx, NULL, 0);
        sum += d;
        squares += d * d;
        outside += d < 0 || d >= 1;
        d = number(below, &cx, &six, 1);
        outside += d < 0 || d > 5 || d != floor(d);
        faces[(int)d]++;
    }
    CHECK(outside == 0);
    CHECK(fabs(sum / 60000 - 0.5) < 0.01);
    CHECK(fabs(squares / 60000 - 1.0 / 3) < 0.01);
    for (int i = 0; i < 6; i++)
        CHECK(faces[i] > 9500 && faces[i] < 10500);
    arena_free(cx.tmp);
    arena_free(cx.keep);
}

TEST(anything)
{
    CHECK(call_everything() > 10000);
    call_end();
}
