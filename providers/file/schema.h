/* schema.h - the columns of a source: their names and what was seen in them.
 *
 * Used by: scan.c (each thread fills its own), file.c (joins them). Types come
 * from every row, never from a sample:
 *   only integers -> long; with other numbers -> real; only true/false -> bool
 *   only ISO 8601 date-times, apart from empty ones -> datetime
 *   an array or object anywhere -> dynamic
 *   anything else, other mixtures, nothing at all -> string */
#ifndef FILE_SCHEMA_H
#define FILE_SCHEMA_H

#include "base/type.h"
#include "cell.h"
#include "json_read.h"
#include "providers/limits.h"

struct schema {
    struct field_names names;
    uint8_t saw[MAX_COLUMNS];  /* enum saw by column */
};

enum saw {
    SAW_INT = 1,
    SAW_REAL = 2,
    SAW_BOOL = 4,
    SAW_DATE = 8,
    SAW_TEXT = 16,
    SAW_EMPTY = 32,  /* "" in JSON; a CSV field without text is a null */
    SAW_NEST = 64,
};

struct schema *schema_new(struct arena *a);
/* Appends the columns of `from`, and what was seen in them. */
void schema_join(struct schema *s, const struct schema *from);
/* Notes a record. Cells whose name is new get their column first; false: the
 * source has too many columns. */
bool schema_note(struct schema *s, struct json_reader *r, struct cell *cells,
                 size_t n);
enum type schema_type(const struct schema *s, size_t col);

#endif
