/* t_proctree.c - links, roots and depths of the process tree algorithm. */
#include "analytics/proctree.h"
#include "t.h"

#include <time.h>

enum { NONE = -1, MAX = 64 };

struct rows {
    size_t n;
    uint32_t host[MAX], name[MAX], pname[MAX];
    int64_t pid[MAX], ppid[MAX], time[MAX], guid[MAX], pguid[MAX], ptime[MAX];
    bool skip[MAX];
};

static void add(struct rows *r, uint32_t host, int64_t pid, int64_t ppid,
                int64_t time)
{
    size_t i = r->n++;
    r->host[i] = host;
    r->pid[i] = pid;
    r->ppid[i] = ppid;
    r->time[i] = time;
    r->guid[i] = r->pguid[i] = r->ptime[i] = PROCTREE_NONE;
}

static struct proctree build(struct arena *a, const struct rows *r)
{
    struct proctree t = { 0 };
    struct proctree_in in = {
        .n = r->n, .nhosts = 4, .host = r->host, .skip = r->skip,
        .pid = r->pid, .ppid = r->ppid, .guid = r->guid, .pguid = r->pguid,
        .time = r->time, .ptime = r->ptime, .name = r->name, .pname = r->pname,
    };
    CHECK(proctree_build(a, &in, NULL, &t) == ST_OK);
    return t;
}

TEST(empty_input)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    struct proctree t = build(a, &r);
    CHECK(t.n == 0 && t.nghosts == 0);
    arena_free(a);
}

TEST(a_reused_number_belongs_to_its_last_owner)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 20, 10, 150);  /* of the first 10 */
    add(&r, 0, 10, 0, 200);
    add(&r, 0, 30, 10, 250);  /* of the second 10 */
    add(&r, 0, 40, 10, 50);   /* before either: not there */
    add(&r, 1, 50, 10, 300);  /* another host: not there */
    struct proctree t = build(a, &r);
    CHECK(t.parent[1] == 0 && t.parent[3] == 2);
    CHECK(t.flags[0] == PROCTREE_ROOT && t.flags[1] == 0);
    CHECK(t.parent[4] >= 6 && t.flags[4] == PROCTREE_INFERRED);
    CHECK(t.parent[5] >= 6 && t.parent[5] != t.parent[4]);
    CHECK(t.nghosts == 2 && t.depth[4] == 1 && t.root[4] == t.parent[4]);
    CHECK(t.children[0] == 1 && t.children[2] == 1);
    CHECK(t.children[t.parent[4]] == 1);
    arena_free(a);
}

TEST(order_of_rows_does_not_matter)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 40, 30, 400);
    add(&r, 0, 30, 20, 300);
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 20, 10, 200);
    struct proctree t = build(a, &r);
    CHECK(t.parent[0] == 1 && t.parent[1] == 3 && t.parent[3] == 2);
    CHECK(t.depth[0] == 3 && t.depth[2] == 0);
    CHECK(t.root[0] == 2 && t.root[1] == 2 && t.root[3] == 2);
    arena_free(a);
}

TEST(siblings_share_their_unseen_parent)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 20, 10, 100);
    add(&r, 0, 30, 10, 200);
    add(&r, 0, 40, 10, 300);
    r.pname[2] = 7;           /* another name: another process */
    struct proctree t = build(a, &r);
    CHECK(t.nghosts == 2 && t.parent[0] == t.parent[1]);
    CHECK(t.parent[2] != t.parent[0]);
    CHECK(t.children[t.parent[0]] == 2);
    CHECK(t.ghost_child[t.parent[2] - 3] == 2);
    arena_free(a);
}

TEST(names_must_agree)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 10, 0, 200);
    add(&r, 0, 20, 10, 300);
    add(&r, 0, 30, 10, 300);
    add(&r, 0, 40, 10, 300);
    r.name[0] = 1;
    r.name[1] = 2;
    r.pname[2] = 2;           /* the newer one */
    r.pname[3] = 1;           /* the older one, though it should be gone */
    r.pname[4] = 3;           /* neither */
    struct proctree t = build(a, &r);
    CHECK(t.parent[2] == 1 && t.flags[2] == 0);
    CHECK(t.parent[3] == 0 && t.flags[3] == PROCTREE_AMBIGUOUS);
    CHECK(t.parent[4] >= 5 && t.flags[4] == PROCTREE_INFERRED);
    arena_free(a);
}

