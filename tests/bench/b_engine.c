/* b_engine.c - what the engine layer itself costs.
 *
 * Prints one line per figure: opening, the overhead of a statement, loading
 * rows of eleven columns, fetching them, a C row function beside DuckDB's own
 * of the same work, and Parquet. Run on a calm machine. */
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "base/utf8.h"
#include "engine/engine.h"

enum { ROWS = 1000000, NCOLS = 11, REPEAT = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct source_col cols[NCOLS] = {
    { { "TimeGenerated", 13 }, TYPE_DATETIME },
    { { "Computer", 8 }, TYPE_STRING },
    { { "Account", 7 }, TYPE_STRING },
    { { "EventID", 7 }, TYPE_INT },
    { { "ProcessId", 9 }, TYPE_LONG },
    { { "ParentId", 8 }, TYPE_LONG },
    { { "Process", 7 }, TYPE_STRING },
    { { "CommandLine", 11 }, TYPE_STRING },
    { { "Score", 5 }, TYPE_REAL },
    { { "Signed", 6 }, TYPE_BOOL },
    { { "Duration", 8 }, TYPE_TIMESPAN },
};

static struct frame *batch_new(void)
{
    struct frame *f = frame_new(NCOLS);
    for (size_t c = 0; c < NCOLS; c++)
        frame_set_col(f, c, cols[c].name, cols[c].type);
    frame_set_rows(f, SOURCE_BATCH_ROWS);
    for (size_t i = 0; i < f->nrows; i++) {
        f->cols[0].i[i] = 638396000000000000 + (int64_t)i * 12345;
        f->cols[1].s[i] = arena_fmt(f->arena, "HOST-%03zu", i % 200);
        f->cols[2].s[i] = arena_fmt(f->arena, "CONTOSO\\user%zu", i % 977);
        f->cols[3].i[i] = 4688;
        f->cols[4].i[i] = (int64_t)i * 4;
        f->cols[5].i[i] = (int64_t)i * 2;
        f->cols[6].s[i] = S("C:\\Windows\\System32\\svchost.exe");
        f->cols[7].s[i] = arena_fmt(
            f->arena, "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s "
            "Schedule /session:%zu /token:%zx0123456789abcdef", i, i * 7919);
        f->cols[8].d[i] = (double)i / 3;
        f->cols[9].i[i] = i % 3 == 0;
        f->cols[10].i[i] = (int64_t)i * 1000;
    }
    return f;
}

static enum status read_rows(struct source *s, unsigned part,
                             struct row_sink *sink, const atomic_bool *cancel,
                             struct diags *ds)
{
    (void)cancel, (void)ds;
    enum status st = ST_OK;
    struct frame *f = batch_new();
    size_t left = ROWS / s->nparts;
    while (st == ST_OK && left) {
        f->nrows = left < SOURCE_BATCH_ROWS ? left : SOURCE_BATCH_ROWS;
        left -= f->nrows;
        st = sink->batch(sink->ctx, part, f);
    }
    frame_unref(f);
    return st;
}

static void row_add(struct fn_ctx *cx, const struct value *in, size_t n,
                    struct value *out)
{
    (void)cx, (void)n;
    out->i = in[0].i + in[1].i;
    out->null = false;
}

static void row_length(struct fn_ctx *cx, const struct value *in, size_t n,
                       struct value *out)
{
    (void)cx, (void)n;
    out->i = (int64_t)in[0].s.n;
    out->null = false;
}

static void row_same(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    (void)cx, (void)n;
    out->s = in[0].s;
}

static const struct lang_func functions[] = {
    { .name = "b_add",
      .params = "long, long",
      .ret = TYPE_LONG,
      .row = row_add },
    { .name = "b_length",
      .params = "string",
      .ret = TYPE_LONG,
      .row = row_length },
    { .name = "b_same",
      .params = "string",
      .ret = TYPE_STRING,
      .row = row_same },
};

struct bench {
    struct engine *e;
    struct arena *a;
    struct diags ds;
};

static void must(struct bench *b, enum status st)
{
    if (st == ST_OK)
        return;
    struct buf text;
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < b->ds.list.n; i++)
        diag_print(&text, &b->ds.list.v[i], S(""));
    printf("%.*s", STRF(buf_str(&text)));
    exit(1);
}

