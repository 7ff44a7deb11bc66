/* t_regex_rewrite.c - KQL patterns and replacements in RE2's words.
 *
 * Covers lang/base/regex_rewrite.c. */
#include "base/regex_rewrite.h"

#include "tests/unit/t.h"

static struct buf out, err;

static bool rewrite(str pattern)
{
    buf_release(&out);
    buf_release(&err);
    buf_init(&out, 8 << 20);
    buf_init(&err, 1000);
    return regex_rewrite(&out, pattern, &err);
}

static str rewritten(const char *pattern)
{
    return rewrite(str_of(pattern)) ? buf_str(&out) : S("refused");
}

static bool refused_with(const char *pattern, const char *words)
{
    return !rewrite(str_of(pattern)) &&
           str_find(buf_str(&err), str_of(words)) >= 0;
}

TEST(unchanged)
{
    static const char *const same[] = {
        "", "abc", "^a.b$", "a|b", "(a)(?:b)", "[a-z]+?", "a{2,3}", "a{,3}",
        "\\.\\-\\/\\\"\\_", "\\x41\\x{263a}", "[[:alpha:]]", "(?i)abc",
        "(?is:a)", "(?P<n>a)", "\\bx\\B", "\\Qa.b\\E", "\\pL\\p{Lu}\\P{Nd}",
        "[^a-]", "[-a]", "[a&b]", "\\n\\t\\r", "x{", "{", "a}", "]",
        "caf\xC3\xA9", "\\<a\\>", "[a-]", "(?-i)x",
        "\\x{2000}\\x7f1", "[\\x{2000}-\\x{3000}]",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CHECK_STR(rewritten(same[i]), same[i]);
}

TEST(shorthands)
{
    CHECK_STR(rewritten("\\d"), "[\\p{Nd}]");
    CHECK_STR(rewritten("\\D"), "[^\\p{Nd}]");
    CHECK_STR(rewritten("\\w+"), "[\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}]+");
    CHECK_STR(rewritten("[^\\d_]"), "[^\\p{Nd}_]");
    CHECK_STR(rewritten("[\\D]"), "[\\P{Nd}]");
    CHECK_STR(rewritten("(?-u)\\d\\w"), "[0-9][0-9A-Za-z_]");
    CHECK_STR(rewritten("(?-u:\\d)\\d"), "(?:[0-9])[\\p{Nd}]");
    CHECK_STR(rewritten("\\\\d"), "\\\\d");
    rewrite(S("\\s"));
    CHECK(str_starts(buf_str(&out), S("[\\t-\\r \\x{85}")));
    rewrite(S("\\w{1,64}"));
    CHECK(str_starts(buf_str(&out), S("[0-9A-Za-z_\\x{aa}")));
    rewrite(S("\\w{1,640}"));
    CHECK_STR(buf_str(&out), "[0-9A-Za-z_\\x{80}-\\x{10ffff}]{1,640}");
}

TEST(other_spellings)
{
    CHECK_STR(rewritten("(?<name>a)"), "(?P<name>a)");
    CHECK_STR(rewritten("(?'name'a)"), "(?P<name>a)");
    CHECK_STR(rewritten("\\u0041\\U00000042\\u{43}"), "\\x{41}\\x{42}\\x{43}");
    CHECK_STR(rewritten("\\e\\cA\\0"), "\\x1b\\x01\\x00");
    CHECK_STR(rewritten("\\\xC3\xA9"), "\xC3\xA9");
    CHECK_STR(rewritten("\\p{Letter}\\P{sc=Greek}"), "\\p{L}\\P{Greek}");
    CHECK_STR(rewritten("(?u)a(?u:b)"), "a(?:b)");
    CHECK_STR(rewritten("(?iu)a"), "(?i)a");
    CHECK_STR(rewritten("a(?#note)b"), "ab");
    CHECK_STR(rewritten("(?x) a b # c\n [ d ] \\ "), "ab[d]\\ ");
    CHECK_STR(rewritten("(?x: a ) b"), "(?:a) b");
    CHECK_STR(rewritten("((?x) a ) b"), "(a) b");
}

TEST(classes)
{
    CHECK_STR(rewritten("[]a]"), "[\\]a]");
    CHECK_STR(rewritten("[^]a]"), "[^\\]a]");
    CHECK_STR(rewritten("[^[]+"), "[^\\[]+");
    CHECK_STR(rewritten("[a[bc]d]"), "[abcd]");
    CHECK_STR(rewritten("[\\b]"), "[\\x08]");
    CHECK_STR(rewritten("[\\[\\]]"), "[\\[\\]]");
    CHECK_STR(rewritten("[(]a[)]"), "[(]a[)]");
    CHECK(refused_with("[abc", "not closed"));
}

TEST(sets_of_characters)
{
    static const char *const cases[][2] = {
        { "[a-z&&[^b]]", "[\\x{61}\\x{63}-\\x{7a}]" },
        { "[a-c--b]", "[\\x{61}\\x{63}]" },
        { "[a-c~~b-d]", "[\\x{61}\\x{64}]" },
        { "[a-c--b&&a]x", "[\\x{61}]x" },
        { "[a&&b]", "[^\\x00-\\x{10ffff}]" },
        { "[a--]", "[\\x{61}]" },
        { "[--a]", "[--a]" },
        { "[^\\x00-`&&[^b]]", "[\\x{61}-\\x{10ffff}]" },
        { "[b-c[^\\x{2}-\\u{10ffff}]]", "[\\x{0}-\\x{1}\\x{62}-\\x{63}]" },
        { "[[:xdigit:]--[:^alpha:]]", "[\\x{41}-\\x{46}\\x{61}-\\x{66}]" },
        { "(?i)[k&&\\x{212a}]", "(?i)[\\x{4b}\\x{6b}\\x{212a}]" },
        { "(?i:[a--A])[a--A]", "(?i:[^\\x00-\\x{10ffff}])[\\x{61}]" },
        { "(?x)[ a b && b ]", "[\\x{62}]" },
        { "(?-u)[\\w--[a-z]--\\d]", "[\\x{41}-\\x{5a}\\x{5f}]" },
        { "[\\]\\[&&\\[]", "[\\x{5b}]" },
        { "[^[^a]]", "[\\x{61}]" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_STR(rewritten(cases[i][0]), cases[i][1]);
    CHECK(refused_with("[\\pL--a]", "\\p{"));
    CHECK(refused_with("[b-a--c]", "backwards"));
    CHECK(refused_with("[a-\\d--c]", "range"));
    CHECK(refused_with("[\\x{110000}--c]", "hexadecimal"));
    CHECK(refused_with("[a--\\q]", "escape"));
}

TEST(refusals)
{
    CHECK(refused_with("a(?=b)", "look-ahead"));
    CHECK(refused_with("(?<!a)b", "look-behind"));
    CHECK(refused_with("(a)\\1", "back-reference"));
    CHECK(refused_with("(?P=n)", "back-reference"));
    CHECK(refused_with("(?>a)", "(?>"));
    CHECK(refused_with("(?R)", "(?R"));
    CHECK(refused_with("a\\", "backslash"));
    CHECK(refused_with("\\y", "\\y"));
    CHECK(refused_with("\\uZZ", "hexadecimal"));
    CHECK(refused_with("a{1001}", "1000"));
    CHECK(refused_with("a{1,99999999999}", "1000"));
    CHECK(refused_with("\\b{start}", "boundaries"));
    CHECK(refused_with("\\p{L", "not closed"));
    CHECK(refused_with("(?<n", "name"));
    CHECK(refused_with("(?", "(?"));
}

/* Deep, long and half-open patterns end in time and with an answer. */
TEST(hostile)
{
    size_t n = REGEX_MAX_BYTES;
    char *text = xmalloc(n + 1);
    static const char *const units[] = { "(", "[", "[[a]", "\\w", "[^", "\\p{",
                                         "(?x", "{1", "\\", "(?<", "[a",
                                         "[\\w&&a]", "(?i)[a--b]",
                                         "[^[^a]--[^[^", "[a--[\\w" };
    clock_t begin = clock();
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        size_t m = strlen(units[k]);
        for (size_t i = 0; i < n; i++)
            text[i] = units[k][i % m];
        rewrite((str){ text, n });
    }
    CHECK((double)(clock() - begin) / CLOCKS_PER_SEC < 5);
    CHECK(!rewrite((str){ text, n + 1 }));
    CHECK(rewrite((str){ "a\0b", 3 }) && out.n == 3);
    free(text);
}

TEST(any_bytes)
{
    uint32_t seed = 7;
    char text[24];
    for (int round = 0; round < 200000; round++) {
        size_t n = 0;
        while (n < sizeof text) {
            seed = seed * 1664525 + 1013904223;
            unsigned k = (seed >> 16) % 40;
            text[n++] = k < 30 ? "()[]{}\\?P<>^-&#xwdspu1,:i=!|a-[&"[k]
                               : (char)(seed >> 24);
            if (k == 39)
                break;
        }
        bool ok = rewrite((str){ text, n });
        CHECK(ok == (err.n == 0));
        regex_group_count((str){ text, n });
    }
}

TEST(groups)
{
    CHECK(regex_group_count(S("")) == 0);
    CHECK(regex_group_count(S("(a)(?:b)(?P<n>c)(?<m>d)(?i)")) == 3);
    CHECK(regex_group_count(S("\\(a[(]b[])(]((x))")) == 2);
    CHECK(regex_group_count(S("(?<=a)(?<!b)(?=c)")) == 0);
    CHECK(regex_group_count(S("[a[(]--(](b)[[]c(d)")) == 2);
}

static str replacement(const char *text, int ngroups)
{
    buf_release(&out);
    buf_init(&out, 1000);
    regex_rewrite_replacement(&out, str_of(text), ngroups);
    return buf_str(&out);
}

TEST(replacements)
{
    CHECK_STR(replacement("was: \\1", 1), "was: \\1");
    CHECK_STR(replacement("$1-${2}-$0", 2), "\\1-\\2-\\0");
    CHECK_STR(replacement("\\3", 2), "");
    CHECK_STR(replacement("C:\\x", 0), "C:\\\\x");
    CHECK_STR(replacement("a\\\\b", 0), "a\\\\b");
    CHECK_STR(replacement("$ $x ${n} \\", 1), "$ $x ${n} \\\\");
}

TEST(quoting)
{
    buf_release(&out);
    buf_init(&out, 100);
    regex_quote(&out, S("(so$me.Te^xt)"));
    CHECK_STR(buf_str(&out), "\\(so\\$me\\.Te\\^xt\\)");
    buf_release(&out);
    buf_release(&err);
}
