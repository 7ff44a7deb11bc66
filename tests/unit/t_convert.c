/* t_convert.c - numbers, bools and guids out of text.
 *
 * Covers lang/base/convert.c. */
#include "base/convert.h"

#include <math.h>

#include "tests/unit/t.h"

enum { NONE = -999 };

static int64_t to_long(const char *z)
{
    int64_t v = NONE;
    return text_to_long(str_of(z), &v), v;
}

static int64_t to_int(const char *z)
{
    int64_t v = NONE;
    return text_to_int(str_of(z), &v), v;
}

static double to_real(const char *z)
{
    double v = NONE;
    return text_to_real(str_of(z), &v), v;
}

TEST(longs)
{
    CHECK(to_long("123") == 123 && to_long("-5") == -5 && to_long("+0") == 0);
    CHECK(to_long("  42\t") == 42 && to_long("007") == 7);
    CHECK(to_long("9223372036854775807") == INT64_MAX);
    CHECK(to_long("-9223372036854775808") == INT64_MIN);
    CHECK(to_long("9223372036854775808") == NONE);
    CHECK(to_long("0xa0") == 160 && to_long("0X1f") == 31);
    CHECK(to_long("0xFFFFFFFFFFFFFFFF") == -1);
    CHECK(to_long("0x00007FFFFFFFFFFFFFFF") == INT64_MAX);
    CHECK(to_long("0x1FFFFFFFFFFFFFFFF") == NONE && to_long("-0x10") == NONE);
    CHECK(to_long("0x") == NONE && to_long("0xg") == NONE);
    CHECK(to_long("") == NONE && to_long("-") == NONE && to_long(" ") == NONE);
    CHECK(to_long("12.5") == NONE && to_long("1e3") == NONE);
    CHECK(to_long("0b101") == NONE && to_long("1_000") == NONE);
}

TEST(ints)
{
    CHECK(to_int("2147483647") == INT32_MAX && to_int("2147483648") == NONE);
    CHECK(to_int("-2147483648") == INT32_MIN);
    CHECK(to_int("0x7FFFFFFF") == INT32_MAX && to_int("0xFFFFFFFF") == -1);
    CHECK(to_int("0x100000000") == NONE);
}

TEST(reals)
{
    CHECK(to_real("1.5e10") == 1.5e10 && to_real("0.0001") == 0.0001);
    CHECK(to_real("-2.5") == -2.5 && to_real(".5") == 0.5);
    CHECK(to_real("5.") == 5);
    CHECK(to_real("  3.14  ") == 3.14 && to_real("1e+3") == 1000);
    CHECK(signbit(to_real("-0")) && to_real("-0") == 0);
    CHECK(to_real("1e400") == INFINITY && to_real("-1e400") == -INFINITY);
    CHECK(to_real("1e-400") == 0 && to_real("4.9e-324") == 4.9e-324);
    CHECK(to_real("9223372036854775808") == 9223372036854775808.0);
    CHECK(to_real("0.1") == 0.1 && to_real("123456789.123456789") ==
          123456789.123456789);
    CHECK(isnan(to_real("NaN")) && isnan(to_real("  nan ")));
    CHECK(to_real("inf") == INFINITY && to_real("-Infinity") == -INFINITY);
    CHECK(to_real("+Infinity") == INFINITY && to_real("INF") == NONE);
    CHECK(to_real("") == NONE && to_real(".") == NONE && to_real("e5") == NONE);
    CHECK(to_real("1e") == NONE && to_real("1.2.3") == NONE);
    CHECK(to_real("0x10") == NONE && to_real("1,5") == NONE);
    CHECK(to_real("nan(1)") == NONE);
}

/* Every way of reading agrees with the C library. */
TEST(reals_agree)
{
    uint64_t seed = 3;
    size_t wrong = 0;
    char text[80];
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int exp = (int)(seed >> 58) - 32;
        snprintf(text, sizeof text, "%s%llu.%03ue%d", i % 2 ? "-" : "",
                 (unsigned long long)(seed >> (i % 60)), (unsigned)i % 1000,
                 exp);
        wrong += to_real(text) != strtod(text, NULL);
    }
    CHECK(wrong == 0);
    char big[2000];
    memset(big, '7', sizeof big);
    big[1] = '.';
    double d;
    CHECK(text_to_real((str){ big, sizeof big }, &d));
    CHECK(fabs(d - 7.777777777777778) < 1e-14);
}

TEST(bools)
{
    bool b;
    CHECK(text_to_bool(S("TRUE"), &b) && b);
    CHECK(text_to_bool(S("false"), &b) && !b);
    CHECK(text_to_bool(S("-1"), &b) && b);
    CHECK(text_to_bool(S("0"), &b) && !b);
    CHECK(!text_to_bool(S("yes"), &b) && !text_to_bool(S("1.0"), &b));
    CHECK(!text_to_bool(S(" true"), &b) && !text_to_bool(S(""), &b));
}

static str guid(const char *z)
{
    static char text[GUID_TEXT];
    if (!text_to_guid(str_of(z), text))
        return S("-");
    return (str){ text, GUID_TEXT };
}

TEST(guids)
{
    const char *want = "ae3133f2-6e22-49ae-b06a-16e6a9b212eb";
    CHECK_STR(guid("AE3133F2-6E22-49AE-B06A-16E6A9B212EB"), want);
    CHECK_STR(guid("ae3133f26e2249aeb06a16e6a9b212eb"), want);
    CHECK_STR(guid("{ae3133f2-6e22-49ae-b06a-16e6a9b212eb}"), want);
    CHECK_STR(guid("(ae3133f2-6e22-49ae-b06a-16e6a9b212eb)"), want);
    CHECK_STR(guid("ae3133f2-6e22-49ae-b06a-16e6a9b212e"), "-");
    CHECK_STR(guid("ae3133f2x6e22-49ae-b06a-16e6a9b212eb"), "-");
    CHECK_STR(guid("ge3133f2-6e22-49ae-b06a-16e6a9b212eb"), "-");
    CHECK_STR(guid(""), "-");
}

TEST(whole_parts)
{
    int64_t v = NONE;
    CHECK(real_to_long(-2.9, &v) && v == -2);
    CHECK(real_to_long(2.5, &v) && v == 2);
    CHECK(!real_to_long(NAN, &v) && !real_to_long(INFINITY, &v));
    CHECK(!real_to_long(9223372036854775808.0, &v));
    CHECK(real_to_long(-9223372036854775808.0, &v) && v == INT64_MIN);
}
