/* b_analytics.c - what sequences, beacons, clusters and series cost.
 *
 * Prints one line per figure: processor seconds on one core, the best of
 * three, without loading rows and writing the result. */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "analytics/beacons.h"
#include "analytics/dbscan.h"
#include "analytics/groups.h"
#include "analytics/iforest.h"
#include "analytics/markov.h"
#include "analytics/series_stl.h"
#include "analytics/sessions.h"
#include "base/ticks.h"

enum { ROUNDS = 3, MILLION = 1000000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint32_t hash(uint32_t x)
{
    x = (x ^ (x >> 16)) * 0x45d9f3bu;
    x = (x ^ (x >> 16)) * 0x45d9f3bu;
    return x ^ (x >> 16);
}

static double unit(uint32_t x)
{
    return hash(x) / 4294967296.0;
}

/* Best of some rounds, each with an arena of its own. */
static void measure(const char *what, const char *goal,
                    void (*run)(struct arena *, void *), void *ctx)
{
    double best = INFINITY;
    for (int r = 0; r < ROUNDS; r++) {
        struct arena *a = arena_new();
        double start = now();
        run(a, ctx);
        double took = now() - start;
        best = took < best ? took : best;
        arena_free(a);
    }
    printf("| %s | %.2f s | %s |\n", what, best, goal);
    fflush(stdout);
}

/* ---- events of hosts ---------------------------------------------------- */

/* n rows in order of time: a text key, a time. */
static struct frame *make_events(size_t n, unsigned nkeys)
{
    struct frame *f = frame_new(2);
    frame_set_col(f, 0, S("key"), TYPE_STRING);
    frame_set_col(f, 1, S("time"), TYPE_DATETIME);
    frame_set_rows(f, n);
    str *names = arena_array(f->arena, nkeys, sizeof *names);
    for (unsigned k = 0; k < nkeys; k++)
        names[k] = arena_fmt(f->arena, "host-%u.example", k);
    for (size_t i = 0; i < n; i++) {
        f->cols[0].s[i] = names[hash((uint32_t)i) % nkeys];
        f->cols[1].i[i] = TICKS_UNIX_EPOCH + (int64_t)i * 170000;
    }
    return f;
}

static void group(struct arena *a, const struct frame *f, struct groups *g,
                  struct timeline *t)
{
    uint32_t col = 0;
    struct group_key key = { 1, &col };
    if (groups_make(a, f, &key, NULL, g) != ST_OK ||
        timeline_make(a, g, &f->cols[1], NULL, t) != ST_OK)
        BUG("nobody cancelled");
}

static void run_sessions(struct arena *a, void *ctx)
{
    struct groups g;
    struct timeline t;
    struct sessions s;
    struct sessions_opts o = { 20 * TICKS_PER_MIN, 0 };
    group(a, ctx, &g, &t);
    if (sessions_make(a, &g, &t, &o, &s) != ST_OK)
        BUG("nobody cancelled");
}

static void run_beacons(struct arena *a, void *ctx)
{
    struct groups g;
    struct timeline t;
    struct beacons w = { .a = a, .scratch = arena_new(),
                         .opts = { TICKS_PER_SEC, 10 } };
    group(a, ctx, &g, &t);
    int64_t *time = arena_array(a, g.nrows, sizeof *time);
    for (size_t k = 0; k < g.n; k++) {
        size_t n = t.start[k + 1] - t.start[k];
        struct beacon found;
        for (size_t i = 0; i < n; i++)
            time[i] = t.time[t.row[t.start[k] + i]];
        beacon_find(&w, n, time, &found);
    }
    arena_free(w.scratch);
}

static void run_markov(struct arena *a, void *ctx)
{
    struct markov_out out;
    struct markov_opts o = { 1, 3, 1, true };
    if (markov_run(a, ctx, &o, NULL, &out) != ST_OK)
        BUG("nobody cancelled");
}

static void bench_markov(struct arena *a)
{
    enum { LENGTH = 8, KINDS = 60 };
    uint32_t *start = arena_array(a, MILLION / LENGTH + 1, sizeof *start);
    uint32_t *event = arena_array(a, MILLION, sizeof *event);
    for (uint32_t i = 0; i < MILLION; i++)
        event[i] = hash(i) % KINDS;
    for (uint32_t s = 0; s <= MILLION / LENGTH; s++)
        start[s] = s * LENGTH;
    struct markov_in in = { .nsessions = MILLION / LENGTH, .nkinds = KINDS,
                            .start = start, .event = event };
    measure("markov, 1 M events of 60 kinds", "2 s", run_markov, &in);
}

/* ---- points ------------------------------------------------------------- */

struct cloud {
    size_t n, dim;
    double *x;
    double eps;
};

/* 40 heaps in a room: near their middles, each column by itself. */
static struct cloud make_cloud(struct arena *a, size_t n)
{
    struct cloud c = { n, 6, arena_array(a, n * 6, sizeof(double)), 0.05 };
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < 6; k++)
            c.x[i * 6 + k] = unit((hash((uint32_t)i) % 40) * 6 + k) +
                             0.05 * unit((uint32_t)(i * 6 + k));
    return c;
}

