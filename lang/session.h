/* session.h - the insides of struct lang, for lang/ and its commands.
 *
 * One thread runs cells and changes everything here. The catalogue is also
 * read by completion from other threads, under `lock`. */
#ifndef LANG_SESSION_H
#define LANG_SESSION_H

#include <pthread.h>

#include "bind/bind.h"
#include "catalog.h"
#include "engine/engine.h"
#include "lang.h"
#include "syntax/parse.h"

struct setting {
    str name;
    struct value value;
};

/* A parameter from outside. */
struct param_text {
    str name, text;
    bool must; /* a mistake when nothing declares it */
};

/* Where the time of a query went; `.profile` collects it. */
struct profile_step {
    const char *kind;
    str what;
    uint64_t nrows; /* UINT64_MAX: does not apply */
    int64_t ticks;
};
struct profile {
    LIST(struct profile_step) steps;
};

/* A source that the running cell has opened. */
struct opened {
    struct source *source;
    const struct provider *provider;  /* … or the connection and query */
    struct remote *remote;
    const struct remote_query *query;
    str what;  /* files or table, for people */
    str key;   /* the request as text: the same one is opened once */
    bool used; /* read already: open it anew */
};

/* Where rows come from and what is missing of them (lineage.h). */
struct lineage {
    struct arena *arena;
    enum completeness completeness;
    LIST(str) notes;
    LIST(struct origin) origins;
};

struct connection;  /* connections.c */
struct fetch_ahead; /* fetch_ahead.c */

struct lang {
    struct registry reg;
    struct lang_func *funcs; /* copies, with sql_name */
    struct arena *arena;     /* as long as the session */
    struct engine *engine;
    pthread_mutex_t lock; /* catalogue and scope, against readers */
    struct catalog *catalog;
    struct scope *scope; /* lets of the session */
    LIST(struct setting) settings;
    LIST(struct param_text) params;
    str params_failed; /* why the file of parameters cannot be used, or "" */
    LIST(struct setting) declared; /* query parameters, typed, null = default */
    LIST(struct reject) rejects;   /* of the last load */
    struct arena *rejects_arena;
    uint64_t nrejects;
    struct remote_services *services; /* what connections are made with */
    LIST(struct connection *) connections;
    struct time_range { /* of built-in queries, set by .time */
        bool chosen;    /* by .time, not the first one */
        int64_t last;   /* ticks back from now; 0: from … to */
        int64_t from, to;
    } range;
    unsigned next_table;       /* physical names t1, t2 … */
    LIST(struct arena *) kept; /* cells whose trees lets point into */
    struct arena *shown_cell;  /* the cell whose tree `_` points into */

    /* The last line of a source that is read by other threads; under lock. */
    char status_line[400];
    size_t status_n;
    bool status_new; /* not shown yet */
    str reading;     /* what rows are coming from */

    /* of the running cell */
    pthread_t thread;
    struct arena *cell;
    str code;
    int64_t now;
    uint64_t binding; /* number of this run or rehearsal, for struct let */
    bool keep_cell;  /* a let points into its tree */
    bool keep_shown; /* `_` does */
    bool rehearsal; /* the dry run before a cell of several statements */
    LIST(struct opened) opened;
    struct fetch_ahead *ahead; /* sources that are opened before their turn */
    LIST(str) temporary; /* physical tables to drop at its end */
    LIST(const struct table_info *)
    pending; /* tables that will exist (dry run) */
    bool provenance; /* `set provenance = true`, in a rehearsal its own */
    struct lineage values; /* of what was read while its statement was bound */
    const struct lang_sink *sink;
    struct profile *profile; /* of a .profile that runs, or NULL */
};

/* A binder for the running cell. */
struct binder session_binder(struct lang *l, struct diags *ds,
                             const struct lang_opts *o);
str session_physical(struct lang *l, const char *prefix);
/* A copy with the secrets of the providers crossed out. */
str session_scrub(const struct lang *l, struct arena *a, str text);
/* Shows a line while something lasts; from any thread. */
void session_status(struct lang *l, str line);

/* -- step.c: running a bound query -- */
enum status step_query(struct lang *l, struct node *n, size_t max_rows,
                       struct frame **out, struct diags *ds);
/* Runs it into a stored table under `name` (replacing an older one). */
enum status step_store(struct lang *l, struct node *n, str name,
                       struct diags *ds);
/* Puts a frame's rows into a temporary table and gives a node over it. */
struct node *step_frame_node(struct lang *l, struct binder *b,
                             const struct frame *f, struct diags *ds);
void step_drop(struct lang *l, const struct table_info *t);
/* Steady time in ticks; a step that began then. Nothing outside .profile. */
int64_t profile_now(void);
void profile_add(struct lang *l, const char *kind, str what, uint64_t nrows,
                 int64_t began);
enum { PROFILE_ROWS = 10000 }; /* what a displayed query may hold, too */
struct saved {
    uint64_t nrows;
    struct lineage lineage;
};
enum status save_parquet(struct lang *l, struct node *n, str path,
                         struct saved *out, struct diags *ds);

/* -- statement.c, cell.c -- */
void add_count(struct buf *b, uint64_t n); /* 4,210 */
enum completeness table_completeness(const struct lang *l, str name);
/* One line about a stored table: rows, columns, time span. */
str describe_table(struct lang *l, str name, struct diags *ds);
enum status run_cell(struct lang *l, str code, const struct lang_opts *o,
                     const struct lang_sink *sink, struct diags *ds);

#endif
