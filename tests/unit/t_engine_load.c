/* t_engine_load.c - tables from frames and from sources. */
#include "engine_fixture.h"

#include <math.h>
#include <stdatomic.h>

#include "base/utf8.h"

/* ---- frames ---- */

enum { NTYPED = 10, NROWS = 7 };

static const struct engine_col typed[NTYPED] = {
    { { "b", 1 }, TYPE_BOOL },     { { "i", 1 }, TYPE_INT },
    { { "l", 1 }, TYPE_LONG },     { { "r", 1 }, TYPE_REAL },
    { { "d", 1 }, TYPE_DECIMAL },  { { "s", 1 }, TYPE_STRING },
    { { "g", 1 }, TYPE_GUID },     { { "y", 1 }, TYPE_DYNAMIC },
    { { "t", 1 }, TYPE_DATETIME }, { { "p", 1 }, TYPE_TIMESPAN },
};

/* Rows of edges; row 6 is all null. */
static struct frame *edges(void)
{
    static const int64_t longs[NROWS] = {
        0, INT64_MAX, INT64_MIN, -1, 1, 1LL << 40, 0,
    };
    static const double reals[NROWS] = {
        0, -0.0, NAN, INFINITY, -INFINITY, 5e-324, 0,
    };
    static const str texts[NROWS] = {
        { "", 0 }, { "twelve bytes", 12 }, { "thirteen bytes", 13 },
        { "a\0b", 3 }, { "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16 },
        { "na\xc3\xafve \xf0\x9f\x90\xba and longer", 22 }, { "", 0 },
    };
    static const str decimals[NROWS] = {
        { "0", 1 }, { "-0.0000000001", 13 },
        { "-999999999999999999999999.9999999999", 36 }, { "12.5", 4 },
        { "-12345678901234567890", 21 }, { "0.1", 3 }, { "", 0 },
    };
    struct frame *f = frame_new(NTYPED);
    for (size_t c = 0; c < NTYPED; c++)
        frame_set_col(f, c, typed[c].name, typed[c].type);
    frame_set_rows(f, NROWS);
    for (size_t r = 0; r < NROWS; r++) {
        f->cols[0].i[r] = (int64_t)r % 2;
        f->cols[1].i[r] = r == 1 ? INT32_MAX : r == 2 ? INT32_MIN : (int64_t)r;
        f->cols[2].i[r] = f->cols[8].i[r] = f->cols[9].i[r] = longs[r];
        f->cols[3].d[r] = reals[r];
        f->cols[4].s[r] = decimals[r];
        f->cols[5].s[r] = f->cols[6].s[r] = f->cols[7].s[r] = texts[r];
    }
    for (size_t c = 0; c < NTYPED; c++)
        if (typed[c].type != TYPE_STRING)
            frame_nulls(f, c)[NROWS - 1] = true;
    return f;
}

TEST(every_type_survives_the_round_trip)
{
    struct fixture x;
    fixture_init(&x);
    struct frame *in = edges(), *out;
    CHECK(engine_load_frame(x.e, S("t1"), in, &x.ds) == ST_OK);
    CHECK(engine_query(x.e, S("SELECT * FROM t1"), NTYPED, typed, 0, &out,
                       &x.ds) == ST_OK);
    CHECK(out && out->nrows == NROWS && out->completeness == COMPLETE);
    for (size_t c = 0; out && c < NTYPED; c++)
        for (size_t r = 0; r < NROWS; r++) {
            const struct column *a = &in->cols[c], *b = &out->cols[c];
            CHECK(cell_is_null(a, r) == cell_is_null(b, r));
            if (cell_is_null(a, r))
                continue;
            bool same = type_is_text(a->type)
                            ? str_eq(a->s[r], b->s[r])
                            : memcmp(&a->i[r], &b->i[r], 8) == 0;
            CHECK(same);
            if (!same)
                printf("  column %zu row %zu\n", c, r);
        }
    CHECK(engine_load_frame(x.e, S("t1"), in, &x.ds) != ST_OK); /* exists */
    CHECK(ask_long(&x, "SELECT count(*) FROM t1") == NROWS);
    CHECK(ask_long(&x, "SELECT count(*) FROM t1 WHERE c5 IS NULL") == 0);
    CHECK(engine_load_frame(x.e, S("odd \"name\"; --"), in, &x.ds) == ST_OK);
    CHECK(ask_long(&x, "SELECT count(*) FROM \"odd \"\"name\"\"; --\"") ==
          NROWS);
    frame_unref(in);
    frame_unref(out);
    fixture_release(&x);
}

/* What a source must not deliver, and what then happens. */
TEST(unfit_cells_are_repaired_or_null)
{
    struct fixture x;
    fixture_init(&x);
    struct frame *f = frame_new(3);
    frame_set_col(f, 0, S("s"), TYPE_STRING);
    frame_set_col(f, 1, S("i"), TYPE_INT);
    frame_set_col(f, 2, S("d"), TYPE_DECIMAL);
    frame_set_rows(f, 3);
    static const char *const bad[] = {
        "12", "x", "1e100",
    };
    for (size_t r = 0; r < 3; r++) {
        f->cols[0].s[r] = (str){ "ok \xff\xc0\xaf then more text", 21 };
        f->cols[1].i[r] = 1LL << (20 + 12 * r);
        f->cols[2].s[r] = str_of(bad[r]);
    }
    CHECK(engine_load_frame(x.e, S("t"), f, &x.ds) == ST_OK);
    struct frame *got = ask(&x, "SELECT c0 FROM t", TYPE_STRING);
    CHECK(got && utf8_valid(got->cols[0].s[0]) && got->cols[0].s[0].n == 27);
    frame_unref(got);
    CHECK(ask_long(&x, "SELECT count(c1) FROM t") == 1);
    CHECK(ask_long(&x, "SELECT count(c2) FROM t") == 1);
    CHECK(ask_long(&x, "SELECT count(upper(c0)) FROM t") == 3);
    frame_unref(f);
    fixture_release(&x);
}

/* Empty texts and nulls come in runs that end anywhere in a chunk. */
TEST(runs_of_nothing)
{
    enum { ROWS = 5000 };
    struct fixture x;
    fixture_init(&x);
    struct frame *f = frame_new(3);
    frame_set_col(f, 0, S("s"), TYPE_STRING);
    frame_set_col(f, 1, S("n"), TYPE_LONG);
    frame_set_col(f, 2, S("g"), TYPE_GUID);
    frame_set_rows(f, ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        bool none = i < 3000 || i % 7 == 0;
        f->cols[0].s[i] = none ? STR_NONE : S("a text of more than 12 bytes");
        f->cols[1].i[i] = (int64_t)i;
        frame_nulls(f, 1)[i] = frame_nulls(f, 2)[i] = none;
    }
    size_t given = 0;
    for (size_t i = 3000; i < ROWS; i++)
        given += i % 7 != 0;
    CHECK(engine_load_frame(x.e, S("t"), f, &x.ds) == ST_OK);
    CHECK(ask_long(&x, "SELECT count(*) FROM t WHERE c0 IS NULL") == 0);
    CHECK(ask_long(&x, "SELECT count(*) FROM t WHERE c0 <> ''") ==
          (int64_t)given);
    CHECK(ask_long(&x, "SELECT count(c1) FROM t") == (int64_t)given);
    CHECK(ask_long(&x, "SELECT count(c2) FROM t") == (int64_t)given);
    CHECK(ask_long(&x, "SELECT count(*) FROM t WHERE c1 IS NOT NULL AND "
                       "(c1 < 3000 OR c1 % 7 = 0)") == 0);
    frame_unref(f);
    fixture_release(&x);
}

TEST(frames_without_rows_and_with_many)
{
    struct fixture x;
    fixture_init(&x);
    struct frame *f = frame_new(1);
    frame_set_col(f, 0, S("n"), TYPE_LONG);
    frame_set_rows(f, 0);
    CHECK(engine_load_frame(x.e, S("e"), f, &x.ds) == ST_OK);
    CHECK(ask_long(&x, "SELECT count(*) FROM e") == 0);
    frame_unref(f);
    f = frame_new(1);
    frame_set_col(f, 0, S("n"), TYPE_LONG);
    frame_set_rows(f, 500001);
    for (size_t i = 0; i < f->nrows; i++)
        f->cols[0].i[i] = (int64_t)i;
    frame_nulls(f, 0)[500000] = true;
    CHECK(engine_load_frame(x.e, S("m"), f, &x.ds) == ST_OK);
    CHECK(ask_long(&x, "SELECT sum(c0) FROM m") == 500000LL * 499999 / 2);
    CHECK(ask_long(&x,
                   "SELECT count(*) FROM (SELECT c0, lag(c0) OVER () p FROM "
                   "m) WHERE c0 <= p") == 0);
    frame_unref(f);
    fixture_release(&x);
}

/* ---- sources ---- */

/* Rows part * PER_PART …: a number, its text, and one text that repeats. */
struct synth {
    uint64_t per_part;
    uint64_t fail_at;       /* in part 1; 0: never */
    uint64_t reject_every;  /* 0: none */
    enum status failure;
    bool endless;
    atomic_bool saw_stop;
};

static const struct source_col synth_cols[] = {
    { { "n", 1 }, TYPE_LONG },
    { { "s", 1 }, TYPE_STRING },
    { { "k", 1 }, TYPE_STRING },
    { { "t", 1 }, TYPE_DATETIME },
};

static struct frame *synth_batch(uint64_t from, size_t n)
{
    struct frame *f = frame_new(4);
    for (size_t c = 0; c < 4; c++)
        frame_set_col(f, c, synth_cols[c].name, synth_cols[c].type);
    frame_set_rows(f, n);
    for (size_t i = 0; i < n; i++) {
        uint64_t v = from + i;
        f->cols[0].i[i] = (int64_t)v;
        f->cols[1].s[i] = arena_fmt(f->arena, "value number %llu",
                                    (unsigned long long)v);
        f->cols[2].s[i] = v % 2 ? S("odd") : S("a rather even number");
        f->cols[3].i[i] = (int64_t)v * 10;
    }
    return f;
}

static void synth_reject(struct row_sink *sink, unsigned part, uint64_t line)
{
    char text[] = "broken line", reason[] = "no such thing";
    struct reject r = { S("file.log"), line, str_of(reason), str_of(text) };
    sink->reject(sink->ctx, part, &r);
    memset(text, '!', sizeof text - 1); /* the engine must have copied */
    memset(reason, '!', sizeof reason - 1);
}

static enum status synth_read(struct source *s, unsigned part,
                              struct row_sink *sink, const atomic_bool *cancel,
                              struct diags *ds)
{
    struct synth *y = s->impl;
    enum status st = ST_OK;
    for (uint64_t at = 0; st == ST_OK && (at < y->per_part || y->endless);) {
        size_t n = 2048;
        if (!y->endless && y->per_part - at < n)
            n = y->per_part - at;
        if (atomic_load(cancel))
            st = ST_CANCELLED;
        if (y->fail_at && part == 1 && at >= y->fail_at) {
            diag_error(ds, DIAG_FILE, NO_SPAN, "part %u broke", part);
            return y->failure;
        }
        if (y->reject_every && at % y->reject_every == 0)
            synth_reject(sink, part, at + 1);
        struct frame *f = synth_batch(part * y->per_part + at, n);
        if (st == ST_OK)
            st = sink->batch(sink->ctx, part, f);
        frame_unref(f);
        at += n;
        atomic_fetch_add(&s->bytes_read, n);
    }
    if (st != ST_OK)
        atomic_store(&y->saw_stop, true);
    return st;
}

static struct source synth_source(struct synth *y, unsigned nparts)
{
    return (struct source){
        .ncols = 4, .cols = synth_cols, .nparts = nparts,
        .bytes = y->per_part * nparts, .read = synth_read, .impl = y,
    };
}

struct told {
    unsigned calls;
    double first, last;
    uint64_t nrows;
    bool fell;
};

static void tell(void *ctx, const struct engine_flow *f)
{
    struct told *t = ctx;
    if (!t->calls++)
        t->first = seconds();
    t->fell |= f->fraction < t->last || f->nrows < t->nrows;
    t->last = f->fraction;
    t->nrows = f->nrows;
}

TEST(two_parts_keep_their_order)
{
    struct fixture x;
    fixture_init(&x);
    struct synth y = { .per_part = 500000 };
    struct source s = synth_source(&y, 2);
    struct engine_load out = { .arena = x.a };
    struct told told = { .calls = 0 };
    double from = seconds();
    CHECK(engine_load_source(x.e, S("t3"), &s, &out, tell, &told, &x.ds) ==
          ST_OK);
    double took = seconds() - from;
    CHECK(out.nrows == 1000000 && out.nparts == 2 && out.nrejects == 0);
    CHECK(told.calls <= took * 10 + 1 && !told.fell && told.last <= 1);
    struct engine_col cols[] = {
        { S("n"), TYPE_LONG }, { S("s"), TYPE_STRING },
        { S("k"), TYPE_STRING }, { S("t"), TYPE_DATETIME },
    };
    struct frame *f;
    CHECK(engine_query(x.e, S("SELECT * FROM t3_0 UNION ALL SELECT * FROM "
                              "t3_1"), 4, cols, 0, &f, &x.ds) == ST_OK);
    CHECK(f && f->nrows == 1000000);
    size_t wrong = 0;
    char text[40];
    for (size_t i = 0; f && i < f->nrows; i++) {
        int n = snprintf(text, sizeof text, "value number %zu", i);
        wrong += f->cols[0].i[i] != (int64_t)i ||
                 f->cols[3].i[i] != (int64_t)i * 10 ||
                 !str_eq(f->cols[1].s[i], (str){ text, (size_t)n }) ||
                 f->cols[2].s[i].n != (i % 2 ? 3 : 20);
    }
    CHECK(wrong == 0);
    frame_unref(f);
    fixture_release(&x);
}

TEST(rejects_are_kept_in_order_and_counted)
{
    struct fixture x;
    fixture_init(&x);
    struct synth y = { .per_part = 2048 * 800, .reject_every = 2048 };
    struct source s = synth_source(&y, 2);
    struct engine_load out = { .arena = x.a };
    CHECK(engine_load_source(x.e, S("t"), &s, &out, NULL, NULL, &x.ds) ==
          ST_OK);
    CHECK(out.nrejects == 1600 && out.rejects.n == MAX_REJECTS);
    for (size_t i = 0; i < out.rejects.n; i++) {
        CHECK(out.rejects.v[i].line == i % 800 * 2048 + 1);
        CHECK_STR(out.rejects.v[i].text, "broken line");
        CHECK_STR(out.rejects.v[i].reason, "no such thing");
    }
    fixture_release(&x);
}

static bool table_exists(struct fixture *x, const char *name)
{
    str sql = arena_fmt(x->a, "SELECT count(*) FROM duckdb_tables() WHERE "
                        "table_name = '%s'", name);
    return ask_long(x, arena_cstr(x->a, sql)) != 0;
}

TEST(a_failing_part_stops_the_others_and_leaves_nothing)
{
    struct fixture x;
    fixture_init(&x);
    struct synth y = {
        .endless = true, .fail_at = 200000, .failure = ST_USER, .per_part = 1,
    };
    struct source s = synth_source(&y, 3);
    struct engine_load out = { .arena = x.a };
    CHECK(engine_load_source(x.e, S("t"), &s, &out, NULL, NULL, &x.ds) ==
          ST_USER);
    CHECK(x.ds.list.n == 1 && x.ds.nerrors == 1);
    CHECK_STR(last_message(&x), "part 1 broke");
    CHECK(atomic_load(&y.saw_stop));
    CHECK(out.nparts == 0);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "t_%d", i);
        CHECK(!table_exists(&x, name));
    }
    fixture_release(&x);
}

