/* extract.h - the frame of a step that finds things in texts.
 *
 * Called by: ioc_frame.c, decode_frame.c, sweep_frame.c.
 * The input has `ntexts` columns of text, and then columns to carry: each row
 * of the result is something found in one text, and ends with the carried cells
 * of the row that it was found in. Cells of the input are shared. */
#ifndef ANALYTICS_EXTRACT_H
#define ANALYTICS_EXTRACT_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

struct extract_col {
    const char *name;
    enum type type;
};

/* Where something was found: row and text column, from 0. */
struct extract_place {
    uint32_t row, col;
};

enum { EXTRACT_MAX_ROWS = 1 << 27 };

/* An empty frame whose columns are `cols`, then those to carry; its arena may
 * hold the texts of cells. Cells come with extract_rows. */
struct frame *extract_frame(const struct frame *in, size_t ntexts,
                            const struct extract_col *cols, size_t ncols);
/* Makes n rows and fills in the carried cells; the caller does the others. */
void extract_rows(struct frame *out, const struct frame *in, size_t ntexts,
                  const struct extract_place *at, size_t n);
/* Reports that `what` found more than a frame can hold. */
NODISCARD enum status extract_check(size_t n, const char *what, struct span at,
                                    struct diags *ds);

/* Counts characters from place to place of one text, places going up: all of
 * them together cost one pass. */
struct extract_offset {
    size_t byte;
    int64_t chars;
};
int64_t extract_chars(struct extract_offset *o, str text, size_t byte);

#endif
