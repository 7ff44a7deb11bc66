/* hll.h - how many different values there are, in little room (HyperLogLog).
 *
 * Called by: lang/funcs/agg_sketch.c, fn_sketch.c.
 * Flajolet, Fusy, Gandouet & Meunier 2007, with the estimator of Ertl 2017
 * ("New cardinality estimation algorithms", algorithm 6), which needs no
 * tables and no thresholds. Up to HLL_SPARSE values are kept as hashes and
 * counted exactly; then 2^bits registers take over: a relative error of about
 * 1.04 / sqrt(2^bits). */
#ifndef ANALYTICS_HLL_H
#define ANALYTICS_HLL_H

#include "base/buf.h"

enum { HLL_SPARSE = 1024, HLL_MIN_BITS = 12, HLL_MAX_BITS = 18 };

struct hll {
    unsigned bits;   /* HLL_MIN_BITS … HLL_MAX_BITS */
    uint64_t *slots; /* open addressing, 0: free; NULL beside registers */
    size_t n;        /* hashes in slots */
    uint8_t *registers; /* 2^bits, or NULL */
};

/* bits for Kusto's accuracies 0 … 4; 0: no such accuracy. */
unsigned hll_bits(int64_t accuracy);
void hll_init(struct hll *h, unsigned bits);
void hll_release(struct hll *h);
size_t hll_bytes(const struct hll *h); /* on the heap */

void hll_add(struct hll *h, uint64_t hash);
/* Adds all that `from` has seen; the coarser of both stays. */
void hll_merge(struct hll *h, const struct hll *from);
double hll_count(const struct hll *h);
/* How many values all n have seen: exact while all keep hashes, else by
 * inclusion and exclusion (n up to 16), never below 0. */
double hll_common(const struct hll *const *h, size_t n);

/* As a JSON array [[1024,bits],[hash, …],[registers]]: hashes as text, the
 * registers in base64. hll_read: false for other text, `h` is then empty. */
void hll_write(struct buf *b, const struct hll *h);
bool hll_read(struct hll *h, str json);

#endif
