/* t_engine_parquet.c - Parquet files in and out.
 *
 * The files to read are written by a DuckDB of the test's own, since the
 * engine's may not write where the test likes. */
#include "engine_fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/ticks.h"
#include "engine/duckdb_api.h"

struct raw {
    struct duck d;
    struct duck_database *db;
    struct duck_connection *con;
    char dir[64];
};

static void raw_init(struct raw *r, struct fixture *x)
{
    *r = (struct raw){ .db = NULL };
    snprintf(r->dir, sizeof r->dir, "/tmp/t_parquet_XXXXXX");
    CHECK(mkdtemp(r->dir) != NULL);
    CHECK(duck_load(&r->d, &x->ds) == ST_OK);
    struct duck_config *c;
    CHECK(r->d.create_config(&c) == DUCK_OK);
    CHECK(r->d.open_ext(":memory:", &r->db, c, NULL) == DUCK_OK);
    CHECK(r->d.connect(r->db, &r->con) == DUCK_OK);
    r->d.destroy_config(&c);
}

static void raw_release(struct raw *r)
{
    r->d.disconnect(&r->con);
    r->d.close(&r->db);
    DIR *d = opendir(r->dir);
    char path[400];
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/%s", r->dir, e->d_name);
        unlink(path);
    }
    closedir(d);
    CHECK(rmdir(r->dir) == 0);
}

static str path_in(struct raw *r, struct fixture *x, const char *name)
{
    return arena_fmt(x->a, "%s/%s", r->dir, name);
}

/* COPY (select) TO dir/name; `tail`: further options. */
static str raw_write(struct raw *r, struct fixture *x, const char *name,
                     const char *select)
{
    str path = path_in(r, x, name);
    str sql = arena_fmt(x->a, "COPY (%s) TO '%.*s' (FORMAT parquet)", select,
                        STRF(path));
    struct duck_result res;
    bool ok = r->d.query(r->con, arena_cstr(x->a, sql), &res) == DUCK_OK;
    CHECK(ok);
    if (!ok)
        printf("%s\n", r->d.result_error(&res));
    r->d.destroy_result(&res);
    return path;
}

static enum status load(struct fixture *x, str path, const char *table,
                        uint64_t *nrows)
{
    struct source s = { .nparts = 1, .parquet = path };
    struct engine_load out = { .arena = x->a };
    enum status st = engine_load_source(x->e, str_of(table), &s, &out, NULL,
                                        NULL, &x->ds);
    *nrows = out.nrows;
    CHECK(out.nparts == (st == ST_OK ? 1 : 0));
    return st;
}

struct typed {
    const char *sql;
    enum type type;
    const char *text;   /* value_text of the first row */
};

