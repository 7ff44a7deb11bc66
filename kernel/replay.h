/* replay.h - the last 65,536 signatures, to drop a message seen before.
 *
 * Called by: wire.c, after a signature was verified: what is unsigned cannot
 * push honest signatures out. One thread. */
#ifndef KERNEL_REPLAY_H
#define KERNEL_REPLAY_H

#include "base/str.h"

enum { REPLAY_KEPT = 65536, DIGEST_BYTES = 32 };

struct replay;

struct replay *replay_new(void);
void replay_free(struct replay *r);

/* Remembers the digest; false when it is remembered already. O(1): digests
 * are HMACs, so buckets fill evenly whatever a client sends. */
bool replay_add(struct replay *r, const unsigned char digest[DIGEST_BYTES]);

#endif
