/* encode.c - UTF-16 and Latin-1 to UTF-8, piece by piece.
 *
 * Called by: file.c after unpacking. */
#include "encode.h"

#include <stdlib.h>

#include "json_read.h"
#include "spill.h"
#include "window.h"

enum { PIECE = 256 << 10 };

static enum encoding guess(const struct member *m)
{
    char head[4 + JSON_PAD];
    size_t n = member_head(m, head, 4);
    const unsigned char *p = (const unsigned char *)head;
    if (n >= 2 && p[0] == 0xFF && p[1] == 0xFE)
        return ENCODING_UTF16LE;
    if (n >= 2 && p[0] == 0xFE && p[1] == 0xFF)
        return ENCODING_UTF16BE;
    if (n == 4 && p[0] && !p[1] && p[2] && !p[3])
        return ENCODING_UTF16LE;
    if (n == 4 && !p[0] && p[1] && !p[2] && p[3])
        return ENCODING_UTF16BE;
    return ENCODING_UTF8;
}

static uint32_t unit(const char *s, enum encoding e)
{
    const unsigned char *p = (const unsigned char *)s;
    return e == ENCODING_UTF16LE ? (uint32_t)(p[0] | p[1] << 8)
                                 : (uint32_t)(p[0] << 8 | p[1]);
}

/* Converts whole characters of [p, end); returns where it stopped. An odd last
 * byte is dropped as U+FFFD when `last`. */
static const char *utf16(struct buf *out, const char *p, const char *end,
                         enum encoding e, bool last)
{
    while (end - p >= 2) {
        uint32_t c = unit(p, e);
        if (c >= 0xD800 && c < 0xDC00) {
            if (end - p < 4 && !last)
                return p;
            uint32_t low = end - p >= 4 ? unit(p + 2, e) : 0;
            bool pair = low >= 0xDC00 && low < 0xE000;
            c = pair ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00)
                     : 0xFFFD;
            p += pair ? 2 : 0;
        } else if (c >= 0xDC00 && c < 0xE000) {
            c = 0xFFFD;
        }
        p += 2;
        buf_add_utf8(out, c);
    }
    if (last && p < end) {
        buf_add_utf8(out, 0xFFFD);
        p = end;
    }
    return p;
}

static const char *latin1(struct buf *out, const char *p, const char *end)
{
    for (; p < end; p++)
        buf_add_utf8(out, (unsigned char)*p);
    return p;
}

static enum status convert(struct window *w, struct spill *s, enum encoding e,
                           const atomic_bool *cancel)
{
    enum status st = ST_OK;
    struct buf out;
    const char *p = w->beg;
    buf_init(&out, (size_t)1 << 30);
    while (st == ST_OK) {
        size_t n = (size_t)(w->end - p);
        const char *end = n > PIECE ? p + PIECE : w->end;
        bool last = w->eof && end == w->end;
        buf_reset(&out);
        p = e == ENCODING_LATIN1 ? latin1(&out, p, end)
                                 : utf16(&out, p, end, e, last);
        if (!spill_add(s, out.p, out.n))
            st = ST_ENV;
        else if (cancel && atomic_load(cancel))
            st = ST_CANCELLED;
        else if (last)
            break;
        if (!w->eof) {
            window_more(w, p);
            p = w->beg;
        }
    }
    buf_release(&out);
    return st;
}

static void replace(struct member_list *l, struct member *m, struct spill *s)
{
    if (m->mem)
        l->in_memory -= m->size;
    free(m->mem);
    spill_give(s, m);
}

enum status encode_utf8(struct encode *c, struct member *m)
{
    enum encoding e = c->encoding;
    struct window w;
    struct spill s;
    enum encoding seen = guess(m);
    if (e == ENCODING_GUESS || (e == ENCODING_UTF16LE && seen != ENCODING_UTF8))
        e = seen;
    if (e == ENCODING_UTF8)
        return ST_OK;
    spill_init(&s, c->members);
    window_init(&w, PIECE);
    window_open(&w, m, 0, m->size);
    enum status st = convert(&w, &s, e, c->cancel);
    if (w.file.error)
        st = ST_ENV;
    if (st == ST_OK)
        replace(c->members, m, &s);
    else if (st == ST_ENV)
        diag_error(c->ds, DIAG_FILE, c->span,
                   "cannot convert %.*s to UTF-8: %s", STRF(m->name),
                   member_error_text(s.error ? s.error : w.file.error));
    window_release(&w);
    spill_release(&s);
    return st;
}
