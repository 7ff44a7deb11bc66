/* pairs.h - a number for each pair of numbers: counts, or the next free number.
 *
 * Called by: markov.c. Open addressing, half full at most. The pairs are made
 * of numbers that the program gave, so nobody can choose them to collide. */
#ifndef ANALYTICS_PAIRS_H
#define ANALYTICS_PAIRS_H

#include "base/arena.h"

struct pairs {
    uint64_t *key;       /* key + 1; 0: free */
    uint32_t *value;
    size_t n, nslots;
};

void pairs_release(struct pairs *p);             /* zeroed is empty */
/* The number of (a, b), 0 when it was not there: borrowed until the next one
 * is added. b < UINT32_MAX. */
uint32_t *pairs_add(struct pairs *p, uint32_t a, uint32_t b);
uint32_t pairs_get(const struct pairs *p, uint32_t a, uint32_t b);

#endif