static const struct typed typed[] = {
    { "true", TYPE_BOOL, "True" },
    { "(-5)::TINYINT", TYPE_INT, "-5" },
    { "65535::USMALLINT", TYPE_INT, "65535" },
    { "7::INTEGER", TYPE_INT, "7" },
    { "4294967295::UINTEGER", TYPE_LONG, "4294967295" },
    { "(-9223372036854775808)::BIGINT", TYPE_LONG, "-9223372036854775808" },
    { "18446744073709551615::UBIGINT", TYPE_DECIMAL, "18446744073709551615" },
    { "0.5::FLOAT", TYPE_REAL, "0.5" },
    { "1e300::DOUBLE", TYPE_REAL, "1e+300" },
    { "12.340::DECIMAL(9,3)", TYPE_DECIMAL, "12.34" },
    { "1.5::DECIMAL(38,20)", TYPE_REAL, "1.5" },
    { "'text'", TYPE_STRING, "text" },
    { "'\\x00\\xFFabc'::BLOB", TYPE_STRING, "AP9hYmM=" },
    { "'74BE27DE-1E4E-49D9-B579-FE0B331D3642'::UUID", TYPE_GUID,
      "74be27de-1e4e-49d9-b579-fe0b331d3642" },
    { "TIMESTAMP '2024-01-02 03:04:05.123456'", TYPE_DATETIME,
      "2024-01-02T03:04:05.1234560Z" },
    { "TIMESTAMP '1969-12-31 23:59:59.999999'", TYPE_DATETIME,
      "1969-12-31T23:59:59.9999990Z" },
    { "TIMESTAMP '0001-01-01 00:00:00'", TYPE_DATETIME,
      "0001-01-01T00:00:00.0000000Z" },
    { "TIMESTAMP '9999-12-31 23:59:59.999999'", TYPE_DATETIME,
      "9999-12-31T23:59:59.9999990Z" },
    { "TIMESTAMP_NS '2024-01-02 03:04:05.123456789'", TYPE_DATETIME,
      "2024-01-02T03:04:05.1234567Z" },
    { "TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", TYPE_DATETIME,
      "1969-12-31T23:59:59.9999999Z" },
    { "TIMESTAMP_MS '2024-01-02 03:04:05.123'", TYPE_DATETIME,
      "2024-01-02T03:04:05.1230000Z" },
    { "TIMESTAMP_S '2024-01-02 03:04:05'", TYPE_DATETIME,
      "2024-01-02T03:04:05.0000000Z" },
    { "TIMESTAMPTZ '2024-01-02 03:04:05.5+02'", TYPE_DATETIME,
      "2024-01-02T01:04:05.5000000Z" },
    { "DATE '2024-02-29'", TYPE_DATETIME, "2024-02-29T00:00:00.0000000Z" },
    { "DATE '0001-01-01'", TYPE_DATETIME, "0001-01-01T00:00:00.0000000Z" },
    { "TIME '01:02:03.000004'", TYPE_TIMESPAN, "01:02:03.0000040" },
    { "INTERVAL '1 day 2 hours 3 seconds 5 milliseconds'", TYPE_TIMESPAN,
      "1.02:00:03.0050000" },
    { "INTERVAL '2 months'", TYPE_TIMESPAN, "60.00:00:00" },
    { "[1, 2]", TYPE_DYNAMIC, "[1,2]" },
    { "{'a': 1, 'b': [{'c': 'x\"y'}]}", TYPE_DYNAMIC,
      "{\"a\":1,\"b\":[{\"c\":\"x\\\"y\"}]}" },
    { "MAP {'k': 1}", TYPE_DYNAMIC, "{\"k\":1}" },
    { "['nan'::DOUBLE, '-inf'::DOUBLE, 1e300]", TYPE_DYNAMIC,
      "[\"NaN\",\"-Infinity\",1e+300]" },
    { "['NaN', '\"NaN\\']", TYPE_DYNAMIC, "[\"NaN\",\"\\\"NaN\\\\\"]" },
    { "{'a\"b': 'x NaN, -Infinity', 'n': 'nan'::FLOAT}", TYPE_DYNAMIC,
      "{\"a\\\"b\":\"x NaN, -Infinity\",\"n\":\"NaN\"}" },
    { "'{\"a\" : 1}'::JSON", TYPE_STRING, "{\"a\" : 1}" },
    { "'b'::ENUM('a', 'b')", TYPE_STRING, "b" },
};
enum { NTYPED = sizeof typed / sizeof *typed };

TEST(every_type_of_a_file)
{
    struct fixture x;
    struct raw r;
    struct buf sql;
    fixture_init(&x);
    raw_init(&r, &x);
    buf_init(&sql, 1 << 20);
    buf_adds(&sql, "SELECT * FROM (SELECT ");
    for (size_t i = 0; i < NTYPED; i++)
        buf_addf(&sql, "%s%s AS \"Col %zu\"", i ? ", " : "", typed[i].sql, i);
    buf_adds(&sql, ") UNION ALL SELECT ");
    for (size_t i = 0; i < NTYPED; i++)
        buf_addf(&sql, "%sNULL", i ? ", " : "");
    buf_addc(&sql, 0);
    str path = raw_write(&r, &x, "types.parquet", sql.p);
    buf_release(&sql);

    struct source_col *cols;
    size_t ncols = 0;
    CHECK(engine_parquet_cols(x.e, x.a, path, &cols, &ncols, &x.ds) == ST_OK);
    CHECK(ncols == NTYPED);
    print_diags(&x);
    if (ncols != NTYPED)
        exit(1);
    uint64_t nrows;
    CHECK(load(&x, path, "t", &nrows) == ST_OK && nrows == 2);
    print_diags(&x);
    struct engine_col want[NTYPED];
    for (size_t i = 0; i < NTYPED; i++) {
        char name[16];
        snprintf(name, sizeof name, "Col %zu", i);
        CHECK_STR(cols[i].name, name);
        CHECK(cols[i].type == typed[i].type);
        if (cols[i].type != typed[i].type)
            printf("  %s: %s\n", typed[i].sql, type_name(cols[i].type));
        want[i] = (struct engine_col){ cols[i].name, cols[i].type };
    }
    struct frame *f;
    CHECK(engine_query(x.e, S("SELECT * FROM t_0"), NTYPED, want, 0, &f,
                       &x.ds) == ST_OK);
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; f && i < NTYPED; i++) {
        struct value v = cell_value(&f->cols[i], 0);
        buf_reset(&b);
        value_text(&b, &v);
        CHECK_STR(buf_str(&b), typed[i].text);
        CHECK(cell_is_null(&f->cols[i], 1) == (typed[i].type != TYPE_STRING));
    }
    buf_release(&b);
    frame_unref(f);
    CHECK(ask_long(&x, "SELECT count(*) FROM t_0 WHERE c11 IS NULL") == 0);
    raw_release(&r);
    fixture_release(&x);
}

