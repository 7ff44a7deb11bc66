/* sigint.c - a thread that waits for SIGINT.
 *
 * Called by: cmd_run.c. A handler could not call lang_cancel: it
 * takes locks. */
#include "kernel/sigint.h"

#include <signal.h>
#include <unistd.h>

#include "base/status.h"

enum { AGAIN_S = 2, EXIT_BY_SIGINT = 130 };

static void *wait_for_sigint(void *ctx)
{
    const struct interp *in = ctx;
    sigset_t set;
    int sig;
    struct timespec last = { 0 }, now;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    while (sigwait(&set, &sig) == 0) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (last.tv_sec && now.tv_sec - last.tv_sec < AGAIN_S)
            _exit(EXIT_BY_SIGINT);
        last = now;
        in->cancel(in->lang);
    }
    return NULL;
}

pthread_t sigint_watch(const struct interp *in)
{
    pthread_t thread;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (pthread_create(&thread, NULL, wait_for_sigint,
                       (void *)(uintptr_t)in) != 0)
        BUG("cannot start a thread");
    return thread;
}

/* sigwait is where the thread can be ended; it holds nothing there. */
void sigint_end(pthread_t watcher)
{
    pthread_cancel(watcher);
    pthread_join(watcher, NULL);
}
