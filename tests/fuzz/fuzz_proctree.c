/* fuzz_proctree.c - any bytes as the cells of a process log.
 *
 * Lines are rows, tabs part the cells of two logs in one table. Holds that
 * each row is whole or blank, that only roots have no parent, that repeated
 * runs agree, and that kin contain the seeds. */
#include <assert.h>

#include "analytics/proctree_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NCOLS = 14, MAX_ROWS = 400 };
enum { KEY = NCOLS, PARENT, ROOT, DEPTH, PATH, COUNT, NAME, FLAGS };

static const struct {
    const char *name;
    enum type type;
} cols[NCOLS] = {
    { "EventID", TYPE_STRING },        { "ProcessId", TYPE_STRING },
    { "ParentProcessId", TYPE_STRING }, { "UtcTime", TYPE_STRING },
    { "Computer", TYPE_STRING },       { "Image", TYPE_STRING },
    { "ParentImage", TYPE_STRING },    { "NewProcessId", TYPE_DYNAMIC },
    { "TimeGenerated", TYPE_LONG },    { "NewProcessName", TYPE_STRING },
    { "ProcessGuid", TYPE_STRING },    { "ParentProcessGuid", TYPE_STRING },
    { "Depth", TYPE_LONG },            { "ParentProcessName", TYPE_STRING },
};

static str next(str *rest, char sign)
{
    ptrdiff_t at = str_find_char(*rest, sign);
    size_t n = at < 0 ? rest->n : (size_t)at;
    str piece = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, at < 0 ? n : n + 1, rest->n);
    return piece;
}

static void fill_row(struct frame *f, size_t row, str line)
{
    for (size_t c = 0; c < f->ncols; c++) {
        str cell = next(&line, '\t');
        if (cols[c].type == TYPE_LONG) {
            int64_t v = 0;
            memcpy(&v, cell.p, cell.n < sizeof v ? cell.n : sizeof v);
            f->cols[c].i[row] = v;
        } else {
            f->cols[c].s[row] = arena_str(f->arena, cell);
        }
    }
}

static struct frame *frame_from(str text)
{
    size_t nrows = 0;
    for (size_t i = 0; i < text.n; i++)
        nrows += text.p[i] == '\n';
    nrows = nrows < MAX_ROWS ? nrows : MAX_ROWS;
    struct frame *f = frame_new(NCOLS);
    for (size_t c = 0; c < NCOLS; c++)
        frame_set_col(f, c, str_of(cols[c].name), cols[c].type);
    frame_set_rows(f, nrows);
    for (size_t i = 0; i < nrows; i++)
        fill_row(f, i, next(&text, '\n'));
    return f;
}

static void check_row(const struct frame *f, size_t i)
{
    const struct column *c = f->cols;
    if (cell_is_null(&c[DEPTH], i)) {
        assert(!c[KEY].s[i].n && !c[ROOT].s[i].n && !c[PATH].s[i].n);
        return;
    }
    assert(c[KEY].s[i].n && c[ROOT].s[i].n && c[PATH].s[i].n <= 512);
    assert((c[DEPTH].i[i] == 0) == (c[PARENT].s[i].n == 0));
    assert(c[DEPTH].i[i] > 0 || str_eq(c[KEY].s[i], c[ROOT].s[i]));
    assert(c[COUNT].i[i] >= 0 && c[COUNT].i[i] <= (int64_t)f->nrows);
}

static void check_kin(const struct frame *f, size_t row)
{
    bool out[MAX_ROWS], seed[MAX_ROWS] = { false };
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    seed[row] = true;
    for (int d = PROCTREE_ANCESTORS; d <= PROCTREE_DESCENDANTS; d++) {
        struct proctree_relation rel = { .seed = seed, .direction = d };
        assert(proctree_related(f, &rel, out, &ds) == ST_OK && out[row]);
    }
    arena_free(a);
}

static struct frame *run(const struct frame *in)
{
    struct arena *a = arena_new();
    struct diags ds;
    struct frame *out = NULL;
    diags_init(&ds, a);
    assert(proctree_run(in, NULL, &out, &ds, NULL) == ST_OK);
    arena_free(a);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame *in = frame_from((str){ (const char *)data, size });
    struct frame *one = run(in), *two = run(in);
    assert(one->ncols == NCOLS + PROCTREE_NCOLS && one->nrows == in->nrows);
    assert(str_eqz(one->cols[DEPTH].name, "Depth1"));
    for (size_t i = 0; i < one->nrows; i++) {
        check_row(one, i);
        assert(str_eq(one->cols[PARENT].s[i], two->cols[PARENT].s[i]));
        assert(str_eq(one->cols[PATH].s[i], two->cols[PATH].s[i]));
    }
    if (one->nrows)
        check_kin(one, size % one->nrows);
    frame_unref(in);
    frame_unref(one);
    frame_unref(two);
    return 0;
}
