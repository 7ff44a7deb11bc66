/* t_json_text.c - the stored spelling of JSON: what is refused, what is
 * rewritten, and walking over the result. */
#include "base/json_text.h"
#include "base/json_write.h"
#include "t.h"

static struct buf out;

/* The stored spelling, or "!" and the reason. Valid until the next call. */
static str compact(str text)
{
    str error;
    buf_release(&out);
    buf_init(&out, JSON_MAX_BYTES * 4);
    if (!json_compact(&out, text, JSON_MAX_DEPTH, &error)) {
        buf_addc(&out, '!');
        buf_add(&out, error);
    }
    return buf_str(&out);
}

static bool refused(const char *z)
{
    str s = compact(str_of(z));
    return s.n > 1 && s.p[0] == '!';
}

static bool same(const char *z)
{
    return str_eqz(compact(str_of(z)), z);
}

TEST(scalars_keep_their_kind)
{
    CHECK(same("null") && same("true") && same("false") && same("0"));
    CHECK(same("-17") && same("\"\"") && same("[]") && same("{}"));
    CHECK(same("1.0") && same("1") && same("0.5") && same("0.0001"));
    CHECK_STR(compact(S(" \r\n\t[ 1 , 2 ]\n")), "[1,2]");
    CHECK_STR(compact(S("\xEF\xBB\xBF{ \"a\" : { } }")), "{\"a\":{}}");
}

TEST(integers_end_at_64_bits)
{
    CHECK(same("9223372036854775807") && same("-9223372036854775808"));
    CHECK_STR(compact(S("9223372036854775808")), "9.223372036854776e+18");
    CHECK_STR(compact(S("-9223372036854775809")), "-9.223372036854776e+18");
    CHECK_STR(compact(S("18446744073709551616")), "1.8446744073709552e+19");
    CHECK_STR(compact(S("-0")), "0");
}

TEST(reals_take_their_shortest_form)
{
    CHECK_STR(compact(S("1.50")), "1.5");
    CHECK_STR(compact(S("100.00")), "100.0");
    CHECK_STR(compact(S("1e2")), "100.0");
    CHECK_STR(compact(S("1E+400")), "\"Infinity\"");
    CHECK_STR(compact(S("-1e400")), "\"-Infinity\"");
    CHECK_STR(compact(S("1e-400")), "0.0");
    CHECK_STR(compact(S("0.00001")), "1e-05");
    CHECK_STR(compact(S("0.1000000000000000055511151231257827")), "0.1");
    CHECK_STR(compact(S("123456789012345678.0")), "1.2345678901234568e+17");
    CHECK_STR(compact(S("-0.0")), "-0.0");
}

/* Whatever looks shortest to the fast way must be what the slow way writes. */
TEST(fast_reals_equal_slow_reals)
{
    static const char *const text[] = {
        "0.1", "1.5", "10.0", "118.0", "99.99", "0.001", "0.0001", "0.00012",
        "12345678901234.5", "1234567.1234567", "0.123456789012345", "7.0",
        "1000000000000.25", "0.0", "90.05", "12345678901234.0",
    };
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        struct buf slow;
        buf_init(&slow, 100);
        json_text_f64(&slow, strtod(text[i], NULL));
        str got = compact(str_of(text[i]));
        CHECK(str_eq(got, buf_str(&slow)));
        buf_release(&slow);
    }
}

TEST(strings_have_one_spelling)
{
    CHECK_STR(compact(S("\"\\/\\u0041\\u00e9\"")), "\"/A\xc3\xa9\"");
    CHECK_STR(compact(S("\"\\ud83d\\ude00\"")), "\"\xf0\x9f\x98\x80\"");
    CHECK_STR(compact(S("\"\\u000a\\u0001\\u0000\\u007f\"")),
              "\"\\n\\u0001\\u0000\x7f\"");
    CHECK_STR(compact(S("\"\\b\\f\\n\\r\\t\\\"\\\\\"")),
              "\"\\b\\f\\n\\r\\t\\\"\\\\\"");
    CHECK_STR(compact(S("\"</script>\"")), "\"</script>\"");
}

