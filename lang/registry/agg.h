/* agg.h - the contract of an aggregation function (summarize, make-series).
 *
 * A function row whose template is an aggregate of the engine or one in C
 * (aggfn.h). `$o` in it stands for one more argument, a text that sorts as the
 * input rows do; it is left out where their order is not known. */
#ifndef REGISTRY_AGG_H
#define REGISTRY_AGG_H

#include "func.h"

enum agg_collects { AGG_VALUE, AGG_LIST, AGG_SET };

struct lang_agg {
    const char *prefix;         /* of the default column name: "sum_", "" */
    enum agg_collects collects; /* a JSON array of values, or a value */
    struct lang_func func;
};

#endif
