/* ask.c - statements to a server and its answers, errors and all.
 *
 * Called by: the other files of this folder. Nothing here waits longer than
 * WAIT_MS without looking at the cancel flag; a cancel is passed on to the
 * server, which then stops the statement. A connection whose answer was not
 * waited for is closed: nobody knows what comes on it. */
#include "pg.h"

#include <poll.h>
#include <pthread.h>
#include <time.h>

#include "providers/http/redact.h"

enum {
    WAIT_MS = 40, /* how long a cancel may go unnoticed */
    CANCEL_MS = 60, /* how long a cell waits for its cancel to arrive */
    LATE_MS = 5000, /* beyond its own timeout a server is not waited for */
    MAX_ERROR = 8 << 10,
};

/* ---- waiting ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct pg_patience pg_patience(const struct pg *pg, const atomic_bool *cancel)
{
    int64_t until = pg->statement_ms ? now_ms() + pg->statement_ms + LATE_MS
                                     : 0;
    return (struct pg_patience){ .cancel = cancel, .until_ms = until };
}

struct pg_patience pg_patience_of(unsigned ms, const atomic_bool *cancel)
{
    return (struct pg_patience){ .cancel = cancel,
                                 .until_ms = now_ms() + ms };
}

/* A cancel on its way: a connection of its own, which may take long. The thread
 * and the cell that asked for it share this; the last one frees it. */
struct cancelling {
    PGcancel *key;
    __typeof__(PQcancel) *cancel;
    __typeof__(PQfreeCancel) *free_key;
    atomic_bool arrived;
    atomic_int refs;
};

static void unref(struct cancelling *k)
{
    if (atomic_fetch_sub(&k->refs, 1) == 1)
        free(k);
}

static void *send_cancel(void *ctx)
{
    struct cancelling *k = ctx;
    char why[256];
    (void)k->cancel(k->key, why, sizeof why);
    k->free_key(k->key);
    atomic_store(&k->arrived, true);
    unref(k);
    return NULL;
}

static void nap(unsigned ms)
{
    struct timespec t = { 0, ms * 1000000L };
    nanosleep(&t, NULL);
}

/* Where the server cannot be reached any more, its cancel may hang for as long
 * as the network does; the cell is over nevertheless. */
static void cancel_there(struct pg *pg, PGconn *c)
{
    pthread_t thread;
    PGcancel *key = pg->lib.getCancel(c);
    if (!key)
        return;
    struct cancelling *k = xcalloc(1, sizeof *k);
    k->key = key;
    k->cancel = pg->lib.cancel;
    k->free_key = pg->lib.freeCancel;
    atomic_init(&k->refs, 2);
    if (pthread_create(&thread, NULL, send_cancel, k) != 0) {
        pg->lib.freeCancel(key);
        free(k);
        return;
    }
    pthread_detach(thread);
    for (int64_t end = now_ms() + CANCEL_MS;
         !atomic_load(&k->arrived) && now_ms() < end;)
        nap(2);
    unref(k);
}

enum status pg_wait(struct pg *pg, PGconn *c, struct pg_patience *p)
{
    short events = POLLIN;
    if (pg->lib.flush(c) == 1)
        events |= POLLOUT;
    struct pollfd fd = { pg->lib.socket(c), events, 0 };
    if (p->cancel && *p->cancel) {
        cancel_there(pg, c);
        return ST_CANCELLED;
    }
    p->late = p->until_ms && now_ms() > p->until_ms;
    if (p->late)
        return ST_ENV;
    if (fd.fd >= 0)
        (void)poll(&fd, 1, WAIT_MS);
    return pg->lib.consumeInput(c) ? ST_OK : ST_ENV;
}

/* ---- errors ---- */

static str field(struct pg *pg, const PGresult *r, int code)
{
    return r ? str_of(pg->lib.resultErrorField(r, code)) : S("");
}

