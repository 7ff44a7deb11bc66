/* thread.c - threads that work for a cell, and waiting that looks up. */
#include "thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

enum { STACK_BYTES = 16 << 20 };

bool thread_start(pthread_t *t, void *(*run)(void *), void *ctx)
{
    pthread_attr_t attr;
    sigset_t all, old;
    if (pthread_attr_init(&attr) != 0)
        return false;
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(t, &attr, run, ctx);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    return rc == 0;
}

bool thread_wait(pthread_cond_t *changed, pthread_mutex_t *lock, unsigned ms)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_sec += ms / 1000;
    at.tv_nsec += ms % 1000 * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_nsec -= 1000000000L;
        at.tv_sec++;
    }
    return pthread_cond_timedwait(changed, lock, &at) != ETIMEDOUT;
}
