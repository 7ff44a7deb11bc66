/* intern.c - equal texts become equal small numbers.
 *
 * Called by: proctree_frame.c. Open addressing, half full at most; the hash
 * starts from a random value, since the texts come from logs. */
#include "intern.h"

#include "base/status.h"

void intern_init(struct intern *x)
{
    *x = (struct intern){ .n = 1 };
}

void intern_release(struct intern *x)
{
    free(x->text);
    free(x->slots);
    free(x->hash);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* str_hash over the lower-case text, a piece at a time. */
static uint32_t hash_text(str s)
{
    char piece[256];
    uint64_t h = s.n;
    for (size_t i = 0; i < s.n; i += sizeof piece) {
        size_t n = s.n - i < sizeof piece ? s.n - i : sizeof piece;
        for (size_t j = 0; j < n; j++)
            piece[j] = lower(s.p[i + j]);
        h = (h * 0x9e3779b97f4a7c15u) ^ str_hash((str){ piece, n });
    }
    return (uint32_t)(h ^ (h >> 32));
}

static uint32_t *slot_of(const struct intern *x, str s, uint32_t hash)
{
    size_t mask = x->nslots - 1, i = hash & mask;
    while (x->slots[i] &&
           (x->hash[x->slots[i]] != hash || !str_ieq(x->text[x->slots[i]], s)))
        i = (i + 1) & mask;
    return &x->slots[i];
}

static void grow(struct intern *x)
{
    if (x->n >= (size_t)1 << 31)
        BUG("%zu different texts", x->n);
    x->cap = x->cap ? x->cap * 2 : 64;
    x->nslots = x->cap * 2;
    x->text = xrealloc(x->text, x->cap * sizeof *x->text);
    x->hash = xrealloc(x->hash, x->cap * sizeof *x->hash);
    free(x->slots);
    x->slots = xcalloc(x->nslots, sizeof *x->slots);
    for (size_t k = 1; k < x->n; k++) {
        size_t i = x->hash[k] & (x->nslots - 1);
        while (x->slots[i])
            i = (i + 1) & (x->nslots - 1);
        x->slots[i] = (uint32_t)k;
    }
}

uint32_t intern_add(struct intern *x, str s)
{
    if (x->n >= x->cap)
        grow(x);
    uint32_t hash = hash_text(s), *slot = slot_of(x, s, hash);
    if (*slot == 0) {
        x->text[x->n] = s;
        x->hash[x->n] = hash;
        *slot = (uint32_t)x->n++;
    }
    return *slot;
}

uint32_t intern_find(const struct intern *x, str s)
{
    return x->nslots ? *slot_of(x, s, hash_text(s)) : 0;
}
