/* fetch_ahead.h - opens the sources of a query before their turn comes.
 *
 * Called by: step.c. What a query reads from services (slices of a time range,
 * several connections, the sides of a join) is loaded one after the other; the
 * services meanwhile work on the next ones, a few at a time. */
#ifndef LANG_FETCH_AHEAD_H
#define LANG_FETCH_AHEAD_H

#include "session.h"

struct fetch_ahead;

/* Begins with the sources below `n` that may be opened so. NULL: there is
 * nothing to gain. It lives until the end of the cell. While it is waited for,
 * `tell` is called now and then with `l` and a flow of
 * which nothing is known. */
struct fetch_ahead *fetch_ahead_start(
    struct lang *l, struct node *n,
    void (*tell)(void *, const struct engine_flow *));

/* Waits for the source of `n`, one time. False: it is not among them, and the
 * caller opens it. Else *st is how opening it ended; on ST_OK the caller owns
 * *out. */
bool fetch_ahead_take(struct fetch_ahead *f, const struct node *n,
                      struct source **out, enum status *st, struct diags *ds);

/* Stops what is under way and closes what nobody took. NULL is fine. */
void fetch_ahead_end(struct fetch_ahead *f);

#endif
