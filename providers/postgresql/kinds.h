/* kinds.h - how PostgreSQL keeps a column, and how it travels.
 *
 * Used by: all files of this folder. A kind decides three things that must
 * agree: the KQL type, what a statement computes with (dialect.c), and the
 * bytes that come (read.c). */
#ifndef POSTGRESQL_KINDS_H
#define POSTGRESQL_KINDS_H

#include "providers/sql/query.h"

enum pg_kind {
    PG_PLAIN, /* 0 is "plain" in struct sql_col: computed there */
#define PG_KIND(kind, type, oid, oid_sent) PG_##kind,
#include "kinds.def"
#undef PG_KIND
    NPG_KINDS
};

/* What the catalogue tells of a column. */
struct pg_type {
    uint32_t oid;  /* of the type below a domain */
    char typtype;  /* b base, e enum, c composite, r range, … */
    char category; /* A array, … */
    int32_t mod;   /* precision and scale of numeric; -1 none */
    bool exact_equal; /* equal texts have equal bytes */
};

enum pg_kind pg_kind_of(const struct pg_type *t);
enum type pg_kind_type(enum pg_kind k);
/* The type of what output() gives: an OID. */
uint32_t pg_sent_oid(const struct sql_col *c);

/* PostgreSQL's SQL. */
extern const struct sql_dialect pg_dialect;
bool pg_ident(struct buf *b, str name);
/* The column as it travels. */
void pg_output(struct buf *b, const struct sql_col *c);
/* It has to be converted for that, by SQL. */
bool pg_is_converted(enum pg_kind k);

#endif
