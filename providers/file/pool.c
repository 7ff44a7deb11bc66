/* pool.c - a list of blocks that is filled again for each batch.
 *
 * Called by: fill.c. */
#include "pool.h"

enum { POOL_BLOCK = 256 << 10 };

void pool_release(struct pool *pl)
{
    for (size_t i = 0; i < pl->nblocks; i++)
        free(pl->blocks[i].p);
    free(pl->blocks);
    *pl = (struct pool){ .nblocks = 0 };
}

void pool_reset(struct pool *pl)
{
    pl->at = pl->used = 0;
}

size_t pool_bytes(const struct pool *pl)
{
    size_t n = 0;
    for (size_t i = 0; i < pl->nblocks; i++)
        n += pl->blocks[i].cap;
    return n;
}

static void add_block(struct pool *pl, size_t n)
{
    struct pool_block b = { .cap = n > POOL_BLOCK ? n : POOL_BLOCK };
    b.p = xmalloc(b.cap);
    pl->blocks = xrealloc(pl->blocks, (pl->nblocks + 1) * sizeof *pl->blocks);
    pl->blocks[pl->nblocks++] = b;
}

char *pool_alloc(struct pool *pl, size_t n)
{
    while (pl->at < pl->nblocks && pl->blocks[pl->at].cap - pl->used < n) {
        pl->at++;
        pl->used = 0;
    }
    if (pl->at == pl->nblocks)
        add_block(pl, n);
    char *p = pl->blocks[pl->at].p + pl->used;
    pl->used += n;
    return p;
}
