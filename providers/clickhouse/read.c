/* read.c - rows in RowBinary into batches, as they come.
 *
 * Called by: the engine's loader, through struct source.
 * Each row begins with a byte of 1, which the statement asks for: an exception
 * in the middle of an answer, whose status is 200 by then, stands where that
 * byte should. A row that a piece of the answer cuts is read again with the
 * next one. */
#include "ch.h"

#include <unistd.h>

#include "base/json_text.h"
#include "base/utf8.h"
#include "providers/limits.h"

enum {
    BATCH_BYTES = 32 << 20,
    MAX_PENDING = 256 << 20,
    MAX_REPORT = 64 << 10,
    LONG_ROW = 64 << 10,
};

struct reading {
    struct ch_source *s;
    struct row_sink *sink;
    const atomic_bool *cancel;
    struct diags *ds;
    struct frame *frame;
    size_t n;
    uint64_t nrows, repaired;
    struct buf pending; /* the beginning of a row, or of an exception */
    bool failed;        /* an exception: all that follows is its text */
};

/* ---- one cell ---- */

static str text_of(struct reading *r, str s)
{
    struct buf b;
    if (utf8_valid(s))
        return arena_str(r->frame->arena, s);
    buf_init(&b, 4 * MAX_RECORD);
    r->repaired += utf8_repair(&b, s);
    s = buf_take(&b, r->frame->arena);
    buf_release(&b);
    return s;
}

static bool take(str *m, size_t n, const char **p)
{
    if (m->n < n)
        return false;
    *p = m->p;
    *m = str_sub(*m, n, m->n);
    return true;
}

static bool take_text(str *m, str *out)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < m->n && i < 9; i++) {
        unsigned char c = (unsigned char)m->p[i];
        n |= (uint64_t)(c & 127) << (7 * i);
        if (c >= 128)
            continue;
        if (n > m->n - i - 1)
            return false;
        *out = str_sub(*m, i + 1, i + 1 + (size_t)n);
        *m = str_sub(*m, i + 1 + (size_t)n, m->n);
        return true;
    }
    return false;
}

static void set_text(struct reading *r, struct column *c, str s)
{
    struct buf b;
    str why;
    if (c->type != TYPE_DYNAMIC) {
        c->s[r->n] = text_of(r, s);
        return;
    }
    buf_init(&b, JSON_MAX_BYTES + 1024);
    if (json_compact(&b, s, JSON_MAX_DEPTH, &why))
        c->s[r->n] = buf_take(&b, r->frame->arena);
    buf_release(&b);
    c->null[r->n] = c->s[r->n].n == 0 || str_eqz(c->s[r->n], "null");
}

/* False: the piece ends before the cell does. */
static bool take_cell(struct reading *r, struct column *c, str *m)
{
    const char *p;
    str s;
    if (c->type == TYPE_STRING) {
        if (!take_text(m, &s))
            return false;
        set_text(r, c, s);
        return true;
    }
    if (!take(m, 1, &p))
        return false;
    c->null[r->n] = *p != 0;
    if (*p)
        return true;
    if (type_is_text(c->type)) {
        if (!take_text(m, &s))
            return false;
        set_text(r, c, s);
        return true;
    }
    if (!take(m, 8, &p))
        return false;
    memcpy(&c->i[r->n], p, 8); /* a real has the same place; little endian */
    return true;
}

/* ---- batches ---- */

static void new_frame(struct reading *r)
{
    const struct source *s = &r->s->source;
    size_t rows = SOURCE_BATCH_ROWS;
    if (rows * s->ncols > MAX_BATCH_CELLS)
        rows = MAX_BATCH_CELLS / s->ncols;
    r->frame = frame_new(s->ncols);
    for (size_t c = 0; c < s->ncols; c++)
        frame_set_col(r->frame, c, s->cols[c].name, s->cols[c].type);
    frame_set_rows(r->frame, rows);
    for (size_t c = 0; c < s->ncols; c++)
        if (s->cols[c].type != TYPE_STRING)
            (void)frame_nulls(r->frame, c);
    r->frame->nrows = rows;
    r->n = 0;
}

static enum status flush(struct reading *r)
{
    enum status st = ST_OK;
    r->frame->nrows = r->frame->total = r->n;
    r->nrows += r->n;
    if (r->n)
        st = r->sink->batch(r->sink->ctx, 0, r->frame);
    frame_unref(r->frame);
    new_frame(r);
    return st;
}

static void reject_row(struct reading *r, size_t bytes)
{
    str why = arena_fmt(r->frame->arena,
                        "the row has %zu bytes, more than %zu", bytes,
                        MAX_RECORD);
    struct reject rj = { .file = r->s->ch->remote.alias,
                         .line = r->nrows + r->n + 1,
                         .reason = why, .text = S("") };
    r->sink->reject(r->sink->ctx, 0, &rj);
}

/* Only lengths are looked at: a long row that comes in many pieces is not to
 * be copied with each. */
static bool is_whole(const struct reading *r, str m)
{
    const char *p;
    str s;
    for (size_t c = 0; c < r->frame->ncols; c++) {
        enum type t = r->frame->cols[c].type;
        if (t != TYPE_STRING) {
            if (!take(&m, 1, &p))
                return false;
            if (*p)
                continue;
        }
        if (type_is_text(t) ? !take_text(&m, &s) : !take(&m, 8, &p))
            return false;
    }
    return true;
}

