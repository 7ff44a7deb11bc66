/* engine_int.h - the insides of struct engine, for this folder only. */
#ifndef ENGINE_ENGINE_INT_H
#define ENGINE_ENGINE_INT_H

#include <pthread.h>

#include "duckdb_api.h"
#include "engine.h"
#include "spool.h"

enum {
    MAX_SQL = 64 << 20,             /* bytes of one statement */
    MAX_CONNECTIONS = SOURCE_MAX_PARTS + 2,
    MAX_FEEDS = SOURCE_MAX_PARTS + 1,
    AGG_LISTS = 32,
};

struct registration {
    const char *sql_name;
    const struct lang_func *f;
};

/* The states of aggregates (agg_state.c). */
struct agg_heap {
    struct agg_list {
        pthread_mutex_t lock;
        struct agg_body *first;
    } lists[AGG_LISTS];
    atomic_size_t held;             /* bytes of all of them */
    _Atomic uint64_t generation;    /* goes up when all are swept away */
};

struct engine {
    struct duck duck;
    struct duck_database *db;
    struct duck_connection *con;    /* of the thread that runs statements */
    struct arena *arena;            /* lives as long as the engine */
    LIST(struct registration) functions;
    LIST(const struct lang_aggfn *) aggregates;
    struct agg_heap agg;
    struct spool spool;
    uint64_t memory_limit;          /* bytes, DuckDB's */
    pthread_mutex_t open_lock;      /* one thread opens */
    atomic_bool is_open;

    /* Interrupts (interrupt.c). `lock` guards the members below it. */
    atomic_bool cancel;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t watcher;
    bool has_watcher, closing;
    unsigned running;               /* statements at work */
    struct duck_connection *live[MAX_CONNECTIONS];
    size_t nlive;
    struct feed *feeds[MAX_FEEDS];  /* feed.c: tables that are being filled */
};

/* interrupt.c. A statement runs between begin and end; begin opens the engine
 * when need be and answers ST_CANCELLED while the cancel flag is set. */
NODISCARD enum status statement_begin(struct engine *e, struct diags *ds);
void statement_end(struct engine *e);
NODISCARD enum status watcher_start(struct engine *e, struct diags *ds);
void watcher_stop(struct engine *e);
static inline bool is_cancelled(const struct engine *e)
{
    return atomic_load_explicit(&e->cancel, memory_order_relaxed);
}

/* A connection that engine_interrupt reaches; NULL after a diagnostic. */
struct duck_connection *connection_new(struct engine *e,
                                       struct duck_database *db,
                                       struct diags *ds);
void connection_free(struct engine *e, struct duck_connection *con);

/* db.c. An in-memory database that may use `memory` bytes and spill into the
 * folder `temp` ("": nowhere); NULL after a diagnostic. It is open to files
 * until database_lock leaves but one path: `allowed` is allowed_directories or
 * allowed_paths. */
struct duck_database *database_open(struct engine *e, uint64_t memory,
                                    const char *temp, struct diags *ds);
NODISCARD enum status database_lock(struct engine *e,
                                    struct duck_connection *con,
                                    const char *allowed, str path,
                                    struct diags *ds);
/* Both MAY hold NULL. */
void database_close(struct engine *e, struct duck_database **db,
                    struct duck_connection **con);
void set_utc(struct engine *e, struct duck_connection *con);

/* error.c. Turns DuckDB's text into a diagnostic and a status. ST_CANCELLED
 * without one when the cancel flag is set: then the flag was the cause. */
enum status engine_fail(struct engine *e, const char *text, struct diags *ds);

/* run.c. Runs a statement to its end; *out is to be destroyed in any case. The
 * whole result is in memory then. */
NODISCARD enum status run_prepared(struct engine *e, struct duck_prepared *p,
                                   struct duck_result *out, struct diags *ds);

/* exec.c. Like engine_exec on another connection; `changed` MAY be NULL. */
NODISCARD enum status run_sql(struct engine *e, struct duck_connection *con,
                              str sql, uint64_t *changed, struct diags *ds);
/* One statement, which may take long. */
NODISCARD enum status run_one(struct engine *e, struct duck_connection *con,
                              str sql, struct diags *ds);
/* Refuses SQL that is too long or holds a NUL byte. */
NODISCARD enum status sql_check(str sql, struct diags *ds);
void drop_table(struct engine *e, struct duck_connection *con, str table);
/* "…" or '…' around s, with the quote doubled. */
void sql_quoted(struct buf *b, str s, char quote);

/* udf.c. Registers every added function; or one, in any database, whose
 * arena must outlive that. */
NODISCARD enum status functions_register(struct engine *e, struct diags *ds);
NODISCARD enum status function_register(struct engine *e,
                                        struct duck_connection *con,
                                        struct arena *a,
                                        const struct registration *r,
                                        struct diags *ds);

/* agg.c, agg_state.c. Sweeping is for when no statement runs. */
void agg_heap_init(struct engine *e);
void agg_heap_release(struct engine *e);
void agg_sweep(struct engine *e);
NODISCARD enum status aggregates_register(struct engine *e, struct diags *ds);

/* feed.c */
NODISCARD enum status feeds_register(struct engine *e, struct diags *ds);

/* An error of our own functions that begins so is one of memory. */
#define OUT_OF_MEMORY "out of memory: "

#endif
