/* replay.c - a ring of digests with a chained hash index over it.
 *
 * Called by: wire.c. Memory is taken as slots are first used (calloc), so a
 * short session does not pay for 65,536 of them. */
#include "kernel/replay.h"

#include "base/arena.h"

enum { NBUCKETS = 65536 };

/* Links are slot number + 1; 0 ends a chain. */
struct replay {
    unsigned char digest[REPLAY_KEPT][DIGEST_BYTES];
    uint32_t next[REPLAY_KEPT];
    uint32_t head[NBUCKETS];
    uint32_t slot; /* the oldest, once the ring is full */
    bool full;
};

struct replay *replay_new(void)
{
    return xcalloc(1, sizeof(struct replay));
}

void replay_free(struct replay *r)
{
    free(r);
}

static uint32_t bucket_of(const unsigned char *digest)
{
    return (uint32_t)digest[0] << 8 | digest[1];
}

static bool is_known(const struct replay *r, const unsigned char *digest)
{
    for (uint32_t i = r->head[bucket_of(digest)]; i; i = r->next[i - 1])
        if (memcmp(r->digest[i - 1], digest, DIGEST_BYTES) == 0)
            return true;
    return false;
}

static void forget(struct replay *r, uint32_t slot)
{
    uint32_t *link = &r->head[bucket_of(r->digest[slot])];
    while (*link != slot + 1)
        link = &r->next[*link - 1];
    *link = r->next[slot];
}

bool replay_add(struct replay *r, const unsigned char digest[DIGEST_BYTES])
{
    if (is_known(r, digest))
        return false;
    uint32_t slot = r->slot;
    if (r->full)
        forget(r, slot);
    memcpy(r->digest[slot], digest, DIGEST_BYTES);
    uint32_t *head = &r->head[bucket_of(digest)];
    r->next[slot] = *head;
    *head = slot + 1;
    r->slot = (slot + 1) % REPLAY_KEPT;
    if (r->slot == 0)
        r->full = true;
    return true;
}
