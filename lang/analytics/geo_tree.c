/* geo_tree.c - finds the edges near a place without looking at all of them.
 *
 * Called by: geo_shape.c and geo_overlay.c. */
#include "geo_tree.h"

#include <stdlib.h>

enum { PER_LEAF = 8, MAX_STACK = 80 };

/* What rounding may move a point by. */
static const double slack = 4e-15;

struct geo_box geo_edge_box(struct vec3 a, struct vec3 b)
{
    /* How far the arc rises above its chord. */
    struct vec3 d = v3_sub(a, b);
    double rise = 1 - sqrt(fmax(0, 1 - v3_dot(d, d) / 4)) + slack;
    return (struct geo_box){
        { fmin(a.x, b.x) - rise, fmin(a.y, b.y) - rise,
          fmin(a.z, b.z) - rise },
        { fmax(a.x, b.x) + rise, fmax(a.y, b.y) + rise,
          fmax(a.z, b.z) + rise },
    };
}

/* ---- building ---- */

struct keyed {
    uint64_t key;
    uint32_t edge;
};

static int by_key(const void *x, const void *y)
{
    const struct keyed *a = x, *b = y;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->edge < b->edge ? -1 : a->edge > b->edge;
}

/* The 21 bits of x, two zeros after each. */
static uint64_t spread(double x)
{
    uint64_t v = (uint64_t)(fmax(0, fmin(1, (x + 1) / 2)) * 2097151);
    v = (v | v << 32) & 0x1f00000000ffffu;
    v = (v | v << 16) & 0x1f0000ff0000ffu;
    v = (v | v << 8) & 0x100f00f00f00f00fu;
    v = (v | v << 4) & 0x10c30c30c30c30c3u;
    return (v | v << 2) & 0x1249249249249249u;
}

static void sort_edges(struct geo_tree *t)
{
    struct keyed *k = xmalloc((t->n + 1) * sizeof *k);
    for (size_t i = 0; i < t->n; i++) {
        struct vec3 mid = v3_scale(
            v3_add(t->v[t->edges[i].a], t->v[t->edges[i].b]), 0.5);
        k[i].key = spread(mid.x) | spread(mid.y) << 1 | spread(mid.z) << 2;
        k[i].edge = (uint32_t)i;
    }
    qsort(k, t->n, sizeof *k, by_key);
    for (size_t i = 0; i < t->n; i++)
        t->order[i] = k[i].edge;
    free(k);
}

static void box_add(struct geo_box *to, const struct geo_box *b)
{
    to->lo = (struct vec3){ fmin(to->lo.x, b->lo.x), fmin(to->lo.y, b->lo.y),
                            fmin(to->lo.z, b->lo.z) };
    to->hi = (struct vec3){ fmax(to->hi.x, b->hi.x), fmax(to->hi.y, b->hi.y),
                            fmax(to->hi.z, b->hi.z) };
}

static struct geo_box leaf_box(const struct geo_tree *t, size_t leaf)
{
    struct geo_box box = { { 9, 9, 9 }, { -9, -9, -9 } }; /* empty */
    for (size_t i = leaf * PER_LEAF; i < (leaf + 1) * PER_LEAF && i < t->n;
         i++) {
        const struct geo_edge *e = &t->edges[t->order[i]];
        struct geo_box one = geo_edge_box(t->v[e->a], t->v[e->b]);
        box_add(&box, &one);
    }
    return box;
}

void geo_tree_init(struct geo_tree *t, struct arena *a, const struct vec3 *v,
                   const struct geo_edge *edges, size_t n)
{
    *t = (struct geo_tree){ .v = v, .edges = edges, .n = n, .nleaves = 1 };
    while (t->nleaves * PER_LEAF < n)
        t->nleaves *= 2;
    t->order = arena_array(a, n + 1, sizeof *t->order);
    t->nodes = arena_array(a, 2 * t->nleaves, sizeof *t->nodes);
    sort_edges(t);
    for (size_t i = 2 * t->nleaves - 1; i > 0; i--) {
        if (i >= t->nleaves) {
            t->nodes[i] = leaf_box(t, i - t->nleaves);
            continue;
        }
        t->nodes[i] = t->nodes[2 * i];
        box_add(&t->nodes[i], &t->nodes[2 * i + 1]);
    }
}

/* ---- walking ---- */

static bool visit_leaf(const struct geo_tree *t, size_t leaf,
                       const struct geo_visit *visit)
{
    for (size_t i = leaf * PER_LEAF; i < (leaf + 1) * PER_LEAF && i < t->n;
         i++)
        if (!visit->edge(visit->ctx, t->order[i]))
            return false;
    return true;
}

bool geo_tree_visit(const struct geo_tree *t, const struct geo_visit *visit)
{
    size_t stack[MAX_STACK], depth = 0;
    stack[depth++] = 1;
    while (depth) {
        size_t i = stack[--depth];
        const struct geo_box *box = &t->nodes[i];
        if (box->lo.x > box->hi.x || !visit->node(visit->ctx, box))
            continue;
        if (i >= t->nleaves) {
            if (!visit_leaf(t, i - t->nleaves, visit))
                return false;
            continue;
        }
        stack[depth++] = 2 * i + 1;
        stack[depth++] = 2 * i;
    }
    return true;
}

