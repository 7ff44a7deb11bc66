/* kinds.h - how ClickHouse keeps a column.
 *
 * Used by: all files of this folder. Whatever a statement gives travels in one
 * of four forms, which output() makes (dialect.c) and read.c knows: text, text
 * or null, a 64-bit integer or null, a real or null. */
#ifndef CLICKHOUSE_KINDS_H
#define CLICKHOUSE_KINDS_H

#include "providers/sql/query.h"

enum ch_kind {
    CH_PLAIN,    /* 0 is "plain" in struct sql_col: computed there */
    CH_BOOL,
    CH_INT,      /* up to 32 bits */
    CH_LONG,     /* 64 bits, and unsigned ones of 32 */
    CH_UINT64,   /* a decimal here: no long has all of them */
    CH_REAL,
    CH_DECIMAL,  /* whose precision and scale fit a decimal */
    CH_STRING,
    CH_UUID,
    CH_DATETIME, /* seconds */
    CH_DATE,     /* days, Date32 too */
    CH_JSON,     /* Array, Map, Tuple, JSON, … by toJSONString */
    CH_STATE,    /* AggregateFunction: a state to be finished */
    CH_TEXT,     /* everything else, by toString */
    CH_TIME64 = 32, /* DateTime64: plus its digits after the second, 0 to 9 */
};

/* What a type's text means, "LowCardinality(Nullable(String))". */
struct ch_type {
    unsigned kind;
    bool nullable;
};
struct ch_type ch_type_of(str text, bool has_json);
enum type ch_kind_type(unsigned kind);

/* ClickHouse's SQL. */
extern const struct sql_dialect ch_dialect;
bool ch_ident(struct buf *b, str name);
bool ch_literal(struct buf *b, const struct value *v);
void ch_output(struct buf *b, const struct sql_col *c);

#endif
