/* connect.c - connections to a server: settings, sign-in, a read-only session.
 *
 * Called by: postgresql.c, catalog.c, open.c. A connection serves one statement
 * at a time; idle ones are kept, others are opened when two queries of a cell
 * run at once. libpq's own defaults hold for what is not set: PGHOST,
 * PGPASSWORD, ~/.pgpass, the service file. */
#include "pg.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/ticks.h"
#include "providers/http/redact.h"

enum {
    DEFAULT_CONNECT_MS = 10000,
    MAX_SETTINGS = 20,
    OLDEST_SERVER = 140000, /* extract() is exact from here on */
};

/* ---- settings ---- */

static const char *option_text(const struct remote_setup *setup,
                               const char *name, struct arena *a)
{
    for (size_t i = 0; i < setup->noptions; i++) {
        const struct value *v = &setup->options[i].value;
        if (!str_eqz(setup->options[i].name, name))
            continue;
        return arena_cstr(a, v->type == TYPE_STRING
                                 ? v->s
                                 : arena_fmt(a, "%lld", (long long)v->i));
    }
    return NULL;
}

static uint32_t option_ms(const struct remote_setup *setup, const char *name,
                          uint32_t or_else)
{
    for (size_t i = 0; i < setup->noptions; i++) {
        int64_t ms = setup->options[i].value.i / TICKS_PER_MS;
        if (str_eqz(setup->options[i].name, name))
            return ms < 1 ? 1 : ms > INT32_MAX ? INT32_MAX : (uint32_t)ms;
    }
    return or_else;
}

static bool is_local(const char *host)
{
    return !host || host[0] == '/' || strcmp(host, "localhost") == 0 ||
           strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0;
}

static void set(struct pg *pg, size_t *n, const char *key, const char *value)
{
    if (!value || *n + 1 >= MAX_SETTINGS)
        return;
    pg->keys[*n] = key;
    pg->values[(*n)++] = value;
}

/* A server elsewhere is believed only with a certificate of its name. */
static void set_tls(struct pg *pg, size_t *n, const struct remote_setup *setup)
{
    static const char bundle[] = "/etc/ssl/certs/ca-certificates.crt";
    struct arena *a = pg->remote.arena;
    const char *mode = option_text(setup, "sslmode", a),
               *ca = option_text(setup, "ca_file", a),
               *host = option_text(setup, "host", a);
    if (!mode)
        mode = is_local(host ? host : getenv("PGHOST")) ? "prefer"
                                                        : "verify-full";
    if (!ca && strncmp(mode, "verify", 6) == 0 && access(bundle, R_OK) == 0)
        ca = bundle;
    set(pg, n, "sslmode", mode);
    set(pg, n, "sslrootcert", ca);
}

void pg_settings(struct pg *pg, const struct remote_setup *setup)
{
    static const char *const same[] = { "host", "port", "user", "password" };
    struct arena *a = pg->remote.arena;
    size_t n = 0;
    pg->keys = arena_array(a, MAX_SETTINGS, sizeof *pg->keys);
    pg->values = arena_array(a, MAX_SETTINGS, sizeof *pg->values);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        set(pg, &n, same[i], option_text(setup, same[i], a));
    set(pg, &n, "dbname", option_text(setup, "database", a));
    set_tls(pg, &n, setup);
    set(pg, &n, "application_name", "shikra");
    set(pg, &n, "client_encoding", "UTF8");
    set(pg, &n, "tcp_user_timeout", "10000"); /* for a cancel, too */
    pg->keys[n] = pg->values[n] = NULL;
    pg->connect_ms = option_ms(setup, "connect_timeout", DEFAULT_CONNECT_MS);
    pg->statement_ms = option_ms(setup, "timeout", 0);
    const char *password = option_text(setup, "password", a);
    if (password)
        secrets_add(pg->secrets, str_of(password));
}

/* ---- signing in ---- */

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum status too_long(struct pg *pg, const struct remote_call *call)
{
    struct diag *d = diag_error(call->ds, DIAG_NETWORK, call->span,
                                "%.*s did not answer within %u ms",
                                STRF(pg->remote.where),
                                (unsigned)pg->connect_ms);
    diag_hint(call->ds, d, "check host, port and the network, or set "
                           "connect_timeout");
    return ST_ENV;
}

