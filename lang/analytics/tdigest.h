/* tdigest.h - percentiles of many values, in little room.
 *
 * Called by: lang/funcs/agg_sketch.c, fn_sketch.c.
 * Up to TDIGEST_EXACT different values are kept with their weights, and every
 * answer is exact: nearest rank, as percentile() gives it. Beyond that,
 * neighbours are merged into centroids that are small near both ends (Dunning
 * & Ertl 2019, "Computing extremely accurate quantiles using t-digests", the
 * merging digest with scale k1). */
#ifndef ANALYTICS_TDIGEST_H
#define ANALYTICS_TDIGEST_H

#include "base/type.h"

enum { TDIGEST_EXACT = 1000, TDIGEST_ROOM = 4 * TDIGEST_EXACT };

struct tdigest {
    enum type type; /* long, real, datetime or timespan; TYPE_ERROR: not set */
    struct centroid {
        long double mean; /* holds any 64-bit integer exactly */
        double weight;
    } *v;
    size_t n, cap;
    bool sorted; /* by mean, and no mean twice */
};

void tdigest_release(struct tdigest *t);
size_t tdigest_bytes(const struct tdigest *t); /* on the heap */
/* weight above 0; NaN is passed over. The first value decides on the type. */
void tdigest_add(struct tdigest *t, const struct value *v, double weight);
void tdigest_merge(struct tdigest *t, const struct tdigest *from);
/* percent 0 … 100. False when it has no values. */
bool tdigest_percentile(struct tdigest *t, double percent, struct value *v);
/* The weight of the values up to x; the weight of all. */
double tdigest_rank(struct tdigest *t, long double x);
double tdigest_weight(const struct tdigest *t);

/* As a JSON array [[type],[mean, …],[weight, …]]. tdigest_read: false for
 * other text, `t` is then empty. */
void tdigest_write(struct buf *b, struct tdigest *t);
bool tdigest_read(struct tdigest *t, str json);

#endif
