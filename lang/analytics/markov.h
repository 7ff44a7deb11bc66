/* markov.h - how likely are sequences of events, by the events themselves?
 *
 * Called by: lang/ops/op_markov.c.
 * A Markov chain of order k is learnt from all sessions and then asked for
 * each. Every session begins with a start token and ends with an end token.
 *
 * Order 1 is smoothed by Laplace's rule: with V symbols (kinds of events,
 * start, end, and one for whatever was never seen),
 *     P(b | a) = (c(a b) + s) / (c(a .) + s (V - 1))
 * where s is the pseudo count and V - 1 because nothing leads to the start. The
 * probability of an event alone counts each smoothed pair on both sides, as the
 * reference implementation does.
 * Higher orders are interpolated with the next lower one (Witten & Bell, "The
 * zero-frequency problem", 1991): with T kinds that followed a context h,
 *     P(b | h) = (c(h b) + T P(b | shorter h)) / (c(h .) + T).
 *
 * Parameters of an event (cmdlets have some) are independent coins given its
 * kind, P(p | a) = (c(a p) + s) / n(a); values of a parameter are a choice
 * given the parameter, but only of parameters that were seen 20 times or more
 * with at most 20 different values, and at most one for ten times: others are
 * names and free text. Their product is taken to the power 1 / (number of
 * factors), so that kinds with many parameters can be compared.
 *
 * Everything is in natural logarithms: nothing underflows. Expected
 * O(events * (order + window)); memory 8 (order + 4) bytes an event. */
#ifndef ANALYTICS_MARKOV_H
#define ANALYTICS_MARKOV_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/status.h"

enum { MARKOV_MAX_ORDER = 5, MARKOV_MAX_WINDOW = 100 };

struct markov_opts {
    unsigned order;      /* 1 … MARKOV_MAX_ORDER */
    unsigned window;     /* 1 … MARKOV_MAX_WINDOW */
    double smoothing;    /* s, above 0 */
    bool tokens;         /* start and end count */
};

struct markov_in {
    size_t nsessions, nkinds;
    const uint32_t *start;   /* nsessions + 1 */
    const uint32_t *event;   /* kinds, session by session */
    /* Parameters, all NULL when there are none: those of event i are numbers
     * param[pstart[i]] … param[pstart[i + 1] - 1], each once. value holds
     * their values, MARKOV_NO_VALUE: none. */
    const uint32_t *pstart, *param, *value;
    size_t nparams;
    const bool *choice;      /* by parameter: its values count; NULL: guess */
};

enum { MARKOV_NO_VALUE = -1 };

struct markov_out {
    double *step;            /* by event: log P of the event after the others */
    double *session;         /* by session; NaN when it has no event */
    double *rarest;          /* by session; NaN: shorter than a window */
    uint32_t *rarest_at;     /* place of its first event in the session */
};

/* New arrays in `a`. A window of w events takes in the end token as its last
 * one; the first window comes after the start token, the others begin with the
 * probability of an event alone. Of windows that are equally rare the first
 * one counts. ST_OK or ST_CANCELLED. */
NODISCARD enum status markov_run(struct arena *a, const struct markov_in *in,
                                 const struct markov_opts *o,
                                 const atomic_bool *cancel,
                                 struct markov_out *out);

#endif
