/* t_engine.c - opening, statements, results, errors, interrupts, closed doors.
 *
 * Runs over the real library. What loads and calls C functions is in
 * t_engine_load.c, t_engine_udf.c and t_engine_parquet.c. */
#include "engine_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

TEST(opens_once_and_tells_its_version)
{
    struct fixture x;
    fixture_init(&x);
    CHECK_STR(str_of(engine_version(x.e)), "");
    CHECK(engine_open(x.e, &x.ds) == ST_OK);
    CHECK(engine_open(x.e, &x.ds) == ST_OK);
    CHECK(strncmp(engine_version(x.e), "v1.5.", 5) == 0);
    CHECK(x.ds.list.n == 0);
    fixture_release(&x);
}

struct opener {
    struct engine *e;
    enum status st;
};

static void *open_in_thread(void *ctx)
{
    struct opener *o = ctx;
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    o->st = engine_open(o->e, &ds);
    arena_free(a);
    return NULL;
}

TEST(opens_from_many_threads_at_once)
{
    struct fixture x;
    fixture_init(&x);
    struct opener o[4];
    pthread_t t[4];
    for (int i = 0; i < 4; i++) {
        o[i] = (struct opener){ x.e, ST_USER };
        pthread_create(&t[i], NULL, open_in_thread, &o[i]);
    }
    CHECK(ask_long(&x, "SELECT 41 + 1") == 42);
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
        CHECK(o[i].st == ST_OK);
    }
    fixture_release(&x);
}

TEST(says_how_to_get_a_missing_library)
{
    struct fixture x;
    char *old = getenv("SHIKRA_DUCKDB");
    old = old ? xstrdup(old) : NULL;
    setenv("SHIKRA_DUCKDB", "/nowhere/libduckdb.so", 1);
    fixture_init(&x);
    CHECK(engine_open(x.e, &x.ds) == ST_ENV);
    CHECK(last_code(&x) == DIAG_FILE);
    CHECK(str_find(x.ds.list.v[0].hint, S("make deps")) >= 0);
    CHECK(str_find(last_message(&x), S("/nowhere/")) >= 0);
    CHECK_STR(str_of(engine_version(x.e)), "");
    /* Not a library at all; then the right one: a failure is not kept. */
    setenv("SHIKRA_DUCKDB", "/etc/passwd", 1);
    CHECK(engine_open(x.e, &x.ds) == ST_ENV);
    if (old)
        setenv("SHIKRA_DUCKDB", old, 1);
    else
        unsetenv("SHIKRA_DUCKDB");
    CHECK(ask_long(&x, "SELECT 1") == 1);
    free(old);
    fixture_release(&x);
}

TEST(sql_types)
{
    CHECK_STR(str_of(engine_sql_type(TYPE_BOOL)), "BOOLEAN");
    CHECK_STR(str_of(engine_sql_type(TYPE_INT)), "INTEGER");
    CHECK_STR(str_of(engine_sql_type(TYPE_DATETIME)), "BIGINT");
    CHECK_STR(str_of(engine_sql_type(TYPE_DECIMAL)), "DECIMAL(38,0)");
    CHECK_STR(str_of(engine_sql_type(TYPE_DYNAMIC)), "VARCHAR");
}

/* ---- results ---- */

TEST(result_types)
{
    struct fixture x;
    fixture_init(&x);
    static const struct engine_col cols[] = {
        { { "b", 1 }, TYPE_BOOL },     { { "i", 1 }, TYPE_INT },
        { { "l", 1 }, TYPE_LONG },     { { "r", 1 }, TYPE_REAL },
        { { "d", 1 }, TYPE_DECIMAL },  { { "s", 1 }, TYPE_STRING },
        { { "g", 1 }, TYPE_GUID },     { { "y", 1 }, TYPE_DYNAMIC },
        { { "t", 1 }, TYPE_DATETIME }, { { "p", 1 }, TYPE_TIMESPAN },
    };
    struct frame *f;
    CHECK(engine_query(
              x.e,
              S("SELECT true, -7::INTEGER, 9223372036854775807, 0.5::DOUBLE, "
                "1.10::DECIMAL(38,10), 'a' || chr(0) || 'b', "
                "'74be27de-1e4e-49d9-b579-fe0b331d3642'::UUID, '[1]', "
                "5::BIGINT, -5::BIGINT "
                "UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
                "NULL, NULL, NULL -- a comment at the end"),
              10, cols, 100, &f, &x.ds) == ST_OK);
    CHECK(f && f->nrows == 2 && f->total == 2 && f->completeness == COMPLETE);
    CHECK(f->cols[0].i[0] == 1 && f->cols[1].i[0] == -7);
    CHECK(f->cols[2].i[0] == INT64_MAX && f->cols[3].d[0] == 0.5);
    CHECK_STR(f->cols[4].s[0], "1.1");
    CHECK(f->cols[5].s[0].n == 3 && !memcmp(f->cols[5].s[0].p, "a\0b", 3));
    CHECK_STR(f->cols[6].s[0], "74be27de-1e4e-49d9-b579-fe0b331d3642");
    CHECK_STR(f->cols[7].s[0], "[1]");
    CHECK(f->cols[8].i[0] == 5 && f->cols[9].i[0] == -5);
    for (size_t c = 0; c < 10; c++)
        CHECK(cell_is_null(&f->cols[c], 1) == (c != 5));
    CHECK(f->cols[5].null == NULL && f->cols[5].s[1].n == 0);
    CHECK(frame_find(f, S("g")) == 6);
    frame_unref(f);
    fixture_release(&x);
}

