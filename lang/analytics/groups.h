/* groups.h - rows with equal keys get equal small numbers, and their order.
 *
 * Called by: native steps that work key by key: sessions, firstseen, rare,
 *            markov, beacons.
 * Two keys are equal when every cell is: texts by bytes (case counts), nulls
 * with nulls, NaN with NaN. */
#ifndef ANALYTICS_GROUPS_H
#define ANALYTICS_GROUPS_H

#include <stdatomic.h>

#include "base/frame.h"
#include "base/status.h"

enum { GROUPS_MAX_ROWS = 1 << 28 };

struct groups {
    size_t n, nrows;
    uint32_t *of;        /* by row: 0 … n - 1, in order of first sight */
    uint32_t *first;     /* by group: the row where it was first seen */
};

/* The columns of a key, by number. */
struct group_key {
    size_t n;
    uint32_t *v;
};

/* Groups the rows of `f` by the columns of `key`; no columns make one group.
 * Expected O(rows). Memory: 4 bytes a row, 20 a group. The frame has at most
 * GROUPS_MAX_ROWS rows. ST_OK or ST_CANCELLED. */
NODISCARD enum status groups_make(struct arena *a, const struct frame *f,
                                  const struct group_key *key,
                                  const atomic_bool *cancel,
                                  struct groups *out);

/* Numbers texts as groups_make numbers rows; for what comes out of cells. */
struct text_ids {
    str *text;           /* by number, borrowed */
    uint64_t *hash;
    uint32_t *slots;
    size_t n, cap, nslots;
};
void text_ids_release(struct text_ids *t);       /* zeroed is empty */
uint32_t text_ids_add(struct text_ids *t, str s);

/* The rows of each group in order of time, rows of one time in their own
 * order: group g has row[start[g]] … row[start[g + 1] - 1]. A row whose time
 * is null is in none. `time` MAY be NULL: the rows' own order. */
struct timeline {
    uint32_t *row;
    uint32_t *start;     /* n + 1 */
    const int64_t *time; /* by row, borrowed; NULL when there was none */
    const atomic_bool *cancel; /* borrowed, for those who go on from here */
};

/* O(rows) when the rows come in order of time, as logs do, else
 * O(rows log rows). ST_OK or ST_CANCELLED. */
NODISCARD enum status timeline_make(struct arena *a, const struct groups *g,
                                    const struct column *time,
                                    const atomic_bool *cancel,
                                    struct timeline *out);

/* Orders the n numbers in `row` by t[row], equal ones as they were. O(n log n);
 * false: cancelled. */
bool sort_by_time(const int64_t *t, uint32_t *row, size_t n,
                  const atomic_bool *cancel);

#endif
