/* crash.c - signal handlers for faults; async-signal-safe calls only.
 *
 * Called by: cmd_kernel.c, lane.c. The two descriptors are the one global
 * state of the kernel: a signal handler has no other way to reach them. */
#include "kernel/crash.h"

#include <signal.h>
#include <unistd.h>

#include "base/arena.h"

enum { STACK_BYTES = 64 << 10 };

static volatile sig_atomic_t report_fd = 2, rest_fd = -1;

/* What was printed to the captured stderr and nobody has read yet: the
 * message of an assertion, for instance. */
static void copy_rest(void)
{
    char text[4096];
    ssize_t n = rest_fd < 0 ? 0 : read(rest_fd, text, sizeof text);
    if (n > 0)
        n = write(report_fd, text, (size_t)n);
}

static const char *name_of(int sig)
{
    switch (sig) {
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    default: return "SIGABRT";
    }
}

/* SA_RESETHAND has put the default action back: raising again ends the
 * process with the original signal, so that whoever started it can tell. */
static void on_crash(int sig)
{
    static const char before[] = "shikra: crashed (", after[] = ")\n";
    const char *name = name_of(sig);
    copy_rest();
    ssize_t n = write(report_fd, before, sizeof before - 1);
    n = write(report_fd, name, strlen(name));
    n = write(report_fd, after, sizeof after - 1);
    (void)n;
    raise(sig);
}

void crash_install(int fd, int pipe_fd)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    struct sigaction sa = {
        .sa_handler = on_crash,
        .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER),
    };
    report_fd = fd;
    rest_fd = pipe_fd;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    /* (a sanitizer's own report says more) */
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &sa, NULL);
#else
    (void)signals;
    (void)sa;
#endif
}

void *crash_guard_thread(void)
{
    stack_t ss = { .ss_sp = xmalloc(STACK_BYTES), .ss_size = STACK_BYTES };
    sigaltstack(&ss, NULL);
    return ss.ss_sp;
}

void crash_unguard_thread(void *stack)
{
    stack_t ss = { .ss_flags = SS_DISABLE };
    sigaltstack(&ss, NULL);
    free(stack);
}
