/* proctree_closure.c - all ancestors, or all descendants, of marked rows.
 *
 * Called by: proctree_frame.c (the operators `ancestors`, `descendants`).
 * How:       breadth first from all seeds at once, so that each row is reached
 *            over the shortest way and a limit of levels is exact. */
#include "proctree.h"

/* Children of each row, as ranges of one array. */
struct kin {
    size_t *start;
    int32_t *child;
};

static bool has_parent(const struct proctree_closure *c, size_t i)
{
    return c->parent[i] >= 0 && (size_t)c->parent[i] < c->n;
}

static void kin_init(struct kin *k, const struct proctree_closure *c)
{
    k->start = xcalloc(c->n + 2, sizeof *k->start);
    k->child = xmalloc(c->n * sizeof *k->child);
    size_t *place = k->start + 1;
    for (size_t i = 0; i < c->n; i++)
        if (has_parent(c, i))
            place[c->parent[i] + 1]++;
    for (size_t i = 1; i <= c->n; i++)
        place[i] += place[i - 1];
    for (size_t i = 0; i < c->n; i++)
        if (has_parent(c, i))
            k->child[place[c->parent[i]]++] = (int32_t)i;
}

static void kin_release(struct kin *k)
{
    free(k->start);
    free(k->child);
}

struct queue {
    int32_t *row;
    size_t n;
};

static void reach(struct queue *q, bool *out, size_t row)
{
    if (out[row])
        return;
    out[row] = true;
    q->row[q->n++] = (int32_t)row;
}

static void reach_next(const struct proctree_closure *c, const struct kin *k,
                       struct queue *q, bool *out, size_t row)
{
    if (c->direction == PROCTREE_ANCESTORS) {
        if (has_parent(c, row))
            reach(q, out, (size_t)c->parent[row]);
        return;
    }
    for (size_t i = k->start[row]; i < k->start[row + 1]; i++)
        reach(q, out, (size_t)k->child[i]);
}

void proctree_closure(const struct proctree_closure *c, bool *out)
{
    struct kin k = { NULL, NULL };
    struct queue q = { xmalloc(c->n * sizeof(int32_t)), 0 };
    if (c->direction == PROCTREE_DESCENDANTS)
        kin_init(&k, c);
    memset(out, 0, c->n);
    for (size_t i = 0; i < c->n; i++)
        if (c->seed[i])
            reach(&q, out, i);
    size_t done = 0, end = q.n;
    for (uint32_t level = 1; done < q.n && (!c->levels || level <= c->levels);
         level++, end = q.n)
        for (; done < end; done++)
            reach_next(c, &k, &q, out, (size_t)q.row[done]);
    kin_release(&k);
    free(q.row);
}
