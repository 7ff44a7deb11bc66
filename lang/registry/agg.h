/* agg.h - the contract of an aggregation function (summarize, make-series).
 *
 * A function row whose template is an aggregate of the engine; `$o` in it
 * stands for the order of the input rows, where one is known. */
#ifndef REGISTRY_AGG_H
#define REGISTRY_AGG_H

#include "func.h"

struct lang_agg {
    const char *prefix;     /* of the default column name: "sum_", "" */
    struct lang_func func;
};

#endif
