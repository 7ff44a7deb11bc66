/* run_block.c - runs one block and writes down what the program answers.
 *
 * Called by: run.c. Every block starts from a fresh session with the fixtures
 * and set-ups above it, so that blocks neither help nor hurt each other. */
#include "tests/run_int.h"

#include "render/render.h"

enum { MAX_ACTUAL = 64 << 20, MAX_SHOWN_ROWS = 100000 };

/* Where results of one run go. */
struct capture {
    enum block_kind kind;
    struct arena *arena;
    struct diags *ds;
    struct buf *out;
    size_t nresults;
    struct bundle last;
};

static void add_plain(struct capture *c, const struct result *r)
{
    if (r->kind == RESULT_TABLE)
        lines_add(c->out, bundle_find(&c->last, "text/plain"));
    else
        lines_add(c->out, r->text);
}

static void on_result(void *ctx, const struct result *r)
{
    struct capture *c = ctx;
    bool listed = c->kind == BLOCK_QUERY || c->kind == BLOCK_TEXT;
    if (c->nresults++ && listed)
        buf_adds(c->out, "\\\n");
    if (c->kind == BLOCK_QUERY && r->kind == RESULT_TABLE) {
        frame_print(c->out, r->frame, r->hint);
        return;
    }
    bundle_init(&c->last, c->arena);
    if (r->kind == RESULT_TABLE && c->kind != BLOCK_RUNS) {
        enum status st = render(r->frame, r->hint, &c->last, c->ds);
        (void)st; /* what went wrong stands in ds */
    }
    if (listed)
        add_plain(c, r);
}

static void add_diags(struct buf *out, const struct diags *ds, str code)
{
    struct buf b;
    buf_init(&b, MAX_ACTUAL);
    for (size_t i = 0; i < ds->list.n; i++)
        diag_print(&b, &ds->list.v[i], code);
    lines_add(out, buf_str(&b));
    buf_release(&b);
}

/* Runs code for its effects; false and the reason when there is an error. */
static bool prepare(struct lang *l, str code, struct buf *actual)
{
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    struct capture c = { .kind = BLOCK_RUNS, .arena = a, .ds = &ds,
                         .out = actual };
    struct lang_sink sink = { .ctx = &c, .result = on_result };
    struct lang_opts o = { .no_keep = true };
    bool good = lang_run(l, code, &o, &sink, &ds) == ST_OK && !ds.nerrors;
    if (!good) {
        buf_reset(actual);
        buf_adds(actual, "preparation failed:\n");
        add_diags(actual, &ds, code);
    }
    arena_free(a);
    return good;
}

/* `table NAME = path` reads a file that lies beside the test. */
static void file_code(struct buf *code, str path, str word, size_t equals)
{
    str file = str_trim(str_sub(word, equals + 1, word.n));
    size_t dir = path.n;
    while (dir > 0 && path.p[dir - 1] != '/')
        dir--;
    buf_addf(code, "%.*s = file(@\"%.*s%.*s\");",
             STRF(str_trim(str_sub(word, 0, equals))),
             STRF(str_sub(path, 0, dir)), STRF(file));
}

static bool add_fixture(struct lang *l, const struct test_file *f,
                        const struct block *b, struct buf *actual)
{
    struct buf code;
    buf_init(&code, MAX_ACTUAL);
    ptrdiff_t equals = str_find_char(b->word, '=');
    bool good = true;
    if (equals > 0)
        file_code(&code, f->path, b->word, (size_t)equals);
    else
        good = fixture_code(&code, b->word, b->input);
    if (good)
        good = prepare(l, buf_str(&code), actual);
    else
        buf_add(actual, buf_str(&code));
    buf_release(&code);
    return good;
}

static bool begin(struct lang *l, const struct test_file *f, size_t at,
                  struct buf *actual)
{
    if (f->blocks.v[at].keeps && at > 0)
        return true;
    lang_reset(l);
    bool good = true;
    for (size_t i = 0; i < at && good; i++) {
        const struct block *b = &f->blocks.v[i];
        if (b->kind == BLOCK_TABLE)
            good = add_fixture(l, f, b, actual);
        else if (b->kind == BLOCK_SETUP)
            good = prepare(l, b->input, actual);
    }
    return good;
}

/* Is what came out fit to be compared? If not, the reason replaces it. */
static bool fits(const struct block *b, const struct diags *ds,
                 struct buf *actual)
{
    bool must_run = b->kind == BLOCK_RUNS || b->kind == BLOCK_CHECKS;
    if (b->kind == BLOCK_ERROR && !ds->nerrors) {
        buf_reset(actual);
        buf_adds(actual, "no error was reported\n");
        return false;
    }
    return !(must_run && ds->nerrors);
}

