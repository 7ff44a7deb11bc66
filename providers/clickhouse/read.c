/* read.c - rows in RowBinary into batches, as they come.
 *
 * Called by: the engine's loader, through struct source.
 * Each row begins with a byte of 1, which the statement asks for: an exception
 * in the middle of an answer, whose status is 200 by then, stands where that
 * byte should. A row that a piece of the answer cuts is read again with the
 * next one. */
#include "ch.h"

#include <unistd.h>

#include "providers/answer/row_writer.h"
#include "providers/limits.h"

enum {
    MAX_PENDING = 256 << 20,
    MAX_REPORT = 64 << 10,
    LONG_ROW = 64 << 10,
};

struct reading {
    struct ch_source *s;
    struct row_writer rows;
    const atomic_bool *cancel;
    struct diags *ds;
    struct buf pending; /* the beginning of a row, or of an exception */
    bool failed;        /* an exception: all that follows is its text */
};

/* ---- one cell ---- */

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

/* False: the piece ends before the cell does. */
static bool take_value(struct reading *r, size_t col, enum type t, str *m)
{
    const char *p;
    str s;
    int64_t v;
    if (type_is_text(t)) {
        if (!take_text(m, &s))
            return false;
        if (t != TYPE_DYNAMIC)
            row_writer_text(&r->rows, col, s);
        else
            (void)row_writer_json(&r->rows, col, s); /* else null */
        return true;
    }
    if (!take(m, 8, &p))
        return false;
    memcpy(&v, p, 8); /* little endian; a real has the same place */
    row_writer_int(&r->rows, col, v);
    return true;
}

static bool take_cell(struct reading *r, size_t col, str *m)
{
    enum type t = r->s->source.cols[col].type;
    const char *null;
    if (t == TYPE_STRING)
        return take_value(r, col, t, m);
    return take(m, 1, &null) && (*null || take_value(r, col, t, m));
}

/* ---- rows ---- */

/* Only lengths are looked at: a long row that comes in many pieces is not to
 * be copied with each. */
static bool is_whole(const struct reading *r, str m)
{
    const char *p;
    str s;
    for (size_t c = 0; c < r->s->source.ncols; c++) {
        enum type t = r->s->source.cols[c].type;
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
    for (size_t c = 0; c < r->s->source.ncols; c++)
        if (!take_cell(r, c, &rest)) {
            row_writer_undo(&r->rows);
            return false;
        }
    *m = rest;
    return true;
}

static enum status take_rows(struct reading *r, str *m)
{
    enum status st = ST_OK;
    size_t before = m->n;
    while (st == ST_OK && !r->failed && take_row(r, m)) {
        if (before - m->n > MAX_RECORD)
            row_writer_reject(&r->rows, r->s->ch->remote.alias, before - m->n);
        else
            st = row_writer_next(&r->rows);
        before = m->n;
    }
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

/* No rows are no bytes, which anyone on the way could have said. */
static enum status check_empty(struct reading *r, const struct ch_head *head,
                               const struct remote_call *call)
{
    if (r->rows.nrows || head->ours)
        return ST_OK;
    return http_fail(r->s->ch->services->http,
                     &(struct http_call){ .arena = call->ds->arena,
                                          .ds = call->ds, .span = call->span },
                     DIAG_HTTP,
                     "%.*s: the answer is not one of this service (it is empty "
                     "and does not say that it is ClickHouse's)",
                     STRF(r->s->ch->remote.where));
}

/* After the transfer: rows, an exception among them, or the end of a line that
 * broke. ST_ENV keeps the rows as a part; an exception of the query's own does
 * not. */
static enum status finish(struct reading *r, enum status st,
                          const struct ch_head *head,
                          const struct remote_call *call)
{
    if (st == ST_CANCELLED)
        return st;
    enum status flushed = row_writer_flush(&r->rows);
    if (flushed != ST_OK)
        return flushed;
    if (st != ST_OK)
        return st;
    if (r->pending.n == 0)
        return check_empty(r, head, call);
    struct ch_error e = ch_error_of(buf_str(&r->pending));
    if (!r->failed)
        e = (struct ch_error){ 0, S("the answer ends in the middle of a row") };
    (void)ch_fail(r->s->ch, &e, call);
    return ch_is_outage(e.code) || !r->failed ? ST_ENV : ST_USER;
}

enum status ch_read(struct source *s, unsigned part, struct row_sink *sink,
                    const atomic_bool *cancel, struct diags *ds)
{
    struct ch_source *cs = s->impl;
    struct arena *a = arena_new();
    struct reading r = { .s = cs, .cancel = cancel, .ds = ds };
    struct remote_call call = { .cancel = cancel, .ds = ds,
                                .span = cs->span };
    struct ch_call c = { &call, a };
    struct http_sink to = { &r, take_piece, NULL };
    str id = arena_fmt(a, "shikra-%ld-%u-%llx", (long)getpid(),
                       ++cs->ch->nqueries,
                       (unsigned long long)str_hash(cs->sql));
    struct ch_head head = { false };
    struct ch_request rq = { .sql = cs->sql, .id = id, .sink = &to,
                             .head = &head };
    if (part == 0) {
        buf_init(&r.pending, MAX_PENDING);
        row_writer_init(&r.rows, sink, 0, s->ncols, s->cols);
        enum status st = ch_send(cs->ch, &rq, &c, NULL);
        if (st == ST_CANCELLED)
            ch_kill(cs->ch, id);
        st = finish(&r, st, &head, &call);
        s->repaired += r.rows.batch.repaired;
        row_writer_release(&r.rows);
        buf_release(&r.pending);
        arena_free(a);
        return st;
    }
    arena_free(a);
    return ST_OK;
}
