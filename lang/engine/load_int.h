/* load_int.h - what loading from frames, sources and Parquet share. */
#ifndef ENGINE_LOAD_INT_H
#define ENGINE_LOAD_INT_H

#include "engine_int.h"

/* An appender to one table, with the chunk that it is fed through. */
struct feed {
    struct engine *e;               /* set by the caller, as are … */
    struct duck_connection *con;
    str table;
    size_t ncols;
    const enum type *types;         /* … those of the table and its frames */
    struct duck_appender *appender;
    struct duck_chunk *chunk;
    struct arena *scratch;          /* repaired texts of one chunk */
};
/* Creates the table. On failure nothing is left. */
NODISCARD enum status feed_open(struct feed *f, struct diags *ds);
NODISCARD enum status feed_rows(struct feed *f, const struct frame *rows,
                                struct diags *ds);
/* A chunk of another database's result whose types are the table's. */
NODISCARD enum status feed_chunk(struct feed *f, struct duck_chunk *chunk,
                                 struct diags *ds);
/* Ends it; not ST_OK when the last rows could not be stored. The table stays
 * then, in part: the caller drops it. Call once after feed_open. */
NODISCARD enum status feed_close(struct feed *f, struct diags *ds);

/* parquet.c. Fills the table of `f` (whose columns it sets) from the file
 * s->parquet; tells s->bytes_read. */
NODISCARD enum status parquet_load(struct feed *f, struct source *s,
                                   uint64_t *nrows, struct diags *ds);

#endif
