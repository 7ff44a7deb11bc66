/* retry.c - exponential back-off with jitter and a cap on the whole.
 *
 * Called by: client.c, tests. */
#include "retry.h"

#include "base/convert.h"
#include "base/ticks.h"

bool retry_status(long status)
{
    return status == 408 || status == 429 || status == 500 || status == 502 ||
           status == 503 || status == 504;
}

/* A year in seconds: more is nonsense, and would not be waited for anyhow. */
enum { MAX_SECONDS = 366 * 86400 };

int64_t retry_after_ms(str header, int64_t now)
{
    int64_t seconds, when;
    header = str_trim(header);
    if (header.n && header.p[0] >= '0' && header.p[0] <= '9' &&
        text_to_long(header, &seconds))
        return (seconds > MAX_SECONDS ? MAX_SECONDS : seconds) * 1000;
    if (!header.n || !ticks_parse(header, &when))
        return -1;
    if (when <= now)
        return 0;
    if (when - now > MAX_SECONDS * TICKS_PER_SEC)
        return MAX_SECONDS * 1000LL;
    return (when - now) / TICKS_PER_MS;
}

int64_t retry_wait_ms(const struct retry_policy *p, unsigned tries,
                      int64_t asked_ms, int64_t waited_ms, uint64_t random)
{
    if (tries >= p->max_tries)
        return -1;
    int64_t wait = p->first_ms;
    for (unsigned i = 1; i < tries && wait < p->total_ms; i++)
        wait *= 2;
    wait = wait / 2 + (int64_t)(random % (uint64_t)(wait / 2 + 1));
    if (asked_ms > wait)
        wait = asked_ms;
    return waited_ms + wait > p->total_ms ? -1 : wait;
}
