/* dbscan.c - groups of points that lie close together, and the rest. */
#include "dbscan.h"

#include <math.h>

#include "base/xxh64.h"

struct scan {
    const struct kd_points *all;
    const struct dbscan_opts *o;
    const atomic_bool *cancel;
    struct arena *a;
    double reach; /* eps to the power of the metric */
    /* different points */
    size_t n;
    uint32_t *same; /* by point: its number among the different */
    double *x;
    uint32_t *weight; /* how often each occurs */
    struct kdtree tree;
    uint64_t *node_weight;
    bool *core;
    uint32_t *parent; /* union-find over different points */
    /* By node: a core in it, when all its cores are known to be one cluster;
     * NOBODY: not known; EMPTY: no core in it. */
    uint32_t *one;
};

enum { NOBODY = -1, EMPTY = -2 };

static bool stopped(const struct scan *s, size_t i)
{
    return i % 256 == 0 && s->cancel && atomic_load(s->cancel);
}

/* ---- equal points ------------------------------------------------------- */

static uint64_t point_hash(const double *x, size_t dim)
{
    return xxh64((str){ (const char *)x, dim * sizeof *x }, 1);
}

static bool points_equal(const double *a, const double *b, size_t dim)
{
    for (size_t k = 0; k < dim; k++)
        if (a[k] != b[k])
            return false;
    return true;
}

static enum status join_equal(struct scan *s)
{
    size_t n = s->all->n, dim = s->all->dim, nslots = 64;
    while (nslots < 2 * n)
        nslots *= 2;
    uint32_t *slots = xcalloc(nslots, sizeof *slots);
    s->same = arena_array(s->a, n, sizeof *s->same);
    s->x = arena_array(s->a, n * dim, sizeof *s->x);
    s->weight = arena_array(s->a, n, sizeof *s->weight);
    enum status st = ST_OK;
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        double *x = s->x + s->n * dim;
        for (size_t k = 0; k < dim; k++)
            x[k] = s->all->x[i * dim + k] + 0.0; /* -0 becomes 0 */
        size_t at = point_hash(x, dim) & (nslots - 1);
        while (slots[at] && !points_equal(x, s->x + (slots[at] - 1) * dim, dim))
            at = (at + 1) & (nslots - 1);
        if (!slots[at]) {
            slots[at] = (uint32_t)++s->n;
            s->weight[s->n - 1] = 0;
        }
        s->same[i] = slots[at] - 1;
        s->weight[s->same[i]]++;
        if (stopped(s, i))
            st = ST_CANCELLED;
    }
    free(slots);
    return st;
}

/* ---- cores -------------------------------------------------------------- */

static const double *point(const struct scan *s, uint32_t i)
{
    return s->x + (size_t)i * s->all->dim;
}

static void weigh_nodes(struct scan *s)
{
    s->node_weight = arena_array(s->a, s->tree.nnodes, sizeof *s->node_weight);
    for (size_t i = s->tree.nnodes; i-- > 0;) {
        const struct kd_node *n = &s->tree.node[i];
        uint64_t sum = 0;
        if (!n->leaf)
            sum = s->node_weight[2 * i + 1] + s->node_weight[2 * i + 2];
        for (uint32_t j = n->beg; n->leaf && j < n->end; j++)
            sum += s->weight[s->tree.order[j]];
        s->node_weight[i] = sum;
    }
}

static uint64_t count_leaf(const struct scan *s, size_t i, const double *x)
{
    const struct kd_node *n = &s->tree.node[i];
    uint64_t count = 0;
    for (uint32_t j = n->beg; j < n->end; j++)
        if (kd_distance(&s->tree.p, x, point(s, s->tree.order[j])) <= s->reach)
            count += s->weight[s->tree.order[j]];
    return count;
}

