/* components.c - weakly and strongly connected components.
 *
 * Called by: op_graph_mark_components. */
#include "components.h"

/* ---- weak ---- */

static int64_t root(int64_t *up, int64_t x)
{
    while (up[x] != x) {
        up[x] = up[up[x]];
        x = up[x];
    }
    return x;
}

/* Roots are the lowest nodes of their trees; numbers go by them. */
void components_weak(const struct component_graph *g, int64_t *out)
{
    int64_t next = 0;
    size_t n = g->n;
    for (size_t i = 0; i < n; i++)
        out[i] = (int64_t)i;
    for (size_t e = 0; e < g->m; e++) {
        int64_t x = root(out, g->from[e]), y = root(out, g->to[e]);
        if (x < y)
            out[y] = x;
        else
            out[x] = y;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = root(out, (int64_t)i);
    for (size_t i = 0; i < n; i++) /* a root comes before what is under it */
        out[i] = out[i] == (int64_t)i ? -1 - next++ : out[out[i]];
    for (size_t i = 0; i < n; i++)
        out[i] = -1 - out[i];
}

/* ---- strong ---- */

struct walk {
    size_t *first, *next; /* edges of a node: first[v] … first[v + 1] */
    int64_t *target;
    int64_t *index, *low, *stack, *path;
    size_t nstack, npath;
    int64_t count, ncomponents;
    int64_t *out;
};

/* The edges sorted by where they begin: counted, then dealt out. */
static void sort_edges(struct arena *a, struct walk *w,
                       const struct component_graph *g)
{
    size_t n = g->n;
    w->first = arena_array(a, n + 2, sizeof *w->first);
    w->next = arena_array(a, n + 1, sizeof *w->next);
    w->target = arena_array(a, g->m + 1, sizeof *w->target);
    for (size_t e = 0; e < g->m; e++)
        w->first[g->from[e] + 1]++;
    for (size_t v = 0; v < n; v++)
        w->first[v + 1] += w->first[v];
    for (size_t v = 0; v < n; v++)
        w->next[v] = w->first[v];
    for (size_t e = 0; e < g->m; e++)
        w->target[w->next[g->from[e]]++] = g->to[e];
    for (size_t v = 0; v < n; v++)
        w->next[v] = w->first[v];
}

static void enter(struct walk *w, int64_t v)
{
    w->index[v] = w->low[v] = ++w->count;
    w->stack[w->nstack++] = v;
    w->path[w->npath++] = v;
}

static void finish(struct walk *w, int64_t v)
{
    w->npath--;
    if (w->npath) {
        int64_t up = w->path[w->npath - 1];
        if (w->low[v] < w->low[up])
            w->low[up] = w->low[v];
    }
    if (w->low[v] != w->index[v])
        return;
    int64_t x;
    do {
        x = w->stack[--w->nstack];
        w->out[x] = w->ncomponents;
    } while (x != v);
    w->ncomponents++;
}

static void walk_from(struct walk *w, int64_t start)
{
    enter(w, start);
    while (w->npath) {
        int64_t v = w->path[w->npath - 1];
        if (w->next[v] == w->first[v + 1]) {
            finish(w, v);
            continue;
        }
        int64_t x = w->target[w->next[v]++];
        if (w->index[x] == 0)
            enter(w, x);
        else if (w->out[x] < 0 && w->index[x] < w->low[v])
            w->low[v] = w->index[x];
    }
}

/* Components came in order of their ends: by first nodes now. */
static void renumber(int64_t *out, int64_t *number, size_t n)
{
    int64_t next = 0;
    for (size_t i = 0; i < n; i++)
        number[i] = -1;
    for (size_t i = 0; i < n; i++) {
        if (number[out[i]] < 0)
            number[out[i]] = next++;
        out[i] = number[out[i]];
    }
}

void components_strong(struct arena *a, const struct component_graph *g,
                       int64_t *out)
{
    struct walk w = { .out = out };
    size_t n = g->n;
    sort_edges(a, &w, g);
    w.index = arena_array(a, n + 1, sizeof *w.index);
    w.low = arena_array(a, n + 1, sizeof *w.low);
    w.stack = arena_array(a, n + 1, sizeof *w.stack);
    w.path = arena_array(a, n + 1, sizeof *w.path);
    for (size_t i = 0; i < n; i++)
        out[i] = -1;
    for (size_t i = 0; i < n; i++)
        if (w.index[i] == 0)
            walk_from(&w, (int64_t)i);
    renumber(out, w.index, n);
}