static str scrubbed(struct pg *pg, str text, struct arena *a)
{
    struct buf b;
    buf_init(&b, MAX_ERROR);
    secrets_scrub(pg->secrets, &b, str_sub(str_trim(text), 0, MAX_ERROR / 4));
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i] == '\n' || b.p[i] == '\t')
            b.p[i] = ' ';
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static str error_text(struct pg *pg, PGconn *c, const PGresult *r,
                      struct arena *a)
{
    str text = field(pg, r, PG_DIAG_MESSAGE_PRIMARY);
    if (!text.n && r)
        text = str_of(pg->lib.resultErrorMessage(r));
    if (!text.n)
        text = str_of(pg->lib.errorMessage(c));
    return scrubbed(pg, text, a);
}

/* Classes of SQLSTATE; appendix A of PostgreSQL's documentation. */
static enum diag_code code_of(str state)
{
    if (str_starts(state, S("28")) || str_eqz(state, "42501"))
        return DIAG_AUTH;
    if (str_eqz(state, "57014"))
        return DIAG_LIMIT;
    if (!state.n || str_starts(state, S("08")) || str_starts(state, S("57P")))
        return DIAG_NETWORK;
    return DIAG_HTTP;
}

bool pg_is_outage(struct pg *pg, PGconn *c, const PGresult *r)
{
    enum diag_code code = code_of(field(pg, r, PG_DIAG_SQLSTATE));
    return code == DIAG_NETWORK || code == DIAG_LIMIT ||
           pg->lib.status(c) == CONNECTION_BAD;
}

static void add_hint(struct pg *pg, struct diag *d, const PGresult *r,
                     const struct remote_call *call)
{
    struct arena *a = call->ds->arena;
    str hint = field(pg, r, PG_DIAG_MESSAGE_HINT),
        detail = field(pg, r, PG_DIAG_MESSAGE_DETAIL);
    if (d->code == DIAG_LIMIT)
        diag_hint(call->ds, d, "give it more time: .connect postgresql with "
                               "(timeout = 10m), or ask for less");
    else if (hint.n || detail.n)
        diag_hint(call->ds, d, "%.*s",
                  STRF(scrubbed(pg, hint.n ? hint : detail, a)));
}

/* The connection broke: libpq's guesses about the reason are no help. */
static enum status fail_broken(struct pg *pg, const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_NETWORK, call->span,
                                "%.*s: the connection to the server broke",
                                STRF(pg->remote.where));
    diag_hint(call->ds, d,
              "the server, or a proxy or firewall on the way, closed it: try "
              "again, or ask for less at a time");
    return ST_ENV;
}

enum status pg_fail_late(struct pg *pg, const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_NETWORK, call->span,
                                "%.*s: the server says nothing any more, not "
                                "even that its time is over",
                                STRF(pg->remote.where));
    diag_hint(call->ds, d, "is the network between in order? Patience is "
                           "timeout of .connect");
    return ST_ENV;
}

enum status pg_fail(struct pg *pg, PGconn *c, const PGresult *r,
                    const struct remote_call *call)
{
    struct arena *a = call->ds->arena;
    if (!field(pg, r, PG_DIAG_SQLSTATE).n &&
        pg->lib.status(c) == CONNECTION_BAD)
        return fail_broken(pg, call);
    str state = field(pg, r, PG_DIAG_SQLSTATE),
        place = field(pg, r, PG_DIAG_STATEMENT_POSITION),
        text = error_text(pg, c, r, a);
    struct diag *d = diag_error(
        call->ds, code_of(state), call->span, "%.*s: %.*s%s%.*s%s%.*s%s",
        STRF(pg->remote.alias.n ? pg->remote.alias : S("postgresql")),
        STRF(text), state.n ? " (SQLSTATE " : "", STRF(state),
        place.n ? ", at character " : "", STRF(place), state.n ? ")" : "");
    add_hint(pg, d, r, call);
    return ST_ENV;
}

/* There is no result then, only libpq's text: "…: FATAL:  28P01: password
 * authentication failed …", with the code because verbose texts were asked
 * for, and a last line that names the server's source file. */
