/* t_engine_agg.c - C aggregation functions inside the engine. */
#include <stdlib.h>

#include "engine_fixture.h"

/* The sum of the longs and the length of what they were written to. */
struct state {
    struct agg_state head;
    int64_t sum;
    char *heap;
    size_t n, room;
};

static void add(struct state *s, int64_t v, size_t bytes)
{
    s->sum += v;
    s->n += bytes;
    if (s->n > s->room) {
        s->room = s->n + 4096; /* not a byte at a time */
        s->heap = xrealloc(s->heap, s->room);
    }
    memset(s->heap + s->n - bytes, 'x', bytes);
    s->head.held = s->room;
}

static void step(struct fn_ctx *cx, void *state, const struct value *in,
                 size_t nin)
{
    if (in[0].i == 777)
        fn_fail(cx, "bad value %d\x1b", 777);
    add(state, nin > 1 ? in[0].i * in[1].i : in[0].i, 1);
}

static void combine(struct fn_ctx *cx, void *into, void *from)
{
    struct state *s = from;
    (void)cx;
    add(into, s->sum, s->n);
}

static void finish_long(struct fn_ctx *cx, void *state, struct value *out)
{
    struct state *s = state;
    if (s->sum == -1)
        fn_fail(cx, "no end");
    out->null = s->n == 0;
    out->i = s->sum + (s->n && s->heap[s->n - 1] == 'x' ? 0 : 1);
}

static void finish_text(struct fn_ctx *cx, void *state, struct value *out)
{
    struct state *s = state;
    out->null = false;
    out->s = s->sum < 0 ? S("\xff") : arena_fmt(cx->tmp, "n%zu", s->n);
}

static void finish_real(struct fn_ctx *cx, void *state, struct value *out)
{
    struct state *s = state;
    (void)cx;
    out->null = false;
    out->d = (double)s->sum / 2;
}

static void step_null(struct fn_ctx *cx, void *state, const struct value *in,
                      size_t nin)
{
    (void)cx, (void)nin;
    add(state, in[0].null, 1);
}

static void step_text(struct fn_ctx *cx, void *state, const struct value *in,
                      size_t nin)
{
    (void)cx, (void)nin;
    add(state, (int64_t)in[0].s.n, 1);
}

static void step_big(struct fn_ctx *cx, void *state, const struct value *in,
                     size_t nin)
{
    (void)cx, (void)nin;
    add(state, in[0].i, 1 << 20);
}

static void release(void *state)
{
    struct state *s = state;
    free(s->heap);
    s->heap = NULL;
}

#define AGG(nm, par, result, stp, fin, fl)                          \
    { .name = nm, .params = par, .ret = result,                     \
      .state_size = sizeof(struct state), .step = stp,              \
      .combine = combine, .finish = fin, .release = release,        \
      .flags = fl }

static const struct lang_aggfn aggs[] = {
    AGG("t_sum", "long, long?", TYPE_LONG, step, finish_long, 0),
    AGG("t_text", "long", TYPE_STRING, step, finish_text, 0),
    AGG("t_real", "long", TYPE_REAL, step, finish_real, 0),
    AGG("t_nulls", "any", TYPE_LONG, step_null, finish_long, FN_NULLS),
    AGG("t_bytes", "string", TYPE_LONG, step_text, finish_long, 0),
    AGG("t_big", "long", TYPE_LONG, step_big, finish_long, 0),
};

static void with_aggs(struct fixture *x)
{
    fixture_init(x);
    for (size_t i = 0; i < sizeof aggs / sizeof *aggs; i++)
        engine_add_aggregate(x->e, &aggs[i]);
}

TEST(groups_nulls_and_filters)
{
    struct fixture x;
    with_aggs(&x);
    CHECK(ask_long(&x, "SELECT t_sum(range) FROM range(700)") ==
          700 * 699 / 2);
    CHECK(ask_long(&x, "SELECT t_sum(range, 3::BIGINT) FROM range(5)") == 30);
    CHECK(ask_long(&x, "SELECT t_sum(range) FILTER (WHERE range < 4) FROM "
                       "range(5)") == 6);
    CHECK(ask_long(&x, "SELECT t_sum(NULL::BIGINT) IS NULL") == 1);
    CHECK(ask_long(&x, "SELECT t_sum(1::BIGINT) IS NULL FROM range(0)") == 1);
    CHECK(ask_long(&x, "SELECT t_sum(CASE WHEN range % 3 = 0 THEN NULL ELSE "
                       "1::BIGINT END) FROM range(9999)") == 6666);
    CHECK(ask_long(&x, "SELECT t_nulls(CASE WHEN range % 3 = 0 THEN NULL ELSE "
                       "'' END) FROM range(9999)") == 0);
    CHECK(ask_long(&x, "SELECT t_nulls(CASE WHEN range % 3 = 0 THEN NULL ELSE "
                       "1 END) FROM range(9999)") == 3333);
    CHECK(ask_long(&x, "SELECT t_bytes(CASE WHEN range % 2 = 0 THEN NULL ELSE "
                       "'a longer text than twelve' END) FROM range(10)") ==
          125);
    fixture_release(&x);
}

