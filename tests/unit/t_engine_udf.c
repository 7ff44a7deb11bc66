/* t_engine_udf.c - C row functions as SQL functions. */
#include "engine_fixture.h"

#include <stdatomic.h>

#include "base/utf8.h"

static void row_twice(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)cx;
    CHECK(nin == 1 && in[0].type == TYPE_LONG && !in[0].null);
    CHECK(out->type == TYPE_LONG && out->null);
    out->i = in[0].i * 2;
    out->null = false;
}

static void row_echo(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    CHECK(out->type == TYPE_STRING && !out->null && out->s.n == 0);
    CHECK(!in[0].null);
    out->s = in[0].s;
}

/* Joins all arguments with a dash; optional ones and repeats. */
static void row_join(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < nin; i++) {
        if (i)
            buf_addc(&b, '-');
        if (in[i].null)
            buf_adds(&b, "null");
        else
            value_text(&b, &in[i]);
    }
    out->s = buf_take(&b, cx->tmp);
    buf_release(&b);
}

static void row_isnull(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    (void)cx, (void)nin;
    out->i = in[0].null;
    out->null = false;
}

static void row_picky(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)nin;
    if (in[0].i == 777)
        fn_fail(cx, "bad value %lld: '%.*s'", (long long)in[0].i,
                STRF(in[1].s));
    out->i = in[0].i;
    out->null = false;
}

/* Counts the rows of its call site on its thread. */
static void row_state(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)in, (void)nin;
    if (!cx->cache)
        cx->cache = arena_zalloc(cx->keep, sizeof(int64_t));
    out->i = ++*(int64_t *)cx->cache;
    out->null = false;
}

static void row_slow(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    struct timespec t = { 0, 20000000 };
    nanosleep(&t, NULL);
    *out = in[0];
}

static void row_first(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)cx, (void)nin;
    CHECK(out->type == in[0].type);
    *out = in[0];
}

/* coalesce of two */
static void row_second(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    (void)cx, (void)nin;
    *out = in[0].null ? in[1] : in[0];
}

static void row_half(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    out->d = in[0].d / 2;
    out->null = in[0].d < 0;
}

static void row_decimal(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    (void)nin;
    out->s = arena_fmt(cx->tmp, "%.*s9", STRF(in[0].s));
    out->null = false;
}

/* Bytes that are no UTF-8, then a NUL. */
static void row_dirty(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)cx, (void)in, (void)nin;
    out->s = (str){ "a\xff\0z and a tail that is not inlined", 34 };
}

static void row_guid(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)cx, (void)nin;
    if (in[0].s.n)
        *out = (struct value){ .type = TYPE_GUID, .s = in[0].s };
}

/* 100 kB for each row. */
static void row_big(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    (void)nin;
    size_t n = 100000;
    char *p = arena_alloc(cx->tmp, n);
    memset(p, 'a' + (int)(in[0].i % 26), n);
    out->s = (str){ p, n };
}

static void row_once(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    static atomic_llong calls;
    (void)cx, (void)in, (void)nin;
    out->i = atomic_fetch_add(&calls, 1);
    out->null = false;
}

