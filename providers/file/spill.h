/* spill.h - bytes that are produced once and read twice: in memory while they
 * are few, in one nameless temporary file of the source when they are many.
 *
 * Used by: unpack.c, encode.c, one at a time. */
#ifndef FILE_SPILL_H
#define FILE_SPILL_H

#include "member.h"

struct spill {
    struct member_list *to;
    char *mem;
    size_t cap;
    bool in_file;      /* at to->spill_end and after */
    uint64_t size;
    int error;         /* errno of the first failure */
};

void spill_init(struct spill *s, struct member_list *to);
void spill_release(struct spill *s);
bool spill_add(struct spill *s, const char *p, size_t n);
/* Hands the bytes over to the member. */
void spill_give(struct spill *s, struct member *m);

#endif
