/* window.c - reads a member piece by piece.
 *
 * Called by: records_*.c, when a record reaches beyond the bytes at hand. */
#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "json_read.h"

/* What a share reads beyond its end, to see its last record whole. */
enum { READ_AHEAD = 64 << 10 };

void window_init(struct window *w, size_t piece)
{
    *w = (struct window){ .piece = piece };
}

void window_release(struct window *w)
{
    free(w->buf);
    *w = (struct window){ .piece = w->piece };
}

void window_open(struct window *w, const struct member *m, uint64_t offset,
                 uint64_t want)
{
    static const char nothing[JSON_PAD];
    if (offset > m->size)
        offset = m->size;
    w->m = m;
    w->at = offset;
    w->want = want < m->size ? want : m->size;
    w->eof = false;
    w->error = 0;
    w->beg = w->end = nothing;
    if (m->fd >= 0)
        return;
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

static size_t read_fully(struct window *w, char *to, size_t n, uint64_t from)
{
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(w->m->fd, to + got, n - got, (off_t)(from + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) {
            w->error = k < 0 ? errno : -1;
            w->eof = true;
            break;
        }
        got += (size_t)k;
    }
    return got;
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
    size_t got = read_fully(w, w->buf + left, n, from);
    w->beg = w->buf;
    w->end = w->buf + left + got;
    w->at = at;
    w->eof |= from + got >= w->m->size;
    memset(w->buf + left + got, 0, JSON_PAD);
}