TEST(sums_wrap_to_long_and_small_types_widen)
{
    struct fixture x;
    fixture_init(&x);
    CHECK(ask_long(&x, "SELECT sum(v) FROM (VALUES (9223372036854775807), "
                       "(1)) t(v)") == INT64_MIN);
    CHECK(ask_long(&x, "SELECT 200::UTINYINT") == 200);
    CHECK(ask_long(&x, "SELECT (-3)::TINYINT") == -3);
    CHECK(ask_long(&x, "SELECT 4000000000::UINTEGER") == 4000000000);
    struct frame *f = ask(&x, "SELECT 2147483648::BIGINT", TYPE_INT);
    CHECK(f && f->cols[0].i[0] == INT32_MIN);
    frame_unref(f);
    f = ask(&x, "SELECT 1.25::DECIMAL(9,2)", TYPE_REAL);
    CHECK(f && f->cols[0].d[0] == 1.25);
    frame_unref(f);
    f = ask(&x, "SELECT -170141183460469231731687303715884105727::HUGEINT",
            TYPE_DECIMAL);
    CHECK(f != NULL);
    CHECK_STR(f->cols[0].s[0], "-170141183460469231731687303715884105727");
    frame_unref(f);
    f = ask(&x, "SELECT 'nan'::DOUBLE UNION ALL SELECT '-inf'::DOUBLE",
            TYPE_REAL);
    CHECK(f && isnan(f->cols[0].d[0]) && f->cols[0].d[1] == -INFINITY);
    frame_unref(f);
    fixture_release(&x);
}

TEST(decimals_print_without_trailing_zeros)
{
    static const struct { const char *sql, *text; } cases[] = {
        { "0::DECIMAL(38,10)", "0" },
        { "-0.5::DECIMAL(38,10)", "-0.5" },
        { "100::DECIMAL(38,10)", "100" },
        { "0.0000000001::DECIMAL(38,10)", "0.0000000001" },
        { "9999999999999999999999999999.9999999999::DECIMAL(38,10)",
          "9999999999999999999999999999.9999999999" },
        { "12.30::DECIMAL(4,2)", "12.3" },
        { "12345.678::DECIMAL(18,3)", "12345.678" },
    };
    struct fixture x;
    fixture_init(&x);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        str sql = arena_fmt(x.a, "SELECT %s", cases[i].sql);
        struct frame *f = ask(&x, arena_cstr(x.a, sql), TYPE_DECIMAL);
        CHECK(f != NULL);
        if (f)
            CHECK_STR(f->cols[0].s[0], cases[i].text);
        frame_unref(f);
    }
    fixture_release(&x);
}

TEST(cap_of_rows)
{
    struct fixture x;
    struct engine_col col = { S("n"), TYPE_LONG };
    struct frame *f;
    fixture_init(&x);
    CHECK(engine_query(x.e, S("SELECT range FROM range(10000000)"), 1, &col,
                       5000, &f, &x.ds) == ST_OK);
    CHECK(f->nrows == 5000 && f->total == 10000000);
    CHECK(f->completeness == TRUNCATED);
    for (size_t i = 0; i < f->nrows; i++)
        CHECK(f->cols[0].i[i] == (int64_t)i);
    frame_unref(f);
    CHECK(engine_query(x.e, S("SELECT range FROM range(300)"), 1, &col, 300, &f,
                       &x.ds) == ST_OK);
    CHECK(f->nrows == 300 && f->total == 300 && f->completeness == COMPLETE);
    frame_unref(f);
    CHECK(engine_query(x.e,
                       S("SELECT range FROM range(100000) ORDER BY 1 DESC"), 1,
                       &col, 3, &f, &x.ds) == ST_OK);
    CHECK(f->nrows == 3 && f->cols[0].i[0] == 99999 && f->total == 100000);
    frame_unref(f);
    CHECK(engine_query(x.e, S("SELECT 1 WHERE false"), 1, &col, 3, &f,
                       &x.ds) == ST_OK);
    CHECK(f->nrows == 0 && f->total == 0);
    frame_unref(f);
    fixture_release(&x);
}

