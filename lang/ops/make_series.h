/* make_series.h - the parts of make-series; for op_make_series.c. */
#ifndef OPS_MAKE_SERIES_H
#define OPS_MAKE_SERIES_H

#include "summarize.h"

struct making {
    const struct ast *op;
    bool nonempty;
    str axis_name;
    struct expr *axis;      /* of the input rows: long, real, datetime … */
    struct value anchor;    /* where bin 0 begins */
    struct value step;
    struct expr *from, *to; /* what rows must not be below, or not reach; MAY
                               be NULL */
    bool has_first, has_last;
    int64_t first, last;    /* bins; last < first: none */
    struct summary bins;    /* one row per keys and bin */
    size_t nkeys;
    LIST(struct expr *) empty; /* of each series: value of an empty bin */
};

/* Reads axis, bounds and step. False: reported. */
bool make_axis(struct binder *b, struct making *m);
/* One `aggregate [default = value]`. False: reported. */
bool make_one(struct binder *b, struct making *m, const struct ast *series,
              unsigned *counter);
/* The result: keys, series, axis. */
struct node *make_rows(struct binder *b, struct making *m);

#endif