TEST(a_million_rows_keep_their_order)
{
    struct fixture x;
    struct raw r;
    uint64_t n;
    fixture_init(&x);
    raw_init(&r, &x);
    str plain = raw_write(&r, &x, "order.parquet",
                          "SELECT range AS n, 'v' || range AS v FROM "
                          "range(1000000)");
    /* Nothing in a name is a wildcard or SQL. */
    str path = path_in(&r, &x, "o'rd*er [x] {y}?.parquet");
    CHECK(rename(arena_cstr(x.a, plain), arena_cstr(x.a, path)) == 0);
    CHECK(load(&x, path, "t", &n) == ST_OK && n == 1000000);
    CHECK(ask_long(&x,
                   "SELECT count(*) FROM (SELECT c0, lag(c0) OVER () p FROM "
                   "t_0) WHERE c0 <> p + 1") == 0);
    raw_release(&r);
    fixture_release(&x);
}

TEST(times_beyond_kql_are_null_and_said)
{
    struct fixture x;
    struct raw r;
    uint64_t n;
    fixture_init(&x);
    raw_init(&r, &x);
    str path =
        raw_write(&r, &x, "far.parquet",
                  "SELECT unnest([TIMESTAMP 'infinity', "
                  "TIMESTAMP '20000-01-01', TIMESTAMP '0044-03-15 (BC)', "
                  "TIMESTAMP '2024-01-01', NULL]) AS t, "
                  "unnest([DATE 'infinity', DATE '-infinity', "
                  "DATE '2024-01-01', NULL, NULL]) AS d");
    CHECK(load(&x, path, "t", &n) == ST_OK && n == 5);
    CHECK(ask_long(&x, "SELECT count(c0) FROM t_0") == 1);
    CHECK(ask_long(&x, "SELECT count(c1) FROM t_0") == 1);
    CHECK(x.ds.nerrors == 0 && last_code(&x) == DIAG_DATA);
    CHECK(x.ds.list.n == 2);
    CHECK_STR(x.ds.list.v[0].message, "3 values of column 't' became null: "
                                      "outside the years 0001 to 9999");
    CHECK_STR(x.ds.list.v[1].message, "2 values of column 'd' became null: "
                                      "outside the years 0001 to 9999");
    raw_release(&r);
    fixture_release(&x);
}

TEST(declared_columns)
{
    struct fixture x;
    struct raw r;
    fixture_init(&x);
    raw_init(&r, &x);
    str path = raw_write(&r, &x, "d.parquet",
                         "SELECT 1::INTEGER AS a, 'x' AS b, 2::INTEGER AS c");
    struct source_col cols[] = { { S("c"), TYPE_LONG }, { S("b"), TYPE_STRING },
                                 { S("a"), TYPE_REAL } };
    struct source s = {
        .ncols = 3, .cols = cols, .nparts = 1, .parquet = path
    };
    struct engine_load out = { .arena = x.a };
    CHECK(engine_load_source(x.e, S("t"), &s, &out, NULL, NULL, &x.ds) ==
          ST_OK);
    CHECK_STR(ask_text(&x, "SELECT typeof(c0) || c0 || c1 || typeof(c2) FROM "
                           "t_0"), "BIGINT2xDOUBLE");
    cols[1].type = TYPE_LONG;
    CHECK(engine_load_source(x.e, S("u"), &s, &out, NULL, NULL, &x.ds) ==
          ST_USER);
    CHECK(last_code(&x) == DIAG_FORMAT);
    cols[1] = (struct source_col){ S("B"), TYPE_STRING };
    CHECK(engine_load_source(x.e, S("u"), &s, &out, NULL, NULL, &x.ds) ==
          ST_USER);
    raw_release(&r);
    fixture_release(&x);
}

