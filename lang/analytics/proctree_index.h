/* proctree_index.h - all starts under one process number, in order of time.
 *
 * Called by: proctree.c, once per host; the memory is used again for the next.
 * Numbers come from logs: the hash is seeded, the order within a number is
 * found by merge sort, so no input is slow. */
#ifndef ANALYTICS_PROCTREE_INDEX_H
#define ANALYTICS_PROCTREE_INDEX_H

#include "base/arena.h"

struct proctree_slot {
    int64_t key;
    int32_t group;       /* -1: free */
};

struct proctree_start {
    int64_t time;
    int32_t row;
};

struct proctree_index {
    struct proctree_slot *slots;
    size_t cap, nslots;  /* room, and how many of it are in use: 2^k */
    int32_t ngroups;
    int32_t *start;      /* of each group in rows; one more than groups */
    struct proctree_start *rows;
    int32_t *group;      /* of each entry, while it is built */
    struct proctree_start *spare; /* for sorting */
    uint64_t seed;
};

/* Room for up to `max` rows at a time. */
void proctree_index_init(struct proctree_index *x, size_t max);
void proctree_index_release(struct proctree_index *x);

/* Groups the `n` rows of `list` (ascending) by key[row], PROCTREE_NONE left
 * out, and sorts each group by (time[row], row). time NULL: by row. */
void proctree_index_build(struct proctree_index *x, size_t n,
                          const int32_t *list, const int64_t *key,
                          const int64_t *time);

/* The rows under a key, borrowed until the next build; count in *n, 0: none. */
const struct proctree_start *
proctree_index_find(const struct proctree_index *x, int64_t key, size_t *n);

#endif
