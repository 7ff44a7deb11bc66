/* t_text_search.c - string operators against slow, obvious twins.
 *
 * Covers lang/analytics/text_search.c and text_set.c. */
#include "analytics/text_search.h"

#include "base/utf8.h"
#include "tests/unit/t.h"

/* The definition, written down without any cleverness. */
enum { MAX_POINTS = 600 };

static size_t points(str s, bool fold, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < MAX_POINTS; n++) {
        uint32_t c = utf8_next(s, &i);
        out[n] = fold ? utf8_fold(c) : c;
    }
    return n;
}

static bool slow_match(str text, str needle, enum text_mode mode, bool cs)
{
    uint32_t t[MAX_POINTS], p[MAX_POINTS];
    size_t n = points(text, !cs, t), m = points(needle, !cs, p);
    if (m == 0)
        return true;
    bool left = mode == TEXT_HAS || mode == TEXT_HASPREFIX;
    bool right = mode == TEXT_HAS || mode == TEXT_HASSUFFIX;
    for (size_t i = 0; i + m <= n; i++) {
        if (memcmp(t + i, p, m * sizeof *t))
            continue;
        if (left && utf8_is_alnum(p[0]) && i && utf8_is_alnum(t[i - 1]))
            continue;
        if (right && utf8_is_alnum(p[m - 1]) && i + m < n &&
            utf8_is_alnum(t[i + m]))
            continue;
        return true;
    }
    return false;
}

static bool match(str text, str needle, enum text_mode mode, bool cs)
{
    struct arena *a = arena_new();
    bool r = text_match(text_needle_new(a, needle, mode, cs), text);
    arena_free(a);
    return r;
}

static bool has(const char *text, const char *needle)
{
    return match(str_of(text), str_of(needle), TEXT_HAS, false);
}

static bool contains(const char *text, const char *needle)
{
    return match(str_of(text), str_of(needle), TEXT_CONTAINS, false);
}

TEST(whole_terms)
{
    CHECK(has("hello world", "hello") && !has("helloworld", "hello"));
    CHECK(has("hello-world", "HELLO") && has("alpha_beta", "alpha"));
    CHECK(has("foo.bar.baz", "bar") && !has("foobar", "bar"));
    CHECK(has("v1.2.3", "2.3") && !has("1_2_3", "2.3"));
    CHECK(has("a b", " ") && !has("ab", " ") && has("", ""));
    CHECK(has("xx --enc yy", "--enc") && has("xx--enc yy", "--enc"));
    CHECK(!has("xx --encode", "--enc"));
    CHECK(has("acat cat", "cat"));
    CHECK(!has("", "a"));
}

TEST(other_scripts)
{
    CHECK(!has("ПриветМир", "привет") && has("Привет Мир", "привет"));
    CHECK(has("CAFÉ RÉSUMÉ", "café") && !has("cafe", "café"));
    CHECK(contains("Straße", "STRAß") && !contains("STRASSE", "straße"));
    CHECK(contains("emoji😀here", "😀"));
    CHECK(contains("30 \xE2\x84\xAA", "k"));       /* Kelvin sign */
    CHECK(contains("lo\xC5\xBFt", "LOST"));        /* long s */
    CHECK(contains("kelvin", "\xE2\x84\xAA" "elvin"));
    CHECK(!contains("ＡＢＣ", "abc") && contains("ＡＢＣ", "ａｂｃ"));
    CHECK(!has("naïve", "na") && has("na–ve", "na"));
}

TEST(with_case)
{
    CHECK(match(S("Hello"), S("ell"), TEXT_CONTAINS, true));
    CHECK(!match(S("HELLO"), S("ell"), TEXT_CONTAINS, true));
    CHECK(match(S("ПРИВЕТ мир"), S("ПРИВЕТ"), TEXT_HAS, true));
    CHECK(!match(S("Привет мир"), S("ПРИВЕТ"), TEXT_HAS, true));
}

TEST(one_boundary)
{
    CHECK(match(S("alpha beta"), S("be"), TEXT_HASPREFIX, false));
    CHECK(!match(S("alpha beta"), S("ta"), TEXT_HASPREFIX, false));
    CHECK(match(S("the end."), S("END"), TEXT_HASSUFFIX, false));
    CHECK(!match(S("ending"), S("end"), TEXT_HASSUFFIX, false));
}

