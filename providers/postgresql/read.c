/* read.c - rows of COPY … TO STDOUT (FORMAT binary) into batches.
 *
 * Called by: the engine's loader, through struct source. The format is that of
 * the documentation of COPY: a header, then tuples of fields with a length
 * each, in network byte order. What does not fit it ends the query. */
#include "pg.h"

#include "base/ticks.h"
#include "providers/answer/row_writer.h"
#include "providers/limits.h"

enum { HEADER = 19 }; /* signature, flags, length of the extension */
/* 2000-01-01, PostgreSQL's epoch. */
#define TICKS_PG_EPOCH 630822816000000000LL

struct reading {
    struct pg_source *s;
    struct row_writer rows;
    struct diags *ds;
    uint64_t outside; /* time stamps that KQL's years do not have */
    uint64_t read;
    uint8_t *widths; /* by column; 0: any length */
    bool began;
    bool lost;    /* the connection */
    bool garbled; /* a row is not what was described: those before it are */
};

/* ---- numbers from the network ---- */

static inline uint64_t be(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static double real_of(const char *p, size_t n)
{
    uint64_t bits = be(p, n);
    uint32_t low = (uint32_t)bits;
    float f;
    double d;
    memcpy(&f, &low, sizeof f);
    memcpy(&d, &bits, sizeof d);
    return n == 4 ? (double)f : d;
}

/* ---- one cell ---- */

/* Microseconds from 2000 on to ticks; false: outside KQL's years. */
static bool time_of(int64_t us, int64_t *ticks)
{
    bool ok = us >= -TICKS_PG_EPOCH / 10 &&
              us <= (TICKS_MAX - TICKS_PG_EPOCH) / 10;
    if (ok)
        *ticks = us * 10 + TICKS_PG_EPOCH;
    return ok;
}

/* The days of 'infinity' are no product of 64 bits. */
static bool date_of(int32_t days, int64_t *ticks)
{
    enum { MOST_DAYS = 10000 * 366 };
    return days > -MOST_DAYS && days < MOST_DAYS &&
           time_of(days * (TICKS_PER_DAY / 10), ticks);
}

static void set_uuid(struct reading *r, size_t col, const char *p)
{
    static const char hex[] = "0123456789abcdef";
    char *o = row_writer_room(&r->rows, col, 36);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *o++ = '-';
        *o++ = hex[(unsigned char)p[i] >> 4];
        *o++ = hex[p[i] & 15];
    }
}

/* Fixed widths of what travels as numbers; 0: any length. */
static uint8_t width_of(const struct sql_col *c)
{
    switch (pg_sent_oid(c)) {
    case 16: return 1;
    case 21: return 2;
    case 23:
    case 700:
    case 1082: return 4;
    case 20:
    case 701:
    case 1083:
    case 1114:
    case 1184: return 8;
    case 2950: return 16;
    default: return 0;
    }
}

static bool set_dynamic(struct reading *r, size_t col, str s)
{
    bool binary = r->s->cols[col].kind == PG_JSONB;
    if (binary && (s.n == 0 || s.p[0] != 1)) /* the version */
        return false;
    if (!row_writer_json(&r->rows, col, str_sub(s, binary, s.n)))
        row_writer_text(&r->rows, col, S("\"\""));
    return true;
}

static void set_time(struct reading *r, size_t col, str s)
{
    int64_t ticks;
    bool ok = r->s->cols[col].kind == PG_DATE
                ? date_of((int32_t)be(s.p, 4), &ticks)
                : time_of((int64_t)be(s.p, 8), &ticks);
    if (ok)
        row_writer_int(&r->rows, col, ticks);
    r->outside += !ok;
}

static void set_text(struct reading *r, size_t col, str s)
{
    const struct sql_col *from = &r->s->cols[col];
    if (from->kind == PG_UUID)
        set_uuid(r, col, s.p);
    else if (from->kind != PG_NUMERIC || !str_eqz(s, "NaN"))
        row_writer_text(&r->rows, col, s);
}

