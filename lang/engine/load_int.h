/* load_int.h - what loading from frames, sources and Parquet share. */
#ifndef ENGINE_LOAD_INT_H
#define ENGINE_LOAD_INT_H

#include "engine_int.h"

/* A statement that makes one table out of rows that are handed to it. */
struct feed {
    struct engine *e;               /* set by the caller, as are … */
    struct duck_connection *con;
    str table;
    size_t ncols;
    const enum type *types;         /* … those of the table and its frames */
    unsigned slot;                  /* in e->feeds */
    pthread_t thread;               /* runs the statement */
    struct arena *scratch;          /* repaired texts of one chunk */
    struct arena *arena;            /* of the diagnostics */
    struct diags diags;             /* of the statement */
    enum status status;             /* of the statement, when done */
    pthread_mutex_t lock;           /* guards the members below it */
    pthread_cond_t wake;
    const struct frame *rows;       /* handed over … */
    struct duck_chunk *chunk;       /* … or this */
    size_t at;                      /* rows taken of `rows`; chunk: 1 */
    bool ended;                     /* no more will come */
    bool dropped;                   /* and the table is not wanted */
    bool done;                      /* the statement has ended */
};
/* Starts making the table; errors come later. */
NODISCARD enum status feed_open(struct feed *f, struct diags *ds);
/* Both return when the rows are in the table. Not ST_OK without a diagnostic:
 * feed_close has it. */
NODISCARD enum status feed_rows(struct feed *f, const struct frame *rows,
                                struct diags *ds);
/* A chunk of another database's result whose types are the table's. */
NODISCARD enum status feed_chunk(struct feed *f, struct duck_chunk *chunk);
/* Ends it, once after feed_open. There is a table then if it was to be kept
 * and the answer is ST_OK. */
enum status feed_close(struct feed *f, bool keep, struct diags *ds);
/* All of it: a table of the rows of one frame, on the calling thread. */
NODISCARD enum status feed_frame(struct feed *f, const struct frame *rows,
                                 struct diags *ds);

/* parquet.c. Fills the table of `f` (whose columns it sets) from the file
 * s->parquet; tells s->bytes_read. */
NODISCARD enum status parquet_load(struct feed *f, struct source *s,
                                   uint64_t *nrows, struct diags *ds);

#endif