static uint32_t seed = 12345;

static unsigned random_below(unsigned n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 16) % n;
}

static const char *const pieces[] = {
    "a", "b", "A", "B", "ab", "k", "K", "s", "1", " ", "_", ".", "é", "É",
    "\xE2\x84\xAA", "\xC5\xBF", "ж", "Ж", "😀", "中", "\xFF", "\xC3",
};

static str random_text(char *to, unsigned max, unsigned kinds)
{
    size_t n = 0;
    for (unsigned k = random_below(max + 1); k > 0; k--) {
        const char *piece = pieces[random_below(kinds)];
        memcpy(to + n, piece, strlen(piece));
        n += strlen(piece);
    }
    return (str){ to, n };
}

/* Short alphabets make overlaps, boundaries and near misses frequent. */
TEST(agrees_with_definition)
{
    struct arena *a = arena_new();
    char text[512], needle[64];
    size_t wrong = 0, hits = 0;
    for (int round = 0; round < 60000; round++) {
        unsigned kinds = round % 3 == 0 ? 12 : round % 3 == 1 ? 20 : 22;
        str t = random_text(text, round % 2 ? 12 : 110, kinds);
        str p = random_text(needle, 5, round % 2 ? kinds : 12);
        enum text_mode mode = (enum text_mode)(round / 2 % 4);
        bool cs = round % 7 == 0;
        if (!utf8_valid(p) && cs)
            continue; /* bytes are compared then, not replacements */
        struct text_needle *n = text_needle_new(a, p, mode, cs);
        bool want = slow_match(t, p, mode, cs);
        bool twin = text_match_plain(n, t);
        wrong += text_match(n, t) != want || twin != want;
        hits += want;
        arena_reset(a);
    }
    CHECK(wrong == 0);
    CHECK(hits > 10000 && hits < 50000);
    arena_free(a);
}

/* Every place of a needle in texts around the widths of the vector code. */
TEST(every_place)
{
    struct arena *a = arena_new();
    char text[200];
    size_t wrong = 0;
    for (size_t m = 1; m <= 20; m += m < 4 ? 1 : 5) {
        struct text_needle *n = text_needle_new(
            a, (str){ "NeedleNeedleNeedleNe", m }, TEXT_CONTAINS, false);
        for (size_t len = m; len < 150; len++)
            for (size_t at = 0; at + m <= len; at++) {
                memset(text, 'x', len);
                wrong += text_match(n, (str){ text, len });
                memcpy(text + at, "nEEDLEneedleNEEDLEne", m);
                char *exact = memcpy(xmalloc(len), text, len);
                wrong += !text_match(n, (str){ exact, len });
                free(exact);
            }
    }
    CHECK(wrong == 0);
    arena_free(a);
}

/* Texts made to defeat the fast path: time must stay linear. */
TEST(hostile)
{
    struct arena *a = arena_new();
    size_t n = 1 << 20, m = 1 << 14;
    char *text = xmalloc(n), *needle = xmalloc(m);
    memset(text, 'a', n);
    memset(needle, 'a', m);
    needle[m / 2] = 'b';
    clock_t begin = clock();
    for (size_t i = 0; i < n; i += m / 2 - 1)
        text[i] = 'b';
    CHECK(!text_match(text_needle_new(a, (str){ needle, m }, TEXT_CONTAINS,
                                      false), (str){ text, n }));
    memset(text, 'a', n);
    memset(needle, 'a', m);
    CHECK(!text_match(text_needle_new(a, (str){ needle, m - 1 }, TEXT_HAS,
                                      false), (str){ text, n }));
    CHECK(!text_match(text_needle_new(a, S("a"), TEXT_HAS, false),
                      (str){ text, n }));
    CHECK((double)(clock() - begin) / CLOCKS_PER_SEC < 5);
    free(text);
    free(needle);
    arena_free(a);
}

