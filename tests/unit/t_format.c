/* t_format.c - the formatter against the C library's, and texts with a NUL. */
#include <float.h>
#include <limits.h>
#include <stdio.h>

#include "base/buf.h"
#include "t.h"

#define SAME(...)                                              \
    do {                                                       \
        char want[500];                                        \
        struct buf got;                                        \
        int n = snprintf(want, sizeof want, __VA_ARGS__);      \
        buf_init(&got, 10000);                                 \
        buf_addf(&got, __VA_ARGS__);                           \
        CHECK(str_eq(buf_str(&got), (str){ want, (size_t)n })); \
        buf_release(&got);                                     \
    } while (0)

TEST(numbers)
{
    SAME("%d %d %d", 0, INT_MIN, INT_MAX);
    SAME("%5d|%-5d|%05d|%1d", 42, 42, 42, 4242);
    SAME("%5d|%-5d|%05d", -42, -42, -42);
    SAME("%.3d|%8.3d|%.0d", 7, -7, 5);
    SAME("%lld %lld %ld", LLONG_MIN, LLONG_MAX, LONG_MIN);
    SAME("%u %llu %zu", UINT_MAX, ULLONG_MAX, SIZE_MAX);
    SAME("%x %X %04x %016llx", 0xBEEFu, 0xBEEFu, 0xAu, 0x123456789ABCDEFull);
    SAME("%0*d|%*d|%0*llx", 6, 42, 7, 42, 9, 0xFFull);
    SAME("%hhd %hd", 12, 1234);
}

TEST(reals)
{
    SAME("%.1f %.0f %.3f %3.0f", 0.25, 2.5, -1.0005, 7.0);
    SAME("%g %.10g %.*g %.6g", 0.1, 1.0 / 3, 3, 12345.678, 1e300);
    SAME("%f %e", DBL_MAX, DBL_MIN);
}

TEST(texts)
{
    SAME("%s|%7s|%-7s|%.2s|%.40s|", "abc", "abc", "abc", "abc", "abc");
    SAME("%c%c%%", 'a', 'b');
    SAME("no directive");
}

TEST(nul)
{
    struct buf b;
    struct arena *a = arena_new();
    str s = { "a\0b", 3 };
    buf_init(&b, 100);
    buf_addf(&b, "<%.*s>%s", STRF(s), "x");
    CHECK(str_eq(buf_str(&b), (str){ "<a\0b>x", 6 }));
    str f = arena_fmt(a, "%.*s%.*s", STRF(s), STRF(s));
    CHECK(f.n == 6 && memcmp(f.p, "a\0ba\0b", 7) == 0);
    buf_addf(&b, "%.*s", STRF(STR_NONE));
    CHECK(b.n == 6);
    buf_release(&b);
    arena_free(a);
}

TEST(ceiling)
{
    struct buf b;
    buf_init(&b, 4);
    buf_addf(&b, "%s", "12345");
    CHECK(!buf_ok(&b));
    buf_release(&b);
}
