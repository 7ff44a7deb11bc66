/* t_utf8.c - decoding, repair, case folding and visible text.
 *
 * Covers lang/base/utf8.c. */
#include "base/utf8.h"

#include "tests/unit/t.h"

static struct buf out;

static str repaired(str s)
{
    buf_release(&out);
    buf_init(&out, 1 << 20);
    utf8_repair(&out, s);
    return buf_str(&out);
}

static str printable(str s)
{
    buf_release(&out);
    buf_init(&out, 1 << 20);
    utf8_printable(&out, s);
    return buf_str(&out);
}

static str recased(str s, void (*fn)(struct buf *b, str s))
{
    buf_release(&out);
    buf_init(&out, 1 << 20);
    fn(&out, s);
    return buf_str(&out);
}

/* Every scalar value survives encoding and decoding; nothing else is valid. */
TEST(round_trip)
{
    buf_init(&out, 64);
    size_t bad = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c < 0xE000)
            continue;
        size_t i = 0;
        buf_reset(&out);
        buf_add_utf8(&out, c);
        bad += !utf8_valid(buf_str(&out));
        bad += utf8_next(buf_str(&out), &i) != c || i != out.n;
    }
    CHECK(bad == 0);
    buf_release(&out);
}

TEST(malformed)
{
    static const char *const bad[] = {
        "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
        "\xE2\x82", "\xF0\x9F\x98", "\xC3",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!utf8_valid(str_of(bad[i])));
    CHECK(utf8_valid(S("a\0b")));
    CHECK(utf8_valid(S("plain text that is longer than eight bytes")));
    CHECK(!utf8_valid(S("plain text that is longer than\xFF eight bytes")));
    CHECK_STR(repaired(S("a\xE2\x82z")), "a\xEF\xBF\xBDz");
    CHECK_STR(repaired(S("\xF0\x9F\x98")), "\xEF\xBF\xBD");
    CHECK_STR(repaired(S("\xC0\x80")), "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_STR(repaired(S("\xED\xA0\x80")),
              "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(!utf8_repair(&out, S("caf\xC3\xA9")));
    CHECK(utf8_count(S("a\xE2\x82z")) == 3);
    buf_release(&out);
}

TEST(counting)
{
    CHECK(utf8_count(S("")) == 0);
    CHECK(utf8_count(S("hello, long ASCII text")) == 22);
    CHECK(utf8_count(S("caf\xC3\xA9 au lait, \xE2\x82\xAC")) == 15);
    CHECK(utf8_count(S("\xF0\x9F\x98\x80!")) == 2);
}

TEST(folding)
{
    CHECK(utf8_fold('A') == 'a' && utf8_fold('Z') == 'z');
    CHECK(utf8_fold('@') == '@' && utf8_fold('[') == '[');
    CHECK(utf8_fold(0xC9) == 0xE9 && utf8_fold(0xE9) == 0xE9);
    CHECK(utf8_fold(0x41F) == 0x43F);      /* Cyrillic Pe */
    CHECK(utf8_fold(0x3C2) == 0x3C3);      /* final sigma */
    CHECK(utf8_fold(0x3A3) == 0x3C3);
    CHECK(utf8_fold(0x212A) == 'k');       /* Kelvin sign */
    CHECK(utf8_fold(0x17F) == 's');        /* long s */
    CHECK(utf8_fold(0x1E9E) == 0xDF);      /* status S */
    CHECK(utf8_fold(0x130) == 0x130);      /* no Turkish folding */
    CHECK(utf8_fold(0x13F8) == 0x13F0);    /* Cherokee folds upwards */
    CHECK(utf8_fold(0x1F88) == 0x1F80);
    CHECK(utf8_fold(0xD7) == 0xD7);        /* multiplication sign */
    CHECK(utf8_fold(0x10400) == 0x10428);
    size_t unstable = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++)
        unstable += utf8_fold(utf8_fold(c)) != utf8_fold(c);
    CHECK(unstable == 0);
}

TEST(casing)
{
    CHECK_STR(recased(S("MiXed 123 \xC3\x89\xCE\xA3!"), utf8_lower),
              "mixed 123 \xC3\xA9\xCF\x83!");
    CHECK_STR(recased(S("MiXed 123 \xC3\xA9\xC3\x9F"), utf8_upper),
              "MIXED 123 \xC3\x89\xC3\x9F");
    CHECK_STR(recased(S("\xD0\x9F\xD1\x80"), utf8_upper), "\xD0\x9F\xD0\xA0");
    CHECK_STR(recased(S("@[`{"), utf8_lower), "@[`{");
    buf_release(&out);
}

TEST(classes)
{
    CHECK(utf8_is_alnum('a') && utf8_is_alnum('Z') && utf8_is_alnum('0'));
    CHECK(!utf8_is_alnum('_') && !utf8_is_alnum(' ') && !utf8_is_alnum('-'));
    CHECK(utf8_is_alnum(0xE9) && utf8_is_alnum(0x43F));
    CHECK(utf8_is_alnum(0x4E2D) && utf8_is_alnum(0xFF11));
    CHECK(utf8_is_alnum(0x660) && utf8_is_alnum(0x20000));
    CHECK(!utf8_is_alnum(0x2014) && !utf8_is_alnum(0x1F600));
    CHECK(!utf8_is_alnum(0xD7) && !utf8_is_alnum(0xA0));
}

TEST(visible)
{
    CHECK_STR(printable(S("plain \xC3\xA9")), "plain \xC3\xA9");
    CHECK_STR(printable(S("a\x1b[31m\n\t\0z")), "a\\x1b[31m\\x0a\\x09\\x00z");
    CHECK_STR(printable(S("\x7f\xC2\x9B")), "\\x7f\\x9b");
    CHECK_STR(printable(S("\xE2\x80\xAE" "txt\xEF\xBB\xBF")),
              "<U+202E>txt<U+FEFF>");
    CHECK_STR(printable(S("\xE2\x80\x8B\xE2\x81\xA6")), "<U+200B><U+2066>");
    CHECK_STR(printable(S("\xF3\xA0\x81\x81")), "<U+E0041>");
    CHECK_STR(printable(S("\xFF")), "\xEF\xBF\xBD");
    buf_reset(&out);
    utf8_printable_keep(&out, S("a\tb\nc"), "\t");
    CHECK_STR(buf_str(&out), "a\tb\\x0ac");
    buf_release(&out);
}

TEST(columns)
{
    CHECK(utf8_width(S("abc")) == 3);
    CHECK(utf8_width(S("\xE4\xB8\xAD\xE6\x96\x87")) == 4);
    CHECK(utf8_width(S("e\xCC\x81")) == 1);
    CHECK(utf8_width(S("\xEF\xBC\xA1")) == 2);      /* full-width A */
    CHECK(utf8_width(S("\xF0\x9F\x98\x80")) == 2);
    CHECK(utf8_width(S("\xCD\xB8")) == 1);          /* unassigned */
}
