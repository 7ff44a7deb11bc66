/* names.c - gives each distinct text a small number.
 *
 * Called by: charts, timeline, trees. Open addressing with linear probing;
 * str_hash is seeded, so chosen texts cannot make it slow. */
#include "render/names.h"

void names_init(struct names *t, struct arena *a)
{
    *t = (struct names){ .arena = a };
}

/* Where `s` stands, or the free slot where it belongs. */
static size_t slot_of(const struct names *t, str s)
{
    size_t i = str_hash(s) & (t->nslots - 1);
    while (t->slots[i] && !str_eq(t->list.v[t->slots[i] - 1], s))
        i = (i + 1) & (t->nslots - 1);
    return i;
}

static void rehash(struct names *t)
{
    t->nslots = t->nslots ? t->nslots * 4 : 64;
    t->slots = arena_array(t->arena, t->nslots, sizeof *t->slots);
    for (size_t i = 0; i < t->list.n; i++)
        t->slots[slot_of(t, t->list.v[i])] = (uint32_t)(i + 1);
}

size_t names_add(struct names *t, str s)
{
    if (t->list.n * 2 >= t->nslots)
        rehash(t);
    size_t i = slot_of(t, s);
    if (t->slots[i])
        return t->slots[i] - 1;
    PUSH(t->arena, t->list, s);
    t->slots[i] = (uint32_t)t->list.n;
    return t->list.n - 1;
}

ptrdiff_t names_find(const struct names *t, str s)
{
    if (t->nslots == 0)
        return -1;
    return (ptrdiff_t)t->slots[slot_of(t, s)] - 1;
}