enum status pg_fail_sign_in(struct pg *pg, PGconn *c,
                            const struct remote_call *call)
{
    str text = str_of(pg->lib.errorMessage(c));
    ptrdiff_t fatal = str_find(text, S("FATAL:  ")),
              source = str_find(text, S("\nLOCATION:"));
    str state = fatal < 0 ? S("") : str_sub(text, (size_t)fatal + 8,
                                            (size_t)fatal + 13);
    enum diag_code code = pg->lib.connectionNeedsPassword(c) ? DIAG_AUTH
                                                             : code_of(state);
    if (source >= 0)
        text = str_sub(text, 0, (size_t)source);
    ptrdiff_t closed = str_find(text, S("server closed the connection"));
    if (closed >= 0) /* libpq's guesses about the reason follow */
        text = arena_fmt(call->ds->arena, "%.*sthe connection was closed",
                         STRF(str_sub(text, 0, (size_t)closed)));
    struct diag *d = diag_error(
        call->ds, code, call->span, "%.*s: %.*s", STRF(pg->remote.where),
        STRF(scrubbed(pg, text, call->ds->arena)));
    diag_hint(call->ds, d,
              code == DIAG_AUTH ? "check user and password, and pg_hba.conf "
                                  "there"
                                : "check host, port, database and sslmode");
    return ST_ENV;
}

/* ---- results ---- */

static bool is_error(struct pg *pg, const PGresult *r)
{
    ExecStatusType s = pg->lib.resultStatus(r);
    return s == PGRES_FATAL_ERROR || s == PGRES_BAD_RESPONSE;
}

/* A whole result is here. ST_CANCELLED and a late server: it may still come. */
static enum status await_result(struct pg *pg, PGconn *c, struct pg_patience *p)
{
    enum status st = ST_OK;
    while (st == ST_OK && pg->lib.isBusy(c))
        st = pg_wait(pg, c, p);
    return st == ST_ENV && !p->late ? ST_OK : st; /* the result says why */
}

enum status pg_result(struct pg *pg, PGconn *c, const struct remote_call *call,
                      PGresult **out)
{
    struct pg_patience p = pg_patience(pg, call->cancel);
    return pg_result_by(pg, c, call, &p, out);
}

enum status pg_result_by(struct pg *pg, PGconn *c,
                         const struct remote_call *call, struct pg_patience *p,
                         PGresult **out)
{
    PGresult *r, *kept = NULL;
    enum status st = await_result(pg, c, p);
    while (st == ST_OK && (r = pg->lib.getResult(c)) != NULL) {
        if (kept && is_error(pg, kept)) {
            pg->lib.clear(r);
        } else {
            pg->lib.clear(kept);
            kept = r;
        }
        st = await_result(pg, c, p);
    }
    if (st == ST_ENV)
        st = pg_fail_late(pg, call);
    else if (st == ST_OK && (!kept || is_error(pg, kept)))
        st = pg_fail(pg, c, kept, call);
    if (st == ST_OK && out)
        *out = kept;
    else
        pg->lib.clear(kept);
    return st;
}

enum status pg_ask(struct pg *pg, PGconn *c, const struct pg_statement *s,
                   const struct remote_call *call, PGresult **out)
{
    if (!pg->lib.sendQueryParams(c, s->sql, s->nparams, NULL, s->params, NULL,
                                 NULL, 0))
        return pg_fail(pg, c, NULL, call);
    return pg_result(pg, c, call, out);
}

enum status pg_do(struct pg *pg, PGconn *c, const char *sql,
                  const struct remote_call *call)
{
    struct pg_patience p = pg_patience(pg, call->cancel);
    return pg_do_by(pg, c, sql, call, &p);
}

enum status pg_do_by(struct pg *pg, PGconn *c, const char *sql,
                     const struct remote_call *call, struct pg_patience *p)
{
    if (!pg->lib.sendQuery(c, sql))
        return pg_fail(pg, c, NULL, call);
    return pg_result_by(pg, c, call, p, NULL);
}