TEST(results)
{
    struct fixture x;
    with_aggs(&x);
    CHECK_STR(ask_text(&x, "SELECT t_text(range) FROM range(300)"), "n300");
    CHECK_STR(ask_text(&x, "SELECT t_text(-range) FROM range(300)"),
              "\xef\xbf\xbd");
    struct frame *f = ask(&x, "SELECT t_real(range) FROM range(4)", TYPE_REAL);
    CHECK(f && f->cols[0].d[0] == 3.0);
    frame_unref(f);
    fixture_release(&x);
}

/* Many groups over many row groups: states are made by several threads,
 * combined, moved about and freed. */
TEST(threads)
{
    struct fixture x;
    with_aggs(&x);
    EXEC(&x, "CREATE TABLE t AS SELECT range + 1000 AS c0, range % 50000 AS c1 "
             "FROM range(600000)");
    CHECK(ask_long(&x, "SELECT t_sum(c0) FROM t") ==
          600000LL * 599999 / 2 + 600000000);
    CHECK(ask_long(&x, "SELECT count(*) FROM (SELECT c1, t_sum(c0) a, sum(c0) "
                       "b FROM t GROUP BY c1) WHERE a = b") == 50000);
    fixture_release(&x);
}

TEST(failures_end_the_statement)
{
    struct fixture x;
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    with_aggs(&x);
    CHECK(engine_query(x.e, S("SELECT t_sum(range) FROM range(100000)"), 1,
                       &col, 0, &f, &x.ds) == ST_USER);
    CHECK_STR(last_message(&x), "bad value 777\\x1b");
    CHECK(last_code(&x) == DIAG_DATA);
    CHECK(engine_query(x.e, S("SELECT t_sum(-1::BIGINT)"), 1, &col, 0, &f,
                       &x.ds) == ST_USER);
    CHECK_STR(last_message(&x), "no end");
    CHECK(ask_long(&x, "SELECT t_sum(range) FROM range(5)") == 10);
    fixture_release(&x);
}

/* The engine knows nothing of the heap that states use: half of its memory
 * limit is theirs, and it is given back. */
TEST(memory)
{
    struct fixture x;
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    setenv("SHIKRA_MEMORY", "100MB", 1);
    with_aggs(&x);
    for (int i = 0; i < 3; i++)
        CHECK(ask_long(&x, "SELECT sum(s) FROM (SELECT t_big(range) s FROM "
                           "range(40) GROUP BY range)") == 780);
    CHECK(engine_query(x.e, S("SELECT sum(s) FROM (SELECT t_big(range) s FROM "
                              "range(400) GROUP BY range)"),
                       1, &col, 0, &f, &x.ds) == ST_ENV);
    CHECK(str_find(last_message(&x), S("47 MB")) > 0);
    CHECK(ask_long(&x, "SELECT sum(s) FROM (SELECT t_big(range) s FROM "
                       "range(40) GROUP BY range)") == 780);
    unsetenv("SHIKRA_MEMORY");
    fixture_release(&x);
}

static void *interrupt_soon(void *ctx)
{
    struct fixture *x = ctx;
    usleep(200000);
    engine_interrupt(x->e);
    return NULL;
}

TEST(interrupts)
{
    struct fixture x;
    struct engine_col col = { S("x"), TYPE_LONG };
    struct frame *f;
    pthread_t t;
    with_aggs(&x);
    CHECK(ask_long(&x, "SELECT 1") == 1);
    pthread_create(&t, NULL, interrupt_soon, &x);
    double from = seconds();
    CHECK(engine_query(x.e, S("SELECT t_sum(a.range + b.range + 1000) FROM "
                              "range(1000000) a, range(1000000) b"),
                       1, &col, 0, &f, &x.ds) == ST_CANCELLED);
    CHECK(seconds() - from < 5);
    pthread_join(t, NULL);
    engine_clear_cancel(x.e);
    CHECK(ask_long(&x, "SELECT t_sum(2::BIGINT)") == 2);
    fixture_release(&x);
}