static bool set_int(struct reading *r, size_t col, str s)
{
    int64_t v;
    switch (s.n) {
    case 1: v = s.p[0] != 0; break;
    case 2: v = (int16_t)be(s.p, 2); break;
    case 4: v = (int32_t)be(s.p, 4); break;
    default: v = (int64_t)be(s.p, 8); break;
    }
    if (r->s->cols[col].kind == PG_TIME) {
        if (v < 0 || v > TICKS_PER_DAY / 10) /* 24:00:00 is a time there */
            return false;
        v *= 10;
    }
    row_writer_int(&r->rows, col, v);
    return true;
}

/* A value that is not null. False: not what was described. */
static bool set_cell(struct reading *r, size_t col, str s)
{
    const struct sql_col *from = &r->s->cols[col];
    if (r->widths[col] && s.n != r->widths[col])
        return false;
    switch (from->type) {
    case TYPE_DYNAMIC: return set_dynamic(r, col, s);
    case TYPE_STRING:
    case TYPE_GUID:
    case TYPE_DECIMAL: set_text(r, col, s); return true;
    case TYPE_REAL:
        row_writer_real(&r->rows, col, real_of(s.p, s.n));
        return true;
    default: break;
    }
    if (from->kind == PG_TIMESTAMP || from->kind == PG_TIMESTAMPTZ ||
        from->kind == PG_DATE)
        set_time(r, col, s);
    else
        return set_int(r, col, s);
    return true;
}

/* ---- messages ---- */

static enum status garbled(struct reading *r)
{
    r->garbled = true;
    diag_error(r->ds, DIAG_FORMAT, r->s->span,
               "%.*s sent rows that are not what it described",
               STRF(r->s->pg->remote.alias));
    return ST_ENV;
}

/* The fields of one tuple; moves *m behind it. */
static bool take_fields(struct reading *r, str *m)
{
    for (size_t c = 0; c < r->s->source.ncols; c++) {
        if (m->n < 4)
            return false;
        int32_t len = (int32_t)be(m->p, 4);
        *m = str_sub(*m, 4, m->n);
        if (len == -1)
            continue;
        if (len < 0 || (size_t)len > m->n ||
            !set_cell(r, c, str_sub(*m, 0, (size_t)len)))
            return false;
        *m = str_sub(*m, (size_t)len, m->n);
    }
    return true;
}

static bool skip_header(struct reading *r, str *m)
{
    static const char signature[] = "PGCOPY\n\377\r\n";
    if (r->began)
        return true;
    if (m->n < HEADER || memcmp(m->p, signature, sizeof signature) != 0)
        return false;
    size_t more = (size_t)be(m->p + HEADER - 4, 4);
    *m = str_sub(*m, HEADER + more, m->n);
    r->began = true;
    return true;
}

/* Each message holds whole tuples; -1 in the place of one ends them. */
static enum status take_message(struct reading *r, str m)
{
    bool whole = skip_header(r, &m);
    while (whole && m.n) {
        if (m.n < 2)
            return garbled(r);
        int16_t nfields = (int16_t)be(m.p, 2);
        if (nfields == -1)
            return ST_OK;
        size_t before = m.n;
        m = str_sub(m, 2, m.n);
        if ((size_t)nfields != r->s->source.ncols || !take_fields(r, &m))
            return garbled(r);
        enum status st = ST_OK;
        if (before - m.n > MAX_RECORD)
            row_writer_reject(&r->rows, r->s->pg->remote.alias, before - m.n);
        else
            st = row_writer_next(&r->rows);
        if (st != ST_OK)
            return st;
    }
    return whole ? ST_OK : garbled(r);
}

/* ---- the whole ---- */

static enum status start(struct pg_source *s, struct pg_patience *p,
                         const struct remote_call *call)
{
    struct libpq *q = &s->pg->lib;
    PGresult *r = NULL;
    if (!q->sendQuery(s->conn, s->sql))
        return pg_fail(s->pg, s->conn, NULL, call);
    enum status st = ST_OK;
    while (st == ST_OK && q->isBusy(s->conn))
        st = pg_wait(s->pg, s->conn, p);
    if (st == ST_CANCELLED)
        return st;
    if (p->late)
        return pg_fail_late(s->pg, call);
    st = ST_OK;
    r = q->getResult(s->conn);
    if (q->resultStatus(r) != PGRES_COPY_OUT)
        st = pg_fail(s->pg, s->conn, r, call);
    q->clear(r);
    return st;
}

