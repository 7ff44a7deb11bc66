/* t_render_html.c - escaping: no byte of a value becomes markup. */
#include "t.h"

#include "base/utf8.h"
#include "render/format.h"
#include "render/html/html.h"
#include "render/names.h"
#include "render/table.h"
#include "tests/render/hostile.h"

typedef void writer(struct buf *b, str s);

static str written(struct buf *b, writer *w, str s)
{
    buf_reset(b);
    w(b, s);
    return buf_str(b);
}

TEST(text_escapes_what_is_markup_and_nothing_else)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(written(&b, html_text, S("<a href='x'>&\"`")),
              "&lt;a href='x'&gt;&amp;\"`");
    CHECK_STR(written(&b, html_text, S("&lt;")), "&amp;lt;");
    CHECK_STR(written(&b, html_text, S("a\tb\nc")), "a\tb\nc");
    CHECK_STR(written(&b, html_text, S("\xC3\xA4\xE2\x82\xAC")),
              "\xC3\xA4\xE2\x82\xAC");
    buf_release(&b);
}

TEST(attributes_escape_quotes_and_breaks)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(written(&b, html_attr, S("' onx=\"1\"`\n\t<")),
              "&#39; onx=&quot;1&quot;&#96;&#10;&#9;&lt;");
    buf_release(&b);
}

TEST(hidden_characters_are_spelled_out)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(written(&b, html_text, S("\x1b[2J\r\x7f")),
              "\\x1b[2J\\x0d\\x7f");
    CHECK_STR(written(&b, html_text, S("a\0b")), "a\\x00b");
    CHECK_STR(written(&b, html_text, S("\xE2\x80\xAEx")), "&lt;U+202E&gt;x");
    CHECK_STR(written(&b, html_text, S("\xEF\xBF\xBF")), "&lt;U+FFFF&gt;");
    CHECK_STR(written(&b, html_text, S("\xF3\xA0\x81\x81")),
              "&lt;U+E0041&gt;");
    CHECK_STR(written(&b, html_text, S("\xC2\x9B" "1")), "\\x9b1");
    /* Spelled out and typed look alike in text, but not in a value. */
    CHECK_STR(written(&b, html_value, S("\x1b")),
              "<i class=\"shk-u\">\\x1b</i>");
    CHECK_STR(written(&b, html_value, S("\\x1b")), "\\x1b");
    CHECK_STR(written(&b, html_value, S("a\nb")),
              "a<i class=\"shk-nl\"></i>\nb");
    buf_release(&b);
}

TEST(malformed_bytes_become_replacement_characters)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(written(&b, html_text, S("\xC0\xBC")),
              "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_STR(written(&b, html_text, S("\xED\xA0\x80")),
              "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK_STR(written(&b, html_text, S("x\xF0\x9F\x98")), "x\xEF\xBF\xBD");
    buf_release(&b);
}

TEST(json_cannot_leave_its_script)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(written(&b, html_json, S("</script><!--\"\\&\n")),
              "\"\\u003c/script\\u003e\\u003c!--\\\"\\\\\\u0026\\n\"");
    CHECK_STR(written(&b, html_json, S("\xE2\x80\xA8")),
              "\"\\u003cU+2028\\u003e\"");
    CHECK_STR(written(&b, html_json, S("\x1b")), "\"\\\\x1b\"");
    buf_release(&b);
}

/* Every single byte and every hostile text, in every place. */
TEST(no_raw_markup_whatever_the_bytes)
{
    static writer *const writers[] = { html_text, html_attr, html_json };
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t w = 0; w < 3; w++) {
        for (int c = 0; c < 256; c++) {
            char one[3] = { 'a', (char)c, 'z' };
            str s = written(&b, writers[w], (str){ one, 3 });
            CHECK(utf8_valid(s));
            CHECK(str_find_char(s, '<') < 0);
        }
        for (size_t i = 0; i < NHOSTILE; i++) {
            str s = written(&b, writers[w], hostile[i]);
            CHECK(utf8_valid(s));
            CHECK(str_find_char(s, '<') < 0 && str_find_char(s, '>') < 0);
            CHECK(str_find_char(s, '\x1b') < 0 && !memchr(s.p, 0, s.n));
            if (writers[w] == html_attr)
                CHECK(str_find_char(s, '"') < 0 && str_find_char(s, '\'') < 0);
        }
    }
    buf_release(&b);
}