static const struct lang_func functions[] = {
    { .name = "t_twice", .params = "long", .ret = TYPE_LONG, .row = row_twice },
    { .name = "t_echo",
      .params = "string",
      .ret = TYPE_STRING,
      .row = row_echo },
    { .name = "t_join",
      .params = "string, long?, real?",
      .ret = TYPE_STRING,
      .row = row_join },
    { .name = "t_all",
      .params = "string, any*",
      .ret = TYPE_STRING,
      .row = row_join,
      .flags = FN_NULLS },
    { .name = "t_some", .params = "any*", .ret = TYPE_STRING, .row = row_join },
    { .name = "t_isnull",
      .params = "any",
      .ret = TYPE_BOOL,
      .row = row_isnull,
      .flags = FN_NULLS },
    { .name = "t_picky",
      .params = "long, string",
      .ret = TYPE_LONG,
      .row = row_picky },
    { .name = "t_state", .params = "long", .ret = TYPE_LONG, .row = row_state },
    { .name = "t_slow", .params = "long", .ret = TYPE_LONG, .row = row_slow },
    { .name = "t_first",
      .params = "same, same",
      .ret = RET_SAME,
      .row = row_first },
    { .name = "t_arg1",
      .params = "any, long?",
      .ret = RET_ARG1,
      .row = row_first },
    { .name = "t_second",
      .params = "same, same",
      .ret = RET_SAME,
      .row = row_second,
      .flags = FN_NULLS },
    { .name = "t_half", .params = "real", .ret = TYPE_REAL, .row = row_half },
    { .name = "t_decimal",
      .params = "decimal",
      .ret = TYPE_DECIMAL,
      .row = row_decimal },
    { .name = "t_dirty", .params = "", .ret = TYPE_STRING, .row = row_dirty },
    { .name = "t_guid", .params = "string", .ret = TYPE_GUID, .row = row_guid },
    { .name = "t_big", .params = "long", .ret = TYPE_STRING, .row = row_big },
    { .name = "t_once",
      .params = "",
      .ret = TYPE_LONG,
      .row = row_once,
      .flags = FN_VOLATILE },
    { .name = "t_int", .params = "int", .ret = TYPE_INT, .row = row_first },
    { .name = "t_bool", .params = "bool", .ret = TYPE_BOOL, .row = row_first },
};

static void with_functions(struct fixture *x)
{
    fixture_init(x);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        engine_add_function(x->e, functions[i].name, &functions[i]);
}

TEST(numbers_and_nulls)
{
    struct fixture x;
    with_functions(&x);
    CHECK(ask_long(&x, "SELECT t_twice(21)") == 42);
    /* Every third is null: the function must not see it. */
    EXEC(&x, "CREATE TABLE t AS SELECT CASE WHEN range % 3 = 0 THEN NULL ELSE "
             "range END AS c0 FROM range(300000)");
    CHECK(ask_long(&x, "SELECT sum(t_twice(c0)) FROM t") ==
          2 * (299999LL * 300000 / 2 - 3 * (99999LL * 100000 / 2)));
    CHECK(ask_long(&x, "SELECT count(*) FROM t WHERE t_twice(c0) IS NULL") ==
          100000);
    CHECK(ask_long(&x, "SELECT t_twice(NULL) IS NULL") == 1);
    struct frame *f = ask(&x, "SELECT t_half(v) FROM (VALUES (3.0::DOUBLE), "
                              "(-1), (NULL), ('nan')) t(v)", TYPE_REAL);
    CHECK(f && f->cols[0].d[0] == 1.5 && f->cols[0].null[1]);
    CHECK(f && f->cols[0].null[2] && f->cols[0].d[3] != f->cols[0].d[3]);
    frame_unref(f);
    CHECK(ask_long(&x, "SELECT t_int(-2147483648)") == INT32_MIN);
    CHECK(ask_long(&x, "SELECT sum(t_bool(range % 2 = 0)::INT) FROM "
                       "range(5000)") == 2500);
    f = ask(&x, "SELECT t_decimal(v) FROM (VALUES (k_dec('1.5')), "
                "(NULL), (k_dec('7'))) t(v)", TYPE_DECIMAL);
    CHECK(f && f->cols[0].null[1]);
    CHECK_STR(f->cols[0].s[0], "1.59");
    CHECK_STR(f->cols[0].s[2], "79");
    frame_unref(f);
    fixture_release(&x);
}

