/* t_csv_read.c - cutting delimited text into fields, and guessing what
 * delimits it. */
#include "t.h"

#include "base/buf.h"
#include "providers/file/csv_read.h"

enum { PAD = 64 };

/* Fields as "a|b|c", with the quoted ones unquoted; "" after an error. */
static void fields(struct buf *out, struct csv_reader *r, str text)
{
    char *copy = xcalloc(text.n + PAD, 1);
    memcpy(copy, text.p, text.n);
    buf_reset(out);
    if (csv_record(r, copy, copy + text.n, true) == CSV_DONE) {
        for (size_t i = 0; i < r->ncells; i++) {
            const struct cell *c = &r->cells[i];
            char plain[256];
            str s = { c->p, c->n };
            if (c->flags & CELL_ESCAPED)
                s = (str){ plain, csv_unquote(plain, s) };
            buf_addf(out, "%s%.*s", i ? "|" : "", STRF(s));
        }
    }
    free(copy);
}

TEST(fields_of_a_record)
{
    static const struct { const char *text, *want; } CASES[] = {
        { "a,b,c\n", "a|b|c" },
        { "a,b,c", "a|b|c" },
        { "a,b\r\n", "a|b" },
        { ",,\n", "||" },
        { "\"a,b\",c\n", "a,b|c" },
        { "\"a\nb\",c\n", "a\nb|c" },
        { "\"a\r\nb\"\r\n", "a\r\nb" },
        { "\"a\"\"b\"\n", "a\"b" },
        { "\"\"\"\"\n", "\"" },
        { "\"\",\"\"\n", "|" },
        { "a\"b\"c,d\n", "a\"b\"c|d" },
        { " \"a\",b\n", " \"a\"|b" },
        { "=cmd()|'x',+1,-1,@a\n", "=cmd()|'x'|+1|-1|@a" },
        { "a rather long field that takes two blocks,x\n",
          "a rather long field that takes two blocks|x" },
        { "\"a rather \"\"long\"\" field that takes three blocks\",x\n",
          "a rather \"long\" field that takes three blocks|x" },
        { "a\rb,c\n", "a\rb|c" },
        { "\"\"", "" },
    };
    struct csv_reader r;
    struct buf out;
    csv_reader_init(&r, ',');
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        fields(&out, &r, str_of(CASES[i].text));
        CHECK_STR(buf_str(&out), CASES[i].want);
        CHECK(r.next == NULL || r.ncells > 0);
    }
    buf_release(&out);
    csv_reader_release(&r);
}

static enum csv_end end_of(struct csv_reader *r, str text, bool eof)
{
    char *copy = xcalloc(text.n + PAD, 1);
    memcpy(copy, text.p, text.n);
    enum csv_end e = csv_record(r, copy, copy + text.n, eof);
    free(copy);
    return e;
}

TEST(quotes_that_go_wrong)
{
    struct csv_reader r;
    csv_reader_init(&r, ',');
    CHECK(end_of(&r, S("\"a"), true) == CSV_BAD);
    CHECK(end_of(&r, S("\""), true) == CSV_BAD);
    CHECK(end_of(&r, S("\"a\"b,c\n"), true) == CSV_BAD);
    CHECK(end_of(&r, S("\"a\" ,c\n"), true) == CSV_BAD);
    CHECK(end_of(&r, S("x,\"a\"\"\n"), true) == CSV_BAD);
    CHECK(end_of(&r, S("\"a"), false) == CSV_SHORT);
    csv_reader_release(&r);
}

TEST(every_prefix_is_short)
{
    str text = S("a,\"b \"\"quoted\"\" b\",c and more of c,\"x\ny\"\r\n");
    struct csv_reader r;
    csv_reader_init(&r, ',');
    for (size_t n = 1; n < text.n; n++)
        CHECK(end_of(&r, str_sub(text, 0, n), false) == CSV_SHORT);
    CHECK(end_of(&r, text, true) == CSV_DONE && r.ncells == 4);
    csv_reader_release(&r);
}

TEST(a_hundred_thousand_fields)
{
    struct csv_reader r;
    struct buf b;
    csv_reader_init(&r, ',');
    buf_init(&b, 1 << 20);
    buf_fill(&b, ',', 99999);
    CHECK(end_of(&r, buf_str(&b), true) == CSV_DONE);
    CHECK(r.ncells == 100000);
    buf_release(&b);
    csv_reader_release(&r);
}

static char guess(const char *text)
{
    size_t n = strlen(text);
    char *copy = xcalloc(n + PAD, 1);
    memcpy(copy, text, n);
    char c = csv_guess_delimiter((str){ copy, n }, true);
    free(copy);
    return c;
}

TEST(delimiters_are_guessed)
{
    CHECK(guess("a,b,c\n1,2,3\n") == ',');
    CHECK(guess("a;b;c\n1,5;2,5;3\n") == ';');
    CHECK(guess("a\tb\n1,5\t2,5,5\n") == '\t');
    CHECK(guess("a|b\n1|2\n") == '|');
    CHECK(guess("one column\nx\n") == ',');
    CHECK(guess("") == ',');
    /* A delimiter inside quotes is text. */
    CHECK(guess("\"a;b;c;d\",e\n\"f;g;h;i\",j\n") == ',');
    /* Commas in prose do not outvote a regular tab. */
    CHECK(guess("id\tnote\n1\ta, b, c, d\n2\te\n") == '\t');
    /* Ragged rows: the header decides. */
    CHECK(guess("a;b;c\n1;2\n1;2;3;4\n") == ';');
}
