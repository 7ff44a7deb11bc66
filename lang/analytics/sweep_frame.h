/* sweep_frame.h - where the indicators of one table stand in another.
 *
 * Called by: the operator `sweep`.
 * The input has `ntexts` columns of text, of which the last is a mark: in rows
 * marked with anything the first column is an indicator. Result: Value (as the
 * indicators have it), Column, SourceRow (from 1, of the rows without a mark),
 * Offset (in characters), then the carried columns. */
#ifndef ANALYTICS_SWEEP_FRAME_H
#define ANALYTICS_SWEEP_FRAME_H

#include <stdatomic.h>

#include "extract.h"

struct sweep_frame_opts {
    size_t ntexts;
    struct span span;
};

enum { SWEEP_NCOLS = 4 };
extern const struct extract_col sweep_columns[SWEEP_NCOLS];

NODISCARD enum status sweep_frame_run(const struct frame *in,
                                      const struct sweep_frame_opts *o,
                                      struct frame **out, struct diags *ds,
                                      const atomic_bool *cancel);

#endif