static void *ring(void *ctx)
{
    struct timespec t = { 0, 400000000 };
    nanosleep(&t, NULL);
    engine_interrupt(ctx);
    return NULL;
}

TEST(cancel_in_the_middle_of_a_load)
{
    struct fixture x;
    fixture_init(&x);
    EXEC(&x, "CREATE TABLE kept AS SELECT 1 AS c0");
    struct synth y = { .endless = true, .per_part = 1 };
    struct source s = synth_source(&y, 2);
    struct engine_load out = { .arena = x.a };
    struct told told = { .calls = 0 };
    pthread_t t;
    pthread_create(&t, NULL, ring, x.e);
    double from = seconds();
    CHECK(engine_load_source(x.e, S("t"), &s, &out, tell, &told, &x.ds) ==
          ST_CANCELLED);
    CHECK(seconds() - from < 1.4);
    CHECK(told.calls >= 2 && x.ds.list.n == 0);
    pthread_join(t, NULL);
    engine_clear_cancel(x.e);
    CHECK(!table_exists(&x, "t_0") && !table_exists(&x, "t_1"));
    CHECK(table_exists(&x, "kept"));
    y = (struct synth){ .per_part = 10 };
    s = synth_source(&y, 1);
    CHECK(engine_load_source(x.e, S("t"), &s, &out, NULL, NULL, &x.ds) ==
          ST_OK);
    CHECK(ask_long(&x, "SELECT count(*) FROM t_0") == 10);
    fixture_release(&x);
}

TEST(a_table_larger_than_memory_spills)
{
    struct fixture x;
    setenv("SHIKRA_MEMORY", "64MB", 1);
    fixture_init(&x);
    EXEC(&x, "SELECT 1");
    unsetenv("SHIKRA_MEMORY");
    struct synth y = { .per_part = 700000 };
    struct source s = synth_source(&y, 2);
    struct engine_load out = { .arena = x.a };
    CHECK(engine_load_source(x.e, S("t"), &s, &out, NULL, NULL, &x.ds) ==
          ST_OK);
    print_diags(&x);
    CHECK(ask_long(&x, "SELECT sum(c0) FROM (FROM t_0 UNION ALL FROM t_1)") ==
          1400000LL * 1399999 / 2);
    fixture_release(&x);
}