/* ---- boxes ---- */

struct overlap {
    const struct geo_tree *t;
    const struct geo_box *box;
    bool (*edge)(void *ctx, uint32_t edge);
    void *ctx;
};

static bool box_overlaps(const struct geo_box *a, const struct geo_box *b)
{
    return a->lo.x <= b->hi.x && b->lo.x <= a->hi.x && a->lo.y <= b->hi.y &&
           b->lo.y <= a->hi.y && a->lo.z <= b->hi.z && b->lo.z <= a->hi.z;
}

static bool overlap_node(void *ctx, const struct geo_box *box)
{
    const struct overlap *o = ctx;
    return box_overlaps(o->box, box);
}

static bool overlap_edge(void *ctx, uint32_t edge)
{
    const struct overlap *o = ctx;
    const struct geo_edge *e = &o->t->edges[edge];
    struct geo_box box = geo_edge_box(o->t->v[e->a], o->t->v[e->b]);
    return !box_overlaps(o->box, &box) || o->edge(o->ctx, edge);
}

bool geo_tree_overlaps(const struct geo_tree *t, const struct geo_box *box,
                       bool (*edge)(void *ctx, uint32_t edge), void *ctx)
{
    struct overlap o = { t, box, edge, ctx };
    struct geo_visit visit = { overlap_node, overlap_edge, &o };
    return geo_tree_visit(t, &visit);
}

/* ---- cuts ---- */

struct cut {
    struct vec3 normal, middle; /* of the edge's plane, of the edge */
    double reach;               /* cosine of half its angle */
    bool (*edge)(void *ctx, uint32_t edge);
    void *ctx;
};

/* The least and most of n . p over the box, from its middle and half sizes. */
static double spread_along(struct vec3 n, const struct geo_box *b, double *mid)
{
    *mid = v3_dot(n, v3_scale(v3_add(b->lo, b->hi), 0.5));
    struct vec3 half = v3_scale(v3_sub(b->hi, b->lo), 0.5);
    return fabs(n.x) * half.x + fabs(n.y) * half.y + fabs(n.z) * half.z;
}

static bool cut_node(void *ctx, const struct geo_box *box)
{
    const struct cut *c = ctx;
    double mid;
    double size = spread_along(c->normal, box, &mid);
    if (fabs(mid) > size + slack)
        return false;
    size = spread_along(c->middle, box, &mid);
    return mid + size >= c->reach - slack;
}

static bool cut_edge(void *ctx, uint32_t edge)
{
    const struct cut *c = ctx;
    return c->edge(c->ctx, edge);
}

bool geo_tree_cuts(const struct geo_tree *t, struct vec3 a, struct vec3 b,
                   bool (*edge)(void *ctx, uint32_t edge), void *ctx)
{
    struct vec3 middle = v3_unit(v3_add(a, b));
    struct cut c = { v3_unit(v3_normal(a, b)), middle,
                     v3_dot(a, middle) - 1e-12, edge, ctx };
    struct geo_visit visit = { cut_node, cut_edge, &c };
    return geo_tree_visit(t, &visit);
}

/* ---- nearest ---- */

/* No less than the square of the straight distance from p to the box. */
static double box_distance2(const struct geo_box *b, struct vec3 p)
{
    double x = fmax(0, fmax(b->lo.x - p.x, p.x - b->hi.x));
    double y = fmax(0, fmax(b->lo.y - p.y, p.y - b->hi.y));
    double z = fmax(0, fmax(b->lo.z - p.z, p.z - b->hi.z));
    return x * x + y * y + z * z;
}

struct nearest {
    const struct geo_tree *t;
    struct vec3 p;
    double best, chord2; /* angle, and the square of its chord */
    size_t edge;
};

static bool near_node(void *ctx, const struct geo_box *box)
{
    const struct nearest *n = ctx;
    return box_distance2(box, n->p) <= n->chord2;
}

static bool near_edge(void *ctx, uint32_t edge)
{
    struct nearest *n = ctx;
    const struct geo_edge *e = &n->t->edges[edge];
    double d = sphere_edge_distance(n->p, n->t->v[e->a], n->t->v[e->b]);
    if (d < n->best || (d == n->best && edge < n->edge)) {
        double chord = 2 * sin(d / 2) + slack;
        n->best = d;
        n->chord2 = chord * chord;
        n->edge = edge;
    }
    return true;
}

/* The leaf that is nearest by its box at every turn, for a good first bound. */
static size_t near_leaf(const struct geo_tree *t, struct vec3 p)
{
    size_t i = 1;
    while (i < t->nleaves) {
        const struct geo_box *l = &t->nodes[2 * i], *r = &t->nodes[2 * i + 1];
        bool right = r->lo.x <= r->hi.x &&
                     box_distance2(r, p) < box_distance2(l, p);
        i = 2 * i + right;
    }
    return i - t->nleaves;
}

size_t geo_tree_nearest(const struct geo_tree *t, struct vec3 p,
                        double *radians)
{
    struct nearest n = { t, p, INFINITY, INFINITY, SIZE_MAX };
    struct geo_visit visit = { near_node, near_edge, &n };
    if (t->n)
        visit_leaf(t, near_leaf(t, p), &visit);
    geo_tree_visit(t, &visit);
    *radians = n.best;
    return n.edge;
}
