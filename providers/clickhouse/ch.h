/* ch.h - a connection of .connect, and what its parts share.
 *
 * Included by: files of this folder. */
#ifndef CLICKHOUSE_CH_H
#define CLICKHOUSE_CH_H

#include "kinds.h"
#include "providers/services.h"

struct ch {
    struct remote remote;
    struct remote_services *services;
    const struct http_auth *auth; /* NULL: none */
    str url;      /* "http://host:8123/" */
    str settings; /* "?database=…&readonly=2&…" of every statement */
    str ca_file;
    bool plain;
    bool is_near;  /* this machine: compression would only cost time */
    bool has_json; /* toJSONString */
    uint32_t timeout_ms;
    unsigned nqueries;
    const struct sql_known *tables;
};

/* ---- ask.c ---- */

/* Who asks: of a command or cell, or of a source that is being read. */
struct ch_call {
    const struct remote_call *call;
    struct arena *arena; /* of the answer */
};
/* Sends a statement. `id` MAY be "", `sink` NULL: then the body is in *body.
 * A refusal is reported in the server's words. */
struct ch_head {
    bool ours; /* headers of the answer are ClickHouse's */
};
struct ch_request {
    str sql;
    str id;
    bool changes; /* KILL QUERY: without the read-only setting */
    const struct http_sink *sink;
    struct ch_head *head; /* MAY be NULL */
};
enum status ch_send(struct ch *ch, const struct ch_request *rq,
                    const struct ch_call *call, str *body);
/* A statement whose columns are all text, ncols of them. */
struct ch_cells {
    size_t ncols, nrows;
    const str *v; /* row by row */
};
enum status ch_strings(struct ch *ch, str sql, const struct ch_call *call,
                       struct ch_cells *out);
/* Stops a query there; nothing is reported. */
void ch_kill(struct ch *ch, str id);

/* What is in an error's text: "Code: 60, … DB::Exception: Table …". */
struct ch_error {
    int code; /* 0: it is none of the server's */
    str text;
};
struct ch_error ch_error_of(str body);
/* Reports it. Gives ST_ENV. */
enum status ch_fail(struct ch *ch, const struct ch_error *e,
                    const struct remote_call *call);
/* Rows that came before it are not wrong: time, memory, a server that goes. */
bool ch_is_outage(int code);

/* ---- catalog.c ---- */

enum status ch_tables(struct remote *r, struct arena *a,
                      struct remote_tables *out,
                      const struct remote_call *call);
enum status ch_columns(struct remote *r, str table, struct arena *a,
                       struct remote_schema *out,
                       const struct remote_call *call);

/* ---- open.c, read.c ---- */

enum status ch_text(struct remote *r, const struct remote_query *q,
                    struct buf *out, const struct remote_call *call);
enum status ch_open(struct remote *r, const struct remote_query *q,
                    struct source **out, const struct remote_call *call);

struct ch_source {
    struct source source;
    struct ch *ch;
    str sql; /* gives rows in RowBinary */
    struct span span;
};
enum status ch_read(struct source *s, unsigned part, struct row_sink *sink,
                    const atomic_bool *cancel, struct diags *ds);

#endif