TEST(what_is_no_parquet_file)
{
    static const struct { const char *path; int code; } cases[] = {
        { "/nowhere/x.parquet", DIAG_FILE }, { "/tmp", DIAG_FILE },
        { "/dev/zero", DIAG_FILE },          { "/etc/passwd", DIAG_FORMAT },
    };
    struct fixture x;
    uint64_t n;
    fixture_init(&x);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK(load(&x, str_of(cases[i].path), "t", &n) == ST_ENV);
        CHECK(last_code(&x) == cases[i].code);
    }
    char fifo[] = "/tmp/t_fifo_XXXXXX";
    CHECK(mkdtemp(fifo) != NULL);
    str path = arena_fmt(x.a, "%s/f", fifo);
    mkfifo(arena_cstr(x.a, path), 0600);
    CHECK(load(&x, path, "t", &n) == ST_ENV); /* and does not wait */
    unlink(arena_cstr(x.a, path));
    rmdir(fifo);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    fixture_release(&x);
}

static void *ring(void *ctx)
{
    struct timespec t = { 0, 150000000 };
    nanosleep(&t, NULL);
    engine_interrupt(ctx);
    return NULL;
}

TEST(cancel_in_the_middle_of_a_file)
{
    struct fixture x;
    struct raw r;
    uint64_t n;
    pthread_t t;
    fixture_init(&x);
    raw_init(&r, &x);
    str path = raw_write(&r, &x, "big.parquet",
                         "SELECT range AS n, range::VARCHAR AS s, "
                         "md5(range::VARCHAR) AS h FROM range(4000000)");
    EXEC(&x, "SELECT 1");
    pthread_create(&t, NULL, ring, x.e);
    double from = seconds();
    CHECK(load(&x, path, "t", &n) == ST_CANCELLED);
    CHECK(seconds() - from < 1.2 && x.ds.list.n == 0);
    pthread_join(t, NULL);
    engine_clear_cancel(x.e);
    CHECK(ask_long(&x, "SELECT count(*) FROM duckdb_tables()") == 0);
    struct engine_col col = { S("x"), TYPE_STRING };
    pthread_create(&t, NULL, ring, x.e);
    CHECK(engine_save_parquet(x.e, S("SELECT md5(range::VARCHAR) FROM "
                                     "range(100000000)"), 1, &col,
                              path_in(&r, &x, "out.parquet"), &n, &x.ds) ==
          ST_CANCELLED);
    pthread_join(t, NULL);
    engine_clear_cancel(x.e);
    raw_release(&r);
    fixture_release(&x);
}

static str lists_in_lists(struct raw *r, struct fixture *x, size_t depth)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_adds(&b, "SELECT ");
    buf_fill(&b, '[', depth);
    buf_addc(&b, '7');
    buf_fill(&b, ']', depth);
    buf_adds(&b, " AS deep, 5 AS flat");
    buf_addc(&b, 0);
    str path = raw_write(r, x, "deep.parquet", b.p);
    buf_release(&b);
    return path;
}

/* The library's time doubles with each level of lists: 40 of them would take
 * for ever, and no interrupt would help. */
TEST(deeply_nested_columns)
{
    struct fixture x;
    struct raw r;
    uint64_t n;
    fixture_init(&x);
    raw_init(&r, &x);
    str path = lists_in_lists(&r, &x, 16);
    double from = seconds();
    CHECK(load(&x, path, "t", &n) == ST_OK && n == 1);
    CHECK(ask_long(&x, "SELECT length(c0) FROM t_0") == 33);
    CHECK(seconds() - from < 5);
    path = lists_in_lists(&r, &x, 40);
    CHECK(load(&x, path, "u", &n) == ST_USER);
    CHECK(last_code(&x) == DIAG_LIMIT);
    struct source_col flat = { S("flat"), TYPE_INT };
    struct source s = { .ncols = 1, .cols = &flat, .parquet = path };
    struct engine_load out = { .arena = x.a };
    CHECK(engine_load_source(x.e, S("u"), &s, &out, NULL, NULL, &x.ds) ==
          ST_OK);
    CHECK(ask_long(&x, "SELECT c0 FROM u_0") == 5);
    raw_release(&r);
    fixture_release(&x);
}

static void put_varint(struct buf *b, uint64_t v)
{
    for (; v >= 128; v >>= 7)
        buf_addc(b, (char)(v | 128));
    buf_addc(b, (char)v);
}