TEST(equal_times_go_by_row_then_name)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 20, 10, 100);  /* parent in the row before */
    add(&r, 0, 30, 40, 100);  /* parent in the row after */
    add(&r, 0, 40, 0, 100);
    add(&r, 0, 50, 60, 500);
    add(&r, 0, 60, 0, 400);
    add(&r, 0, 60, 1, 500);   /* same time, later row, right name */
    r.name[5] = 1;
    r.name[6] = 2;
    r.pname[4] = 2;
    struct proctree t = build(a, &r);
    CHECK(t.parent[1] == 0 && t.parent[2] == 3);
    CHECK(t.parent[4] == 6);
    CHECK(t.flags[1] == 0 && t.flags[2] == 0);
    arena_free(a);
}

TEST(two_starts_at_one_time_are_ambiguous)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 10, 5, 100);
    add(&r, 0, 20, 10, 200);
    r.name[0] = 1;
    r.name[1] = 2;
    struct proctree t = build(a, &r);
    CHECK(t.parent[2] == 1 && t.flags[2] == PROCTREE_AMBIGUOUS);
    arena_free(a);
}

TEST(circles_are_cut_at_the_earliest)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 20, 100);  /* 10 <- 20 <- 30 <- 10, all at one time */
    add(&r, 0, 20, 30, 100);
    add(&r, 0, 30, 10, 100);
    add(&r, 0, 40, 30, 100);  /* hangs on the circle */
    struct proctree t = build(a, &r);
    CHECK(t.parent[0] == -1 && t.flags[0] == PROCTREE_CYCLE);
    CHECK(t.parent[1] == 2 && t.parent[2] == 0 && t.parent[3] == 2);
    CHECK(t.depth[1] == 2 && t.depth[3] == 2 && t.root[3] == 0);
    arena_free(a);
}

TEST(guids_beat_numbers_and_make_circles_possible)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 10, 0, 200);
    add(&r, 0, 20, 10, 300);
    add(&r, 0, 30, 10, 300);
    add(&r, 0, 40, 10, 300);
    r.guid[0] = 1;
    r.guid[1] = 2;
    r.guid[2] = 3;
    r.guid[3] = 4;
    r.pguid[2] = 1;           /* the old 10, whatever the time says */
    r.pguid[3] = 9;           /* unknown: not guessed by number */
    struct proctree t = build(a, &r);
    CHECK(t.parent[2] == 0 && t.parent[3] >= 5 && t.parent[4] == 1);
    r.pguid[0] = 3;           /* 0 <- 2 <- 0 */
    r.pguid[1] = 2;           /* itself */
    t = build(a, &r);
    CHECK(t.flags[0] & PROCTREE_CYCLE && t.parent[2] == 0);
    CHECK(t.flags[1] == (PROCTREE_SELF | PROCTREE_ROOT));
    arena_free(a);
}

TEST(a_known_start_of_the_parent_decides)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 1000000);
    add(&r, 0, 10, 0, 2000000);
    add(&r, 0, 20, 10, 9000000);
    add(&r, 0, 30, 10, 9000000);
    add(&r, 0, 40, 10, 9000000);
    r.ptime[2] = 1000000;
    r.ptime[3] = 2009999;     /* within a millisecond */
    r.ptime[4] = 1500000;     /* a start that is not there */
    struct proctree t = build(a, &r);
    CHECK(t.parent[2] == 0 && t.parent[3] == 1);
    CHECK(t.parent[4] >= 5 && t.flags[4] == PROCTREE_INFERRED);
    r.ptime[2] = INT64_MIN + 1;
    r.ptime[3] = INT64_MAX;
    r.time[0] = INT64_MIN + 2;
    r.time[1] = INT64_MAX;
    t = build(a, &r);
    CHECK(t.parent[2] == 0 && t.parent[3] == 1);
    arena_free(a);
}

TEST(repeated_rows_are_one_process)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 100);
    add(&r, 0, 20, 10, 200);
    add(&r, 0, 20, 10, 200);  /* delivered twice */
    add(&r, 0, 30, 20, 300);
    add(&r, 0, 20, 10, 201);  /* another start */
    struct proctree t = build(a, &r);
    CHECK(t.same[2] == 1 && t.flags[2] == PROCTREE_DUPLICATE);
    CHECK(t.parent[2] == 0 && t.children[0] == 2);
    CHECK(t.parent[3] == 4 && t.flags[3] == 0);
    CHECK(t.same[1] == -1 && t.same[4] == -1);
    r.time[4] = 400;
    t = build(a, &r);
    CHECK(t.parent[3] == 1 && t.children[1] == 1 && t.children[2] == 1);
    arena_free(a);
}

