/* window.h - the bytes of a member that a reader has in front of it.
 *
 * Used by: records_*.c. Files are read in pieces into a buffer of its own, not
 * mapped: a mapped file that somebody truncates kills the process, and reading
 * into a buffer that stays in the cache is as fast. Members in memory are seen
 * whole, without a copy. */
#ifndef FILE_WINDOW_H
#define FILE_WINDOW_H

#include "member.h"

struct window {
    const char *beg, *end;  /* JSON_PAD zero bytes follow end */
    uint64_t at;            /* offset of beg in the member */
    bool eof;               /* end is the end of the member */
    struct member_file file; /* its error ends the member early */

    /* Private. */
    const struct member *m;
    char *buf;
    size_t cap, piece;
    uint64_t want;          /* no need to read much beyond this offset */
};

/* `piece`: bytes read at a time. */
void window_init(struct window *w, size_t piece);
void window_release(struct window *w);

/* Starts over at `offset` of m; records that begin before `want` are needed.
 * The bytes are there after the first window_more. */
void window_open(struct window *w, const struct member *m, uint64_t offset,
                 uint64_t want);
/* Drops what stands before `keep`, which becomes w->beg, and reads on: at least
 * one more byte, or eof is set. All older pointers into the window die. */
void window_more(struct window *w, const char *keep);

static inline uint64_t window_offset(const struct window *w, const char *p)
{
    return w->at + (uint64_t)(p - w->beg);
}

#endif