TEST(broken_text_is_repaired_inside_strings)
{
    CHECK_STR(compact(S("\"a\xff" "b\"")), "\"a\xef\xbf\xbd" "b\"");
    CHECK_STR(compact(S("\"\\ud800\"")), "\"\xef\xbf\xbd\"");
    CHECK_STR(compact(S("\"\\udc00x\"")), "\"\xef\xbf\xbdx\"");
    CHECK_STR(compact(S("\"\\ud800\\ud800\\udc00\"")),
              "\"\xef\xbf\xbd\xf0\x90\x80\x80\"");
    CHECK_STR(compact(S("\"\\ud800\\u0041\"")), "\"\xef\xbf\xbd" "A\"");
    CHECK(refused("[1,\xff]"));
}

TEST(what_is_not_json_is_refused)
{
    static const char *const bad[] = {
        "", " ", "nul", "nulll", "tru", "+1", "01", "-", "-a", ".5", "1.",
        "1e", "1e+", "0x10", "1 2", "[1,]", "[,1]", "[1", "[1}", "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1]", "'a'",
        "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"",
        "]", "}", "[]]", "NaN", "Infinity", "[1] x", "// c", "\"\t\"", "-01",
        "{\"a\" 1}", "{1:2}", "[1 2]", "\"\\", "\"\\u", "{\"a\":1 \"b\":2}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(refused(bad[i]));
        if (!refused(bad[i]))
            printf("accepted: %s\n", bad[i]);
    }
    CHECK(compact((str){ "\"a\0b\"", 5 }).p[0] == '!');
    CHECK(compact((str){ "1\0", 2 }).p[0] == '!');
    CHECK(compact((str){ "\0", 1 }).p[0] == '!');
}

TEST(of_repeated_keys_the_last_value_takes_the_first_place)
{
    CHECK_STR(compact(S("{\"a\":1,\"b\":2,\"a\":3}")), "{\"a\":3,\"b\":2}");
    CHECK_STR(compact(S("{\"a\":1,\"\\u0061\":[2]}")), "{\"a\":[2]}");
    CHECK_STR(compact(S("[{\"x\":{\"k\":1,\"k\":2},\"y\":0,\"x\":{\"k\":3,"
                        "\"k\":4}}]")),
              "[{\"x\":{\"k\":4},\"y\":0}]");
    CHECK_STR(compact(S("{\"1\":1,\"2\":2,\"3\":3,\"4\":4,\"5\":5,\"6\":6,"
                        "\"7\":7,\"8\":8,\"9\":9,\"4\":0}")),
              "{\"1\":1,\"2\":2,\"3\":3,\"4\":0,\"5\":5,\"6\":6,\"7\":7,"
              "\"8\":8,\"9\":9}");
}

/* depth opening brackets, the inner value, and the closing ones. */
static void nest(struct buf *b, size_t depth, const char *open, char close)
{
    buf_init(b, 64u << 20);
    for (size_t i = 0; i < depth; i++)
        buf_adds(b, open);
    buf_addc(b, '1');
    buf_fill(b, close, depth);
}

TEST(depth_has_a_limit)
{
    struct buf b;
    nest(&b, 512, "[", ']');
    CHECK(str_eq(compact(buf_str(&b)), buf_str(&b)));
    buf_release(&b);
    nest(&b, 513, "[", ']');
    CHECK_STR(compact(buf_str(&b)), "!nested too deeply");
    buf_release(&b);
    nest(&b, 512, "{\"a\":", '}');
    CHECK(str_eq(compact(buf_str(&b)), buf_str(&b)));
    buf_release(&b);
    nest(&b, 1000000, "[", ']');
    CHECK_STR(compact(buf_str(&b)), "!nested too deeply");
    buf_release(&b);
    nest(&b, 1000000, "{\"a\":", '}');
    CHECK_STR(compact(buf_str(&b)), "!nested too deeply");
    buf_release(&b);
}

