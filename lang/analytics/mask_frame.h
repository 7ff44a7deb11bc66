/* mask_frame.h - pseudonyms for columns of a table.
 *
 * Called by: the operator `mask`. The input is not changed: the result shares
 * its cells and has a column of strings more for each column that is masked,
 * or, when `replace`, another column in its place. Null gives "". */
#ifndef ANALYTICS_MASK_FRAME_H
#define ANALYTICS_MASK_FRAME_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

struct mask_frame_opts {
    str key;
    bool replace;
    size_t n;
    const uint32_t *cols;    /* numbers of columns */
};

NODISCARD enum status mask_frame_run(const struct frame *in,
                                     const struct mask_frame_opts *o,
                                     struct frame **out,
                                     const atomic_bool *cancel);

#endif
