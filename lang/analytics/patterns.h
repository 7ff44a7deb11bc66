/* patterns.h - which combinations of values many rows share.
 *
 * A table of n rows and k columns comes as codes, row by row; equal values of
 * a column have equal codes below `sizes[column]`. A pattern fixes some columns
 * and leaves the others open (PATTERN_ANY). Results are in the arena; ties go
 * to the lower column and code, so that a result is the same each time. */
#ifndef ANALYTICS_PATTERNS_H
#define ANALYTICS_PATTERNS_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/status.h"

#define PATTERN_ANY UINT32_MAX

struct pattern_table {
    size_t n, k;
    const uint32_t *codes;
    const uint32_t *sizes; /* k */
    const double *weight;  /* n, or NULL: 1 each */
    const uint8_t *side;   /* n, for patterns_diff: 1 is A, 2 is B, 0 neither */
    const atomic_bool *cancel;
};

struct pattern_opts {
    double threshold;   /* share of the weight, 0 … 1 */
    double size_weight; /* of patterns_cluster, 0 … 1 */
    size_t most;        /* fixed columns */
    size_t seeds;       /* of patterns_cluster */
    size_t limit;       /* patterns of patterns_basket */
};

struct pattern {
    uint32_t *codes;    /* k */
    double count, other; /* weight of the rows; of those of B */
    double kept;         /* used while sorting */
};

struct patterns {
    LIST(struct pattern) list;
};

/* All patterns with 1 to `most` fixed columns that at least the share
 * `threshold` of the weight has, the heaviest first. Depth first over lists of
 * rows (Zaki 2000): O(rows) a pattern. ST_USER: more than `limit` of them. */
enum status patterns_basket(struct arena *a, const struct pattern_table *t,
                            const struct pattern_opts *o,
                            struct patterns *out);

/* A few patterns that cover much: each is grown greedily from the heaviest
 * values (`seeds` of them) of the rows that no earlier one covers. What counts
 * is share^size_weight * (part of columns fixed)^(1 - size_weight). */
enum status patterns_cluster(struct arena *a, const struct pattern_table *t,
                             const struct pattern_opts *o,
                             struct patterns *out);

/* Patterns whose share in A and in B differs by `threshold` or more, the
 * greatest difference first; each is grown greedily from one value, as long as
 * the difference does not fall by more than a twentieth. */
enum status patterns_diff(struct arena *a, const struct pattern_table *t,
                          const struct pattern_opts *o, struct patterns *out);

#endif