/* After the last message: was it the last? ST_ENV keeps the rows as a part;
 * an error of the statement itself, found in the middle, does not. */
static enum status finish(struct reading *r, struct pg_patience *p,
                          const struct remote_call *call)
{
    struct pg *pg = r->s->pg;
    PGconn *c = r->s->conn;
    struct libpq *q = &pg->lib;
    enum status st = ST_OK;
    while (st == ST_OK && q->isBusy(c))
        st = pg_wait(pg, c, p);
    if (st == ST_CANCELLED)
        return st;
    if (p->late)
        return pg_fail_late(pg, call);
    PGresult *res = q->getResult(c);
    st = ST_OK;
    if (!res || q->resultStatus(res) != PGRES_COMMAND_OK) {
        (void)pg_fail(pg, c, res, call);
        st = pg_is_outage(pg, c, res) ? ST_ENV : ST_USER;
    }
    q->clear(res);
    while (!q->isBusy(c) && (res = q->getResult(c)) != NULL)
        q->clear(res);
    return st;
}

static enum status take_rows(struct reading *r, struct pg_patience *p,
                             const struct remote_call *call)
{
    struct pg_source *s = r->s;
    struct libpq *q = &s->pg->lib;
    enum status st = ST_OK;
    char *m = NULL;
    int n;
    while (st == ST_OK && (n = q->getCopyData(s->conn, &m, 1)) >= 0) {
        if (n == 0) {
            st = pg_wait(s->pg, s->conn, p);
            r->lost = st == ST_ENV;
            continue;
        }
        r->read += (uint64_t)n;
        st = take_message(r, (str){ m, (size_t)n });
        q->freemem(m);
        if (call->cancel && *call->cancel)
            st = ST_CANCELLED;
    }
    if (st != ST_OK && !r->lost && !r->garbled)
        return st;
    enum status flushed = row_writer_flush(&r->rows);
    if (flushed != ST_OK)
        return flushed;
    if (p->late)
        return pg_fail_late(s->pg, call);
    if (r->lost)
        return pg_fail(s->pg, s->conn, NULL, call);
    return st == ST_OK ? finish(r, p, call) : st;
}

static void tell_outside(struct reading *r)
{
    struct row_sink *to = r->rows.sink;
    if (r->outside)
        to->incomplete(
            to->ctx, PARTIAL,
            arena_fmt(r->ds->arena,
                      "%.*s: %llu times outside the years 1 to 9999 are null",
                      STRF(r->s->pg->remote.alias),
                      (unsigned long long)r->outside));
}

enum status pg_read(struct source *s, unsigned part, struct row_sink *sink,
                    const atomic_bool *cancel, struct diags *ds)
{
    struct pg_source *ps = s->impl;
    struct reading r = { .s = ps, .ds = ds };
    struct remote_call call = { .cancel = cancel, .ds = ds, .span = ps->span };
    if (part != 0)
        return ST_OK;
    ps->healthy = false;
    struct pg_patience p = pg_patience(ps->pg, cancel);
    enum status st = start(ps, &p, &call);
    if (st != ST_OK)
        return st;
    r.widths = xmalloc(s->ncols);
    for (size_t i = 0; i < s->ncols; i++)
        r.widths[i] = width_of(&ps->cols[i]);
    row_writer_init(&r.rows, sink, part, s->ncols, s->cols);
    st = take_rows(&r, &p, &call);
    s->repaired += r.rows.batch.repaired;
    s->bytes_read += r.read;
    tell_outside(&r);
    row_writer_release(&r.rows);
    free(r.widths);
    ps->healthy = st == ST_OK && ps->pg->lib.status(ps->conn) == CONNECTION_OK;
    return st;
}
