/* hash_order.c - the order that a C++ hash set gives a few texts.
 *
 * Called by: the functions that list neighbours of grid cells. */
#include "hash_order.h"

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

/* Buckets for up to so many texts. */
static const uint8_t buckets[HASH_ORDER_MAX + 1] = { 2, 2, 2, 3, 5,
                                                     5, 7, 7, 11 };

static void insert(str *list, uint8_t *bucket, size_t *n, str text)
{
    uint8_t mine = bucket[HASH_ORDER_MAX];
    size_t at = 0;
    for (size_t i = 0; i < *n; i++)
        if (str_eq(list[i], text))
            return;
    while (at < *n && bucket[at] != mine)
        at++;
    if (at == *n) /* the first of its bucket */
        at = 0;
    for (size_t i = *n; i > at; i--) {
        list[i] = list[i - 1];
        bucket[i] = bucket[i - 1];
    }
    list[at] = text;
    bucket[at] = mine;
    ++*n;
}

size_t hash_order(str *texts, size_t n)
{
    str list[HASH_ORDER_MAX];
    uint8_t bucket[HASH_ORDER_MAX + 1]; /* the last: of the new text */
    size_t used = 0;
    for (size_t i = 0; i < n && i < HASH_ORDER_MAX; i++) {
        bucket[HASH_ORDER_MAX] = (uint8_t)(murmur(texts[i]) % buckets[n]);
        insert(list, bucket, &used, texts[i]);
    }
    for (size_t i = 0; i < used; i++)
        texts[i] = list[i];
    return used;
}
