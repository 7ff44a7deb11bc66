/* loop.c - one poll for everything that can happen to a kernel.
 *
 * Called by: cmd_kernel.c. Sockets are touched here and nowhere else. */
#include "kernel/loop.h"

#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/status.h"
#include "kernel/iopub.h"

enum {
    PARENT_MS = 1000,
    CAPTURE_MS = 50, /* printed text is gathered this long into one stream */
};

enum item {
    IT_SHELL, IT_CONTROL, IT_STDIN, IT_IOPUB, IT_OUT, IT_SIGNAL,
    IT_STDOUT, IT_STDERR, NITEMS
};

struct loop {
    struct kernel *k;
    struct sockets *s;
    struct transport sockets;
    int signal_fd;
    pid_t parent;              /* 0: not watched */
    int64_t capture_due_us;    /* 0: nothing printed waits */
};

int loop_block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        BUG("signalfd");
    return fd;
}

/* Only when the starter says that it is our parent: a kernel that was started
 * by process 1, or handed over to it on purpose, must live. */
static pid_t parent_to_watch(void)
{
    const char *told = getenv("JPY_PARENT_PID");
    pid_t parent = getppid();
    bool same = told && strtol(told, NULL, 10) == (long)parent;
    return same && parent > 1 ? parent : 0;
}

static void read_signals(struct loop *l)
{
    struct signalfd_siginfo info;
    while (read(l->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGINT)
            kernel_interrupt(l->k);
        else
            kernel_stop(l->k, NULL, false);
    }
}

/* What is ready goes to the old subscribers, then the new one is let in and
 * gets its welcome past the outbox: nothing can come to it before that. */
static void welcome_subscribers(struct loop *l)
{
    struct arena *a = arena_new();
    struct frames f;
    str topic;
    while (sockets_subscription(l->s, a, &topic)) {
        outbox_flush(l->k->out, &l->sockets);
        sockets_admit(l->s, topic);
        if (welcome_message(l->k, topic, &f)) {
            l->sockets.send(l->sockets.ctx, CH_IOPUB, &f);
            frames_release(&f);
        }
    }
    arena_free(a);
}

static void fill_items(const struct loop *l, zmq_pollitem_t *it)
{
    static const enum channel channels[] = { CH_SHELL, CH_CONTROL, CH_STDIN,
                                             CH_IOPUB };
    memset(it, 0, NITEMS * sizeof *it);
    for (int i = IT_SHELL; i <= IT_IOPUB; i++)
        it[i].socket = l->s->of[channels[i]];
    it[IT_OUT].fd = outbox_fd(l->k->out);
    it[IT_SIGNAL].fd = l->signal_fd;
    for (int i = 0; i < NCAPTURED; i++)
        it[IT_STDOUT + i].fd =
            l->k->capture ? capture_fd(l->k->capture, i) : -1;
    for (int i = 0; i < NITEMS; i++)
        it[i].events = ZMQ_POLLIN;
}

/* While printed text gathers, its pipes are not polled: they stay readable. */
static int nitems(const struct loop *l)
{
    return l->k->capture && !l->capture_due_us ? NITEMS : IT_STDOUT;
}

static long earliest(long a, long b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static long sleep_ms(const struct loop *l)
{
    long ms = kernel_sleep_ms(l->k);
    if (l->parent)
        ms = earliest(ms, PARENT_MS);
    if (l->capture_due_us)
        ms = earliest(ms, CAPTURE_MS);
    return ms;
}

static void gather_printed(struct loop *l, const zmq_pollitem_t *it, int n)
{
    int64_t now = monotonic_us();
    bool printed = n == NITEMS &&
                   ((it[IT_STDOUT].revents | it[IT_STDERR].revents) &
                    ZMQ_POLLIN);
    if (printed)
        l->capture_due_us = now + CAPTURE_MS * 1000;
    else if (l->capture_due_us && now >= l->capture_due_us) {
        publish_captured(l->k);
        l->capture_due_us = 0;
    }
}

static void wait_for_something(struct loop *l)
{
    zmq_pollitem_t it[NITEMS];
    int n = nitems(l);
    fill_items(l, it);
    if (zmq_poll(it, n, sleep_ms(l)) < 0)
        return; /* a signal that is none of ours */
    if (it[IT_IOPUB].revents)
        welcome_subscribers(l);
    if (l->k->capture)
        gather_printed(l, it, n);
    if (l->parent && getppid() != l->parent)
        kernel_stop(l->k, NULL, false);
}

/* A signal was there before the message that comes next: an interrupt must not
 * reach a cell that was sent after it. */
static bool recv_after_signals(void *ctx, enum channel *ch, struct frames *f)
{
    struct loop *l = ctx;
    read_signals(l);
    return l->sockets.recv(l->sockets.ctx, ch, f);
}

static void send_on(void *ctx, enum channel ch, const struct frames *f)
{
    struct loop *l = ctx;
    l->sockets.send(l->sockets.ctx, ch, f);
}

void loop_run(struct kernel *k, struct sockets *s, int signal_fd)
{
    struct loop l = { .k = k, .s = s, .signal_fd = signal_fd,
                      .sockets = sockets_transport(s),
                      .parent = parent_to_watch() };
    struct transport t = { &l, recv_after_signals, send_on };
    while (kernel_step(k, &t))
        wait_for_something(&l);
}