TEST(cut_counts_code_points)
{
    size_t left;
    CHECK_STR(html_cut(S("abc"), 3, &left), "abc");
    CHECK(left == 0);
    CHECK_STR(html_cut(S("\xC3\xA4\xC3\xA4\xC3\xA4"), 2, &left),
              "\xC3\xA4\xC3\xA4");
    CHECK(left == 1);
    CHECK_STR(html_cut(S("abc"), 0, &left), "");
    CHECK(left == 3);
}

TEST(plain_text_shows_no_link_and_no_control)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK_STR(written(&b, table_text_value, S("see http://evil.example/a.b")),
              "see hxxp[:]//evil[.]example/a.b");
    CHECK_STR(written(&b, table_text_value, S("HTTPS://u@e.example:1/x")),
              "HxxPS[:]//u@e[.]example:1/x");
    CHECK_STR(written(&b, table_text_value, S("www.evil.example x")),
              "www[.]evil[.]example x");
    CHECK_STR(written(&b, table_text_value, S("1.2.3.4 a:b a.exe")),
              "1.2.3.4 a:b a.exe");
    CHECK_STR(written(&b, table_text_value, S("\x1b]8;;x\x07\n")),
              "\\x1b]8;;x\\x07\\x0a");
    CHECK_STR(written(&b, table_text_value, S("://x")), "://x");
    CHECK_STR(written(&b, table_text_value, S("cut http://")), "cut hxxp[:]//");
    buf_release(&b);
}

TEST(numbers_times_and_lengths)
{
    struct buf b;
    buf_init(&b, 1000);
    format_count(&b, 1234567);
    CHECK_STR(buf_str(&b), "1,234,567");
    buf_reset(&b);
    format_count(&b, 0);
    CHECK_STR(buf_str(&b), "0");
    buf_reset(&b);
    format_num(&b, 1500000, true);
    CHECK_STR(buf_str(&b), "1.5M");
    buf_reset(&b);
    format_num(&b, -0.0, true);
    CHECK_STR(buf_str(&b), "0");
    buf_reset(&b);
    format_time(&b, 638400096001234567LL, 7);
    CHECK_STR(buf_str(&b), "2024-01-05 00:00:00.1234567Z");
    buf_reset(&b);
    format_time(&b, -5, 0);
    CHECK_STR(buf_str(&b), "-5 ticks");
    buf_reset(&b);
    format_span(&b, 75 * 600000000LL);
    CHECK_STR(buf_str(&b), "1 h 15 m");
    buf_release(&b);
}

TEST(json_is_laid_out_without_touching_strings)
{
    struct buf b;
    buf_init(&b, 10000);
    format_json(&b, S("{\"a\":[1,2],\"b\":\"x,{y\\\"}\",\"c\":{},\"d\":[]}"));
    CHECK_STR(buf_str(&b), "{\n  \"a\": [\n    1,\n    2\n  ],\n"
                           "  \"b\": \"x,{y\\\"}\",\n  \"c\": {},\n"
                           "  \"d\": []\n}");
    buf_reset(&b);
    format_json(&b, S("]]]\"never closed\\"));
    CHECK(buf_ok(&b));
    buf_release(&b);
}

TEST(names_are_numbered_in_order_of_appearance)
{
    struct arena *a = arena_new();
    struct names t;
    names_init(&t, a);
    CHECK(names_find(&t, S("x")) == -1);
    for (size_t i = 0; i < 10000; i++)
        CHECK(names_add(&t, arena_fmt(a, "n%zu", i)) == i);
    CHECK(names_add(&t, S("n77")) == 77);
    CHECK(names_find(&t, S("n9999")) == 9999);
    CHECK(names_find(&t, S("n10000")) == -1);
    arena_free(a);
}
