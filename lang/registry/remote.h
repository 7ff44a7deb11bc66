/* remote.h - the contract of a connection: a service that answers queries.
 *
 * A row (struct remote_provider) says how to connect; a connection (struct
 * remote) tells its tables, says which steps of a pipeline it can run itself,
 * and opens a query as a source (source.h), whose rows then flow into a table
 * like those of a file. Nothing here knows KQL's tree, plans or the engine.
 *
 * What the analyst wrote after `ALIAS.TABLE` reaches a connection in one of
 * two ways. A service that speaks KQL gets the longest prefix it can run as
 * text. Any other gets stages: filters, projections, aggregates, an order, a
 * number of rows, each offered by push() and run there only if it says so; so
 * a provider translates what it is sure of, and the rest runs here. */
#ifndef REGISTRY_REMOTE_H
#define REGISTRY_REMOTE_H

#include "source.h"

/* ---- expressions of a stage ---- */

enum remote_expr_kind {
    REMOTE_COLUMN,  /* name: a column of the stage before */
    REMOTE_LITERAL, /* value */
    REMOTE_CALL,    /* name: operator, function or aggregate as KQL calls it:
                       "==", "has", "and", "not", "in", "count", "bin", … */
};

struct remote_expr {
    enum remote_expr_kind kind;
    enum type type;
    str name;
    struct value value;
    size_t nargs;
    struct remote_expr **args;
};

/* ---- stages ---- */

enum remote_stage_kind {
    REMOTE_WHERE,     /* cond */
    REMOTE_PROJECT,   /* assigns: all output columns */
    REMOTE_SUMMARIZE, /* keys, then assigns: calls of aggregates; one row when
                         there are no keys */
    REMOTE_DISTINCT,  /* keys */
    REMOTE_SORT,      /* orders; only ever before a REMOTE_TAKE */
    REMOTE_TAKE,      /* count */
};

struct remote_assign { /* name = e */
    str name;
    struct remote_expr *e;
};

struct remote_order {
    struct remote_expr *e;
    bool desc, nulls_first;
};

struct remote_stage {
    enum remote_stage_kind kind;
    struct remote_expr *cond;
    size_t nkeys, nassigns, norders;
    const struct remote_assign *keys, *assigns;
    const struct remote_order *orders;
    uint64_t count;
};

/* What becomes of a stage that was offered. */
enum remote_push {
    PUSH_NO,    /* the pipeline goes on here */
    PUSH_WIDER, /* REMOTE_WHERE only: the service keeps every row that fits and
                   perhaps some more; the condition runs here once more */
    PUSH_PROVABLE, /* the service gives what KQL would if the data are as
                      open() finds them to be; a REMOTE_WHERE is PUSH_WIDER
                      too. Of use only under a step that leaves fewer rows: no
                      query that is opened ends with another one of these. */
    PUSH_EXACT,    /* the service gives what KQL would */
};

/* ---- a query ---- */

#define REMOTE_NO_START INT64_MIN
#define REMOTE_NO_END INT64_MAX

struct remote_query {
    str table; /* below the alias, "db.Table" included; "" with a text */
    str text;  /* the service's own language, or KQL that it was given */
    size_t nstages;
    const struct remote_stage *stages;
    /* The rows wanted: open() MUST deliver these columns in this order with
     * these types, as null where a row has none. 0: whatever comes. */
    size_t ncols;
    const struct source_col *cols;
    int64_t start, end; /* [start, end): ticks of UTC, or no bound */
    size_t noptions;    /* of ALIAS.query("…", name = value) */
    const struct source_option *options;
    /* The range that the text asks about by itself, for provenance: never sent.
     * REMOTE_NO_START, REMOTE_NO_END: not known. */
    int64_t from, to;
    str slice;        /* of a time range, for messages: when it cannot be had,
                         the other slices still count; "" */
    struct span span; /* for messages */
};

/* ---- a connection ---- */

struct remote_call {
    const atomic_bool *cancel;
    struct diags *ds;
    struct span span;
    /* A line for the analyst while it lasts ("page 3, 20,000 rows"; a device
     * code to type). MAY be NULL. */
    void (*status)(void *ctx, str line);
    void *ctx;
    bool attended; /* somebody looks at the lines and can act on them */
};

struct remote_table {
    str name;
    str summary; /* may be "" */
};
struct remote_tables {
    size_t n;
    const struct remote_table *v;
};
struct remote_schema {
    size_t ncols;
    const struct source_col *cols;
};

struct remote {
    const struct remote_provider *provider;
    struct arena *arena; /* owns the connection; close() frees it */
    str alias;
    str where; /* what it is connected to, without secrets, for lists */
    bool knows_tables; /* tables() asks nobody: completion may have them */
    str known_table;   /* nor does columns() for this one; "" */
    /* Tables come, go and change while it is connected, and asking is cheap:
     * what was told is not kept, but for completion. */
    bool changes;
    void *impl;
};

enum remote_language { REMOTE_STAGES, REMOTE_KQL };

struct remote_setting {
    const char *name;
    enum type type;
    const char *summary;
};

/* .connect splunk.prod as s with (host = "…") */
struct remote_setup {
    str instance; /* "prod": an entry of the configuration; "" the default */
    str alias;
    size_t noptions;
    const struct source_option *options;
};

struct remote_services; /* HTTP, configuration, secrets: providers/ makes it */

struct remote_provider {
    const char *name; /* "splunk" */
    const char *usage, *summary, *example;
    enum remote_language language;
    const char *native; /* its own language, for messages: "SPL" */
    /* open() waits for the service and MAY be called by several threads at
     * once: the sources of a query are opened before their turn. */
    bool opens_ahead;
    const struct remote_setting *settings; /* NULL-name ended */
    /* MUST: signs in and finds out what it can cheaply. ST_OK: the caller owns
     * *out. */
    enum status (*connect)(struct remote_services *s,
                           const struct remote_setup *setup,
                           struct remote **out,
                           const struct remote_call *call);
    void (*close)(struct remote *r); /* MUST */
    /* MUST: all tables, in `a`. */
    enum status (*tables)(struct remote *r, struct arena *a,
                          struct remote_tables *out,
                          const struct remote_call *call);
    /* MUST: the columns of one table, in `a`. ST_USER: there is no such
     * table, and nothing is reported. */
    enum status (*columns)(struct remote *r, str table, struct arena *a,
                           struct remote_schema *out,
                           const struct remote_call *call);
    /* MAY: the Parquet file on this machine that a table is, after columns()
     * gave none for it: the engine finds them there. Borrowed until the next
     * call; "" it is none. */
    str (*parquet)(struct remote *r, str table);
    /* REMOTE_STAGES MUST: may `next` run there, after the stages of `q`? Asks
     * nobody; called for every stage in order until it says no. */
    enum remote_push (*push)(struct remote *r, const struct remote_query *q,
                             const struct remote_stage *next);
    /* MUST: the text that open() would send, for .explain. */
    enum status (*text)(struct remote *r, const struct remote_query *q,
                        struct buf *out, const struct remote_call *call);
    /* MUST: runs the query, as provider.open does. ST_OK and *out NULL: a
     * stage was PUSH_PROVABLE and is not so on these data; nothing is
     * reported, and a query without it is opened instead. */
    enum status (*open)(struct remote *r, const struct remote_query *q,
                        struct source **out, const struct remote_call *call);
};

#endif
