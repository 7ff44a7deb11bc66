/* run.c - runs a prepared statement to its end.
 *
 * Called by: query.c, exec.c, feed.c.
 *
 * The library's own way to wait for its threads is to ask again at once, which
 * burns a processor for as long as they work. Here the calling thread helps
 * with tasks as long as there are some and sleeps when there are none: a short
 * while at first, then about a twentieth of the time that has passed. */
#include "engine_int.h"

#include <time.h>

enum { TRIES = 12, LEAST_NS = 20000, MOST_NS = 1000000, SHARE = 20 };

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void wait_since(int64_t begun)
{
    int64_t ns = (now_ns() - begun) / SHARE;
    ns = ns < LEAST_NS ? LEAST_NS : ns > MOST_NS ? MOST_NS : ns;
    struct timespec t = { 0, (long)ns };
    nanosleep(&t, NULL);
}

static enum duck_pending work(const struct duck *d, struct duck_task *task)
{
    int64_t begun = now_ns();
    enum duck_pending state;
    for (int idle = 0;; ) {
        state = d->pending_execute_task(task);
        if (state == DUCK_PENDING_READY || state == DUCK_PENDING_ERROR)
            return state;
        idle = state == DUCK_PENDING_IDLE ? idle + 1 : 0;
        if (idle > TRIES)
            wait_since(begun);
    }
}

enum status run_prepared(struct engine *e, struct duck_prepared *p,
                         struct duck_result *out, struct diags *ds)
{
    const struct duck *d = &e->duck;
    struct duck_task *task = NULL;
    enum status st = ST_OK;
    *out = (struct duck_result){ .error = NULL };
    if (d->pending_prepared(p, &task) != DUCK_OK ||
        work(d, task) == DUCK_PENDING_ERROR)
        st = engine_fail(e, d->pending_error(task), ds);
    else if (d->execute_pending(task, out) != DUCK_OK)
        st = engine_fail(e, d->result_error(out), ds);
    d->destroy_pending(&task);
    return st;
}