/* Points within reach of x, or as many as are asked for. */
static uint64_t count_near(const struct scan *s, const double *x,
                           uint64_t enough)
{
    size_t stack[128], depth = 0;
    uint64_t count = 0;
    stack[depth++] = 0;
    while (depth && count < enough) {
        size_t i = stack[--depth];
        if (kd_nearest(&s->tree, i, x) > s->reach)
            continue;
        if (kd_farthest(&s->tree, i, x) <= s->reach) {
            count += s->node_weight[i];
        } else if (s->tree.node[i].leaf) {
            count += count_leaf(s, i, x);
        } else {
            stack[depth++] = 2 * i + 1;
            stack[depth++] = 2 * i + 2;
        }
    }
    return count;
}

static enum status find_cores(struct scan *s)
{
    s->core = arena_zalloc(s->a, s->n + 1);
    for (size_t i = 0; i < s->n; i++) {
        s->core[i] = count_near(s, point(s, (uint32_t)i), s->o->min_points) >=
                     s->o->min_points;
        if (stopped(s, i))
            return ST_CANCELLED;
    }
    return ST_OK;
}

/* ---- joining ------------------------------------------------------------ */

static uint32_t root_of(struct scan *s, uint32_t i)
{
    while (s->parent[i] != i) {
        s->parent[i] = s->parent[s->parent[i]];
        i = s->parent[i];
    }
    return i;
}

/* The smaller number is the root, so that the result has one order. */
static void join(struct scan *s, uint32_t a, uint32_t b)
{
    a = root_of(s, a);
    b = root_of(s, b);
    if (a < b)
        s->parent[b] = a;
    else
        s->parent[a] = b;
}

/* Whether everything in a node is one cluster, by what is known of its parts.
 */
static void learn_node(struct scan *s, size_t i)
{
    uint32_t a = s->one[2 * i + 1], b = s->one[2 * i + 2];
    if (a == (uint32_t)NOBODY || b == (uint32_t)NOBODY)
        return;
    if (a == (uint32_t)EMPTY || b == (uint32_t)EMPTY)
        s->one[i] = a == (uint32_t)EMPTY ? b : a;
    else if (root_of(s, a) == root_of(s, b))
        s->one[i] = a;
}

static void learn_leaf(struct scan *s, size_t i)
{
    const struct kd_node *n = &s->tree.node[i];
    uint32_t first = (uint32_t)EMPTY;
    for (uint32_t j = n->beg; j < n->end; j++) {
        uint32_t k = s->tree.order[j];
        if (!s->core[k])
            continue;
        if (first == (uint32_t)EMPTY)
            first = k;
        else if (root_of(s, first) != root_of(s, k))
            return;
    }
    s->one[i] = first;
}

static void join_leaf(struct scan *s, size_t i, uint32_t p)
{
    const struct kd_node *n = &s->tree.node[i];
    for (uint32_t j = n->beg; j < n->end; j++) {
        uint32_t k = s->tree.order[j];
        if (s->core[k] &&
            kd_distance(&s->tree.p, point(s, p), point(s, k)) <= s->reach)
            join(s, p, k);
    }
    learn_leaf(s, i);
}

/* Joins core p with the cores within reach below node i. Recursion is as deep
 * as the tree, 32 levels at most. */
static void join_near(struct scan *s, size_t i, uint32_t p)
{
    const double *x = point(s, p);
    uint32_t one = s->one[i];
    if (one == (uint32_t)EMPTY || kd_nearest(&s->tree, i, x) > s->reach)
        return;
    if (one != (uint32_t)NOBODY) {
        if (root_of(s, one) == root_of(s, p))
            return;
        if (kd_farthest(&s->tree, i, x) <= s->reach) {
            join(s, one, p);
            return;
        }
    }
    if (s->tree.node[i].leaf) {
        join_leaf(s, i, p);
        return;
    }
    join_near(s, 2 * i + 1, p);
    join_near(s, 2 * i + 2, p);
    if (one == (uint32_t)NOBODY)
        learn_node(s, i);
}

