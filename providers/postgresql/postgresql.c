/* postgresql.c - connections to PostgreSQL: .connect postgresql.
 *
 * Called by: the language, through struct remote_provider. Filters,
 * projections, aggregates, orders and limits run there where SQL means exactly
 * what KQL does (providers/sql/). Everything is read in read-only
 * transactions. */
#include "pg.h"

#include "providers/services.h"
#include "providers/setup.h"

static str where_of(struct pg *pg)
{
    const char *host = NULL, *database = NULL;
    for (size_t i = 0; pg->keys[i]; i++) {
        if (strcmp(pg->keys[i], "host") == 0)
            host = pg->values[i];
        if (strcmp(pg->keys[i], "dbname") == 0)
            database = pg->values[i];
    }
    return arena_fmt(pg->remote.arena, "PostgreSQL%s%s%s%s",
                     host ? " at " : "", host ? host : "",
                     database ? ", database " : "", database ? database : "");
}

static const struct remote_setting settings[] = {
    { "host", TYPE_STRING, "Name or address, or the folder of a socket." },
    { "port", TYPE_LONG, "5432 when not given." },
    { "database", TYPE_STRING, "The user's name when not given." },
    { "user", TYPE_STRING, "Who signs in, with a password." },
    { "password", TYPE_STRING, "PGPASSWORD and ~/.pgpass count, too." },
    { "sslmode", TYPE_STRING,
      "disable, allow, prefer, require, verify-ca or verify-full, which "
      "is the default for other machines." },
    { "ca_file", TYPE_STRING, "Certificates (PEM) to trust." },
    { "connect_timeout", TYPE_TIMESPAN, "10s when not given." },
    { "timeout", TYPE_TIMESPAN, "Of one statement; the server's own when not "
                                "given." },
    { NULL, TYPE_ERROR, NULL },
};

static enum status no_library(const struct remote_call *call, struct buf *why)
{
    struct diag *d = diag_error(call->ds, DIAG_NETWORK, call->span,
                                "libpq is missing: %.*s",
                                STRF(buf_str(why)));
    diag_hint(call->ds, d, "install the package libpq5");
    return ST_ENV;
}

static void pg_close(struct remote *r)
{
    struct pg *pg = r->impl;
    if (pg->lib.lib)
        pg_close_all(pg);
    arena_free(r->arena);
}

static enum status pg_begin(struct pg *pg, struct remote_services *services,
                            const struct remote_setup *given,
                            const struct remote_call *call)
{
    struct buf why;
    struct remote_setup setup;
    struct setup_source from = { services, "PostgreSQL", settings,
                                 pg->remote.arena };
    enum status st = setup_complete(&from, given, &setup, call);
    if (st != ST_OK)
        return st;
    pg_settings(pg, &setup);
    pg->remote.where = where_of(pg);
    buf_init(&why, 4096);
    if (!libpq_load(&pg->lib, &why)) {
        pg->lib.lib = NULL;
        st = no_library(call, &why);
    }
    buf_release(&why);
    if (st != ST_OK)
        return st;
    PGconn *c = pg_take(pg, call, &st);
    if (c)
        pg_give_back(pg, c, true);
    return st;
}

static enum status pg_connect(struct remote_services *services,
                              const struct remote_setup *setup,
                              struct remote **out,
                              const struct remote_call *call)
{
    struct arena *a = arena_new();
    struct pg *pg = NEW(a, struct pg);
    pg->secrets = services->secrets;
    pg->remote = (struct remote){ .arena = a, .impl = pg,
                                  .alias = arena_str(a, setup->alias) };
    enum status st = pg_begin(pg, services, setup, call);
    if (st == ST_OK)
        *out = &pg->remote;
    else
        pg_close(&pg->remote);
    return st;
}

/* In another encoding a text may have no spelling there, which is an error. */
static enum remote_push pg_push(struct remote *r, const struct remote_query *q,
                                const struct remote_stage *next)
{
    struct pg *pg = r->impl;
    const struct sql_table *t = sql_known_find(pg->tables, q->table);
    if (!t || (!pg->is_utf8 && next->kind != REMOTE_TAKE))
        return PUSH_NO;
    struct sql_pipeline p = { &pg_dialect, t, q };
    return sql_push(&p, next);
}

const struct remote_provider remote_postgresql = {
    .name = "postgresql",
    .usage = ".connect postgresql as ALIAS with (host = \"…\", database = "
             "\"…\", user = \"…\", password = \"…\")",
    .summary = "A PostgreSQL database, read only. Filters, columns, "
               "aggregates, orders and limits run there where SQL means "
               "exactly what KQL does.",
    .example = ".connect postgresql as pg with (host = \"db.example\", "
               "database = \"logs\", user = \"hunter\")",
    .language = REMOTE_STAGES,
    .native = "SQL",
    .settings = settings,
    .connect = pg_connect,
    .close = pg_close,
    .tables = pg_tables,
    .columns = pg_columns,
    .push = pg_push,
    .text = pg_text,
    .open = pg_open,
};
