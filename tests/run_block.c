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