TEST(length_has_a_limit)
{
    struct buf b;
    buf_init(&b, 64u << 20);
    buf_addc(&b, '"');
    buf_fill(&b, 'x', JSON_MAX_BYTES - 1);
    buf_addc(&b, '"');
    CHECK_STR(compact(buf_str(&b)), "!the text is longer than 16 MB");
    CHECK(compact(str_sub(buf_str(&b), 1, b.n)).p[0] == '!');
    b.n -= 2;
    buf_addc(&b, '"');
    CHECK(compact(buf_str(&b)).n == JSON_MAX_BYTES);
    buf_release(&b);
}

TEST(a_full_buffer_is_left_as_it_was)
{
    struct buf b;
    str error;
    buf_init(&b, 10);
    buf_adds(&b, "abc");
    CHECK(!json_compact(&b, S("[1,2,3,4,5]"), 9, &error));
    CHECK_STR(buf_str(&b), "abc");
    CHECK(json_compact(&b, S("[1, 2]"), 9, NULL));
    CHECK_STR(buf_str(&b), "abc[1,2]");
    CHECK(!json_compact(&b, S("[1"), 9, NULL));
    CHECK_STR(buf_str(&b), "abc[1,2]");
    buf_release(&b);
}

TEST(many_repeated_keys_take_linear_time)
{
    struct buf b;
    buf_init(&b, 64u << 20);
    for (int i = 0; i < 400000; i++) {
        buf_addc(&b, i ? ',' : '{');
        buf_addf(&b, "\"k%d\":%d", i % 200000, i);
    }
    buf_addc(&b, '}');
    str s = compact(buf_str(&b)), v;
    CHECK(json_count(s) == 200000);
    CHECK(json_get_key(s, S("k7"), &v));
    CHECK_STR(v, "200007");
    buf_release(&b);
}

TEST(kinds)
{
    CHECK(json_kind(S("")) == JSON_NONE && json_kind(S("null")) == JSON_NULL);
    CHECK(json_kind(S("true")) == JSON_BOOL && json_kind(S("-3")) == JSON_LONG);
    CHECK(json_kind(S("3.0")) == JSON_REAL);
    CHECK(json_kind(S("1e+99")) == JSON_REAL);
    CHECK(json_kind(S("\"1.5\"")) == JSON_STRING);
    CHECK(json_kind(S("[1.5]")) == JSON_ARRAY);
    CHECK(json_kind(S("{}")) == JSON_OBJECT);
}

TEST(walking_visits_values_whole)
{
    static const char *const want[] = {
        "1", "\"],\"", "[2,[3]]", "{\"x\":\"}\"}", "\"\\\\\"", "null", "\"\"",
    };
    struct json_iter it;
    str v;
    size_t n = 0;
    str s = S("[1,\"],\",[2,[3]],{\"x\":\"}\"},\"\\\\\",null,\"\"]");
    CHECK(json_iter_init(&it, s));
    for (; json_next(&it, NULL, &v) && n < 7; n++)
        CHECK_STR(v, want[n]);
    CHECK(n == 7 && json_count(s) == 7);
    CHECK(!json_iter_init(&it, S("12")) && !json_next(&it, NULL, &v));
    CHECK(json_count(S("[]")) == 0 && json_count(S("{}")) == 0);
    CHECK(json_count(S("\"a\"")) == -1 && json_count(S("")) == -1);
}

TEST(members_are_found_by_plain_name)
{
    str v, s = S("{\"a\":1,\"b \\\"c\\\"\":{\"a\":2},\"\":null,\"d\\n\":[]}");
    CHECK(json_get_key(s, S("a"), &v));
    CHECK_STR(v, "1");
    CHECK(json_get_key(s, S("b \"c\""), &v));
    CHECK_STR(v, "{\"a\":2}");
    CHECK(json_get_key(s, S(""), &v));
    CHECK_STR(v, "null");
    CHECK(json_get_key(s, S("d\n"), &v));
    CHECK_STR(v, "[]");
    CHECK(!json_get_key(s, S("A"), &v) && !json_get_key(s, S("c"), &v));
    CHECK(!json_get_key(S("[1]"), S("a"), &v));
    CHECK(!json_get_key(S("\"{\""), S("a"), &v) && !json_get_key(S(""), s, &v));
}