/* Takes one row off *m; false: it is not all there, or there is none. */
static bool take_row(struct reading *r, str *m)
{
    str rest = *m;
    if (rest.n == 0)
        return false;
    if (rest.p[0] != 1) {
        r->failed = true;
        return false;
    }
    rest = str_sub(rest, 1, rest.n);
    if (r->pending.n > LONG_ROW && !is_whole(r, rest))
        return false;
    for (size_t c = 0; c < r->frame->ncols; c++)
        if (!take_cell(r, &r->frame->cols[c], &rest))
            return false;
    if (m->n - rest.n > MAX_RECORD)
        reject_row(r, m->n - rest.n);
    else
        r->n++;
    *m = rest;
    return true;
}

static enum status take_rows(struct reading *r, str *m)
{
    enum status st = ST_OK;
    while (st == ST_OK && !r->failed && take_row(r, m))
        if (r->n == r->frame->nrows ||
            arena_bytes(r->frame->arena) > BATCH_BYTES)
            st = flush(r);
    return st;
}

static enum status too_long(struct reading *r)
{
    diag_error(r->ds, DIAG_LIMIT, r->s->span,
               "%.*s sent a row of more than %d MiB",
               STRF(r->s->ch->remote.alias), MAX_PENDING >> 20);
    return ST_ENV;
}

static enum status take_piece(void *ctx, const struct http_reply *head,
                              str bytes)
{
    struct reading *r = ctx;
    (void)head;
    r->s->source.bytes_read += bytes.n;
    if (r->cancel && *r->cancel)
        return ST_CANCELLED;
    if (r->failed && r->pending.n > MAX_REPORT)
        return ST_OK;
    bool waits = r->pending.n > 0;
    if (waits)
        buf_add(&r->pending, bytes);
    str m = waits ? buf_str(&r->pending) : bytes;
    enum status st = take_rows(r, &m);
    if (!waits) {
        buf_add(&r->pending, m);
    } else if (m.n < r->pending.n) {
        memmove(r->pending.p, m.p, m.n);
        r->pending.n = m.n;
    }
    return buf_ok(&r->pending) ? st : too_long(r);
}

/* ---- the whole ---- */

static enum status keep_part(struct reading *r, str why)
{
    r->sink->incomplete(r->sink->ctx, PARTIAL,
                        arena_fmt(r->ds->arena,
                                  "%.*s: only the first %llu rows came: %.*s",
                                  STRF(r->s->ch->remote.alias),
                                  (unsigned long long)r->nrows, STRF(why)));
    return ST_OK;
}

static void hand_on(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->list.n; i++)
        PUSH(to->arena, to->list, from->list.v[i]);
    to->nerrors += from->nerrors;
}

/* After the transfer: rows, an exception among them, or the end of a line that
 * broke. */
static enum status finish(struct reading *r, enum status st,
                          const struct diags *said,
                          const struct remote_call *call)
{
    if (st == ST_CANCELLED)
        return st;
    enum status flushed = flush(r);
    if (flushed != ST_OK)
        return flushed;
    if (st == ST_ENV && r->nrows && said->list.n)
        return keep_part(r, said->list.v[0].message);
    hand_on(r->ds, said);
    if (st != ST_OK || r->pending.n == 0)
        return st;
    struct ch_error e = ch_error_of(buf_str(&r->pending));
    if (!r->failed)
        e = (struct ch_error){ 0, S("the answer ends in the middle of a row") };
    if (r->nrows && (ch_is_outage(e.code) || !r->failed))
        return keep_part(r, e.text);
    return ch_fail(r->s->ch, &e, call);
}

enum status ch_read(struct source *s, unsigned part, struct row_sink *sink,
                    const atomic_bool *cancel, struct diags *ds)
{
    struct ch_source *cs = s->impl;
    struct arena *a = arena_new();
    struct diags said;
    struct reading r = { .s = cs, .sink = sink, .cancel = cancel, .ds = ds };
    struct remote_call call = { .cancel = cancel, .ds = &said,
                                .span = cs->span };
    struct ch_call c = { &call, a };
    struct http_sink to = { &r, take_piece, NULL };
    str id = arena_fmt(a, "shikra-%ld-%u-%llx", (long)getpid(),
                       ++cs->ch->nqueries,
                       (unsigned long long)str_hash(cs->sql));
    struct ch_request rq = { .sql = cs->sql, .id = id, .sink = &to };
    if (part == 0) {
        diags_init(&said, ds->arena);
        buf_init(&r.pending, MAX_PENDING);
        new_frame(&r);
        enum status st = ch_send(cs->ch, &rq, &c, NULL);
        if (st == ST_CANCELLED)
            ch_kill(cs->ch, id);
        call.ds = ds;
        st = finish(&r, st, &said, &call);
        frame_unref(r.frame);
        buf_release(&r.pending);
        s->repaired += r.repaired;
        arena_free(a);
        return st;
    }
    arena_free(a);
    return ST_OK;
}
