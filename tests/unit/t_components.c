/* t_components.c - parts of graphs, against reachability by brute force. */
#include "analytics/components.h"
#include "t.h"

enum { MAX_N = 12, MAX_M = 30 };

static uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

struct random_graph {
    size_t n, m;
    int64_t from[MAX_M], to[MAX_M];
    bool reach[MAX_N][MAX_N];
};

/* Warshall: whether j can be reached from i. */
static void close_over(struct random_graph *g, bool both)
{
    memset(g->reach, 0, sizeof g->reach);
    for (size_t i = 0; i < g->n; i++)
        g->reach[i][i] = true;
    for (size_t e = 0; e < g->m; e++) {
        g->reach[g->from[e]][g->to[e]] = true;
        if (both)
            g->reach[g->to[e]][g->from[e]] = true;
    }
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; i < g->n; i++)
            for (size_t j = 0; j < g->n; j++)
                g->reach[i][j] |= g->reach[i][k] && g->reach[k][j];
}

/* Number of the part of each node: parts in order of their first nodes. */
static void expect(const struct random_graph *g, int64_t *out)
{
    int64_t count = 0;
    for (size_t i = 0; i < g->n; i++) {
        out[i] = -1;
        for (size_t j = 0; j < i && out[i] < 0; j++)
            if (g->reach[i][j] && g->reach[j][i])
                out[i] = out[j];
        if (out[i] < 0)
            out[i] = count++;
    }
}

static bool agrees(struct random_graph *g, bool strong)
{
    struct component_graph c = { g->n, g->m, g->from, g->to };
    int64_t got[MAX_N + 1], want[MAX_N + 1];
    struct arena *a = arena_new();
    close_over(g, !strong);
    expect(g, want);
    if (strong)
        components_strong(a, &c, got);
    else
        components_weak(&c, got);
    arena_free(a);
    return memcmp(got, want, g->n * sizeof *got) == 0;
}

TEST(random_graphs)
{
    uint64_t state = 7;
    struct random_graph g;
    for (int round = 0; round < 3000; round++) {
        g.n = 1 + next(&state) % MAX_N;
        g.m = next(&state) % MAX_M;
        for (size_t e = 0; e < g.m; e++) {
            g.from[e] = next(&state) % g.n;
            g.to[e] = next(&state) % g.n;
        }
        CHECK(agrees(&g, false));
        CHECK(agrees(&g, true));
    }
}

TEST(nothing)
{
    struct component_graph g = { 0, 0, NULL, NULL };
    struct arena *a = arena_new();
    int64_t out[1] = { 42 };
    components_weak(&g, out);
    components_strong(a, &g, out);
    arena_free(a);
    CHECK(out[0] == 42);
}

/* A chain as long as a recursion would not stand. */
TEST(long_chain)
{
    enum { N = 1000000 };
    struct arena *a = arena_new();
    int64_t *from = arena_array(a, N, sizeof *from);
    int64_t *to = arena_array(a, N, sizeof *to);
    int64_t *out = arena_array(a, N, sizeof *out);
    for (int64_t i = 0; i < N; i++) {
        from[i] = i;
        to[i] = (i + 1) % N;
    }
    struct component_graph g = { N, N, from, to };
    components_strong(a, &g, out);
    CHECK(out[0] == 0 && out[N - 1] == 0);
    g.m = N - 1; /* the last edge closed the ring */
    components_strong(a, &g, out);
    CHECK(out[0] == 0 && out[N - 1] == N - 1);
    components_weak(&g, out);
    CHECK(out[N - 1] == 0);
    arena_free(a);
}