TEST(missing_numbers_and_times)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, PROCTREE_NONE, PROCTREE_NONE);
    add(&r, 0, 20, 10, PROCTREE_NONE);
    add(&r, 0, 30, 10, 100);
    add(&r, 0, PROCTREE_NONE, 10, 200);
    add(&r, 0, 40, 40, 300);  /* its own parent */
    add(&r, 0, 0, 0, 1);      /* the idle process */
    add(&r, 0, 4, 0, 2);      /* whose child is System */
    r.skip[1] = true;
    struct proctree t = build(a, &r);
    CHECK(t.flags[0] == (PROCTREE_ROOT | PROCTREE_NO_TIME));
    CHECK(t.root[1] == -1 && t.parent[1] == -1 && t.children[0] == 2);
    CHECK(t.parent[2] == 0 && t.parent[3] == 0);
    CHECK(t.flags[4] == (PROCTREE_SELF | PROCTREE_ROOT));
    CHECK(t.flags[5] & PROCTREE_ROOT && t.parent[6] == 5);
    arena_free(a);
}

TEST(without_times_the_rows_are_the_clock)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, PROCTREE_NONE);
    add(&r, 0, 20, 10, PROCTREE_NONE);
    add(&r, 0, 10, 0, PROCTREE_NONE);
    add(&r, 0, 30, 10, PROCTREE_NONE);
    struct proctree t = build(a, &r);
    CHECK(t.parent[1] == 0 && t.parent[3] == 2);
    CHECK(t.flags[3] == (PROCTREE_AMBIGUOUS | PROCTREE_NO_TIME));
    arena_free(a);
}

TEST(cancel_stops)
{
    struct arena *a = arena_new();
    struct rows r = { 0 };
    add(&r, 0, 10, 0, 1);
    struct proctree_in in = { .n = 1, .pid = r.pid, .ppid = r.ppid };
    struct proctree t = { 0 };
    atomic_bool stop = true;
    CHECK(proctree_build(a, &in, &stop, &t) == ST_CANCELLED);
    arena_free(a);
}

/* ---- against a slow and plain reading of the rules --------------------- */

static uint64_t random_next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static bool same_start(const struct rows *r, size_t i, size_t k)
{
    return r->host[i] == r->host[k] && r->pid[i] == r->pid[k] &&
           r->ppid[i] == r->ppid[k] && r->time[i] == r->time[k] &&
           r->name[i] == r->name[k];
}

/* The parent of row c by looking at all rows: -1 none that fits. */
static int plain_parent(const struct rows *r, size_t c)
{
    int best = -1, after = -1;
    if (r->pid[c] == r->ppid[c])
        return -1;
    for (size_t i = 0; i < r->n; i++) {
        bool repeated = false;
        for (size_t k = 0; k < i; k++)
            repeated |= same_start(r, i, k);
        if (i == c || repeated || r->host[i] != r->host[c] ||
            r->pid[i] != r->ppid[c] || r->time[i] > r->time[c] ||
            (r->name[i] && r->pname[c] && r->name[i] != r->pname[c]))
            continue;
        if (r->time[i] == r->time[c] && i > c)
            after = after < 0 ? (int)i : after;
        else if (best < 0 || r->time[i] >= r->time[best])
            best = (int)i;
    }
    return best >= 0 ? best : after;
}

static int plain_expected(const struct rows *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (same_start(r, i, k))
            return plain_expected(r, k);
    return plain_parent(r, i);
}

TEST(agrees_with_the_plain_reading)
{
    struct arena *a = arena_new();
    uint64_t s = 42;
    for (int round = 0; round < 3000; round++) {
        struct rows r = { 0 };
        size_t n = 1 + random_next(&s) % 14;
        for (size_t i = 0; i < n; i++) {
            uint64_t bits = random_next(&s);
            add(&r, bits % 2, 1 + (int64_t)(bits / 2 % 5),
                1 + (int64_t)(bits / 10 % 5), (int64_t)(bits / 50 % 8));
            r.name[i] = (uint32_t)(random_next(&s) % 3);
            r.pname[i] = (uint32_t)(random_next(&s) % 3);
        }
        struct proctree t = build(a, &r);
        for (size_t i = 0; i < n; i++) {
            int want = plain_expected(&r, i);
            int got = (size_t)t.parent[i] < n ? t.parent[i] : -1;
            CHECK(got == want || t.flags[i] & PROCTREE_CYCLE);
            CHECK(got < 0 || t.depth[i] == t.depth[got] + 1);
            CHECK(got < 0 || t.root[i] == t.root[got]);
        }
        arena_reset(a);
    }
    arena_free(a);
}

