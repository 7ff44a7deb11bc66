/* node_map.c - a number per node or expression, found by its address.
 *
 * Called by: lang/sql/, where every node is written or looked at once. A query
 *            of hundreds of steps makes a linear search quadratic. */
#include "node_map.h"

enum { FIRST_CAP = 32 };

static size_t slot_of(const struct node_map *m, const void *key)
{
    uint64_t h = (uint64_t)(uintptr_t)key * 0x9e3779b97f4a7c15ull;
    size_t i = (size_t)(h >> 32) & (m->cap - 1);
    while (m->slots[i].key && m->slots[i].key != key)
        i = (i + 1) & (m->cap - 1);
    return i;
}

const unsigned *node_map_get(const struct node_map *m, const void *key)
{
    if (m->cap == 0)
        return NULL;
    size_t i = slot_of(m, key);
    return m->slots[i].key ? &m->slots[i].value : NULL;
}

static void grow(struct arena *a, struct node_map *m)
{
    struct node_map wide = { .n = m->n,
                             .cap = m->cap ? 2 * m->cap : FIRST_CAP };
    wide.slots = arena_array(a, wide.cap, sizeof *wide.slots);
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].key)
            wide.slots[slot_of(&wide, m->slots[i].key)] = m->slots[i];
    *m = wide;
}

void node_map_put(struct arena *a, struct node_map *m, const void *key,
                  unsigned value)
{
    if (2 * (m->n + 1) > m->cap)
        grow(a, m);
    m->slots[slot_of(m, key)] = (struct node_slot){ key, value };
    m->n++;
}