TEST(elements_are_found_from_both_ends)
{
    str v, s = S("[10,[20],\"30\"]");
    CHECK(json_get_index(s, 0, &v));
    CHECK_STR(v, "10");
    CHECK(json_get_index(s, -1, &v));
    CHECK_STR(v, "\"30\"");
    CHECK(json_get_index(s, -2, &v));
    CHECK_STR(v, "[20]");
    CHECK(!json_get_index(s, 3, &v) && !json_get_index(s, -4, &v));
    CHECK(!json_get_index(s, INT64_MAX, &v));
    CHECK(!json_get_index(s, INT64_MIN, &v));
    CHECK(!json_get_index(S("{\"0\":1}"), 0, &v));
    CHECK(!json_get_index(S("[]"), 0, &v) && !json_get_index(S("[]"), -1, &v));
}

TEST(walking_over_junk_ends)
{
    static const char *const junk[] = {
        "[", "{", "[[", "{\"", "[\"\\", "[,,,", "{,,", "[}", "{]", "[1", "{a",
        "{\"a\"", "{\"a\":", "[:]", "{:::}", "[]]]", "\"", "[\"a", "{\"a\":1",
    };
    struct json_iter it;
    str k, v;
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        str s = str_of(junk[i]);
        int n = 0;
        json_iter_init(&it, s);
        while (json_next(&it, &k, &v) && n < 100)
            n++;
        CHECK(n < 100);
        (void)json_get_key(s, S("a"), &v);
        (void)json_get_index(s, -1, &v);
        (void)json_kind(s);
    }
}

TEST(scalars_are_read)
{
    struct value v;
    CHECK(json_scalar(S("-9223372036854775808"), &v));
    CHECK(v.type == TYPE_LONG && v.i == INT64_MIN && !v.null);
    CHECK(json_scalar(S("2.5"), &v) && v.type == TYPE_REAL && v.d == 2.5);
    CHECK(json_scalar(S("false"), &v) && v.type == TYPE_BOOL && v.i == 0);
    CHECK(json_scalar(S("null"), &v) && v.null);
    CHECK(json_scalar(S(""), &v) && v.null && v.type == TYPE_DYNAMIC);
    CHECK(json_scalar(S("\"a\\n\""), &v) && v.type == TYPE_STRING);
    CHECK_STR(v.s, "a\\n");
    CHECK(!json_scalar(S("[1]"), &v) && !json_scalar(S("{}"), &v));
}

static str written(struct buf *b, struct value v)
{
    buf_reset(b);
    json_text_value(b, &v);
    return buf_str(b);
}

TEST(values_are_written)
{
    struct buf b;
    buf_init(&b, 1000);
    CHECK_STR(written(&b, (struct value){ .type = TYPE_BOOL, .i = 1 }), "true");
    CHECK_STR(written(&b, (struct value){ .type = TYPE_LONG, .i = -5 }), "-5");
    CHECK_STR(written(&b, (struct value){ .type = TYPE_REAL, .d = 2 }), "2.0");
    CHECK_STR(written(&b, (struct value){ .type = TYPE_REAL, .d = 0.0 / 0.0 }),
              "\"NaN\"");
    CHECK_STR(written(&b, (struct value){ .type = TYPE_INT, .null = true }),
              "null");
    CHECK_STR(written(&b, (struct value){ .type = TYPE_STRING,
                                          .s = S("a\"\xff</\x7f") }),
              "\"a\\\"\xef\xbf\xbd</\x7f\"");
    CHECK_STR(written(&b, (struct value){ .type = TYPE_TIMESPAN,
                                          .i = 36000000000 }),
              "\"01:00:00\"");
    buf_release(&b);
}

TEST(unquoting_undoes_writing)
{
    static const char text[] = "a\0b\x01\"\\/\n\t\x1f\x7f\xc3\xa9";
    struct buf literal, plain;
    str s = { text, sizeof text - 1 };
    buf_init(&literal, 1000);
    buf_init(&plain, 1000);
    json_text_str(&literal, s);
    json_unquote(&plain, buf_str(&literal));
    CHECK(str_eq(buf_str(&plain), s));
    CHECK(str_eq(compact(buf_str(&literal)), buf_str(&literal)));
    buf_release(&literal);
    buf_release(&plain);
    buf_release(&out);
}
