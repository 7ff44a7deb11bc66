/* aggs.h - the table of aggregation functions; overloads stand together. */
#ifndef FUNCS_AGGS_H
#define FUNCS_AGGS_H

#include "registry/agg.h"
#include "registry/aggfn.h"

const struct lang_agg *const *lang_aggs(size_t *n);
/* The C functions that their templates call, one by one; NULL at the end. */
const struct lang_aggfn *lang_aggfn(size_t i);

#endif
