/* iforest.h - how easily is a point told from the others?
 *
 * Called by: lang/ops/op_outliers.c.
 * Isolation forest (Liu, Ting & Zhou, ICDM 2008). Each tree halves a sample at
 * random places until points are alone; what is alone soon is unusual. The
 * score is 2^(-E h / c(sample)), where E h is the mean depth and c the depth
 * that a failed search in a binary tree has: above 0.5 the point is easier to
 * tell than most, near 1 it is an outlier.
 *
 * The seed decides everything: same points in the same order, same scores.
 * O(trees * sample * log sample) to grow, O(n * trees * log sample) to ask;
 * memory O(trees * sample). Values are never NaN; infinite ones are allowed. */
#ifndef ANALYTICS_IFOREST_H
#define ANALYTICS_IFOREST_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/status.h"

enum {
    IFOREST_MAX_TREES = 10000,
    IFOREST_MAX_SAMPLE = 16384,
    IFOREST_MAX_DIM = 1024,
};

struct iforest_opts {
    size_t trees, sample;
    size_t features;         /* columns that a tree may use; 0: all */
    uint64_t seed;
};

struct iforest_in {
    size_t n, dim;
    const double *x;         /* n rows of dim */
    /* Rows to learn from, in order; NULL: all. */
    size_t nlearn;
    const uint32_t *learn;
};

/* score[i] for each row: 0.5 … 1, or 0.5 where there is nothing to learn from.
 * ST_OK or ST_CANCELLED. */
NODISCARD enum status iforest_run(const struct iforest_in *in,
                                  const struct iforest_opts *o,
                                  const atomic_bool *cancel, double *score);

#endif
