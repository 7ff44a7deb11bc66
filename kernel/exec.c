/* exec.c - the queue of cells: counter, interrupt, abort.
 *
 * Called by: dispatch.c, kernel.c, on_execute.c. Clients send all cells at
 * once, so a cell that fails fast fails before its followers are on the wire.
 * The reply of a failed cell is therefore held a few milliseconds while the
 * I/O thread keeps reading, and every request that has arrived when it leaves
 * is aborted: none of them can have been a reaction to the failure. */
#include "kernel/exec.h"

#include <errno.h>
#include <pthread.h>

#include "kernel/dispatch.h"
#include "kernel/kernel.h"

enum { MAX_QUEUED = 10000, HOLD_MS = 15 };

struct exec {
    struct kernel *k;
    struct lane *lane;
    pthread_mutex_t lock;
    pthread_cond_t wake;      /* interrupted, stopped, or an answer came */
    int64_t count;
    uint64_t submitted, done; /* execute requests */
    uint64_t abort_upto;      /* numbers up to here are aborted */
    struct msg *running;      /* borrowed from the thread */
    bool in_lang, interrupted, stopped;
    bool interrupt_next;      /* came between two cells, or before the first */
    struct msg *answer;
};

static bool begin(struct exec *e, struct msg *m)
{
    pthread_mutex_lock(&e->lock);
    bool next = e->interrupt_next;
    bool aborted = e->stopped || (m->number <= e->abort_upto && !next);
    e->running = m;
    e->interrupted = next;
    e->interrupt_next = false;
    pthread_mutex_unlock(&e->lock);
    return !aborted;
}

static void end(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    e->running = NULL;
    e->done++;
    pthread_mutex_unlock(&e->lock);
}

static void run_cell(void *ctx, struct msg *m)
{
    struct exec *e = ctx;
    if (begin(e, m))
        dispatch_cell(e->k, m);
    else
        dispatch_aborted_cell(e->k, m);
    end(e);
    msg_free(m);
}

struct exec *exec_new(struct kernel *k)
{
    pthread_condattr_t attr;
    struct exec *e = xcalloc(1, sizeof *e);
    e->k = k;
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&e->wake, &attr);
    pthread_condattr_destroy(&attr);
    e->lane = lane_new(run_cell, e, MAX_QUEUED);
    return e;
}

void exec_free(struct exec *e)
{
    if (!e)
        return;
    lane_free(e->lane);
    msg_free(e->answer);
    pthread_cond_destroy(&e->wake);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

bool exec_submit(struct exec *e, struct msg *m)
{
    pthread_mutex_lock(&e->lock);
    m->number = e->submitted + 1;
    bool taken = lane_put(e->lane, m);
    if (taken)
        e->submitted++;
    pthread_mutex_unlock(&e->lock);
    return taken;
}

/* With the lock held, so that no cancel can reach a cell it was not meant for.
 * A cell that waits for its thread counts as running: the client sees no
 * difference. Without any cell nothing is remembered. */
static void interrupt_locked(struct exec *e)
{
    if (e->done == e->submitted)
        return;
    e->abort_upto = e->submitted;
    if (!e->running) {
        e->interrupt_next = true;
        return;
    }
    e->interrupted = true;
    if (e->in_lang)
        e->k->in->cancel(e->k->in->lang);
    pthread_cond_broadcast(&e->wake);
}

void exec_interrupt(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    interrupt_locked(e);
    pthread_mutex_unlock(&e->lock);
}

bool exec_repeat_interrupt(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    bool pending = e->running && e->interrupted;
    if (pending && e->in_lang)
        e->k->in->cancel(e->k->in->lang);
    pthread_mutex_unlock(&e->lock);
    return pending;
}

void exec_stop(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    e->stopped = true;
    interrupt_locked(e);
    pthread_mutex_unlock(&e->lock);
}

bool exec_is_idle(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    bool idle = e->done == e->submitted;
    pthread_mutex_unlock(&e->lock);
    return idle;
}

int64_t exec_count(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    int64_t n = e->count;
    pthread_mutex_unlock(&e->lock);
    return n;
}

int64_t exec_count_up(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    int64_t n = ++e->count;
    pthread_mutex_unlock(&e->lock);
    return n;
}

bool exec_parent(struct exec *e, struct buf *header)
{
    pthread_mutex_lock(&e->lock);
    bool running = e->running != NULL;
    if (running)
        buf_add(header, e->running->header);
    pthread_mutex_unlock(&e->lock);
    return running;
}

void exec_answer(struct exec *e, struct msg *m)
{
    pthread_mutex_lock(&e->lock);
    struct msg *old = e->answer;
    e->answer = m;
    pthread_cond_broadcast(&e->wake);
    pthread_mutex_unlock(&e->lock);
    msg_free(old);
}

bool exec_enter_lang(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    e->in_lang = !e->interrupted;
    bool entered = e->in_lang;
    pthread_mutex_unlock(&e->lock);
    return entered;
}

void exec_leave_lang(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    e->in_lang = false;
    pthread_mutex_unlock(&e->lock);
}

bool exec_is_interrupted(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    bool interrupted = e->interrupted;
    pthread_mutex_unlock(&e->lock);
    return interrupted;
}

struct msg *exec_wait_answer(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    while (!e->answer && !e->interrupted && !e->stopped)
        pthread_cond_wait(&e->wake, &e->lock);
    struct msg *m = e->answer;
    e->answer = NULL;
    pthread_mutex_unlock(&e->lock);
    return m;
}

void exec_forget_answers(struct exec *e)
{
    pthread_mutex_lock(&e->lock);
    struct msg *old = e->answer;
    e->answer = NULL;
    pthread_mutex_unlock(&e->lock);
    msg_free(old);
}

static struct timespec in_ms(long ms)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += ms * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

void exec_abort_queue(struct exec *e)
{
    struct timespec until = in_ms(HOLD_MS);
    pthread_mutex_lock(&e->lock);
    while (!e->stopped)
        if (pthread_cond_timedwait(&e->wake, &e->lock, &until) == ETIMEDOUT)
            break;
    e->abort_upto = e->submitted;
    pthread_mutex_unlock(&e->lock);
}
