/* aggfns.h - aggregation functions in C, by family; for aggs.c and lang.c. */
#ifndef FUNCS_AGGFNS_H
#define FUNCS_AGGFNS_H

#include "registry/aggfn.h"

/* k_agg_list(value, max [, key]): the values as an array
 * k_agg_set(value, max [, key]):  the distinct values, those of arrays one by
 *                                 one, in the order of first sight
 * k_agg_bag(bag, max [, key]):    one bag of all members, the first of a name
 * `max`, that of the first row, is how many values are kept. With `key` the
 * values go by it, bytewise, and not by arrival. */
extern const struct lang_aggfn aggfns_collect[];
extern const size_t naggfns_collect;

/* k_agg_percentile(value, weight, percent), k_agg_percentile_real */
extern const struct lang_aggfn aggfns_weighted[];
extern const size_t naggfns_weighted;

/* k_agg_schema(value) */
extern const struct lang_aggfn aggfns_schema[];
extern const size_t naggfns_schema;

/* k_agg_hll(value, accuracy), k_agg_hll_merge(sketch)
 * k_agg_tdigest_TYPE(value, weight), k_agg_tdigest_merge(sketch) */
extern const struct lang_aggfn aggfns_sketch[];
extern const size_t naggfns_sketch;

/* k_agg_dec_sum(decimal) */
extern const struct lang_aggfn aggfns_decimal[];
extern const size_t naggfns_decimal;

#endif
