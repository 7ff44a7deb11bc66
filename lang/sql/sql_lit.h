/* sql_lit.h - values and names into SQL text: the one place that quotes. */
#ifndef SQL_SQL_LIT_H
#define SQL_SQL_LIT_H

#include "base/type.h"

/* 'text' with quotes doubled; NUL bytes are joined in by chr(0), because the
 * engine's interface ends a statement at one. */
void sql_string(struct buf *b, str s);
/* A typed literal: 5::BIGINT, 2.5::DOUBLE, NULL::VARCHAR. */
void sql_value(struct buf *b, const struct value *v);
void sql_ident(struct buf *b, str name); /* "name" */
const char *sql_type(enum type t);

#endif