TEST(folded_compare)
{
    CHECK(text_eq_fold(S("CAFÉ"), S("café")));
    CHECK(!text_eq_fold(S("cafe\xCC\x81"), S("café")));
    CHECK(text_eq_fold(S("\xE2\x84\xAA"), S("k")));
    CHECK(text_eq_fold(S(""), S("")));
    CHECK(!text_eq_fold(S("ab"), S("abc")) && !text_eq_fold(S("abc"), S("ab")));
    CHECK(text_starts_fold(S("HELLO"), S("hel")));
    CHECK(!text_starts_fold(S("he"), S("hel")));
    CHECK(text_starts_fold(S("h"), S("")));
    CHECK(text_ends_fold(S("der Straß\xE2\x84\xAA"), S("STRAßk")));
    CHECK(!text_ends_fold(S("k"), S("ak")) && text_ends_fold(S("k"), S("")));
    CHECK(text_ends_fold(S("\xFF"), S("\xFF")));
}

static ptrdiff_t first_of(const char *text, const str *needles, size_t n)
{
    struct arena *a = arena_new();
    struct text_set *s = text_set_new(a, needles, n);
    ptrdiff_t r = text_set_first(s, str_of(text));
    CHECK(text_set_any(s, str_of(text)) == (r >= 0));
    arena_free(a);
    return r;
}

TEST(sets)
{
    str words[] = { S("alpha"), S("beta"), S("v1.2"), S("été"), S("-enc"),
                    S("--"), S("192.168.0.7"), S("q1"), S("q2"), S("q3") };
    CHECK(first_of("xx BETA alpha", words, 10) == 0);
    CHECK(first_of("xx BETA gamma", words, 10) == 1);
    CHECK(first_of("alphabet", words, 10) == -1);
    CHECK(first_of("(V1.2)", words, 10) == 2);
    CHECK(first_of("v1.23", words, 10) == -1);
    CHECK(first_of("xv1.2", words, 10) == -1);
    CHECK(first_of("un ÉTÉ", words, 10) == 3);
    CHECK(first_of("été2", words, 10) == -1);
    CHECK(first_of("ps -enc x", words, 10) == 4);
    CHECK(first_of("a--b", words, 10) == 5);
    CHECK(first_of("to 192.168.0.7:80", words, 10) == 6);
    CHECK(first_of("to 192.168.0.77", words, 10) == -1);
    CHECK(first_of("to 2192.168.0.7", words, 10) == -1);
    CHECK(first_of("anything", words, 0) == -1);
    str empty[] = { S("nothere"), S(""), S("x") };
    CHECK(first_of("", empty, 3) == 1 && first_of("x", empty, 3) == 1);
}

TEST(sets_agree_with_needles)
{
    struct arena *a = arena_new();
    char text[512], store[18][64];
    str needles[18];
    size_t wrong = 0, hits = 0;
    for (int round = 0; round < 20000; round++) {
        size_t n = random_below(19);
        unsigned kinds = round % 2 ? 12 : 22;
        for (size_t i = 0; i < n; i++)
            needles[i] = random_text(store[i], 6, kinds);
        str t = random_text(text, 100, kinds);
        struct text_set *s = text_set_new(a, needles, n);
        ptrdiff_t want = -1;
        bool all = true;
        for (size_t i = n; i-- > 0;) {
            bool hit = slow_match(t, needles[i], TEXT_HAS, false);
            all = all && hit;
            if (hit)
                want = (ptrdiff_t)i;
        }
        wrong += text_set_first(s, t) != want || text_set_all(s, t) != all ||
                 text_set_any(s, t) != (want >= 0);
        hits += want >= 0;
        arena_reset(a);
    }
    CHECK(wrong == 0);
    CHECK(hits > 2000 && hits < 18000);
    arena_free(a);
}

TEST(word_sets)
{
    struct arena *a = arena_new();
    str words[] = { S("hello"), S("Müller"), S(""), S("hello") };
    struct text_words *w = text_words_new(a, words, 4);
    CHECK(text_words_has(w, S("HELLO")) && text_words_has(w, S("MÜLLER")));
    CHECK(text_words_has(w, S("")) && !text_words_has(w, S("hell")));
    CHECK(!text_words_has(w, S("Mueller")));
    w = text_words_new(a, words, 0);
    CHECK(!text_words_has(w, S("")) && !text_words_has(w, S("x")));
    arena_free(a);
}
