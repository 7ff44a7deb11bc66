/* pg.h - a connection of .connect, and what its parts share.
 *
 * Included by: files of this folder. */
#ifndef POSTGRESQL_PG_H
#define POSTGRESQL_PG_H

#include "kinds.h"
#include "libpq_api.h"

enum { PG_SPARE = 2 };

struct pg {
    struct remote remote;
    struct libpq lib;
    struct secrets *secrets; /* borrowed */
    const char **keys, **values; /* of the connection, NULL ended */
    uint32_t connect_ms, statement_ms;
    PGconn *spare[PG_SPARE]; /* connected and idle */
    bool is_utf8; /* the server's encoding: nothing is lost on the way */
    const struct sql_known *tables;
};

/* ---- connect.c ---- */

/* Options as libpq wants them. */
void pg_settings(struct pg *pg, const struct remote_setup *setup);
/* A connection that is idle, in a read-only session; the caller gives it back.
 * NULL: reported, or cancelled (then *st says so). */
PGconn *pg_take(struct pg *pg, const struct remote_call *call, enum status *st);
void pg_give_back(struct pg *pg, PGconn *c, bool healthy);
void pg_close_all(struct pg *pg);

/* ---- ask.c ---- */

/* How long somebody waits, and for whom it stops. */
struct pg_patience {
    const atomic_bool *cancel; /* MAY be NULL */
    int64_t until_ms; /* of the monotonic clock; 0: as long as it takes */
    bool late;        /* … and now it is over */
};
/* As long as a statement may take and then some, or for ms from now on. */
struct pg_patience pg_patience(const struct pg *pg, const atomic_bool *cancel);
struct pg_patience pg_patience_of(unsigned ms, const atomic_bool *cancel);
/* Waits for what the server sends; it may have sent nothing: call again.
 * ST_CANCELLED: the server was told. ST_ENV: it is gone, the next result says
 * so, or it is late; nothing is reported. */
enum status pg_wait(struct pg *pg, PGconn *c, struct pg_patience *p);
/* The result of the statement that was sent, all others cleared. ST_OK: *out
 * is the caller's to clear; ST_ENV: reported; ST_CANCELLED. */
enum status pg_result(struct pg *pg, PGconn *c, const struct remote_call *call,
                      PGresult **out);
enum status pg_result_by(struct pg *pg, PGconn *c,
                         const struct remote_call *call, struct pg_patience *p,
                         PGresult **out);
/* Runs one statement with text parameters. */
struct pg_statement {
    const char *sql;
    int nparams;
    const char *const *params;
};
enum status pg_ask(struct pg *pg, PGconn *c, const struct pg_statement *s,
                   const struct remote_call *call, PGresult **out);
/* Several statements without parameters or rows. */
enum status pg_do(struct pg *pg, PGconn *c, const char *sql,
                  const struct remote_call *call);
enum status pg_do_by(struct pg *pg, PGconn *c, const char *sql,
                     const struct remote_call *call, struct pg_patience *p);
/* Reports the error of a result (NULL: of the connection). Gives ST_ENV. */
enum status pg_fail(struct pg *pg, PGconn *c, const PGresult *r,
                    const struct remote_call *call);
/* Reports that it was waited for in vain. */
enum status pg_fail_late(struct pg *pg, const struct remote_call *call);
/* The same for a connection that did not come about. */
enum status pg_fail_sign_in(struct pg *pg, PGconn *c,
                            const struct remote_call *call);
/* The server or the way to it has gone, or its time is over: what came before
 * is not wrong. */
bool pg_is_outage(struct pg *pg, PGconn *c, const PGresult *r);

/* ---- catalog.c ---- */

enum status pg_tables(struct remote *r, struct arena *a,
                      struct remote_tables *out,
                      const struct remote_call *call);
enum status pg_columns(struct remote *r, str table, struct arena *a,
                       struct remote_schema *out,
                       const struct remote_call *call);
/* Types of columns that a statement gives, by their OIDs. */
enum status pg_types(struct pg *pg, PGconn *c, const PGresult *described,
                     struct pg_type *types, const struct remote_call *call);

/* ---- open.c, read.c ---- */

enum status pg_text(struct remote *r, const struct remote_query *q,
                    struct buf *out, const struct remote_call *call);
enum status pg_open(struct remote *r, const struct remote_query *q,
                    struct source **out, const struct remote_call *call);

struct pg_source {
    struct source source;
    struct pg *pg;
    PGconn *conn;      /* inside a transaction */
    bool healthy;      /* the transaction can be ended and the rest used */
    const struct sql_col *cols;
    const char *sql;   /* COPY (…) TO STDOUT (FORMAT binary) */
    struct span span;
};
enum status pg_read(struct source *s, unsigned part, struct row_sink *sink,
                    const atomic_bool *cancel, struct diags *ds);

#endif