static bool run_code(struct lang *l, const struct block *b, struct arena *a,
                     struct buf *actual)
{
    struct diags ds;
    diags_init(&ds, a);
    struct capture c = { .kind = b->kind, .arena = a, .ds = &ds,
                         .out = actual };
    bundle_init(&c.last, a);
    struct lang_sink sink = { .ctx = &c, .result = on_result };
    struct lang_opts o = { .max_rows = MAX_SHOWN_ROWS };
    o.check = o.open_tables = b->kind == BLOCK_CHECKS;
    enum status st = lang_run(l, b->input, &o, &sink, &ds);
    if (b->kind == BLOCK_TEXT && str_starts(b->input, S(".explain"))) {
        str text = arena_str(a, buf_str(actual));
        buf_reset(actual);
        renumber_tables(a, actual, text);
    }
    if (b->kind == BLOCK_ERROR)
        buf_reset(actual);
    if (b->kind == BLOCK_MIME)
        lines_add(actual, bundle_find(&c.last, arena_cstr(a, b->word)));
    add_diags(actual, &ds, b->input);
    if (st != ST_OK && !ds.nerrors)
        buf_addf(actual, "status %d without an error\n", (int)st);
    return fits(b, &ds, actual) && (st == ST_OK || ds.nerrors);
}

/* ---- names of stored tables ---- */

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

/* Bytes of a generated table name (t12) that begins at `at`, or 0. */
static size_t table_name(str s, size_t at)
{
    size_t n = 1;
    if (s.p[at] != 't' || (at > 0 && is_word(s.p[at - 1])))
        return 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    bool ends = at + n == s.n || !is_word(s.p[at + n]) || s.p[at + n] == '_';
    return n > 1 && ends ? n : 0;
}

/* Generated names count on through a session: here they count from t1, in
 * order of appearance, so that a plan reads the same in every run. */
static void renumber_tables(struct arena *a, struct buf *out, str text)
{
    LIST(str) seen = { NULL, 0, 0 };
    for (size_t at = 0; at < text.n;) {
        size_t n = table_name(text, at), i = 0;
        if (n == 0) {
            buf_addc(out, text.p[at++]);
            continue;
        }
        str name = str_sub(text, at, at + n);
        while (i < seen.n && !str_eq(seen.v[i], name))
            i++;
        if (i == seen.n)
            PUSH(a, seen, name);
        buf_addf(out, "t%zu", i + 1);
        at += n;
    }
}

static bool run_stage(struct lang *l, const struct block *b, struct arena *a,
                      struct buf *actual)
{
    struct diags ds;
    struct buf out, stable;
    diags_init(&ds, a);
    buf_init(&out, MAX_ACTUAL);
    buf_init(&stable, MAX_ACTUAL);
    enum status st = lang_print_stage(l, b->word, b->input, &out, &ds);
    if (str_eqz(b->word, "lex") || str_eqz(b->word, "parse"))
        buf_add(&stable, buf_str(&out));
    else
        renumber_tables(a, &stable, buf_str(&out));
    lines_add(actual, buf_str(&stable));
    add_diags(actual, &ds, b->input);
    buf_release(&out);
    buf_release(&stable);
    return st == ST_OK || ds.nerrors;
}

bool block_run(struct lang *l, const struct test_file *f, size_t at,
               struct buf *actual)
{
    const struct block *b = &f->blocks.v[at];
    if (b->kind == BLOCK_FAULT) {
        lines_add(actual, b->input);
        return false;
    }
    if (!begin(l, f, at, actual))
        return false;
    struct arena *a = arena_new();
    bool good = b->kind == BLOCK_STAGE ? run_stage(l, b, a, actual)
                                       : run_code(l, b, a, actual);
    arena_free(a);
    return good && buf_ok(actual);
}

/* ---- comparison ---- */

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

/* A line with single separators, so that sorting ignores alignment. */
static str canonical(struct arena *a, str line)
{
    struct buf b;
    buf_init(&b, MAX_ACTUAL);
    size_t at = 0;
    str cell;
    while (cell_next(line, &at, &cell)) {
        buf_adds(&b, b.n ? "  " : "");
        buf_add(&b, cell);
    }
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

/* Sorts the rows of each table: below its header, up to the next `\`. */
static void sort_rows(str *v, size_t n)
{
    for (size_t beg = 0; beg < n;) {
        size_t end = beg;
        while (end < n && !str_eqz(v[end], "\\"))
            end++;
        if (end > beg + 2)
            qsort(v + beg + 1, end - beg - 1, sizeof *v, by_bytes);
        beg = end + 1;
    }
}

str rows_sorted(struct arena *a, str text)
{
    LIST(str) lines = { NULL, 0, 0 };
    struct buf b;
    size_t at = 0;
    str line;
    while (line_next(text, &at, &line))
        PUSH(a, lines, canonical(a, line));
    sort_rows(lines.v, lines.n);
    buf_init(&b, MAX_ACTUAL);
    for (size_t i = 0; i < lines.n; i++) {
        buf_add(&b, lines.v[i]);
        buf_addc(&b, '\n');
    }
    str sorted = buf_take(&b, a);
    buf_release(&b);
    return sorted;
}

static bool same_lines(str x, str y, bool exact)
{
    size_t i = 0, j = 0;
    str a, b;
    for (;;) {
        bool more = line_next(x, &i, &a);
        if (more != line_next(y, &j, &b))
            return false;
        if (!more)
            return true;
        if (exact ? !str_eq(a, b) : !line_same(a, b))
            return false;
    }
}

bool block_holds(const struct block *b, str actual)
{
    if (b->kind == BLOCK_RUNS || b->kind == BLOCK_CHECKS)
        return true;
    if (!b->unordered)
        return same_lines(b->expected, actual, b->kind != BLOCK_QUERY);
    struct arena *a = arena_new();
    bool same = same_lines(rows_sorted(a, b->expected), rows_sorted(a, actual),
                           false);
    arena_free(a);
    return same;
}
