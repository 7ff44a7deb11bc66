/* run_parse.c - the text of a test file as blocks.
 *
 * Called by: run.c, for every .test file and every .md file.
 * A line that fits nowhere becomes a block that fails, so that a misspelt
 * header can never silence a test. */
#include "tests/run_int.h"

#include "base/json_write.h"

enum { MAX_EXPANDED = 64 << 20 };

struct reader {
    struct test_file *f;
    size_t at;               /* of the next line */
    int line;                /* number of the line last read */
    size_t line_at;          /* where it begins */
    str title, tags, limit;  /* of the whole file */
    str title1, tags1, limit1; /* of the next block only */
};

static const struct {
    const char *word;
    enum block_kind kind;
} heads[] = {
    { "table", BLOCK_TABLE }, { "setup", BLOCK_SETUP },
    { "query", BLOCK_QUERY }, { "error", BLOCK_ERROR },
    { "text", BLOCK_TEXT },   { "mime", BLOCK_MIME },
    { "lex", BLOCK_STAGE },   { "cell", BLOCK_STAGE },
    { "parse", BLOCK_STAGE }, { "bind", BLOCK_STAGE },
    { "plan", BLOCK_STAGE },  { "sql", BLOCK_STAGE },
    { "canon", BLOCK_STAGE },
    { "runs", BLOCK_RUNS },   { "checks", BLOCK_CHECKS },
};

static bool next(struct reader *r, str *line)
{
    r->line_at = r->at;
    r->line++;
    return line_next(r->f->text, &r->at, line);
}

static void fault(struct test_file *f, int line, const char *what, str at)
{
    struct block b = { .kind = BLOCK_FAULT, .line = line };
    b.input = arena_fmt(f->arena, "%s: %.*s", what, STRF(at));
    PUSH(f->arena, f->blocks, b);
}

/* ---- input: %repeat(COUNT,TEXT)% and %hex(DIGITS)% ---- */

static void expand_repeat(struct buf *out, str args)
{
    size_t count = 0, i = 0;
    for (; i < args.n && args.p[i] >= '0' && args.p[i] <= '9'; i++)
        count = count * 10 + (size_t)(args.p[i] - '0');
    str text = str_sub(args, i + 1, args.n);
    while (count-- && buf_ok(out))
        buf_add(out, text);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static void expand_hex(struct buf *out, str digits)
{
    for (size_t i = 0; i + 1 < digits.n; i += 2)
        buf_addc(out, (char)(hex_digit(digits.p[i]) * 16 +
                             hex_digit(digits.p[i + 1])));
}

static str expand(struct arena *a, str in)
{
    struct buf out;
    if (str_find(in, S(")%")) < 0)
        return in;
    buf_init(&out, MAX_EXPANDED);
    for (size_t i = 0; i < in.n;) {
        str rest = str_sub(in, i, in.n);
        bool repeat = str_starts(rest, S("%repeat("));
        ptrdiff_t end = str_find(rest, S(")%"));
        if (end > 0 && (repeat || str_starts(rest, S("%hex(")))) {
            str args = str_sub(rest, repeat ? 8 : 5, (size_t)end);
            (repeat ? expand_repeat : expand_hex)(&out, args);
            i += (size_t)end + 2;
        } else {
            buf_addc(&out, in.p[i++]);
        }
    }
    str s = buf_take(&out, a);
    buf_release(&out);
    return s;
}

/* ---- .test files ---- */

static bool word_of(str *line, str *word)
{
    *line = str_trim(*line);
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ')
        n++;
    *word = str_sub(*line, 0, n);
    *line = str_trim(str_sub(*line, n, line->n));
    return n > 0;
}

static void note(struct reader *r, str line)
{
    bool whole = r->f->blocks.n == 0;
    ptrdiff_t colon = str_find_char(line, ':');
    if (colon < 0)
        return;
    str key = str_trim(str_sub(line, 1, (size_t)colon));
    str value = str_trim(str_sub(line, (size_t)colon + 1, line.n));
    if (str_eqz(key, "name"))
        *(whole ? &r->title : &r->title1) = value;
    else if (str_eqz(key, "tags"))
        *(whole ? &r->tags : &r->tags1) = value;
    else if (str_eqz(key, "limit"))
        *(whole ? &r->limit : &r->limit1) = value;
}

static int milliseconds(str s)
{
    int n = 0;
    size_t i = 0;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && n < 1000000; i++)
        n = n * 10 + (s.p[i] - '0');
    return str_eqz(str_sub(s, i, s.n), "ms") ? n : n * 1000;
}