static double query(struct bench *b, const char *sql, size_t n,
                    const struct engine_col *want)
{
    double best = 1e9;
    for (int i = 0; i < REPEAT; i++) {
        struct frame *f;
        double from = now();
        must(b, engine_query(b->e, str_of(sql), n, want, 0, &f, &b->ds));
        double took = now() - from;
        best = took < best ? took : best;
        frame_unref(f);
    }
    return best;
}

static void bench_open(struct bench *b)
{
    static struct engine_col one = { { "x", 1 }, TYPE_LONG };
    double from = now();
    must(b, engine_open(b->e, &b->ds));
    printf("open                         %8.1f ms\n", (now() - from) * 1e3);
    from = now();
    for (int i = 0; i < 2000; i++) {
        struct frame *f;
        must(b, engine_query(b->e, S("SELECT 1"), 1, &one, 10000, &f, &b->ds));
        frame_unref(f);
    }
    printf("SELECT 1                     %8.3f ms\n", (now() - from) / 2);
}

static void bench_load(struct bench *b, unsigned nparts, const char *table)
{
    struct source s = {
        .ncols = NCOLS, .cols = cols, .nparts = nparts, .read = read_rows,
    };
    struct engine_load out = { .arena = b->a };
    double from = now();
    must(b, engine_load_source(b->e, str_of(table), &s, &out, NULL, NULL,
                               &b->ds));
    double took = now() - from;
    printf("load 11 columns, %u part%s     %8.2f M rows/s\n", nparts,
           nparts > 1 ? "s" : " ", ROWS / took / 1e6);
}

static void bench_fetch(struct bench *b)
{
    struct engine_col want[NCOLS];
    for (size_t c = 0; c < NCOLS; c++)
        want[c] = (struct engine_col){ cols[c].name, cols[c].type };
    printf("fetch 1 M x 11 as a frame    %8.0f ms\n",
           query(b, "SELECT * FROM t_0", NCOLS, want) * 1e3);
}

static void bench_functions(struct bench *b)
{
    static const char *const pairs[][2] = {
        { "sum(c4 + c5)", "sum(b_add(c4, c5))" },
        { "sum(strlen(c7))", "sum(b_length(c7))" },
        { "max(upper(c1))", "max(b_same(c1))" },
        { "max(upper(c7))", "max(b_same(c7))" },
    };
    static struct engine_col one = { { "x", 1 }, TYPE_LONG };
    static struct engine_col text = { { "x", 1 }, TYPE_STRING };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        double took[2];
        for (int j = 0; j < 2; j++) {
            str sql = arena_fmt(b->a, "SELECT %s FROM t_0", pairs[i][j]);
            took[j] = query(b, arena_cstr(b->a, sql), 1, i < 2 ? &one : &text);
        }
        printf("%-18s own, C  %6.1f, %6.1f ms over 1 M rows\n", pairs[i][1],
               took[0] * 1e3, took[1] * 1e3);
    }
}

static void bench_parquet(struct bench *b)
{
    struct engine_col want[NCOLS];
    uint64_t n;
    for (size_t c = 0; c < NCOLS; c++)
        want[c] = (struct engine_col){ cols[c].name, cols[c].type };
    str path = S("/tmp/b_engine.parquet");
    double from = now();
    must(b, engine_save_parquet(b->e, S("SELECT * FROM t_0"), NCOLS, want, path,
                                &n, &b->ds));
    printf("save Parquet                 %8.2f M rows/s\n",
           ROWS / (now() - from) / 1e6);
    struct source s = { .nparts = 1, .parquet = path };
    struct engine_load out = { .arena = b->a };
    from = now();
    must(b, engine_load_source(b->e, S("p"), &s, &out, NULL, NULL, &b->ds));
    printf("load Parquet                 %8.2f M rows/s\n",
           ROWS / (now() - from) / 1e6);
    remove(path.p);
}

int main(void)
{
    struct bench b = { .e = engine_new(), .a = arena_new() };
    diags_init(&b.ds, b.a);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        engine_add_function(b.e, functions[i].name, &functions[i]);
    bench_open(&b);
    bench_load(&b, 1, "t");
    bench_load(&b, 2, "u");
    bench_fetch(&b);
    bench_functions(&b);
    bench_parquet(&b);
    engine_free(b.e);
    arena_free(b.a);
    return 0;
}
