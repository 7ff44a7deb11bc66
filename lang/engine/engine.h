/* engine.h - the table engine: SQL in, frames out.
 *
 * The only folder that knows DuckDB (duckdb_api.h has the prototypes in use,
 * the library is opened with dlopen at first need). One struct engine is one
 * in-memory database with external access off and its configuration locked.
 * One thread runs statements; engine_interrupt may come from any thread.
 *
 * Physical layout, so that names and types stay KQL's affair:
 *   - tables and columns have generated names: table "t7", columns c0, c1, …
 *   - bool BOOLEAN, int INTEGER, long/datetime/timespan BIGINT, real DOUBLE,
 *     string/guid/dynamic VARCHAR, decimal DECIMAL(38,0) (engine/decimal.h)
 *   - a string column of a table holds no NULL; in a result one reads as ""
 *
 * Environment: SHIKRA_DUCKDB names the library, SHIKRA_MEMORY ("12GB") the
 * memory limit (default: half of what there is), TMPDIR where data is spilled.
 *
 * Every call here may answer ST_CANCELLED, without a diagnostic, while the
 * cancel flag is set. SQL must not hold NUL bytes (chr(0) in a literal). */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"
#include "registry/aggfn.h"
#include "registry/func.h"
#include "registry/source.h"

struct engine;

/* For max_rows: the query gives few rows by itself, show them all. */
#define ENGINE_FEW SIZE_MAX

struct engine_col {
    str name;       /* KQL's, for the frame */
    enum type type;
};

struct engine *engine_new(void);        /* loads nothing yet */
void engine_free(struct engine *e);

/* C functions to register when the library opens, under sql_name. Both must
 * outlive the engine. Call before the first statement.
 *
 * Parameters `any`, `num`, `scalar` and `time` take what comes; the engine
 * knows physical types only, so a datetime or timespan arrives there as long,
 * and guid and dynamic as string. A null text for such a parameter is "" and
 * not null, unless the function has FN_NULLS: then it is null. The same holds
 * for `same` and the first argument under RET_SAME and RET_ARG1, where null in
 * a text result stays null. Results that are not UTF-8 are repaired. */
void engine_add_function(struct engine *e, const char *sql_name,
                         const struct lang_func *f);

/* The same for an aggregation function, under f->name. The states of all
 * groups together may hold half of the memory limit (DIAG_MEMORY). FILTER works
 * on it as on the engine's own; ORDER BY must not be used: version 1.5 then
 * hands over states that are not there. */
void engine_add_aggregate(struct engine *e, const struct lang_aggfn *f);

/* Opens the library and the database, once; safe to call from any thread. */
enum status engine_open(struct engine *e, struct diags *ds);

enum status engine_exec(struct engine *e, str sql, struct diags *ds);

/* Runs one SELECT whose columns are `cols` in order. Rows beyond `max_rows`
 * are not fetched; then the frame is TRUNCATED and total is the full count
 * (found with a second, column-free query). max_rows 0: all rows, up to half
 * the memory limit (DIAG_LIMIT). *out is NULL unless ST_OK. */
enum status engine_query(struct engine *e, str sql, size_t ncols,
                         const struct engine_col *cols, size_t max_rows,
                         struct frame **out, struct diags *ds);

/* Creates table `table` from a frame's rows; on failure there is none. */
enum status engine_load_frame(struct engine *e, str table,
                              const struct frame *f, struct diags *ds);

struct engine_load {
    uint64_t nrows, nrejects;
    LIST(struct reject) rejects;   /* the first MAX_REJECTS, in `arena` */
    struct arena *arena;           /* caller's, for the rejects */
    unsigned nparts;               /* table parts made: TABLE_0, TABLE_1, … */
    enum completeness completeness;
    LIST(str) notes;               /* what is missing and why, in `arena` */
};

/* How far a source is read. */
struct engine_flow {
    double fraction; /* 0 … 1; negative: not known */
    uint64_t nrows;  /* in the table; 0: not counted yet */
    uint64_t nbytes; /* of input; 0: not told */
};

/* Reads a source to its end into tables `table`_0 … _nparts-1, one per stream
 * and each filled by a thread of its own, so that loading is parallel and row
 * order kept: the rows of the source are part 0, then 1, …. A Parquet source
 * becomes one part; its columns are s->cols when there are some (found by
 * name), else those of engine_parquet_cols. On failure no table is left.
 * `progress` MAY be NULL; it runs on the calling thread, up to ten times a
 * second. */
enum status engine_load_source(struct engine *e, str table, struct source *s,
                               struct engine_load *out,
                               void (*progress)(void *ctx,
                                                const struct engine_flow *f),
                               void *ctx, struct diags *ds);

/* Finds columns of a Parquet file: names and KQL types (timestamps become
 * datetime, nested values dynamic; parquet_map.c has the table). Names live
 * in `a`. */
enum status engine_parquet_cols(struct engine *e, struct arena *a, str path,
                                struct source_col **cols, size_t *ncols,
                                struct diags *ds);
/* Writes the rows of a SELECT to a Parquet file, atomically (temporary file in
 * the target's folder, then rename). datetime becomes TIMESTAMP, timespan a
 * BIGINT of ticks, guid and dynamic text. */
enum status engine_save_parquet(struct engine *e, str sql, size_t ncols,
                                const struct engine_col *cols, str path,
                                uint64_t *nrows, struct diags *ds);

/* Ends the running statement, also one that is about to start. From any thread
 * but not from a signal handler. */
void engine_interrupt(struct engine *e);
/* The flag that sources and native steps poll. Set by engine_interrupt. */
const atomic_bool *engine_cancel_flag(const struct engine *e);
void engine_clear_cancel(struct engine *e);   /* before a new cell */
double engine_progress(const struct engine *e); /* 0..1, negative: unknown */
const char *engine_version(struct engine *e);   /* after open, else "" */

/* SQL type of a KQL type: "BIGINT". */
const char *engine_sql_type(enum type t);

enum { MAX_REJECTS = 1000 };

#endif
