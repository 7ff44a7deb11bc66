/* t_patterns.c - shared values, against counting all combinations. */
#include <math.h>

#include "analytics/patterns.h"
#include "t.h"

enum { ROWS = 40, COLS = 3, VALUES = 3 };

static uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

struct rig {
    uint32_t codes[ROWS * COLS];
    double weight[ROWS];
    uint8_t side[ROWS];
    struct pattern_table t;
};

static const uint32_t sizes[COLS] = { VALUES, VALUES, VALUES };

static void make(struct rig *r, uint64_t *state, bool weighted)
{
    for (size_t i = 0; i < ROWS * COLS; i++)
        r->codes[i] = next(state) % (1 + next(state) % VALUES);
    for (size_t i = 0; i < ROWS; i++) {
        r->weight[i] = next(state) % 4;
        r->side[i] = (uint8_t)(next(state) % 3);
    }
    r->t = (struct pattern_table){ .n = ROWS,
                                   .k = COLS,
                                   .codes = r->codes,
                                   .sizes = sizes,
                                   .weight = weighted ? r->weight : NULL };
}

static bool fits(const struct rig *r, const uint32_t *codes, size_t row)
{
    for (size_t c = 0; c < COLS; c++)
        if (codes[c] != PATTERN_ANY && codes[c] != r->codes[row * COLS + c])
            return false;
    return true;
}

static double count(const struct rig *r, const uint32_t *codes, int side)
{
    double sum = 0;
    for (size_t i = 0; i < ROWS; i++)
        if (fits(r, codes, i) && (!side || r->side[i] == side))
            sum += r->t.weight ? r->weight[i] : 1;
    return sum;
}

static const struct pattern *find(const struct patterns *p,
                                  const uint32_t *codes)
{
    for (size_t i = 0; i < p->list.n; i++)
        if (memcmp(p->list.v[i].codes, codes, COLS * sizeof *codes) == 0)
            return &p->list.v[i];
    return NULL;
}

/* Every combination of a value or nothing in each column. */
static bool nth(size_t n, uint32_t *codes, size_t *fixed)
{
    *fixed = 0;
    for (size_t c = 0; c < COLS; c++, n /= VALUES + 1) {
        uint32_t v = (uint32_t)(n % (VALUES + 1));
        codes[c] = v == VALUES ? PATTERN_ANY : v;
        *fixed += v != VALUES;
    }
    return n == 0;
}

TEST(basket_is_all_and_nothing_else)
{
    uint64_t state = 3;
    struct rig r;
    for (int round = 0; round < 60; round++) {
        struct arena *a = arena_new();
        struct patterns got = { 0 };
        struct pattern_opts o = { .threshold = 0.1 * (1 + round % 5),
                                  .most = 1 + (size_t)round % COLS,
                                  .limit = 1000 };
        uint32_t codes[COLS];
        size_t fixed, want = 0;
        uint32_t any[COLS] = { PATTERN_ANY, PATTERN_ANY, PATTERN_ANY };
        make(&r, &state, round % 2);
        double sum = count(&r, any, 0);
        CHECK(patterns_basket(a, &r.t, &o, &got) == ST_OK);
        for (size_t i = 0; nth(i, codes, &fixed); i++) {
            double n = count(&r, codes, 0);
            if (fixed == 0 || fixed > o.most || n <= 0 || n < o.threshold * sum)
                continue;
            const struct pattern *p = find(&got, codes);
            want++;
            CHECK(p && p->count == n);
        }
        CHECK(got.list.n == want);
        for (size_t i = 1; i < got.list.n; i++)
            CHECK(got.list.v[i - 1].count >= got.list.v[i].count);
        arena_free(a);
    }
}

TEST(basket_has_a_limit)
{
    uint64_t state = 5;
    struct rig r;
    struct arena *a = arena_new();
    struct patterns got = { 0 };
    struct pattern_opts o = { .threshold = 0.01, .most = COLS, .limit = 3 };
    make(&r, &state, false);
    CHECK(patterns_basket(a, &r.t, &o, &got) == ST_USER);
    atomic_bool stop = true;
    r.t.cancel = &stop;
    CHECK(patterns_basket(a, &r.t, &o, &got) == ST_CANCELLED);
    arena_free(a);
}

/* Counts are those of the rows; a block of three quarters is found. */
TEST(clusters)
{
    uint64_t state = 9;
    struct rig r;
    for (int round = 0; round < 40; round++) {
        struct arena *a = arena_new();
        struct patterns got = { 0 };
        struct pattern_opts o = { .size_weight = 0.5, .seeds = 25 };
        static const uint32_t block[COLS] = { 0, 1, 2 };
        make(&r, &state, round % 2);
        for (size_t i = 0; i < ROWS * 3 / 4; i++)
            memcpy(r.codes + i * COLS, block, sizeof block);
        CHECK(patterns_cluster(a, &r.t, &o, &got) == ST_OK);
        CHECK(find(&got, block) || round % 2); /* weights may be elsewhere */
        for (size_t i = 0; i < got.list.n; i++)
            CHECK(got.list.v[i].count == count(&r, got.list.v[i].codes, 0));
        arena_free(a);
    }
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Every single value that tells the sides apart is in some pattern, counts are
 * right, and none that tells less than the threshold begins one. */
TEST(differences)
{
    uint64_t state = 11;
    struct rig r;
    for (int round = 0; round < 40; round++) {
        struct arena *a = arena_new();
        struct patterns got = { 0 };
        struct pattern_opts o = { .threshold = 0.2, .most = COLS };
        uint32_t any[COLS] = { PATTERN_ANY, PATTERN_ANY, PATTERN_ANY };
        make(&r, &state, round % 2);
        r.t.side = r.side;
        double na = count(&r, any, 1), nb = count(&r, any, 2), last = 2;
        CHECK(patterns_diff(a, &r.t, &o, &got) == ST_OK);
        for (size_t i = 0; i < got.list.n; i++) {
            const struct pattern *p = &got.list.v[i];
            double d = fabs(share(p->count, na) - share(p->other, nb));
            CHECK(p->count == count(&r, p->codes, 1));
            CHECK(p->other == count(&r, p->codes, 2));
            CHECK(d <= last && d >= 0.2 * 0.95 * 0.95);
            last = d;
        }
        uint32_t codes[COLS];
        size_t fixed;
        for (size_t i = 0; nth(i, codes, &fixed); i++)
            if (fixed == 1 && fabs(share(count(&r, codes, 1), na) -
                                   share(count(&r, codes, 2), nb)) >= 0.2)
                CHECK(got.list.n > 0);
        arena_free(a);
    }
}
