/* t_dbscan.c - clusters against the definition, point by point. */
#include "analytics/dbscan.h"

#include <stdlib.h>

#include "t.h"

enum { N = 400 };

static uint64_t state = 88172645463325252u;

static double chance(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) / 9007199254740992.0;
}

/* Cores and clusters by comparing every point with every other. */
static void by_definition(const struct kd_points *p,
                          const struct dbscan_opts *o, bool *core, int *cluster)
{
    double reach = kd_power(p->metric, o->eps);
    size_t dim = p->dim;
    for (size_t i = 0; i < p->n; i++) {
        size_t near = 0;
        for (size_t j = 0; j < p->n; j++)
            near += kd_distance(p, p->x + i * dim, p->x + j * dim) <= reach;
        core[i] = near >= o->min_points;
        cluster[i] = core[i] ? (int)i : -1;
    }
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < p->n; i++)
            for (size_t j = 0; j < p->n; j++)
                if (core[i] && core[j] && cluster[i] < cluster[j] &&
                    kd_distance(p, p->x + i * dim, p->x + j * dim) <= reach) {
                    cluster[j] = cluster[i];
                    again = true;
                }
    }
}

static bool same_partition(const int *a, const int32_t *b, const bool *core,
                           size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (core[i] && core[j] && (a[i] == a[j]) != (b[i] == b[j]))
                return false;
    return true;
}

static bool compare(size_t n, size_t dim, double eps, size_t min_points)
{
    double *x = malloc(n * dim * sizeof *x);
    bool *core = malloc(n);
    int *cluster = malloc(n * sizeof *cluster);
    struct arena *a = arena_new();
    struct dbscan found;
    /* A grid as well, so that distances are equal to eps and points repeat. */
    for (size_t i = 0; i < n * dim; i++)
        x[i] = i % 3 ? chance() : (double)(int)(chance() * 8) / 8;
    struct kd_points p = { n, dim, x, n % 2 ? KD_MANHATTAN : KD_EUCLIDEAN };
    struct dbscan_opts o = { eps, min_points };
    by_definition(&p, &o, core, cluster);
    bool good = dbscan_run(a, &p, &o, NULL, &found) == ST_OK;
    for (size_t i = 0; i < n; i++)
        good = good && found.core[i] == core[i];
    good = good && same_partition(cluster, found.cluster, core, n);
    arena_free(a);
    free(x);
    free(core);
    free(cluster);
    return good;
}

TEST(clusters_are_those_of_the_definition)
{
    for (int round = 0; round < 40; round++) {
        size_t n = 1 + (size_t)(chance() * N), dim = 1 + (size_t)round % 5;
        double eps = 0.01 + chance() * 0.5;
        CHECK(compare(n, dim, eps, 1 + (size_t)(chance() * 10)));
    }
}

TEST(no_points)
{
    struct arena *a = arena_new();
    struct kd_points p = { 0, 2, NULL, KD_EUCLIDEAN };
    struct dbscan_opts o = { 1, 1 };
    struct dbscan found;
    CHECK(dbscan_run(a, &p, &o, NULL, &found) == ST_OK);
    CHECK(found.n == 0);
    arena_free(a);
}

TEST(a_cancelled_run_ends)
{
    struct arena *a = arena_new();
    atomic_bool cancel = true;
    double x[600];
    for (size_t i = 0; i < 600; i++)
        x[i] = chance();
    struct kd_points p = { 300, 2, x, KD_EUCLIDEAN };
    struct dbscan_opts o = { 1, 1 };
    struct dbscan found;
    CHECK(dbscan_run(a, &p, &o, &cancel, &found) == ST_CANCELLED);
    arena_free(a);
}
