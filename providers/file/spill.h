/* spill.h - bytes that are produced once and read twice: in memory while they
 * are few, in an unlinked temporary file when they are many.
 *
 * Used by: unpack.c, encode.c. */
#ifndef FILE_SPILL_H
#define FILE_SPILL_H

#include "member.h"

struct spill {
    char *mem;
    size_t cap;
    int fd;            /* -1 while in memory */
    uint64_t size;
    int error;         /* errno of the first failure */
};

void spill_init(struct spill *s);
void spill_release(struct spill *s);
bool spill_add(struct spill *s, const char *p, size_t n);
/* Hands memory or file over to the member. */
void spill_give(struct spill *s, struct member *m);

#endif