static enum status sign_in(struct pg *pg, PGconn *c,
                           const struct remote_call *call)
{
    int64_t end = now_ms() + pg->connect_ms;
    PostgresPollingStatusType p = PGRES_POLLING_WRITING;
    while (p != PGRES_POLLING_OK) {
        struct pollfd fd = { pg->lib.socket(c),
                             p == PGRES_POLLING_READING ? POLLIN : POLLOUT,
                             0 };
        if (p == PGRES_POLLING_FAILED || fd.fd < 0)
            return pg_fail_sign_in(pg, c, call);
        if (call->cancel && *call->cancel)
            return ST_CANCELLED;
        if (now_ms() > end)
            return too_long(pg, call);
        if (poll(&fd, 1, 40) > 0)
            p = pg->lib.connectPoll(c);
    }
    return ST_OK;
}

static void ignore_notice(void *ctx, const char *text)
{
    (void)ctx, (void)text;
}

/* Reads only, in the words that this folder reads and writes. */
static enum status begin_session(struct pg *pg, PGconn *c,
                                 const struct remote_call *call)
{
    struct buf b;
    if (pg->lib.serverVersion(c) < OLDEST_SERVER) {
        diag_error(call->ds, DIAG_UNSUPPORTED, call->span,
                   "%.*s is PostgreSQL %d, the oldest supported is 14",
                   STRF(pg->remote.where), pg->lib.serverVersion(c) / 10000);
        return ST_ENV;
    }
    buf_init(&b, 4096);
    buf_addf(&b,
             "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;"
             "SET TIME ZONE 'UTC'; SET standard_conforming_strings = on;"
             "SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601';"
             "SET extra_float_digits = 1; SET bytea_output = 'hex';"
             "SET statement_timeout = %u",
             (unsigned)pg->statement_ms);
    buf_addc(&b, 0);
    struct pg_patience p = pg_patience_of(pg->connect_ms, call->cancel);
    enum status st = pg_do_by(pg, c, b.p, call, &p);
    buf_release(&b);
    const char *encoding = pg->lib.parameterStatus(c, "server_encoding");
    pg->is_utf8 = encoding && strcmp(encoding, "UTF8") == 0;
    return st;
}

/* ---- the spare ones ---- */

static PGconn *take_spare(struct pg *pg)
{
    for (size_t i = 0; i < PG_SPARE; i++) {
        PGconn *c = pg->spare[i];
        pg->spare[i] = NULL;
        if (!c)
            continue;
        struct pollfd p = { pg->lib.socket(c), POLLIN, 0 };
        if (poll(&p, 1, 0) > 0) /* idle ones say nothing but good-bye */
            (void)pg->lib.consumeInput(c);
        if (pg->lib.status(c) == CONNECTION_OK)
            return c;
        pg->lib.finish(c);
    }
    return NULL;
}

PGconn *pg_take(struct pg *pg, const struct remote_call *call, enum status *st)
{
    PGconn *c = take_spare(pg);
    if (c)
        return c;
    c = pg->lib.connectStartParams(pg->keys, pg->values, 0);
    if (c && pg->lib.status(c) != CONNECTION_BAD) {
        (void)pg->lib.setNoticeProcessor(c, ignore_notice, NULL);
        (void)pg->lib.setErrorVerbosity(c, PQERRORS_VERBOSE);
        *st = sign_in(pg, c, call);
    } else {
        *st = pg_fail_sign_in(pg, c, call);
    }
    if (*st == ST_OK) {
        (void)pg->lib.setnonblocking(c, 1);
        *st = begin_session(pg, c, call);
    }
    if (*st == ST_OK)
        return c;
    pg->lib.finish(c);
    return NULL;
}

void pg_give_back(struct pg *pg, PGconn *c, bool healthy)
{
    for (size_t i = 0; i < PG_SPARE && c && healthy; i++)
        if (!pg->spare[i]) {
            pg->spare[i] = c;
            return;
        }
    pg->lib.finish(c);
}

void pg_close_all(struct pg *pg)
{
    for (size_t i = 0; i < PG_SPARE; i++)
        pg->lib.finish(pg->spare[i]);
}
