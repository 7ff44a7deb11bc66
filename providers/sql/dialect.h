/* dialect.h - what one engine's SQL is like, and columns as they stand in it.
 *
 * Included by: providers of engines that speak SQL, which fill one struct
 * sql_dialect each, and by this folder, which writes stages with it.
 *
 * A value stands in a statement in one of two ways. *Native*: as the engine
 * keeps the column; only handed on, or compared with a literal by compare().
 * *Plain*: as the language keeps it, which is what the templates of rows.def
 * compute with: text that is never null, 64-bit integers, ticks for datetime
 * and timespan, lower-case text for guid. plain() makes the second of the
 * first. */
#ifndef PROVIDERS_SQL_DIALECT_H
#define PROVIDERS_SQL_DIALECT_H

#include "registry/remote.h"

struct sql_col {
    str name; /* KQL's */
    enum type type;
    unsigned kind; /* how the engine keeps it, of the dialect; 0: plain */
    bool nullable; /* native: the engine may have no value */
    /* Native text that templates may use as it is where null means false. */
    bool raw_text;
    bool is_ref; /* `text` names a column: it may be repeated */
    str text;    /* SQL, in terms of the FROM that it stands over */
};

enum sql_language { SQL_POSTGRESQL, SQL_CLICKHOUSE, NSQL };

struct sql_dialect {
    enum sql_language language; /* which template of a row */
    size_t max_text;            /* bytes of a statement that the server takes */
    char any;   /* in LIKE: any one character, or more */
    bool fold;  /* LIKE heeds case: needles are folded as its lower() does */
    const char *lead; /* before the columns of the whole statement; MAY be "" */
    const char *no_null[2]; /* around a condition whose null means false */
    /* MUST: a quoted name. False: it cannot be said. */
    bool (*ident)(struct buf *b, str name);
    /* MUST: a plain value. False: it cannot be said. */
    bool (*literal)(struct buf *b, const struct value *v);
    /* MUST: a native column as a plain value. False: nothing is computed with
     * it there. */
    bool (*plain)(struct buf *b, const struct sql_col *c);
    /* MUST: a column, native or plain, as the reader takes it. */
    void (*output)(struct buf *b, const struct sql_col *c);
    /* MAY: a native column against a value, where null means false; exactly
     * KQL's meaning, and an index may serve it. `op` is ==, <, <=, > or >=.
     * False: it is written with plain(). */
    bool (*compare)(struct buf *b, const struct sql_col *c, str op,
                    const struct value *v);
    bool sorts_reals; /* NaN above all numbers, as here */
};

#endif
