/* hash_order.c - the order that a C++ hash set gives some texts.
 *
 * Called by: the functions that list neighbours and covers of grid cells. */
#include "hash_order.h"

#include <stdlib.h>

#include "base/arena.h"

static uint64_t load(const char *p, size_t n)
{
    uint64_t x = 0;
    while (n-- > 0)
        x = x << 8 | (uint8_t)p[n];
    return x;
}

static uint64_t mix(uint64_t x)
{
    return x ^ x >> 47;
}

static uint64_t murmur(str s)
{
    const uint64_t mul = 0xc6a4a7935bd1e995u, seed = 0xc70f6907u;
    uint64_t h = seed ^ s.n * mul;
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8)
        h = (h ^ mix(load(s.p + i, 8) * mul) * mul) * mul;
    if (i < s.n)
        h = (h ^ load(s.p + i, s.n - i)) * mul;
    return mix(mix(h) * mul);
}

/* How many buckets there may be: the least of these that is enough. */
static const uint32_t primes[] = {
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67,
    71, 73, 79, 83, 89, 97, 103, 109, 113, 127, 137, 139, 149, 157, 167, 179,
    193, 199, 211, 227, 241, 257, 277, 293, 313, 337, 359, 383, 409, 439, 467,
    503, 541, 577, 619, 661, 709, 761, 823, 887, 953, 1031, 1109, 1193, 1289,
    1381, 1493, 1613, 1741, 1879, 2029, 2179, 2357, 2549, 2753, 2971, 3209,
    3469, 3739, 4027, 4349, 4703, 5087, 5503, 5953, 6427, 6949, 7517, 8123,
    8783, 9497, 10273, 11113, 12011, 12983, 14033, 15173, 16411, 17749, 19183,
    20753, 22447, 24281, 26267, 28411, 30727, 33223, 35933, 38873, 42043,
    45481, 49201, 53201, 57557, 62233, 67307, 72817, 78779, 85229, 92203,
    99733, 107897,
};

static uint32_t buckets_for(size_t n)
{
    size_t i = 0;
    while (primes[i] < n)
        i++;
    return primes[i];
}

/* The list of texts. Numbers are positions + 1; 0 stands for the head of the
 * list, and as a successor for its end. */
struct set {
    const str *texts;
    uint32_t *next;   /* of each text, and of the head */
    uint32_t *bucket; /* of each text, from 1 */
    uint32_t *before; /* of each bucket: what precedes its first text, + 1 */
};

static bool has(const struct set *s, uint32_t bucket, str text)
{
    if (!s->before[bucket])
        return false;
    uint32_t i = s->next[s->before[bucket] - 1];
    for (; i && s->bucket[i] == bucket; i = s->next[i])
        if (str_eq(s->texts[i - 1], text))
            return true;
    return false;
}

static void insert(struct set *s, uint32_t item, uint32_t bucket)
{
    s->bucket[item] = bucket;
    if (s->before[bucket]) {
        uint32_t before = s->before[bucket] - 1;
        s->next[item] = s->next[before];
        s->next[before] = item;
        return;
    }
    s->next[item] = s->next[0];
    s->next[0] = item;
    s->before[bucket] = 0 + 1;
    if (s->next[item])
        s->before[s->bucket[s->next[item]]] = item + 1;
}

size_t hash_order(str *texts, size_t n)
{
    if (n > HASH_ORDER_MAX)
        n = HASH_ORDER_MAX;
    uint32_t nbuckets = buckets_for(n), used = 0;
    str *sorted = xmalloc((n + 1) * sizeof *sorted);
    struct set s = { .texts = texts };
    s.next = xcalloc(2 * (n + 1) + nbuckets, sizeof *s.next);
    s.bucket = s.next + n + 1;
    s.before = s.bucket + n + 1;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bucket = (uint32_t)(murmur(texts[i]) % nbuckets);
        if (!has(&s, bucket, texts[i]))
            insert(&s, i + 1, bucket);
    }
    for (uint32_t i = s.next[0]; i; i = s.next[i])
        sorted[used++] = texts[i - 1];
    if (used)
        memcpy(texts, sorted, used * sizeof *texts);
    free(s.next);
    free(sorted);
    return used;
}
