/* points.h - columns of numbers as points, for cluster and outliers. */
#ifndef OPS_POINTS_H
#define OPS_POINTS_H

#include "hunt.h"

/* Rows that have a number in every column. */
struct points {
    size_t n, dim;
    double *x;               /* n rows of dim */
    uint32_t *row;           /* of the frame, by point */
};

enum scaling {
    SCALE_NONE,
    SCALE_UNIT,              /* each point to length 1 */
    SCALE_ZSCORE,            /* each column to mean 0, deviation 1 */
    SCALE_MINMAX,            /* each column to 0 … 1 */
};

/* Numbers, times and truths will do. False: reported. */
bool points_fit(struct binder *b, const struct ast *op,
                const struct group_key *cols, size_t most);
/* The word for a scaling. False: reported. */
bool points_scaling(struct binder *b, const struct ast *op, str word,
                    enum scaling *s);

/* A row with a null, NaN or infinity is no point. ST_OK, ST_CANCELLED. */
NODISCARD enum status points_read(struct arena *a, const struct frame *f,
                                  const struct group_key *cols,
                                  const atomic_bool *cancel,
                                  struct points *out);
/* A column (or point) that does not vary becomes 0. */
void points_scale(struct points *p, enum scaling s);

#endif
