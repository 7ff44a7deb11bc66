/* t_str.c - views of bytes: search, comparison, patterns, distance.
 *
 * Covers lang/base/str.c. */
#include "base/str.h"

#include "tests/unit/t.h"

TEST(empty_texts_have_no_pointer)
{
    CHECK(str_eq(STR_NONE, S("")));
    CHECK(str_starts(STR_NONE, S("")) && str_ends(STR_NONE, S("")));
    CHECK(str_sub(STR_NONE, 0, 9).n == 0);
    CHECK(str_find(STR_NONE, S("a")) < 0);
    CHECK(str_trim(S(" \t\r\n")).n == 0);
}

TEST(nul_bytes_are_bytes)
{
    str s = { "a\0b\0c", 5 };
    CHECK(str_find(s, (str){ "\0c", 2 }) == 3);
    CHECK(str_find_char(s, 'b') == 2);
    CHECK(!str_eq(s, str_sub(s, 0, 4)));
    CHECK(str_cmp(str_sub(s, 0, 4), s) < 0);
}

TEST(case_of_ascii_only)
{
    CHECK(str_ieq(S("PowerShell"), S("powershell")));
    CHECK(!str_ieq(S("\xc3\x84"), S("\xc3\xa4")));
    CHECK(!str_ieq(S("@"), S("`")));
}

TEST(glob)
{
    CHECK(str_glob(S("*"), S(""), true));
    CHECK(str_glob(S("a*c"), S("abbc"), true));
    CHECK(!str_glob(S("a*c"), S("abbcd"), true));
    CHECK(str_glob(S("*a*b*"), S("xxaxxbxx"), true));
    CHECK(str_glob(S("a?c"), S("abc"), true));
    CHECK(!str_glob(S("a?c"), S("abc"), false));
    CHECK(str_glob(S("a?c"), S("a?c"), false));
    CHECK(!str_glob(S("a?c"), S("ac"), true));
    CHECK(!str_glob(S(""), S("a"), true));
    CHECK(str_glob(S("a[b]"), S("a[b]"), true));
}

TEST(distance)
{
    CHECK(str_distance(S("summarize"), S("summarise"), 3) == 1);
    CHECK(str_distance(S("ab"), S("ba"), 3) == 1);
    CHECK(str_distance(S("abc"), S("abc"), 3) == 0);
    CHECK(str_distance(S("abc"), S("xyz"), 2) > 2);
}