TEST(long_results_come_whole_and_in_order)
{
    struct fixture x;
    fixture_init(&x);
    struct engine_col cols[] = { { S("n"), TYPE_LONG },
                                 { S("s"), TYPE_STRING } };
    struct frame *f;
    EXEC(&x, "CREATE TABLE t AS SELECT range AS c0, CASE WHEN range % 3 = 0 "
             "THEN NULL ELSE repeat('x', (range % 40)::INT) || range END AS c1 "
             "FROM range(1000000)");
    CHECK(engine_query(x.e, S("SELECT c0, c1 FROM t WHERE c0 >= 0"), 2, cols, 0,
                       &f, &x.ds) == ST_OK);
    CHECK(f && f->nrows == 1000000);
    size_t wrong = 0;
    for (size_t i = 0; f && i < f->nrows; i++) {
        str s = f->cols[1].s[i];
        size_t digits = (size_t)snprintf(NULL, 0, "%zu", i);
        size_t want = i % 3 == 0 ? 0 : i % 40 + digits;
        wrong += f->cols[0].i[i] != (int64_t)i || s.n != want;
    }
    CHECK(wrong == 0);
    frame_unref(f);
    fixture_release(&x);
}

/* ---- errors ---- */

static enum status fails(struct fixture *x, const char *sql, int code)
{
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    enum status st = engine_query(x->e, str_of(sql), 1, &col, 10, &f, &x->ds);
    CHECK(f == NULL);
    CHECK(last_code(x) == code);
    if (last_code(x) != code)
        printf("  in: %s\n", sql), print_diags(x);
    return st;
}

TEST(errors_become_diagnostics)
{
    struct fixture x;
    fixture_init(&x);
    CHECK(fails(&x, "SELECT 'abc'::INTEGER", DIAG_DATA) == ST_USER);
    CHECK_STR(last_message(&x), "Could not convert string 'abc' to INT32");
    CHECK(fails(&x, "SELECT 9223372036854775807 + range FROM range(5)",
                DIAG_DATA) == ST_USER);
    CHECK(fails(&x, "SELECT nosuch FROM range(3)", DIAG_ENGINE) == ST_ENV);
    CHECK(fails(&x, "SELEC 1", DIAG_ENGINE) == ST_ENV);
    CHECK(fails(&x, "SELECT 1, 2", DIAG_ENGINE) == ST_ENV);
    CHECK(fails(&x, "SELECT [1]", DIAG_ENGINE) == ST_ENV);
    CHECK(fails(&x, "SELECT 1; SELECT 2", DIAG_ENGINE) == ST_ENV);
    EXEC(&x, "CREATE TABLE u (c0 BIGINT)");
    CHECK(fails(&x, "SELECT 1) t; DROP TABLE u; SELECT * FROM (SELECT 1",
                DIAG_DATA) == ST_USER);
    CHECK(ask_long(&x, "SELECT count(*) FROM u") == 0);
    CHECK(fails(&x, "", DIAG_ENGINE) == ST_ENV);
    CHECK(engine_exec(x.e, (str){ "SELECT 1\0 bad", 13 }, &x.ds) == ST_ENV);
    CHECK(last_code(&x) == DIAG_ENGINE);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    fixture_release(&x);
}

TEST(quoted_data_is_cut_and_made_printable)
{
    struct fixture x;
    fixture_init(&x);
    CHECK(fails(&x, "SELECT ('\x1b]0;p\a' || repeat('y', 5000))::INTEGER FROM "
                    "range(2)", DIAG_DATA) == ST_USER);
    str m = last_message(&x);
    CHECK(m.n < 400);
    CHECK(str_find(m, S("…")) > 0 && str_find(m, S("\x1b")) < 0);
    CHECK(fails(&x, "SELECT error(repeat('z', 100000))", DIAG_DATA) == ST_USER);
    CHECK(last_message(&x).n < 500);
    fixture_release(&x);
}

