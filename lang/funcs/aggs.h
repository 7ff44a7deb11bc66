/* aggs.h - the table of aggregation functions; overloads stand together. */
#ifndef FUNCS_AGGS_H
#define FUNCS_AGGS_H

#include "registry/agg.h"

const struct lang_agg *const *lang_aggs(size_t *n);

#endif
