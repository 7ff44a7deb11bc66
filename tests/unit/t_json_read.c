/* t_json_read.c - the bulk JSON reader: what it takes, what it refuses, where
 * it says that bytes are missing.
 *
 * The accepted and refused texts follow the grammar of RFC 8259. */
#include "t.h"

#include <math.h>

#include "providers/file/json_decode.h"
#include "providers/file/json_read.h"
#include "providers/limits.h"

struct rig {
    struct arena *a;
    struct field_names names;
    struct json_reader r;
    char *copy;  /* of the last input, with its padding */
};

static void rig_init(struct rig *x)
{
    x->a = arena_new();
    x->copy = NULL;
    field_names_init(&x->names, x->a);
    json_reader_init(&x->r, &x->names);
}

static void rig_release(struct rig *x)
{
    json_reader_release(&x->r);
    free(x->copy);
    arena_free(x->a);
}

static enum json_end read(struct rig *x, str text)
{
    free(x->copy);
    x->copy = xcalloc(text.n + JSON_PAD, 1);
    if (text.n)
        memcpy(x->copy, text.p, text.n);
    return json_record(&x->r, x->copy, x->copy + text.n);
}

/* One value and nothing else but blanks. */
static bool takes(struct rig *x, str text)
{
    if (read(x, text) != JSON_DONE)
        return false;
    const char *p = x->r.next;
    while (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')
        p++;
    return p == x->copy + text.n;
}

/* Gives new keys their numbers, as the first look at a file does. */
static void learn(struct rig *x)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < x->r.nfresh; i++) {
        buf_reset(&b);
        json_decode(&b, x->r.fresh[i].text, x->r.fresh[i].flags);
        struct cell *c = &x->r.cells[x->r.fresh[i].cell];
        c->col = field_names_add(&x->names, buf_str(&b));
    }
    buf_release(&b);
}

static str text_of(const struct cell *c)
{
    return (str){ c->p, c->n };
}

TEST(valid_texts_are_taken)
{
    static const char *const texts[] = {
        "{}", "[]", "[[]]", "[{}]", "{\"a\":[]}", "{\"\":0}", "{\"a\":null}",
        "[1,2,3]", "[1 , 2]", "[ 1]", "[1\n]", "[\"\"]", "\"\"", "0", "-0",
        "[0]", "[-0]", "[-1]", "[123]", "[1e2]", "[1E+2]", "[1e-2]", "[0e1]",
        "[0.0]", "[-0.1e-10]", "[123.456]", "[1.5e300]", "[0e+1]", "true",
        "[true,false,null]", "\"x\"", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
        "[\"\\u0000\"]", "[\"\\uD834\\uDD1E\"]", "[\"\\uABCD\\uabcd\"]",
        "[\"\x7f\"]", "[\"\xc3\xa9\"]", "{\"a\":{\"b\":{\"c\":[1,{}]}}}",
        "{\"a\":1,\"a\":2}", "{ \"a\" : 1 , \"b\" : 2 }", "[1.0]",
        "{\"a\\u0062\":1}", "[10000000000000000000000]", "[-123123e100000]",
        "[\"a long text that needs more than one block \\\\ of sixteen\"]",
    };
    struct rig x;
    rig_init(&x);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bool ok = takes(&x, str_of(texts[i]));
        if (!ok)
            printf("not taken: %s\n", texts[i]);
        CHECK(ok);
    }
    rig_release(&x);
}

TEST(invalid_texts_are_refused)
{
    static const char *const texts[] = {
        "", "{", "[", "]", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]",
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{a:1}", "{1:1}",
        "{'a':1}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "[1 2]",
        "{\"a\":1]", "[1}", "[\"a]", "[\"a\\\"]", "[\"\\x41\"]", "[\"\\u12\"]",
        "[\"\\u12g4\"]", "[\"\\u\"]", "[\"\\\"", "[\"\\", "[\"a\nb\"]",
        "[\"\t\"]", "[\"\x01\"]", "[01]", "[-01]", "[00]", "[1.]", "[.5]",
        "[-]", "[+1]", "[1e]", "[1e+]", "[1E.5]", "[1.e1]", "[--1]", "[0x1]",
        "[1_0]", "[NaN]", "[Infinity]", "[-Infinity]", "[nul]", "[nulll]",
        "[True]", "[tru]", "[fals]", "nul", "[\"a\",\n4\n,1,", "[1]x", "{}}",
        "[]]", "[][]", "{}{}", "1 2", "\"a\" \"b\"", "[1]// c", "[/* c */1]",
        "[\"a\", ]", "[1:2]", "\"", "\"a", "{\"a\":\"b", "\x80", "[\f1]",
        "[1\v]", "\xEF\xBB\xBF", "*", "{*}", "[<a>]", "{\"a\":tru}", "[-a]",
        "[1.0.0]", "[1ea]", "[\\u000A\"\"]", "{\"b\":1,\"a\"", "#1",
    };
    struct rig x;
    rig_init(&x);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bool ok = takes(&x, str_of(texts[i]));
        if (ok)
            printf("taken: %s\n", texts[i]);
        CHECK(!ok);
    }
    CHECK(!takes(&x, S("[\"a\0b\"]")));
    CHECK(!takes(&x, S("[1\0]")));
    CHECK(!takes(&x, S("{\"a\":\"\0\"}")));
    rig_release(&x);
}