TEST(memory_limit_is_a_clean_error)
{
    struct fixture x;
    setenv("SHIKRA_MEMORY", "64MB", 1);
    fixture_init(&x);
    CHECK(engine_exec(x.e, S("CREATE TABLE t AS SELECT list(range) c0 FROM "
                             "range(100000000)"), &x.ds) == ST_ENV);
    CHECK(last_code(&x) == DIAG_MEMORY);
    CHECK(x.ds.list.v[0].hint.n > 0);
    struct engine_col col = { S("s"), TYPE_STRING };
    struct frame *f;
    CHECK(engine_query(x.e, S("SELECT repeat('x', 1000) || range FROM "
                              "range(1000000)"), 1, &col, 0, &f, &x.ds) ==
          ST_USER);
    CHECK(last_code(&x) == DIAG_LIMIT && f == NULL);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    fixture_release(&x);
    setenv("SHIKRA_MEMORY", "lots", 1);
    fixture_init(&x);
    CHECK(engine_open(x.e, &x.ds) == ST_ENV && last_code(&x) == DIAG_OPTION);
    unsetenv("SHIKRA_MEMORY");
    fixture_release(&x);
}

/* A sort beyond the limit goes to our private folder, not beside the
 * notebook, and works although DuckDB may not touch files. */
TEST(spills_to_the_private_folder)
{
    struct fixture x;
    setenv("SHIKRA_MEMORY", "200MB", 1);
    fixture_init(&x);
    CHECK(ask_long(&x, "SELECT count(*) FROM (SELECT row_number() OVER (ORDER "
                       "BY hash(range), range) r, repeat('q', 60) || range s "
                       "FROM range(4000000)) WHERE length(s) > 3 AND r > 0") ==
          4000000);
    unsetenv("SHIKRA_MEMORY");
    fixture_release(&x);
    CHECK(access(".tmp", F_OK) != 0);
}

/* ---- interrupts ---- */

struct alarm {
    struct engine *e;
    double after;
};

static void *ring(void *ctx)
{
    struct alarm *al = ctx;
    struct timespec t = {
        (time_t)al->after, (long)((al->after - (double)(time_t)al->after) * 1e9)
    };
    nanosleep(&t, NULL);
    engine_interrupt(al->e);
    return NULL;
}

static const char endless[] =
    "SELECT count(*) FROM range(10000000) a(x), range(10000000) b(y) "
    "WHERE a.x * b.y % 7 = 3";

TEST(interrupt_ends_a_cross_join)
{
    struct fixture x;
    fixture_init(&x);
    EXEC(&x, "SELECT 1");
    struct alarm al = { x.e, 0.3 };
    pthread_t t;
    pthread_create(&t, NULL, ring, &al);
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    double from = seconds();
    CHECK(engine_query(x.e, str_of(endless), 1, &col, 10, &f, &x.ds) ==
          ST_CANCELLED);
    CHECK(seconds() - from < 1.3);
    CHECK(f == NULL && x.ds.list.n == 0);
    pthread_join(t, NULL);
    CHECK(*engine_cancel_flag(x.e));
    CHECK(engine_exec(x.e, S("SELECT 1"), &x.ds) == ST_CANCELLED);
    engine_clear_cancel(x.e);
    CHECK(ask_long(&x, "SELECT 5") == 5);
    fixture_release(&x);
}

/* Whatever the moment, also around the start of the statement, where DuckDB
 * forgets an interrupt that came before. */
TEST(interrupt_at_any_moment)
{
    struct fixture x;
    fixture_init(&x);
    EXEC(&x, "SELECT 1");
    double worst = 0;
    for (int i = 0; i < 40; i++) {
        struct alarm al = { x.e, i * 0.00005 };
        pthread_t t;
        struct frame *f = NULL;
        struct engine_col col = { S("x"), TYPE_LONG };
        pthread_create(&t, NULL, ring, &al);
        double from = seconds();
        CHECK(engine_query(x.e, str_of(endless), 1, &col, 10, &f, &x.ds) ==
              ST_CANCELLED);
        double took = seconds() - from;
        worst = took > worst ? took : worst;
        pthread_join(t, NULL);
        engine_clear_cancel(x.e);
    }
    CHECK(worst < 1);
    CHECK(ask_long(&x, "SELECT 5") == 5);
    fixture_release(&x);
}

TEST(idle_interrupt_and_progress)
{
    struct fixture x;
    fixture_init(&x);
    CHECK(engine_progress(x.e) < 0);
    engine_interrupt(x.e); /* before opening */
    CHECK(engine_open(x.e, &x.ds) != ST_USER);
    engine_clear_cancel(x.e);
    EXEC(&x, "SELECT 1");
    engine_interrupt(x.e);
    engine_clear_cancel(x.e);
    CHECK(ask_long(&x, "SELECT 6") == 6);
    CHECK(engine_progress(x.e) < 0);
    fixture_release(&x);
}