static enum status join_cores(struct scan *s)
{
    s->parent = arena_array(s->a, s->n, sizeof *s->parent);
    s->one = arena_array(s->a, s->tree.nnodes, sizeof *s->one);
    for (size_t i = 0; i < s->n; i++)
        s->parent[i] = (uint32_t)i;
    for (size_t i = s->tree.nnodes; i-- > 0;) {
        s->one[i] = (uint32_t)NOBODY;
        if (s->tree.node[i].leaf)
            learn_leaf(s, i);
    }
    /* Neighbours in the tree one after the other: their nodes are learnt. */
    for (size_t i = 0; i < s->n; i++) {
        if (s->core[s->tree.order[i]])
            join_near(s, 0, s->tree.order[i]);
        if (stopped(s, i))
            return ST_CANCELLED;
    }
    return ST_OK;
}

/* ---- the rest ----------------------------------------------------------- */

struct nearest {
    uint32_t core;
    double distance;
};

static void look_at_leaf(const struct scan *s, size_t i, const double *x,
                         struct nearest *best)
{
    const struct kd_node *n = &s->tree.node[i];
    for (uint32_t j = n->beg; j < n->end; j++) {
        uint32_t k = s->tree.order[j];
        if (!s->core[k])
            continue;
        double d = kd_distance(&s->tree.p, x, point(s, k));
        if (d < best->distance || (d == best->distance && k < best->core))
            *best = (struct nearest){ k, d };
    }
}

/* The nearest core within reach; NOBODY when there is none. */
static uint32_t nearest_core(const struct scan *s, const double *x)
{
    struct nearest best = { (uint32_t)NOBODY, s->reach };
    size_t stack[128], depth = 0;
    stack[depth++] = 0;
    while (depth) {
        size_t i = stack[--depth];
        if (s->one[i] == (uint32_t)EMPTY ||
            kd_nearest(&s->tree, i, x) > best.distance)
            continue;
        if (s->tree.node[i].leaf) {
            look_at_leaf(s, i, x, &best);
        } else {
            stack[depth++] = 2 * i + 1;
            stack[depth++] = 2 * i + 2;
        }
    }
    return best.core;
}

static enum status name_clusters(struct scan *s, struct dbscan *out)
{
    uint32_t *of = arena_array(s->a, s->n, sizeof *of);
    int32_t *number = arena_array(s->a, s->n, sizeof *number);
    for (size_t i = 0; i < s->n; i++) {
        number[i] = DBSCAN_NOISE;
        of[i] = s->core[i] ? (uint32_t)i
                           : nearest_core(s, point(s, (uint32_t)i));
        if (stopped(s, i))
            return ST_CANCELLED;
    }
    out->n = 0;
    for (size_t i = 0; i < s->all->n; i++) {
        uint32_t k = s->same[i], near = of[k];
        out->core[i] = s->core[k];
        out->cluster[i] = DBSCAN_NOISE;
        if (near == (uint32_t)NOBODY)
            continue;
        int32_t *id = &number[root_of(s, near)];
        if (*id == DBSCAN_NOISE)
            *id = (int32_t)out->n++;
        out->cluster[i] = *id;
    }
    return ST_OK;
}

enum status dbscan_run(struct arena *a, const struct kd_points *p,
                       const struct dbscan_opts *o, const atomic_bool *cancel,
                       struct dbscan *out)
{
    struct scan s = { .all = p,
                      .o = o,
                      .cancel = cancel,
                      .a = arena_new(),
                      .reach = kd_power(p->metric, o->eps) };
    out->cluster = arena_array(a, p->n, sizeof *out->cluster);
    out->core = arena_array(a, p->n, sizeof *out->core);
    enum status st = join_equal(&s);
    struct kd_points different = { s.n, p->dim, s.x, p->metric };
    if (st == ST_OK)
        st = kdtree_make(s.a, &different, cancel, &s.tree);
    if (st == ST_OK) {
        weigh_nodes(&s);
        st = find_cores(&s);
    }
    if (st == ST_OK)
        st = join_cores(&s);
    if (st == ST_OK)
        st = name_clusters(&s, out);
    arena_free(s.a);
    return st;
}
