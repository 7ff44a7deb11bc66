/* run_rows.c - every row of the language's lists must explain itself.
 *
 * Called by: run.c. `.show operators` and its like say name, usage, summary
 * and an example; all four must be there and the example must run. */
#include "tests/run_int.h"

#include <unistd.h>

struct listing {
    struct frame *frame;
};

static void keep_frame(void *ctx, const struct result *r)
{
    struct listing *ls = ctx;
    if (r->kind != RESULT_TABLE || ls->frame)
        return;
    ls->frame = frame_ref(r->frame);
}

static struct frame *show(struct lang *l, str list)
{
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    struct listing ls = { NULL };
    struct lang_sink sink = { .ctx = &ls, .result = keep_frame };
    struct lang_opts o = { .max_rows = 100000 };
    lang_reset(l);
    if (lang_run(l, arena_fmt(a, ".show %.*s", STRF(list)), &o, &sink, &ds))
        ds.nerrors++;
    if (ds.nerrors) {
        frame_unref(ls.frame);
        ls.frame = NULL;
    }
    arena_free(a);
    return ls.frame;
}

static str field(const struct frame *f, const char *name, size_t row)
{
    int c = frame_find(f, str_of(name));
    if (c < 0 || f->cols[c].type != TYPE_STRING)
        return STR_NONE;
    return f->cols[c].s[row];
}

static void complain(struct test_file *f, str name, const char *what)
{
    struct block b = { .kind = BLOCK_FAULT, .line = 1, .title = name };
    b.input = arena_fmt(f->arena, "%.*s %s", STRF(name), what);
    PUSH(f->arena, f->blocks, b);
}

static void check_words(struct test_file *f, const struct frame *fr, size_t row)
{
    static const char *const words[] = { "Usage", "Summary", "Example" };
    str name = arena_str(f->arena, field(fr, "Name", row));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!field(fr, words[i], row).n)
            complain(f, name, arena_cstr(f->arena, arena_fmt(f->arena,
                     "has no %s", words[i])));
}

static bool has_tests(str name, char hyphen)
{
    char path[256];
    snprintf(path, sizeof path, "tests/lang/ops/%.*s.test", STRF(name));
    for (char *p = path; *p; p++)
        if (*p == '-')
            *p = hyphen;
    return access(path, R_OK) == 0;
}

/* An operator is one file with one file of tests. */
static void check_tests(struct test_file *f, str name)
{
    if (!has_tests(name, '-') && !has_tests(name, '_'))
        complain(f, name, "has no file of tests in tests/lang/ops/");
}

static void add_row(struct test_file *f, const struct frame *fr, size_t row,
                    str list)
{
    struct block b = { .kind = BLOCK_RUNS, .line = (int)row + 1 };
    b.title = arena_str(f->arena, field(fr, "Name", row));
    check_words(f, fr, row);
    if (str_eqz(list, "operators"))
        check_tests(f, b.title);
    if (!field(fr, "Example", row).n)
        return;
    b.input = arena_str(f->arena, field(fr, "Example", row));
    PUSH(f->arena, f->blocks, b);
}

void rows_parse(struct test_file *f, struct lang *l)
{
    str list = str_sub(f->path, strlen("rows:"), f->path.n);
    struct frame *fr = show(l, list);
    if (!fr || fr->nrows == 0)
        complain(f, f->path, "cannot be listed");
    for (size_t r = 0; fr && r < fr->nrows; r++)
        add_row(f, fr, r, list);
    frame_unref(fr);
}
