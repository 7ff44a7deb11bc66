/* proctree.h - who started whom: parents, roots and depths of processes.
 *
 * Called by: proctree_frame.c (the `proctree` operator), tests.
 * Gives:     one parent, root, depth and child count per row of a process log.
 * Must not:  know column names or log formats; proctree_schema.h does.
 *
 * A process number is only unique on one host and only while the process
 * lives. So the key is (host, number) and time decides between its owners:
 * the parent is the latest start of that number on that host which is not
 * later than the child. Where the log has process GUIDs these decide instead,
 * and where it has the parent's own start time, that one does.
 *
 * O(n log n) for any input, O(n) when rows of one process number already come
 * in order of time. About 60 bytes a row of memory while it runs. */
#ifndef ANALYTICS_PROCTREE_H
#define ANALYTICS_PROCTREE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/status.h"

#define PROCTREE_NONE INT64_MIN   /* no process number, no GUID, no time */

enum { PROCTREE_MAX_ROWS = 1 << 30 };

enum proctree_flag {
    PROCTREE_ROOT = 1,       /* names no parent: number 0 or missing */
    PROCTREE_INFERRED = 2,   /* the parent is not among the rows */
    PROCTREE_AMBIGUOUS = 4,  /* more than one start could be the parent */
    PROCTREE_CYCLE = 8,      /* its link would close a circle: cut here */
    PROCTREE_SELF = 16,      /* names itself as its parent */
    PROCTREE_DUPLICATE = 32, /* tells the same start as an earlier row */
    PROCTREE_NO_TIME = 64,   /* has no start time */
};

/* Columns of the log, n values each; those marked MAY can be NULL. */
struct proctree_in {
    size_t n;                 /* at most PROCTREE_MAX_ROWS */
    uint32_t nhosts;
    const uint32_t *host;     /* 0 … nhosts - 1. MAY: all on one host */
    const bool *skip;         /* true: no process start. MAY */
    const int64_t *pid;       /* PROCTREE_NONE where unknown, in all below */
    const int64_t *ppid;
    const int64_t *guid;      /* numbered GUIDs. MAY */
    const int64_t *pguid;     /* of the parent. MAY */
    const int64_t *time;      /* of the start, in ticks. MAY */
    const int64_t *ptime;     /* of the parent's start. MAY */
    const uint32_t *name;     /* numbered names of the image, 0 unknown. MAY */
    const uint32_t *pname;    /* of the parent's image. MAY */
};

/* A parent that is not among the rows gets a stand-in, shared by all rows that
 * name the same one: index n + g. It is the root of its tree at depth 0. */
struct proctree {
    size_t n, nghosts;
    int32_t *parent;          /* n: row, n + ghost, or -1 */
    int32_t *root;            /* n: row or n + ghost; -1 for a skipped row */
    uint32_t *depth;          /* n: 0 for a root */
    uint32_t *children;       /* n + nghosts: direct children */
    int32_t *same;            /* n: the earlier row it repeats, or -1 */
    uint8_t *flags;           /* n: enum proctree_flag */
    int32_t *ghost_child;     /* nghosts: a row that names the ghost */
};

/* Fills `out` with arrays in `a`. Rules beyond the one above:
 * - Names, where both are known, must agree: a start of that number under
 *   another name is not the parent. Up to 16 older starts are tried then.
 * - Equal times: a row before the child counts as earlier, one after it is
 *   taken only when nothing else fits.
 * - A parent's known start time must be met within a millisecond.
 * - Missing times: a start without time is older than any with one; a child
 *   without time takes the last start there is.
 * - A number that is its own parent's, and parent 0 without a row 0, is a root.
 * - The row with the earliest time in a circle loses its parent.
 * - Repeated rows (same host, number, time, name and parent number; or same
 *   GUID) share the links of the first and are nobody's parent or child.
 * ST_OK or ST_CANCELLED (then out is not filled). */
NODISCARD enum status proctree_build(struct arena *a,
                                     const struct proctree_in *in,
                                     const atomic_bool *cancel,
                                     struct proctree *out);

enum proctree_direction { PROCTREE_ANCESTORS, PROCTREE_DESCENDANTS };

struct proctree_closure {
    size_t n;
    const int32_t *parent;   /* index below n, or anything else for none */
    const bool *seed;
    enum proctree_direction direction;
    uint32_t levels;         /* how far from the nearest seed; 0: no limit */
};

/* Sets out[i] for every seed and all that is related to one. O(n); circles
 * are harmless. */
void proctree_closure(const struct proctree_closure *c, bool *out);

#endif
