/* emit.h - relational nodes to one SQL statement of the engine. */
#ifndef SQL_EMIT_H
#define SQL_EMIT_H

#include "plan/node.h"

enum { MAX_SQL_BYTES = 64 << 20 };

/* A SELECT with the node's columns in order. No FETCH or HOST node may be left
 * in it (the plan runs those first), except for printing. False: too large,
 * reported. */
bool sql_emit(struct buf *out, const struct node *n, struct diags *ds);

#endif