/* A reader that gets a file in pieces depends on this: whatever is cut off a
 * valid record is missing, not malformed. */
TEST(every_prefix_is_short)
{
    str text = S("{\"TimeGenerated\":\"2025-03-01T01:08:34.4451736Z\",\"n\":"
                 "-12.5e+3, \"path\" : \"C:\\\\Windows\\u00e9\\n\xc3\xa9\","
                 "\"t\":true,\"f\":false,\"z\":null,\"deep\":{\"a\":[1,2,"
                 "{\"b\":\"\\\"\"},[]],\"c\":{}},\"long key with blanks in it\""
                 ":\"0123456789012345678901234567890123456789\"}");
    struct rig x;
    rig_init(&x);
    CHECK(takes(&x, text));
    learn(&x);
    for (size_t n = 0; n < text.n; n++) {
        enum json_end e = read(&x, str_sub(text, 0, n));
        if (e != JSON_SHORT)
            printf("prefix of %zu bytes: %d\n", n, (int)e);
        CHECK(e == JSON_SHORT);
    }
    rig_release(&x);
}

TEST(cells_are_views_of_what_was_written)
{
    struct rig x;
    rig_init(&x);
    CHECK(takes(&x, S("{\"a\":-17,\"b\":1.50,\"c\":\"x y\",\"d\":[1, {}],"
                      "\"e\":true,\"f\":null,\"g\":\"\\n\","
                      "\"h\":\"\xc3\xa9\"}")));
    learn(&x);
    const struct cell *c = x.r.cells;
    CHECK(x.r.ncells == 8);
    CHECK(c[0].kind == CELL_INT && c[0].i == -17 && c[0].col == 0);
    CHECK(c[1].kind == CELL_REAL);
    CHECK_STR(text_of(&c[1]), "1.50");
    CHECK(c[2].kind == CELL_STRING && c[2].flags == 0);
    CHECK_STR(text_of(&c[2]), "x y");
    CHECK(c[3].kind == CELL_JSON && c[3].flags == CELL_LOOSE);
    CHECK_STR(text_of(&c[3]), "[1, {}]");
    CHECK(c[4].kind == CELL_TRUE && c[5].kind == CELL_NULL);
    CHECK(c[6].flags == CELL_ESCAPED && c[7].flags == CELL_HIGH);
    CHECK(c[7].col == 7);
    rig_release(&x);
}

TEST(integers_are_exact_or_doubles)
{
    static const struct { const char *text; bool exact; int64_t v; } CASES[] = {
        { "9007199254740993", true, 9007199254740993 },
        { "9223372036854775807", true, INT64_MAX },
        { "-9223372036854775808", true, INT64_MIN },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775809", false, 0 },
        { "18446744073709551616", false, 0 },
        { "999999999999999999", true, 999999999999999999 },
        { "-0", true, 0 }, { "1.0", false, 0 }, { "1e0", false, 0 },
    };
    struct rig x;
    rig_init(&x);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        CHECK(takes(&x, str_of(CASES[i].text)));
        const struct cell *c = x.r.cells;
        CHECK(c->kind == (CASES[i].exact ? CELL_INT : CELL_REAL));
        CHECK(!CASES[i].exact || c->i == CASES[i].v);
    }
    rig_release(&x);
}

TEST(ten_thousand_digits_are_a_number)
{
    char *text = xmalloc(10000);
    struct rig x;
    rig_init(&x);
    memset(text, '7', 10000);
    CHECK(takes(&x, (str){ text, 10000 }));
    CHECK(x.r.cells[0].kind == CELL_REAL);
    CHECK(isinf(json_real((str){ x.copy, 10000 })));
    free(text);
    rig_release(&x);
}

/* `levels` of `open`, a 1, and as many of `close`. */
static str nested(const char *open, const char *close, size_t levels)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    for (size_t i = 0; i < levels; i++)
        buf_adds(&b, open);
    buf_addc(&b, '1');
    for (size_t i = 0; i < levels; i++)
        buf_adds(&b, close);
    return buf_str(&b);
}

static bool takes_nested(struct rig *x, const char *open, const char *close,
                         size_t levels)
{
    str text = nested(open, close, levels);
    bool ok = takes(x, text);
    free((char *)text.p);
    return ok;
}

TEST(depth_ends_at_512)
{
    static const size_t too_deep[] = { 513, 17000, 1000000 };
    struct rig x;
    rig_init(&x);
    CHECK(takes_nested(&x, "[", "]", 512));
    CHECK(takes_nested(&x, "{\"a\":", "}", 512));
    CHECK(takes_nested(&x, "[{\"a\":", "}]", 256));
    for (size_t i = 0; i < 3; i++) {
        CHECK(!takes_nested(&x, "[", "]", too_deep[i]));
        CHECK(!takes_nested(&x, "{\"a\":", "}", too_deep[i]));
        CHECK(!takes_nested(&x, "[{\"a\":", "}]", too_deep[i]));
        CHECK_STR(str_of(x.r.error), "nested more than 512 levels deep");
    }
    rig_release(&x);
}

