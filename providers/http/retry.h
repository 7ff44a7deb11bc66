/* retry.h - when to try again, and after how long: one policy for everybody.
 *
 * Called by: client.c. Pure: the random number and the clock come from
 * outside, so tests hold every case. */
#ifndef HTTP_RETRY_H
#define HTTP_RETRY_H

#include "base/str.h"

struct retry_policy {
    unsigned max_tries;   /* after an answer that asks for patience; 5 */
    unsigned max_connect; /* tries of a connection that does not come; 3 */
    uint32_t first_ms;    /* the first wait, doubled each time; 500 */
    uint32_t total_ms;    /* all waits of one request together; 60000 */
};

/* 408, 429, 500, 502, 503, 504. */
bool retry_status(long status);

/* What Retry-After says: seconds, or a date (RFC 9110, 10.2.3) against `now`
 * in ticks. -1: it says nothing of use. Never negative otherwise. */
int64_t retry_after_ms(str header, int64_t now);

/* Milliseconds to wait before try `tries` + 1, or -1: give up. `asked_ms` is
 * the server's own wish or -1; `waited_ms` what this request waited already;
 * `random` any 64 bits: half of the wait is drawn from them, so that many
 * clients do not come back at the same moment. A wish is kept in full or not
 * at all. */
int64_t retry_wait_ms(const struct retry_policy *p, unsigned tries,
                      int64_t asked_ms, int64_t waited_ms, uint64_t random);

#endif
