/* convert.h - one cell to a value of its column's type.
 *
 * Used by: fill.c. Covers every kind of cell and every type, because columns
 * can be declared (externaldata) as well as detected. */
#ifndef FILE_CONVERT_H
#define FILE_CONVERT_H

#include "base/type.h"
#include "cell.h"
#include "pool.h"

struct convert {
    struct pool *pool;  /* where new text goes */
    bool epoch;         /* a number in a datetime column is a Unix time */
    bool repaired;      /* out: bytes that were not UTF-8 were replaced */
};

/* `v->type` says what is wanted. Text that needs no work stays a view. Null
 * when the cell is, or when it does not fit the type. */
void cell_convert(struct convert *cv, const struct cell *c, struct value *v);

#endif
