/* cmdline_frame.h - command lines of a table taken apart, as columns.
 *
 * Called by: the operator `cmdline`. Appends Program, Tokens, Switches,
 * Obfuscation, Lolbin, Rules, Techniques; the input's cells are shared. */
#ifndef ANALYTICS_CMDLINE_FRAME_H
#define ANALYTICS_CMDLINE_FRAME_H

#include <stdatomic.h>

#include "base/frame.h"
#include "base/status.h"
#include "cmdline.h"

struct cmdline_frame_opts {
    uint32_t col;            /* a column of strings */
    enum cmdline_os os;
};

enum { CMDLINE_NCOLS = 7 };

/* The last CMDLINE_NCOLS columns of `f` have their names and types. */
NODISCARD enum status cmdline_fill(struct frame *f,
                                   const struct cmdline_frame_opts *o,
                                   const atomic_bool *cancel);

#endif
