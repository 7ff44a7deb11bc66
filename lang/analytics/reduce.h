/* reduce.h - groups of similar texts: the operator reduce.
 *
 * Source: R. Vaarandi, "A Data Clustering Algorithm for Mining Patterns from
 * Event Logs", IPOM 2003. */
#ifndef ANALYTICS_REDUCE_H
#define ANALYTICS_REDUCE_H

#include <stdatomic.h>

#include "base/frame.h"
#include "base/status.h"

struct reduce_opts {
    double
        threshold; /* the share of rows that makes a word or group frequent */
};

/* `in`: a text and how many rows have it, each text once. *out: Pattern,
 * Count, Representative, largest groups first, `others` last. */
enum status reduce_run(const struct frame *in, const struct reduce_opts *o,
                       struct frame **out, const atomic_bool *cancel);

#endif