/* A file without rows whose schema is groups within groups, or whose footer
 * has an unknown field of structs within structs. */
static void deep_footer(struct buf *b, size_t levels, bool schema)
{
    buf_add(b, S("PAR1"));
    size_t from = b->n;
    buf_add(b, S("\x15\x02"));                      /* version 1 */
    buf_add(b, S("\x19\xfc"));                      /* schema: a list */
    put_varint(b, schema ? levels + 2 : 2);
    buf_add(b, S("\x48\x01r\x15\x02\0"));          /* root: 1 child */
    for (size_t i = 0; schema && i < levels; i++)
        buf_add(b, S("\x35\x02\x18\x01g\x15\x02\0")); /* optional group */
    buf_add(b, S("\x15\x02\x25\x02\x18\x01v\0"));   /* optional INT32 */
    buf_add(b, S("\x16\0\x19\x0c"));               /* no rows, no groups */
    for (size_t i = 0; !schema && i < levels; i++)
        buf_addc(b, (char)(i ? 0x1c : 0x6c));
    buf_fill(b, 0, schema ? 1 : levels + 1);
    uint32_t n = (uint32_t)(b->n - from);
    char tail[8] = { (char)n, (char)(n >> 8), (char)(n >> 16),
                     (char)(n >> 24), 'P', 'A', 'R', '1' };
    buf_add(b, (str){ tail, 8 });
}

static size_t slurp(const char *path, char *to, size_t cap)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(to, 1, cap, f) : 0;
    if (f)
        fclose(f);
    return n;
}

static void spew(const char *path, const char *from, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (f) {
        fwrite(from, 1, n, f);
        fclose(f);
    }
}

/* A bare DuckDB ends the process over the deeper ones. */
TEST(deep_footers_are_refused)
{
    static const struct { size_t levels; bool schema, fine; } cases[] = {
        { 10, true, true },       { 255, true, true },
        { 257, true, false },     { 20000, true, false },
        { 2000000, true, false }, { 10, false, true },
        { 40, false, false },     { 2000000, false, false },
    };
    struct fixture x;
    struct raw r;
    struct buf b;
    fixture_init(&x);
    raw_init(&r, &x);
    buf_init(&b, 64 << 20);
    str path = path_in(&r, &x, "deep.parquet");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct source_col *cols;
        size_t n;
        buf_reset(&b);
        deep_footer(&b, cases[i].levels, cases[i].schema);
        spew(arena_cstr(x.a, path), b.p, b.n);
        enum status st = engine_parquet_cols(x.e, x.a, path, &cols, &n, &x.ds);
        CHECK(st == (cases[i].fine ? ST_OK : ST_ENV));
        if (st != (cases[i].fine ? ST_OK : ST_ENV))
            printf("  case %zu\n", i), print_diags(&x);
    }
    CHECK(last_code(&x) == DIAG_FORMAT);
    buf_release(&b);
    raw_release(&r);
    fixture_release(&x);
}

/* Damaged files end in an error or in rows, never in a broken engine. */
TEST(damaged_files_do_not_break_the_engine)
{
    struct fixture x;
    struct raw r;
    uint64_t n, failed = 0;
    char *whole = xmalloc(1 << 20), *copy = xmalloc(1 << 20);
    fixture_init(&x);
    raw_init(&r, &x);
    str path =
        raw_write(&r, &x, "whole.parquet",
                  "SELECT range AS n, 'some text ' || (range % 50) AS s, "
                  "[range, 1] AS l, TIMESTAMP '2024-01-01' AS t FROM "
                  "range(3000)");
    size_t size = slurp(arena_cstr(x.a, path), whole, 1 << 20);
    CHECK(size > 1000 && size < 1 << 20);
    char *bad = arena_cstr(x.a, path_in(&r, &x, "bad.parquet"));
    uint32_t seed = 12345;
    for (int i = 0; i < 40; i++) {
        size_t len = size;
        memcpy(copy, whole, size);
        for (int j = 0; j < 1 + i % 4; j++) {
            seed = seed * 1664525 + 1013904223;
            /* The footer is where the structure is: half of them there. */
            size_t at = i % 2 ? size - 1 - seed % 600 : seed % size;
            copy[at] = (char)(copy[at] ^ (1 << (seed >> 24) % 8));
        }
        if (i % 10 == 9)
            len = seed % size;
        spew(bad, copy, len);
        enum status st = load(&x, str_of(bad), "t", &n);
        CHECK(st == ST_OK || st == ST_ENV || st == ST_USER);
        failed += st != ST_OK;
        if (st == ST_OK)
            EXEC(&x, "DROP TABLE t_0");
        diags_init(&x.ds, x.a);
    }
    CHECK(failed > 5);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    CHECK(load(&x, path, "t", &n) == ST_OK && n == 3000);
    free(whole);
    free(copy);
    raw_release(&r);
    fixture_release(&x);
}