TEST(texts)
{
    struct fixture x;
    with_functions(&x);
    CHECK_STR(ask_text(&x, "SELECT t_echo('short')"), "short");
    CHECK_STR(ask_text(&x, "SELECT t_echo('long enough to be elsewhere')"),
              "long enough to be elsewhere");
    CHECK_STR(ask_text(&x, "SELECT coalesce(t_echo(NULL), 'was null')"), "");
    CHECK(ask_long(&x, "SELECT count(*) FROM (SELECT t_echo(v) e, v FROM "
                       "(SELECT repeat('ä', (range % 30)::INT) || range AS v "
                       "FROM range(200000))) WHERE e <> v") == 0);
    CHECK(ask_long(&x, "SELECT length(t_echo('a' || chr(0) || 'b' || range)) "
                       "FROM range(1)") == 4);
    struct frame *f = ask(&x, "SELECT t_dirty()", TYPE_STRING);
    CHECK(f && f->cols[0].s[0].n == 36 && utf8_valid(f->cols[0].s[0]));
    frame_unref(f);
    CHECK(ask_long(&x, "SELECT count(*) FROM (SELECT t_guid(v) g FROM (VALUES "
                       "('x'), (''), (NULL)) t(v)) WHERE g IS NULL") == 2);
    CHECK(ask_long(&x, "SELECT sum(length(t_big(range))) FROM range(5000)") ==
          500000000);
    fixture_release(&x);
}

TEST(optional_repeated_and_loose_arguments)
{
    struct fixture x;
    with_functions(&x);
    CHECK_STR(ask_text(&x, "SELECT t_join('a')"), "a");
    CHECK_STR(ask_text(&x, "SELECT t_join('a', 2)"), "a-2");
    CHECK_STR(ask_text(&x, "SELECT t_join('a', 2, 1.5::DOUBLE)"), "a-2-1.5");
    CHECK_STR(ask_text(&x, "SELECT t_join('a', NULL, 1.5::DOUBLE)"), "");
    CHECK_STR(ask_text(&x, "SELECT t_all('a')"), "a");
    CHECK_STR(ask_text(&x, "SELECT t_all('a', true, 1, 2::BIGINT, "
                           "0.5::DOUBLE, 'z', 1.50::DECIMAL(38,10), NULL)"),
              "a-True-1-2-0.5-z-1.5-null");
    CHECK_STR(ask_text(&x, "SELECT t_some()"), "");
    CHECK_STR(ask_text(&x, "SELECT t_some(1, NULL::BIGINT)"), "");
    /* A null text for `any` is a string unless the function sees nulls. */
    CHECK_STR(ask_text(&x, "SELECT t_some(1, NULL::VARCHAR)"), "1-");
    CHECK(ask_long(&x, "SELECT t_isnull(NULL::VARCHAR)::INT") == 1);
    CHECK(ask_long(&x, "SELECT t_isnull('')::INT") == 0);
    CHECK(ask_long(&x, "SELECT sum(t_isnull(CASE WHEN range % 4 = 0 THEN NULL "
                       "ELSE range END)::INT) FROM range(10000)") == 2500);
    CHECK(ask_long(&x, "SELECT length(t_all('a', 1, 2, 3, 4, 5, 6, 7, 8, 9, "
                       "1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6))") == 49);
    fixture_release(&x);
}

TEST(result_of_the_arguments_type)
{
    struct fixture x;
    with_functions(&x);
    CHECK(ask_long(&x, "SELECT t_first(7::BIGINT, 8::BIGINT)") == 7);
    CHECK(ask_long(&x, "SELECT t_first(7::INTEGER, 8::INTEGER)") == 7);
    CHECK_STR(ask_text(&x, "SELECT t_first('p', 'q')"), "p");
    CHECK_STR(ask_text(&x, "SELECT t_arg1('p', 3)"), "p");
    CHECK_STR(ask_text(&x, "SELECT typeof(t_arg1(0.5::DOUBLE))"), "DOUBLE");
    CHECK_STR(ask_text(&x, "SELECT typeof(t_first(k_dec('1.5'), "
                           "k_dec('1.5')))"), "DECIMAL(38,0)");
    CHECK(ask_long(&x, "SELECT t_arg1(true)::INT") == 1);
    CHECK(ask_long(&x, "SELECT t_first(NULL::BIGINT, 8::BIGINT) IS NULL") == 1);
    CHECK(ask_long(&x, "SELECT t_second(NULL::BIGINT, 8::BIGINT)") == 8);
    CHECK_STR(ask_text(&x, "SELECT t_second(NULL::VARCHAR, 'q')"), "q");
    CHECK_STR(ask_text(&x, "SELECT t_second('', 'q')"), "");
    CHECK(ask_long(&x, "SELECT t_second(NULL::VARCHAR, NULL::VARCHAR) IS "
                       "NULL") == 1);
    fixture_release(&x);
}

