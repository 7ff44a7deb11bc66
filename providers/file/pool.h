/* pool.h - scratch memory of one batch: taken in order, given back at once.
 *
 * Used by: fill.c and providers, for text that cannot stay a view. Unlike an
 * arena it keeps every block when it is reset: touching fresh pages costs more
 * than parsing what goes into them. */
#ifndef FILE_POOL_H
#define FILE_POOL_H

#include "base/arena.h"

struct pool {
    struct pool_block { char *p; size_t cap; } *blocks;
    size_t nblocks, at, used;  /* the block in use and what of it */
};

void pool_release(struct pool *pl);
void pool_reset(struct pool *pl);
size_t pool_bytes(const struct pool *pl); /* of all its blocks */
char *pool_alloc(struct pool *pl, size_t n);
/* Gives back the tail of the last allocation of n bytes. */
static inline void pool_trim(struct pool *pl, size_t n, size_t needed)
{
    pl->used -= n - needed;
}

#endif
