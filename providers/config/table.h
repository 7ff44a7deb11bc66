/* table.h - rows of texts and numbers, to be a frame at the end.
 *
 * Called by: show.c, check.c. */
#ifndef CONFIG_TABLE_H
#define CONFIG_TABLE_H

#include "base/frame.h"

enum { TABLE_COLS = 6 };

struct table_row {
    str text[TABLE_COLS];
    int64_t number[TABLE_COLS]; /* of columns of type long; 0 shows as null */
};

struct table {
    struct arena *arena;
    LIST(struct table_row) rows;
};

/* `types` has 's' for a text and 'n' for a number, one letter a column. */
struct frame *table_frame(const struct table *t, const char *const *names,
                          const char *types);

#endif