TEST(a_failing_function_ends_the_statement)
{
    struct fixture x;
    with_functions(&x);
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    CHECK(engine_query(x.e, S("SELECT sum(t_picky(range, 'ev' || chr(27) || "
                              "'il')) FROM range(100000)"),
                       1, &col, 0, &f, &x.ds) == ST_USER);
    CHECK(last_code(&x) == DIAG_DATA);
    CHECK_STR(last_message(&x), "bad value 777: 'ev\\x1bil'");
    CHECK(ask_long(&x, "SELECT sum(t_picky(range, '')) FROM range(700)") ==
          700 * 699 / 2);
    CHECK(engine_exec(x.e, S("SELECT t_twice('x')"), &x.ds) != ST_OK);
    CHECK(engine_exec(x.e, S("SELECT t_twice(1, 2)"), &x.ds) == ST_ENV);
    CHECK(last_code(&x) == DIAG_ENGINE);
    fixture_release(&x);
}

/* One counter per thread and call site: over all threads, the counts of one
 * site run 1, 2, … as often as there are threads, and two sites in one
 * statement do not share. */
TEST(state_belongs_to_thread_and_call_site)
{
    struct fixture x;
    with_functions(&x);
    EXEC(&x, "CREATE TABLE s AS SELECT t_state(range) AS a, "
             "t_state(range + 1) AS b FROM range(1000000)");
    int64_t firsts = ask_long(&x, "SELECT count(*) FROM s WHERE a = 1");
    CHECK(firsts >= 1 && firsts <= sysconf(_SC_NPROCESSORS_ONLN) + 1);
    CHECK(ask_long(&x, "SELECT count(*) FROM s WHERE a <> b") == 0);
    /* A state that was shared would have lost or doubled counts. */
    CHECK(ask_long(&x, "SELECT max(n) FROM (SELECT a, count(*) n FROM s GROUP "
                       "BY a)") == firsts);
    CHECK(ask_long(&x, "SELECT t_state(1)") == 1);
    CHECK(ask_long(&x, "SELECT t_state(1)") == 1);
    CHECK(ask_long(&x, "SELECT count(DISTINCT v) FROM (SELECT t_once() AS v "
                       "FROM range(5000))") == 5000);
    fixture_release(&x);
}

static void *ring(void *ctx)
{
    struct timespec t = { 0, 300000000 };
    nanosleep(&t, NULL);
    engine_interrupt(ctx);
    return NULL;
}

/* 20 ms a row: a chunk of 2048 rows alone would take 40 s. */
TEST(interrupt_ends_a_slow_function)
{
    struct fixture x;
    with_functions(&x);
    EXEC(&x, "CREATE TABLE t AS SELECT range AS c0 FROM range(100000)");
    pthread_t t;
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    pthread_create(&t, NULL, ring, x.e);
    double from = seconds();
    CHECK(engine_query(x.e, S("SELECT sum(t_slow(c0)) FROM t"), 1, &col, 0, &f,
                       &x.ds) == ST_CANCELLED);
    CHECK(seconds() - from < 1.3);
    pthread_join(t, NULL);
    engine_clear_cancel(x.e);
    CHECK(ask_long(&x, "SELECT t_twice(4)") == 8);
    fixture_release(&x);
}
