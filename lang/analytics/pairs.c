/* pairs.c - a number for each pair of numbers: counts, or the next free number.
 */
#include "pairs.h"

static uint64_t key_of(uint32_t a, uint32_t b)
{
    return ((uint64_t)a << 32 | b) + 1;
}

static size_t slot_of(const struct pairs *p, uint64_t key)
{
    uint64_t h = key * 0x9e3779b97f4a7c15u;
    size_t i = (h ^ (h >> 29)) & (p->nslots - 1);
    while (p->key[i] && p->key[i] != key)
        i = (i + 1) & (p->nslots - 1);
    return i;
}

static void grow(struct pairs *p)
{
    struct pairs old = *p;
    p->nslots = old.nslots ? old.nslots * 2 : 1024;
    p->key = xcalloc(p->nslots, sizeof *p->key);
    p->value = xcalloc(p->nslots, sizeof *p->value);
    for (size_t i = 0; i < old.nslots; i++) {
        if (!old.key[i])
            continue;
        size_t at = slot_of(p, old.key[i]);
        p->key[at] = old.key[i];
        p->value[at] = old.value[i];
    }
    free(old.key);
    free(old.value);
}

void pairs_release(struct pairs *p)
{
    free(p->key);
    free(p->value);
    *p = (struct pairs){ 0 };
}

uint32_t *pairs_add(struct pairs *p, uint32_t a, uint32_t b)
{
    if (2 * p->n >= p->nslots)
        grow(p);
    size_t i = slot_of(p, key_of(a, b));
    if (!p->key[i]) {
        p->key[i] = key_of(a, b);
        p->n++;
    }
    return &p->value[i];
}

uint32_t pairs_get(const struct pairs *p, uint32_t a, uint32_t b)
{
    return p->nslots ? p->value[slot_of(p, key_of(a, b))] : 0;
}
