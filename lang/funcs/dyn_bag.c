/* dyn_bag.c - property bags under construction.
 *
 * Called by: the functions that pack, merge and change bags. */
#include "dyn_int.h"

#include <stdlib.h>

enum { SMALL_BAG = 16 }; /* up to here comparing beats hashing */

void bag_init(struct bag *b)
{
    *b = (struct bag){ 0 };
}

void bag_release(struct bag *b)
{
    free(b->v);
    free(b->slots);
    *b = (struct bag){ 0 };
}

/* The slot of a key: its own or the free one it would take. */
static size_t bag_slot(const struct bag *b, str key)
{
    size_t at = str_hash(key) & (b->nslots - 1);
    while (b->slots[at] && !str_eq(key, b->v[b->slots[at] - 1].key))
        at = (at + 1) & (b->nslots - 1);
    return at;
}

static void rehash(struct bag *b)
{
    b->nslots = b->cap * 2;
    free(b->slots);
    b->slots = xcalloc(b->nslots, sizeof *b->slots);
    for (size_t i = 0; i < b->n; i++)
        b->slots[bag_slot(b, b->v[i].key)] = (uint32_t)i + 1;
}

static struct member *bag_find(const struct bag *b, str key)
{
    if (b->slots) {
        uint32_t k = b->slots[bag_slot(b, key)];
        return k ? &b->v[k - 1] : NULL;
    }
    for (size_t i = 0; i < b->n; i++)
        if (str_eq(key, b->v[i].key))
            return &b->v[i];
    return NULL;
}

void bag_put(struct bag *b, str key, str value, bool replace)
{
    struct member *m = bag_find(b, key);
    if (m) {
        if (replace)
            m->value = value;
        return;
    }
    if (b->n == b->cap) {
        b->cap = b->cap ? b->cap * 2 : SMALL_BAG;
        b->v = xrealloc(b->v, b->cap * sizeof *b->v);
        if (b->cap > SMALL_BAG)
            rehash(b);
    }
    b->v[b->n++] = (struct member){ key, value };
    if (b->slots)
        b->slots[bag_slot(b, key)] = (uint32_t)b->n;
}

void bag_put_all(struct bag *b, str json, bool replace)
{
    struct json_iter it;
    str key, value;
    json_iter_init(&it, json);
    while (it.object && json_next(&it, &key, &value))
        bag_put(b, key, value, replace);
}

void bag_write(struct buf *out, const struct bag *b)
{
    buf_addc(out, '{');
    for (size_t i = 0; i < b->n; i++)
        dyn_member(out, b->v[i].key, b->v[i].value);
    buf_addc(out, '}');
}
