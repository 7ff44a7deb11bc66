/* iforest.c - how easily is a point told from the others? */
#include "iforest.h"

#include <math.h>

/* ---- chance ------------------------------------------------------------- */

/* splitmix64 (Steele, Lea & Flood 2014): any seed will do. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* 0 … n - 1 (Lemire 2019, without the last trace of bias). */
static size_t below(uint64_t *state, size_t n)
{
    return (size_t)(((next_random(state) >> 32) * (uint64_t)n) >> 32);
}

static double unit(uint64_t *state)
{
    return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

/* ---- a tree ------------------------------------------------------------- */

/* The right child stands behind the left one. A leaf leads to itself, so that
 * all paths can be walked with the same number of steps. */
struct tree_node {
    double split; /* x > split goes right; a leaf: infinity */
    uint32_t feature, left;
};

struct tree {
    struct tree_node *node;
    double *length; /* of the path, by leaf */
    uint32_t n;
    unsigned steps;
};

struct grower {
    const struct iforest_in *in;
    struct tree *t;
    uint64_t random;
    uint32_t *row;           /* the sample */
    uint8_t *taken;          /* bits: what is in it */
    uint32_t *feature; /* that the tree may use */
    size_t nfeatures;
};

struct part {
    uint32_t node, beg, end;
    unsigned depth;
};

/* The mean depth of a failed search among n (Preiss 1999). */
static double mean_depth(double n)
{
    static const double EULER = 0.57721566490153286061;
    if (n < 2)
        return 0;
    return n < 3 ? 1 : 2 * (log(n - 1) + EULER) - 2 * (n - 1) / n;
}

static double value(const struct grower *g, uint32_t row, uint32_t feature)
{
    return g->in->x[(size_t)row * g->in->dim + feature];
}

static bool range_of(const struct grower *g, const struct part *p,
                     uint32_t feature, double *low, double *high)
{
    *low = *high = value(g, g->row[p->beg], feature);
    for (uint32_t i = p->beg + 1; i < p->end; i++) {
        double x = value(g, g->row[i], feature);
        *low = x < *low ? x : *low;
        *high = x > *high ? x : *high;
    }
    return *low < *high;
}

/* A place between two values, never the upper one; infinities have none in
 * between, so the largest number stands for them. */
static double place_between(struct grower *g, double low, double high)
{
    low = low < -1e300 ? -1e300 : low;
    high = high > 1e300 ? 1e300 : high;
    double at = low + unit(&g->random) * (high - low);
    return at < high ? at : low;
}

/* A feature that differs within the part, at random; false: none does. */
static bool choose(struct grower *g, const struct part *p,
                   struct tree_node *node)
{
    double low, high;
    for (size_t n = g->nfeatures; n > 0; n--) {
        size_t k = below(&g->random, n);
        uint32_t f = g->feature[k];
        if (range_of(g, p, f, &low, &high)) {
            node->feature = f;
            node->split = place_between(g, low, high);
            return true;
        }
        g->feature[k] = g->feature[n - 1];
        g->feature[n - 1] = f;
    }
    return false;
}

static uint32_t divide(struct grower *g, const struct part *p,
                       const struct tree_node *node)
{
    uint32_t i = p->beg, j = p->end;
    while (i < j) {
        uint32_t row = g->row[i];
        if (value(g, row, node->feature) > node->split) {
            g->row[i] = g->row[--j];
            g->row[j] = row;
        } else {
            i++;
        }
    }
    return i;
}

static void make_leaf(struct tree *t, const struct part *p)
{
    t->node[p->node] = (struct tree_node){ INFINITY, 0, p->node };
    t->length[p->node] = p->depth + mean_depth(p->end - p->beg);
}

/* Parts wait on a stack that is never deeper than the tree plus one. */
static void grow(struct grower *g, uint32_t sample)
{
    struct part stack[64];
    struct tree *t = g->t;
    size_t depth = 0;
    t->n = 1;
    stack[depth++] = (struct part){ 0, 0, sample, 0 };
    while (depth) {
        struct part p = stack[--depth];
        struct tree_node node = { 0 };
        if (p.end - p.beg < 2 || p.depth >= t->steps || !choose(g, &p, &node)) {
            make_leaf(t, &p);
            continue;
        }
        uint32_t mid = divide(g, &p, &node);
        node.left = t->n;
        t->n += 2;
        t->node[p.node] = node;
        stack[depth++] = (struct part){ node.left, p.beg, mid, p.depth + 1 };
        stack[depth++] =
            (struct part){ node.left + 1, mid, p.end, p.depth + 1 };
    }
}

/* ---- a forest ----------------------------------------------------------- */

/* `count` of `n` different numbers (Floyd 1987), or all. */
static void draw_sample(struct grower *g, size_t count, size_t n)
{
    size_t filled = 0;
    for (size_t j = n - count; j < n; j++) {
        size_t t = below(&g->random, j + 1);
        if (g->taken[t / 8] & 1 << t % 8)
            t = j;
        g->taken[t / 8] |= (uint8_t)(1 << t % 8);
        g->row[filled++] = (uint32_t)t;
    }
    for (size_t i = 0; i < count; i++)
        g->taken[g->row[i] / 8] = 0;
    for (size_t i = 0; g->in->learn && i < count; i++)
        g->row[i] = g->in->learn[g->row[i]];
}

static void draw_features(struct grower *g, size_t count)
{
    for (size_t k = 0; k < g->in->dim; k++)
        g->feature[k] = (uint32_t)k;
    for (size_t k = 0; k < count; k++) {
        size_t j = k + below(&g->random, g->in->dim - k);
        uint32_t f = g->feature[k];
        g->feature[k] = g->feature[j];
        g->feature[j] = f;
    }
    g->nfeatures = count;
}

enum { ABREAST = 8, BLOCK = 1 << 13 };

/* Eight rows at a time: each step waits for memory, the steps of eight rows
 * wait together. */
static void ask_eight(const struct tree *t, const double *x, size_t dim,
                      double *sum)
{
    uint32_t at[ABREAST] = { 0 };
    for (unsigned s = 0; s < t->steps; s++)
        for (size_t i = 0; i < ABREAST; i++) {
            const struct tree_node *n = &t->node[at[i]];
            at[i] = n->left + (x[i * dim + n->feature] > n->split);
        }
    for (size_t i = 0; i < ABREAST; i++)
        sum[i] += t->length[at[i]];
}

static void ask_one(const struct tree *t, const double *x, double *sum)
{
    uint32_t at = 0;
    for (unsigned s = 0; s < t->steps; s++)
        at = t->node[at].left + (x[t->node[at].feature] > t->node[at].split);
    *sum += t->length[at];
}

static void ask(const struct iforest_in *in, const struct tree *t, size_t beg,
                size_t end, double *sum)
{
    size_t i = beg;
    for (; i + ABREAST <= end; i += ABREAST)
        ask_eight(t, in->x + i * in->dim, in->dim, sum + i);
    for (; i < end; i++)
        ask_one(t, in->x + i * in->dim, sum + i);
}

static unsigned steps_for(size_t sample)
{
    unsigned k = 0;
    while (((size_t)1 << k) < sample)
        k++;
    return k;
}

struct forest {
    const struct iforest_in *in;
    const struct iforest_opts *o;
    const atomic_bool *cancel;
    size_t learn, sample, features;
    struct tree *tree;
};

static bool stopped(const struct forest *f)
{
    return f->cancel && atomic_load(f->cancel);
}

static enum status grow_all(struct forest *f)
{
    struct grower g = { .in = f->in };
    g.row = xmalloc(f->sample * sizeof *g.row);
    g.feature = xmalloc(f->in->dim * sizeof *g.feature);
    g.taken = xcalloc(f->learn / 8 + 1, 1);
    for (size_t k = 0; k < f->o->trees && !stopped(f); k++) {
        struct tree *t = &f->tree[k];
        t->node = xmalloc(2 * f->sample * sizeof *t->node);
        t->length = xcalloc(2 * f->sample, sizeof *t->length);
        t->steps = steps_for(f->sample);
        g.t = t;
        g.random = f->o->seed * 0x2545f4914f6cdd1du + k;
        draw_sample(&g, f->sample, f->learn);
        draw_features(&g, f->features);
        grow(&g, (uint32_t)f->sample);
    }
    free(g.row);
    free(g.feature);
    free(g.taken);
    return stopped(f) ? ST_CANCELLED : ST_OK;
}

static enum status ask_all(struct forest *f, double *score)
{
    size_t n = f->in->n;
    double usual = mean_depth((double)f->sample);
    for (size_t beg = 0; beg < n; beg += BLOCK) {
        size_t end = beg + BLOCK < n ? beg + BLOCK : n;
        if (stopped(f))
            return ST_CANCELLED;
        memset(score + beg, 0, (end - beg) * sizeof *score);
        for (size_t k = 0; k < f->o->trees; k++)
            ask(f->in, &f->tree[k], beg, end, score);
        for (size_t i = beg; i < end; i++)
            score[i] = exp2(-score[i] / (double)f->o->trees / usual);
    }
    return ST_OK;
}

static void forget(struct forest *f)
{
    for (size_t k = 0; k < f->o->trees; k++) {
        free(f->tree[k].node);
        free(f->tree[k].length);
    }
    free(f->tree);
}

enum status iforest_run(const struct iforest_in *in,
                        const struct iforest_opts *o, const atomic_bool *cancel,
                        double *score)
{
    struct forest f = { .in = in, .o = o, .cancel = cancel };
    f.learn = in->learn ? in->nlearn : in->n;
    f.sample = o->sample < f.learn ? o->sample : f.learn;
    f.features = o->features && o->features < in->dim ? o->features : in->dim;
    if (f.sample < 2 || in->dim == 0) {
        for (size_t i = 0; i < in->n; i++)
            score[i] = 0.5;
        return ST_OK;
    }
    f.tree = xcalloc(o->trees, sizeof *f.tree);
    enum status st = grow_all(&f);
    if (st == ST_OK)
        st = ask_all(&f, score);
    forget(&f);
    return st;
}
