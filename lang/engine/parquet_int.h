/* parquet_int.h - a Parquet file at hand; for the parquet*.c files. */
#ifndef ENGINE_PARQUET_INT_H
#define ENGINE_PARQUET_INT_H

#include "cells.h"
#include "engine_int.h"

/* How a column of a file becomes KQL: SQL in which `$` stands for it. */
struct mapping {
    int id;             /* enum duck_id */
    enum type type;
    const char *sql;
};
const struct mapping *mapping_find(const struct duck *d, struct duck_type *t);

/* How many levels of lists, structures and maps a type has, up to `limit`. */
unsigned type_nesting(const struct duck *d, struct duck_type *t,
                      unsigned limit);

/* DuckDB 1.5 reads a column of lists within lists in time that doubles with
 * each level, without looking at interrupts. */
enum { MAX_NESTING = 16 };

/* Why the file must not get to DuckDB, in a few words; NULL: it may. */
const char *parquet_refusal(int fd, uint64_t bytes);

/* A file, the DuckDB that reads it, and what is in it. */
struct parquet {
    struct engine *e;
    struct arena *arena;
    struct duck_database *db;
    struct duck_connection *con;
    str path;
    int fd;
    uint64_t bytes;
    struct loan loan;
    size_t ncols;
    str *names;
    const struct mapping **map;
    bool *too_deep;     /* per column: nested beyond MAX_NESTING */
};

/* Also after a failure, parquet_close is due. */
NODISCARD enum status parquet_open(struct parquet *p, struct engine *e,
                                   str path, struct diags *ds);
void parquet_close(struct parquet *p);
/* DuckDB's text about the file as a diagnostic: the fault is the file's. */
enum status parquet_fail(struct parquet *p, const char *text,
                         struct diags *ds);
/* FROM …; the second names the columns p0, p1, …. */
void parquet_scan(struct buf *b, const struct parquet *p);
void parquet_scan_aliased(struct buf *b, const struct parquet *p);

#endif
