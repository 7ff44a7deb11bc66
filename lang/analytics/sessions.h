/* sessions.h - events of one key, cut into sessions where it was quiet.
 *
 * Called by: lang/ops/op_sessions.c.
 * A session ends when the next event of its key comes more than `timeout`
 * later, or more than `longest` after the session's first (both in ticks, the
 * bound itself still belongs to the session). Events of one time stay in the
 * order of their rows. O(events) after groups.h has put them in order. */
#ifndef ANALYTICS_SESSIONS_H
#define ANALYTICS_SESSIONS_H

#include "groups.h"

struct sessions_opts {
    int64_t timeout;
    int64_t longest;     /* 0: no bound */
};

struct sessions {
    size_t n;
    uint32_t *of;        /* by row, or SESSIONS_NONE: its time is null */
    uint32_t *index;     /* by row: place in its session, from 0 */
    int64_t *start, *end; /* by session */
};

enum { SESSIONS_NONE = -1 };

/* Sessions are numbered by the time of their first event, those that begin at
 * one time in the order of their keys. ST_OK or ST_CANCELLED. */
NODISCARD enum status sessions_make(struct arena *a, const struct groups *g,
                                    const struct timeline *t,
                                    const struct sessions_opts *o,
                                    struct sessions *out);

#endif