/* Guesses of the next column must never change which one it is. */
TEST(field_order_does_not_matter)
{
    static const char *const records[] = {
        "{\"aa\":0,\"ab\":1,\"abc\":2,\"b\":3}",
        "{\"b\":3,\"abc\":2,\"ab\":1,\"aa\":0}",
        "{\"ab\":1,\"aa\":0,\"b\":3}",
        "{\"aa\":0,\"abc\":2}",
        "{\"a\\u0061\":0,\"\\u0061b\":1}",
        "{\"abc\":2,\"aa\":0,\"aa\":0,\"ab\":1,\"b\":3}",
    };
    struct rig x;
    rig_init(&x);
    for (unsigned round = 0; round < 60; round++) {
        CHECK(takes(&x, str_of(records[round * 7 % 6])));
        learn(&x);
        for (size_t i = 0; i < x.r.ncells; i++)
            CHECK(x.r.cells[i].col == x.r.cells[i].i);
    }
    CHECK(x.names.list.n == 4);
    rig_release(&x);
}

TEST(keys_have_ceilings)
{
    struct rig x;
    struct buf b;
    rig_init(&x);
    buf_init(&b, 1 << 20);
    buf_adds(&b, "{\"");
    buf_fill(&b, 'k', MAX_COLUMN_NAME);
    buf_adds(&b, "\":1}");
    CHECK(takes(&x, buf_str(&b)));
    b.n -= 4;
    buf_adds(&b, "k\":1}");
    CHECK(read(&x, buf_str(&b)) == JSON_BAD);
    buf_release(&b);
    rig_release(&x);
}

static void check_decoded(const char *raw, size_t n, unsigned flags,
                          const char *want, bool replaced)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    CHECK(json_decode(&b, (str){ raw, n }, flags) == replaced);
    CHECK_STR(buf_str(&b), want);
    buf_release(&b);
}

#define DECODED(raw, flags, want, replaced)                                  \
    check_decoded(raw, sizeof raw - 1, flags, want, replaced)

TEST(escapes_are_decoded)
{
    enum { E = CELL_ESCAPED, H = CELL_HIGH };
    DECODED("plain", 0, "plain", false);
    DECODED("\\\"\\\\\\/\\b\\f\\n\\r\\t", E, "\"\\/\b\f\n\r\t", false);
    DECODED("\\u0041\\u00e9\\u20ac", E, "A\xc3\xa9\xe2\x82\xac", false);
    DECODED("\\ud834\\udd1e", E, "\xf0\x9d\x84\x9e", false);
    DECODED("\\ud834", E, "\xef\xbf\xbd", true);
    DECODED("\\ud834x", E, "\xef\xbf\xbdx", true);
    DECODED("\\udd1e\\ud834", E, "\xef\xbf\xbd\xef\xbf\xbd", true);
    DECODED("\\ud834\\u0041", E, "\xef\xbf\xbd" "A", true);
    DECODED("\\ud834\\ud834\\udd1e", E, "\xef\xbf\xbd\xf0\x9d\x84\x9e", true);
    DECODED("\\uFFFD", E, "\xef\xbf\xbd", false);
    DECODED("C:\\\\Users\\\\ana\\\\a rather long folder name\\\\x.exe", E,
            "C:\\Users\\ana\\a rather long folder name\\x.exe", false);
    DECODED("\xc3\xa9\\n\xc3\xa9", E | H, "\xc3\xa9\n\xc3\xa9", false);
    DECODED("\xff\\n\xc3", E | H, "\xef\xbf\xbd\n\xef\xbf\xbd", true);
    DECODED("\xed\xa0\x80", H, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", true);
}

TEST(a_nul_that_is_escaped_is_kept)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    json_decode(&b, S("a\\u0000b"), CELL_ESCAPED);
    CHECK(b.n == 3 && memcmp(b.p, "a\0b", 3) == 0);
    buf_release(&b);
}

TEST(doubles_are_what_strtod_says)
{
    static const char *const fixed[] = {
        "0.1", "-0.0", "0.30000000000000004", "1e22", "1e23", "123456789.125",
        "2.2250738585072014e-308", "4.9e-324", "1.7976931348623157e308",
        "9007199254740993", "0.000001", "100000000000000000000.5", "-1.5",
    };
    char text[64];
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        CHECK(json_real(str_of(fixed[i])) == strtod(fixed[i], NULL));
    CHECK(signbit(json_real(S("-0.0"))));
    for (unsigned i = 0; i < 20000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        snprintf(text, sizeof text, "%s%u.%0*u", seed & 1 ? "-" : "",
                 (unsigned)(seed >> 40), (int)(1 + seed % 9),
                 (unsigned)(seed >> 33) % 1000000000);
        CHECK(json_real(str_of(text)) == strtod(text, NULL));
    }
    CHECK(isinf(json_real(S("1e400"))));
}
