/* render.h - a query's text with the values in it.
 *
 * Used by: library.c. Where a hole stands decides how its value is written:
 * inside a string of the query's language it is escaped for that string,
 * outside it becomes a literal of its type. */
#ifndef QUERIES_RENDER_H
#define QUERIES_RENDER_H

#include "registry/stored_query.h"

enum status query_render(const struct stored_call *call, struct buf *out);

/* A point in time as packs and people write it: ISO 8601, days from now ("-7"),
 * or [+-]N(y|mon|w|d|h|m|s) with @unit to round down to. */
bool query_time(str text, int64_t now, int64_t *ticks);

#endif
