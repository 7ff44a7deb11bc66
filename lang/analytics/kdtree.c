/* kdtree.c - points in a box tree, for asking who is near. */
#include "kdtree.h"

#include <math.h>

/* ---- distances ---------------------------------------------------------- */

double kd_power(enum kd_metric m, double distance)
{
    return m == KD_EUCLIDEAN ? distance * distance : distance;
}

static double part(enum kd_metric m, double d)
{
    return m == KD_EUCLIDEAN ? d * d : fabs(d);
}

double kd_distance(const struct kd_points *p, const double *a, const double *b)
{
    double sum = 0;
    if (p->metric == KD_MANHATTAN) {
        for (size_t k = 0; k < p->dim; k++)
            sum += fabs(a[k] - b[k]);
        return sum;
    }
    for (size_t k = 0; k < p->dim; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sum;
}

double kd_nearest(const struct kdtree *t, size_t node, const double *x)
{
    const double *low = t->low + node * t->p.dim,
                 *high = t->high + node * t->p.dim;
    double sum = 0;
    for (size_t k = 0; k < t->p.dim; k++) {
        if (x[k] < low[k])
            sum += part(t->p.metric, low[k] - x[k]);
        else if (x[k] > high[k])
            sum += part(t->p.metric, x[k] - high[k]);
    }
    return sum;
}

double kd_farthest(const struct kdtree *t, size_t node, const double *x)
{
    const double *low = t->low + node * t->p.dim,
                 *high = t->high + node * t->p.dim;
    double sum = 0;
    for (size_t k = 0; k < t->p.dim; k++) {
        double a = fabs(x[k] - low[k]), b = fabs(high[k] - x[k]);
        sum += part(t->p.metric, a > b ? a : b);
    }
    return sum;
}

/* ---- building ----------------------------------------------------------- */

struct keyed {
    double x;
    uint32_t point;
};

static void swap(struct keyed *v, size_t i, size_t j)
{
    struct keyed t = v[i];
    v[i] = v[j];
    v[j] = t;
}

/* The middle of three goes to the front of the part. */
static double pivot(struct keyed *v, size_t beg, size_t end)
{
    size_t mid = beg + (end - beg) / 2;
    if (v[mid].x < v[beg].x)
        swap(v, mid, beg);
    if (v[end - 1].x < v[beg].x)
        swap(v, end - 1, beg);
    if (v[end - 1].x < v[mid].x)
        swap(v, end - 1, mid);
    return v[mid].x;
}

/* Puts the smaller keys before place k, the larger ones behind: expected O(n)
 * (Hoare 1961). Equal keys are divided, so they cost nothing more. */
static void select_key(struct keyed *v, size_t n, size_t k)
{
    size_t beg = 0, end = n;
    while (end - beg > 2) {
        double x = pivot(v, beg, end);
        size_t i = beg, j = end - 1;
        for (;;) {
            while (v[i].x < x)
                i++;
            while (x < v[j].x)
                j--;
            if (i >= j)
                break;
            swap(v, i++, j--);
        }
        size_t cut = i == j && i + 1 < end && v[i].x <= x ? i + 1 : i;
        if (cut == beg || cut == end)
            break;
        if (k < cut)
            end = cut;
        else
            beg = cut;
    }
    if (end - beg == 2 && v[beg + 1].x < v[beg].x)
        swap(v, beg, beg + 1);
}

static void set_box(struct kdtree *t, size_t i)
{
    const struct kd_node *n = &t->node[i];
    double *low = t->low + i * t->p.dim, *high = t->high + i * t->p.dim;
    for (size_t k = 0; k < t->p.dim; k++) {
        low[k] = INFINITY;
        high[k] = -INFINITY;
    }
    for (uint32_t j = n->beg; j < n->end; j++) {
        const double *x = t->p.x + t->order[j] * t->p.dim;
        for (size_t k = 0; k < t->p.dim; k++) {
            low[k] = x[k] < low[k] ? x[k] : low[k];
            high[k] = x[k] > high[k] ? x[k] : high[k];
        }
    }
}

static size_t widest(const struct kdtree *t, size_t i)
{
    size_t best = 0;
    const double *low = t->low + i * t->p.dim, *high = t->high + i * t->p.dim;
    for (size_t k = 1; k < t->p.dim; k++)
        if (high[k] - low[k] > high[best] - low[best])
            best = k;
    return best;
}

static void split(struct kdtree *t, size_t i, struct keyed *keys)
{
    struct kd_node *n = &t->node[i];
    size_t k = widest(t, i), count = n->end - n->beg;
    for (size_t j = 0; j < count; j++) {
        uint32_t point = t->order[n->beg + j];
        keys[j] = (struct keyed){ t->p.x[point * t->p.dim + k], point };
    }
    select_key(keys, count, count / 2);
    for (size_t j = 0; j < count; j++)
        t->order[n->beg + j] = keys[j].point;
    uint32_t mid = n->beg + (uint32_t)(count / 2);
    t->node[2 * i + 1] = (struct kd_node){ n->beg, mid, false };
    t->node[2 * i + 2] = (struct kd_node){ mid, n->end, false };
}

/* Halving makes all nodes of a level differ by one point at most. */
static size_t count_nodes(size_t n)
{
    size_t nodes = 1, level = 1;
    for (size_t most = n; most > KDTREE_LEAF; most = (most + 1) / 2) {
        level *= 2;
        nodes += level;
    }
    return nodes;
}

enum status kdtree_make(struct arena *a, const struct kd_points *p,
                        const atomic_bool *cancel, struct kdtree *out)
{
    struct keyed *keys = xmalloc((p->n + 1) * sizeof *keys);
    enum status st = ST_OK;
    out->p = *p;
    out->nnodes = count_nodes(p->n);
    out->node = arena_array(a, out->nnodes, sizeof *out->node);
    out->low = arena_array(a, out->nnodes * p->dim, sizeof *out->low);
    out->high = arena_array(a, out->nnodes * p->dim, sizeof *out->high);
    out->order = arena_array(a, p->n, sizeof *out->order);
    for (size_t i = 0; i < p->n; i++)
        out->order[i] = (uint32_t)i;
    for (size_t i = 0; i < out->nnodes; i++)
        out->node[i] = (struct kd_node){ 0, 0, true };
    out->node[0] = (struct kd_node){ 0, (uint32_t)p->n, false };
    for (size_t i = 0; i < out->nnodes && st == ST_OK; i++) {
        struct kd_node *n = &out->node[i];
        if (cancel && atomic_load(cancel)) {
            st = ST_CANCELLED;
            break;
        }
        set_box(out, i);
        if (n->end - n->beg > KDTREE_LEAF && 2 * i + 2 < out->nnodes)
            split(out, i, keys);
        else
            n->leaf = true;
    }
    free(keys);
    return st;
}
