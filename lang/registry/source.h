/* source.h - the contract of a provider: where rows come from.
 *
 * A provider opens a source for one use, tells its columns, then delivers rows
 * in batches. Nothing here knows KQL's tree or the engine. */
#ifndef REGISTRY_SOURCE_H
#define REGISTRY_SOURCE_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

struct source_col {
    str name;
    enum type type;
};

struct source_option {
    str name;
    struct value value;
};

/* What the cell asked for: file("x", …), host.processes, externaldata(…)[…]. */
struct source_request {
    str table; /* "processes"; "" for file() */
    size_t nargs;
    const struct value *args; /* positional */
    size_t noptions;
    const struct source_option *options; /* with (format = "json", …) */
    size_t ncols;
    const struct source_col *cols; /* declared columns; 0: detect */
    struct span span;              /* for messages */
};

/* A row that could not be read. */
struct reject {
    str file;
    uint64_t line; /* 1-based; 0 unknown */
    str reason;
    str text; /* the first bytes, repaired */
};

/* Where batches go. `part` numbers a parallel stream: batches of one part come
 * in order from one thread at a time, and the table keeps part 0, then 1, ….
 * Not ST_OK: stop reading and return that status. */
struct row_sink {
    void *ctx;
    enum status (*batch)(void *ctx, unsigned part, const struct frame *rows);
    void (*reject)(void *ctx, unsigned part, const struct reject *r);
    /* The rows are not all: TRUNCATED or PARTIAL, and one sentence why. */
    void (*incomplete)(void *ctx, enum completeness how, str why);
};

/* An opened source. All members set by open(); arena owns it. */
struct source {
    struct arena *arena;
    size_t ncols;
    const struct source_col *cols;
    unsigned nparts; /* parallel streams, 1 … SOURCE_MAX_PARTS */
    uint64_t bytes;  /* of input, 0 when unknown; for progress */
    /* Non-empty: the engine reads this file itself (Parquet), in place of
     * read(); a path on this machine. */
    str parquet;
    /* Reads one part to the end. Called once per part, parts in parallel. */
    enum status (*read)(struct source *s, unsigned part, struct row_sink *sink,
                        const atomic_bool *cancel, struct diags *ds);
    void (*close)(struct source *s); /* frees everything, arena included */
    void *impl;
    /* When read() gives ST_ENV after rows, they are kept as a part, and what it
     * reported becomes the note on them. Without rows it stays an error. */
    bool keeps_part;
    uint64_t repaired; /* values with bytes that were not UTF-8 */
    /* Of `bytes`, read so far; read() adds to it. 0: not told. */
    _Atomic uint64_t bytes_read;
};

enum { SOURCE_MAX_PARTS = 8, SOURCE_BATCH_ROWS = 2048 };

struct provider_table {
    const char *name, *summary;
};

struct provider {
    const char *name; /* "file", "host" */
    const char *usage, *summary, *example;
    const struct provider_table *tables; /* NULL-name ended; MAY be NULL */
    /* MUST: finds the source and its columns, reads no more than it needs to.
     * On ST_OK the caller owns *out and calls close(). `nthreads` is what read
     * may use. */
    enum status (*open)(struct source **out, const struct source_request *rq,
                        unsigned nthreads, const atomic_bool *cancel,
                        struct diags *ds);
};

#endif
