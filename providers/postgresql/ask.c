/* ask.c - statements to a server and its answers, errors and all.
 *
 * Called by: the other files of this folder. Nothing here waits longer than
 * WAIT_MS without looking at the cancel flag; a cancel is passed on to the
 * server, which then stops the statement. */
#include "pg.h"

#include <poll.h>

#include "providers/http/redact.h"

enum { WAIT_MS = 100, MAX_ERROR = 8 << 10 };

/* ---- waiting ---- */

static void cancel_there(struct pg *pg, PGconn *c)
{
    char why[256];
    PGcancel *k = pg->lib.getCancel(c);
    if (k)
        (void)pg->lib.cancel(k, why, sizeof why);
    pg->lib.freeCancel(k);
}

enum status pg_wait(struct pg *pg, PGconn *c, const atomic_bool *cancel)
{
    short events = POLLIN;
    if (pg->lib.flush(c) == 1)
        events |= POLLOUT;
    struct pollfd p = { pg->lib.socket(c), events, 0 };
    if (cancel && *cancel) {
        cancel_there(pg, c);
        return ST_CANCELLED;
    }
    if (p.fd >= 0)
        (void)poll(&p, 1, WAIT_MS);
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

str pg_error_text(struct pg *pg, PGconn *c, const PGresult *r, struct arena *a)
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

enum status pg_fail(struct pg *pg, PGconn *c, const PGresult *r,
                    const struct remote_call *call)
{
    struct arena *a = call->ds->arena;
    str state = field(pg, r, PG_DIAG_SQLSTATE),
        place = field(pg, r, PG_DIAG_STATEMENT_POSITION),
        text = pg_error_text(pg, c, r, a);
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

/* The next result, NULL after the last. A cancel still waits for the end, so
 * that the connection stays usable: the server was told, it will not be long.*/
static PGresult *next_result(struct pg *pg, PGconn *c,
                             const struct remote_call *call, bool *cancelled)
{
    enum status st = ST_OK;
    while (st == ST_OK && pg->lib.isBusy(c) && !*cancelled)
        st = pg_wait(pg, c, call->cancel);
    *cancelled |= st == ST_CANCELLED;
    return pg->lib.getResult(c);
}

enum status pg_result(struct pg *pg, PGconn *c, const struct remote_call *call,
                      PGresult **out)
{
    bool cancelled = false;
    PGresult *r, *kept = NULL;
    while ((r = next_result(pg, c, call, &cancelled)) != NULL) {
        if (kept && is_error(pg, kept)) {
            pg->lib.clear(r);
            continue;
        }
        pg->lib.clear(kept);
        kept = r;
    }
    enum status st = ST_OK;
    if (cancelled)
        st = ST_CANCELLED;
    else if (!kept || is_error(pg, kept))
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
    if (!pg->lib.sendQuery(c, sql))
        return pg_fail(pg, c, NULL, call);
    return pg_result(pg, c, call, NULL);
}