/* ---- many rows --------------------------------------------------------- */

struct many {
    size_t n;
    uint32_t *host;
    int64_t *pid, *ppid, *time;
};

static void many_init(struct many *m, size_t n, uint32_t hosts, uint64_t pids)
{
    uint64_t s = 7;
    m->n = n;
    m->host = xmalloc(n * sizeof *m->host);
    m->pid = xmalloc(n * sizeof *m->pid);
    m->ppid = xmalloc(n * sizeof *m->ppid);
    m->time = xmalloc(n * sizeof *m->time);
    for (size_t i = 0; i < n; i++) {
        m->host[i] = (uint32_t)(random_next(&s) % hosts);
        m->pid[i] = (int64_t)(random_next(&s) % pids);
        m->ppid[i] = (int64_t)(random_next(&s) % pids);
        m->time[i] = (int64_t)(random_next(&s) % (1u << 20));
    }
}

static void many_release(struct many *m)
{
    free(m->host);
    free(m->pid);
    free(m->ppid);
    free(m->time);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Every link is one of host, number and time; depths follow from links. */
static void check_many(const struct many *m, uint32_t hosts, double limit)
{
    struct arena *a = arena_new();
    struct proctree t = { 0 };
    struct proctree_in in = { .n = m->n, .nhosts = hosts, .host = m->host,
                              .pid = m->pid, .ppid = m->ppid,
                              .time = m->time };
    size_t bad = 0, linked = 0;
    double beg = seconds();
    CHECK(proctree_build(a, &in, NULL, &t) == ST_OK);
    CHECK(seconds() - beg < limit);
    for (size_t i = 0; i < m->n; i++) {
        int32_t p = t.parent[i];
        if (p < 0 || (size_t)p >= m->n)
            continue;
        linked++;
        bad += m->host[p] != m->host[i] || m->pid[p] != m->ppid[i] ||
               m->time[p] > m->time[i] || t.depth[i] != t.depth[p] + 1;
    }
    CHECK(bad == 0 && linked > 0);
    arena_free(a);
}

/* The limits leave room for sanitizers and a busy machine. */
TEST(a_million_rows)
{
    struct many m;
    many_init(&m, 1000000, 300, 4000);
    check_many(&m, 300, 10);
    many_release(&m);
}

TEST(a_million_rows_of_few_numbers)
{
    struct many m;
    many_init(&m, 1000000, 1, 3);
    check_many(&m, 1, 15);
    many_release(&m);
}

TEST(a_chain_of_a_million)
{
    struct many m;
    many_init(&m, 1000000, 1, 5);
    for (size_t i = 0; i < m.n; i++) {
        m.pid[i] = (int64_t)i + 1;
        m.ppid[i] = (int64_t)i;
        m.time[i] = (int64_t)i;
    }
    check_many(&m, 1, 10);
    many_release(&m);
}

TEST(one_circle_of_a_million)
{
    struct many m;
    many_init(&m, 1000000, 1, 5);
    for (size_t i = 0; i < m.n; i++) {
        m.pid[i] = (int64_t)i;
        m.ppid[i] = (int64_t)((i + 1) % m.n);
        m.time[i] = 5;
    }
    check_many(&m, 1, 10);
    many_release(&m);
}

/* ---- relatives --------------------------------------------------------- */

TEST(relatives_up_and_down)
{
    /*   0 -> 1 -> 2 -> 3,  1 -> 4,  5 alone,  6 <-> 7 */
    const int32_t parent[] = { -1, 0, 1, 2, 1, 99, 7, 6 };
    bool seed[8] = { false, false, true }, out[8];
    struct proctree_closure c = { 8, parent, seed, PROCTREE_ANCESTORS, 0 };
    proctree_closure(&c, out);
    CHECK(out[0] && out[1] && out[2] && !out[3] && !out[4] && !out[5]);
    c.levels = 1;
    proctree_closure(&c, out);
    CHECK(!out[0] && out[1] && out[2]);
    c.direction = PROCTREE_DESCENDANTS;
    seed[2] = false;
    seed[0] = true;
    proctree_closure(&c, out);
    CHECK(out[0] && out[1] && !out[2] && !out[4]);
    c.levels = 0;
    proctree_closure(&c, out);
    CHECK(out[2] && out[3] && out[4] && !out[5] && !out[6]);
    seed[6] = true;
    proctree_closure(&c, out);
    CHECK(out[6] && out[7] && !out[5]);
}