/* ---- writing ---- */

static const struct engine_col saved[] = {
    { { "flag", 4 }, TYPE_BOOL },      { { "n", 1 }, TYPE_LONG },
    { { "N", 1 }, TYPE_INT },          { { "the \"text\"", 10 }, TYPE_STRING },
    { { "when", 4 }, TYPE_DATETIME },  { { "fine", 4 }, TYPE_DATETIME },
    { { "", 0 }, TYPE_TIMESPAN },      { { "money", 5 }, TYPE_DECIMAL },
    { { "bag", 3 }, TYPE_DYNAMIC },    { { "r", 1 }, TYPE_REAL },
};
enum { NSAVED = sizeof saved / sizeof *saved };

static const char save_sql[] =
    "SELECT range % 2 = 0, range, range::INTEGER, 'text ' || range, "
    "638396000000000000 + range * 10, 638396000000000001 + range * 10, "
    "range * 10000000, k_dec((range / 4)::VARCHAR), '{\"a\":' || range || '}', "
    "range / 2 FROM range(1000)";

TEST(saves_and_reads_back)
{
    struct fixture x;
    struct raw r;
    uint64_t n = 0;
    fixture_init(&x);
    raw_init(&r, &x);
    str path = path_in(&r, &x, "out.parquet");
    CHECK(engine_save_parquet(x.e, str_of(save_sql), NSAVED, saved, path, &n,
                              &x.ds) == ST_OK);
    print_diags(&x);
    CHECK(n == 1000);
    struct source_col *cols;
    size_t ncols;
    CHECK(engine_parquet_cols(x.e, x.a, path, &cols, &ncols, &x.ds) == ST_OK);
    CHECK(ncols == NSAVED);
    CHECK_STR(cols[3].name, "the \"text\"");
    CHECK(cols[4].type == TYPE_DATETIME && cols[5].type == TYPE_DATETIME);
    CHECK(cols[6].type == TYPE_LONG && cols[7].type == TYPE_DECIMAL);
    CHECK(load(&x, path, "t", &n) == ST_OK && n == 1000);
    str sql = arena_fmt(x.a, "SELECT count(*) FROM ((SELECT * FROM t_0) EXCEPT "
                        "(%s))", save_sql);
    CHECK(ask_long(&x, arena_cstr(x.a, sql)) == 0);
    raw_release(&r);
    fixture_release(&x);
}

static size_t entries(const char *dir)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n - 2;
}

TEST(a_failed_save_leaves_the_old_file)
{
    struct fixture x;
    struct raw r;
    uint64_t n = 0;
    fixture_init(&x);
    raw_init(&r, &x);
    struct engine_col col = { S("x"), TYPE_LONG };
    str path = path_in(&r, &x, "out.parquet");
    CHECK(engine_save_parquet(x.e, S("SELECT 41"), 1, &col, path, &n,
                              &x.ds) == ST_OK);
    CHECK(engine_save_parquet(x.e, S("SELECT CASE WHEN range = 90000 THEN "
                                     "error('no') ELSE range END FROM "
                                     "range(100000)"), 1, &col, path, &n,
                              &x.ds) == ST_USER);
    CHECK(entries(r.dir) == 1);
    CHECK(load(&x, path, "t", &n) == ST_OK && n == 1);
    CHECK(ask_long(&x, "SELECT c0 FROM t_0") == 41);
    CHECK(engine_save_parquet(x.e, S("SELECT 1"), 1, &col,
                              S("/nowhere/x.parquet"), &n, &x.ds) == ST_ENV);
    CHECK(last_code(&x) == DIAG_FILE);
    CHECK(engine_save_parquet(x.e, S("SELECT 1"), 1, &col,
                              (str){ "/tmp/a\0b", 8 }, &n, &x.ds) == ST_ENV);
    engine_interrupt(x.e);
    CHECK(engine_save_parquet(x.e, S("SELECT 1"), 1, &col, path, &n,
                              &x.ds) == ST_CANCELLED);
    raw_release(&r);
    fixture_release(&x);
}