static void run_dbscan(struct arena *a, void *ctx)
{
    const struct cloud *c = ctx;
    struct kd_points p = { c->n, c->dim, c->x, KD_EUCLIDEAN };
    struct dbscan_opts o = { c->eps, 5 };
    struct dbscan out;
    if (dbscan_run(a, &p, &o, NULL, &out) != ST_OK)
        BUG("nobody cancelled");
}

static void run_iforest(struct arena *a, void *ctx)
{
    const struct cloud *c = ctx;
    struct iforest_in in = { .n = c->n, .dim = c->dim, .x = c->x };
    struct iforest_opts o = { 100, 256, 0, 42 };
    double *score = arena_array(a, c->n, sizeof *score);
    if (iforest_run(&in, &o, NULL, score) != ST_OK)
        BUG("nobody cancelled");
}

/* ---- series ------------------------------------------------------------- */

struct wave {
    size_t n;
    double *x;
    bool robust;
};

static void run_stl(struct arena *a, void *ctx)
{
    const struct wave *w = ctx;
    struct stl_opts o = { .nperiods = 1, .period = { 24 }, .seasonal = 7,
                          .robust = w->robust };
    struct stl_parts p;
    if (!stl_run(a, w->n, w->x, &o, &p))
        BUG("all values are there");
}

int main(void)
{
    struct arena *a = arena_new();
    struct frame *few = make_events(MILLION, 2000),
                 *many = make_events(5 * MILLION, 25000);
    struct cloud small = make_cloud(a, 100000), large = make_cloud(a, MILLION);
    struct wave w = { MILLION, arena_array(a, MILLION, sizeof(double)), false };
    for (size_t i = 0; i < w.n; i++)
        w.x[i] = 10 * sin((double)i / 24 * 6.2831853) + unit((uint32_t)i);
    struct wave robust = { STL_MAX_ROBUST, w.x, true };
    printf("\n| analytics | processor | goal |\n|---|---|---|\n");
    measure("sessions, 1 M events of 2,000 hosts", "", run_sessions, few);
    bench_markov(a);
    measure("beacons, 5 M events of 25,000 pairs by chance", "5 s", run_beacons,
            many);
    measure("cluster, 100,000 points of 6, eps as a heap", "5 s", run_dbscan,
            &small);
    small.eps = 1;
    measure("… eps as the room", "", run_dbscan, &small);
    measure("outliers, 1 M points of 6, 100 trees", "5 s", run_iforest, &large);
    measure("series_stl, 1 M values, period 24", "1 s", run_stl, &w);
    measure("… robust, 100,000 values", "", run_stl, &robust);
    frame_unref(few);
    frame_unref(many);
    arena_free(a);
    return 0;
}
