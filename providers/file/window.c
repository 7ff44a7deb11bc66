/* window.c - reads a member piece by piece.
 *
 * Called by: records_*.c, when a record reaches beyond the bytes at hand. */
#include "window.h"

#include <stdlib.h>

#include "json_read.h"

/* What a share reads beyond its end, to see its last record whole. */
enum { READ_AHEAD = 64 << 10 };

void window_init(struct window *w, size_t piece)
{
    *w = (struct window){ .piece = piece, .file = { .fd = -1 } };
}

void window_release(struct window *w)
{
    free(w->buf);
    member_close(&w->file);
    window_init(w, w->piece);
}

void window_open(struct window *w, const struct member *m, uint64_t offset,
                 uint64_t want)
{
    static const char nothing[JSON_PAD];
    if (offset > m->size)
        offset = m->size;
    member_close(&w->file);
    w->m = m;
    w->at = offset;
    w->want = want < m->size ? want : m->size;
    w->eof = false;
    w->beg = w->end = nothing;
    if (!m->mem) {
        w->eof = !member_open(m, &w->file);
        return;
    }
    w->beg = m->mem + offset;
    w->end = m->mem + m->size;
    w->eof = true;
}

/* Bytes to ask for: a piece, but little beyond `want` and nothing beyond the
 * size that the file had when it was opened. */
static size_t ask(const struct window *w, uint64_t from)
{
    uint64_t n = w->piece, left = w->m->size - from;
    if (from + n > w->want + READ_AHEAD)
        n = from < w->want ? w->want - from + READ_AHEAD : READ_AHEAD;
    if (n > w->piece)
        n = w->piece;
    return (size_t)(n < left ? n : left);
}

void window_more(struct window *w, const char *keep)
{
    size_t left = (size_t)(w->end - keep);
    uint64_t at = window_offset(w, keep), from = at + left;
    if (w->eof)
        return;
    size_t n = ask(w, from);
    if (n < left)
        n = left < w->m->size - from ? left : (size_t)(w->m->size - from);
    if (left + n + JSON_PAD > w->cap || !w->buf) {
        w->cap = left + (n > w->piece ? n : w->piece) + JSON_PAD;
        char *buf = xmalloc(w->cap);
        if (left)
            memcpy(buf, keep, left);
        free(w->buf);
        w->buf = buf;
    } else if (left) {
        memmove(w->buf, keep, left);
    }
    size_t got = member_read(w->m, &w->file, w->buf + left, n, from);
    w->beg = w->buf;
    w->end = w->buf + left + got;
    w->at = at;
    w->eof = w->file.error || from + got >= w->m->size;
    memset(w->buf + left + got, 0, JSON_PAD);
}
