/* json_unique.c - a quick look for repeated keys.
 *
 * Called by: convert.c. Keys of the objects around the current place lie on
 * one stack; a new key is compared with those of its own object. */
#include "json_unique.h"

enum { KEYS = 96, LEVELS = 32 };

struct keys {
    str key[KEYS];
    size_t n;
    size_t base[LEVELS];  /* first key of each open container */
    size_t depth;
};

static bool is_new(const struct keys *k, str key)
{
    for (size_t i = k->base[k->depth - 1]; i < k->n; i++)
        if (k->key[i].n == key.n && k->key[i].p[0] == key.p[0] &&
            memcmp(k->key[i].p, key.p, key.n) == 0)
            return false;
    return true;
}

static bool add_key(struct keys *k, str key)
{
    if (k->n == KEYS || key.n == 0 || !is_new(k, key))
        return false;
    k->key[k->n++] = key;
    return true;
}

static bool bracket(struct keys *k, char c)
{
    if (c == '{' || c == '[') {
        if (k->depth == LEVELS)
            return false;
        k->base[k->depth++] = k->n;
    } else if ((c == '}' || c == ']') && k->depth) {
        k->n = k->base[--k->depth];
    }
    return true;
}

bool json_unique(str json)
{
    struct keys k = { .n = 0 };
    const char *p = json.p, *end = json.p + json.n;
    while (p < end) {
        if (*p != '"') {
            if (!bracket(&k, *p++))
                return false;
            continue;
        }
        const char *q = memchr(p + 1, '"', (size_t)(end - p) - 1);
        if (!q || q + 1 >= end || !k.depth)
            return false;
        if (q[1] == ':' && !add_key(&k, (str){ p + 1, (size_t)(q - p) - 1 }))
            return false;
        p = q + 1;
    }
    return true;
}