static bool head(struct reader *r, str line, struct block *b)
{
    ptrdiff_t remark = str_find(line, S(" -- "));
    if (remark >= 0)
        line = str_sub(line, 0, (size_t)remark);
    str word;
    b->line = r->line;
    word_of(&line, &word);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        if (!str_eqz(word, heads[i].word))
            continue;
        b->kind = heads[i].kind;
        b->unordered = b->kind == BLOCK_QUERY && str_eqz(line, "unordered");
        b->word = b->kind == BLOCK_STAGE ? word : line;
        bool rest = b->kind == BLOCK_TABLE || b->kind == BLOCK_MIME;
        return rest ? line.n > 0 : line.n == 0 || b->unordered;
    }
    return false;
}

/* The lines up to (not with) the first that is `stop`, or blank when stop is
 * "", or the end. Says whether the stop was there. */
static bool body(struct reader *r, const char *stop, str *out)
{
    size_t beg = r->at;
    str line;
    while (next(r, &line)) {
        if (!str_eqz(line, stop))
            continue;
        *out = str_sub(r->f->text, beg, r->line_at);
        return true;
    }
    *out = str_sub(r->f->text, beg, r->f->text.n);
    return false;
}

static str without_end(str s)
{
    while (s.n && strchr("\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

static void block(struct reader *r, str line)
{
    struct test_file *f = r->f;
    struct block b = { .kind = BLOCK_FAULT };
    if (!head(r, line, &b)) {
        fault(f, r->line, "no block starts like this", line);
        return;
    }
    b.title = r->title1.n ? r->title1 : r->title;
    b.tags = r->tags1.n ? r->tags1 : r->tags;
    str limit = r->limit1.n ? r->limit1 : r->limit;
    b.limit_ms = limit.n ? milliseconds(limit) : 0;
    r->title1 = r->tags1 = r->limit1 = STR_NONE;
    bool plain = b.kind == BLOCK_TABLE || b.kind == BLOCK_SETUP ||
                 b.kind == BLOCK_RUNS || b.kind == BLOCK_CHECKS;
    if (!body(r, plain ? "" : "----", &b.input) && !plain) {
        fault(f, b.line, "no ---- line ends the input of", line);
        return;
    }
    b.input = expand(f->arena, without_end(b.input));
    if (!plain)
        body(r, "", &b.expected);
    PUSH(f->arena, f->blocks, b);
}

void test_file_parse(struct test_file *f)
{
    struct reader r = { .f = f };
    str line;
    while (next(&r, &line)) {
        if (line.n == 0)
            continue;
        if (line.p[0] == '#')
            note(&r, line);
        else
            block(&r, line);
    }
    if (f->blocks.n == 0)
        fault(f, 1, "no test in this file", f->path);
}

/* ---- .md files: the fences marked kql ---- */

void markdown_parse(struct test_file *f)
{
    struct reader r = { .f = f };
    str line;
    while (next(&r, &line)) {
        if (!str_starts(line, S("```")))
            continue;
        struct block b = { .kind = BLOCK_RUNS, .keeps = true,
                           .line = r.line, .title = S("example") };
        if (str_eqz(line, "```kql check"))
            b.kind = BLOCK_CHECKS;
        bool ours = b.kind == BLOCK_CHECKS || str_eqz(line, "```kql");
        if (!body(&r, "```", &b.input))
            fault(f, b.line, "a fence that is never closed", line);
        else if (ours)
            PUSH(f->arena, f->blocks, b);
    }
}
