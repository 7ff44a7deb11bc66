/* lane.c - a bounded queue with one worker thread.
 *
 * Called by: exec.c, kernel.c. */
#include "kernel/lane.h"

#include <pthread.h>

#include "base/status.h"
#include "kernel/crash.h"

/* The language recurses over its trees; depth is limited there, and this is
 * several times what the limit needs, whatever `ulimit -s` says. */
#define STACK_BYTES (16u << 20)

struct lane {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct msg *first, **last;
    size_t n, max;
    bool ending;
    void (*run)(void *ctx, struct msg *m);
    void *ctx;
};

/* NULL: the lane ends. */
static struct msg *next_msg(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    while (!l->first && !l->ending)
        pthread_cond_wait(&l->wake, &l->lock);
    struct msg *m = l->ending ? NULL : l->first;
    if (m) {
        l->first = m->next;
        if (!l->first)
            l->last = &l->first;
        l->n--;
    }
    pthread_mutex_unlock(&l->lock);
    return m;
}

static void *work(void *ctx)
{
    struct lane *l = ctx;
    struct msg *m;
    void *stack = crash_guard_thread();
    while ((m = next_msg(l)) != NULL)
        l->run(l->ctx, m);
    crash_unguard_thread(stack);
    return NULL;
}

struct lane *lane_new(void (*run)(void *ctx, struct msg *m), void *ctx,
                      size_t max)
{
    pthread_attr_t attr;
    struct lane *l = xcalloc(1, sizeof *l);
    l->run = run;
    l->ctx = ctx;
    l->max = max;
    l->last = &l->first;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, NULL);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    if (pthread_create(&l->thread, &attr, work, l) != 0)
        BUG("cannot start a thread");
    pthread_attr_destroy(&attr);
    return l;
}

void lane_free(struct lane *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    while (l->first) {
        struct msg *m = l->first;
        l->first = m->next;
        msg_free(m);
    }
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

bool lane_put(struct lane *l, struct msg *m)
{
    pthread_mutex_lock(&l->lock);
    bool room = l->n < l->max;
    if (room) {
        m->next = NULL;
        *l->last = m;
        l->last = &m->next;
        l->n++;
        pthread_cond_signal(&l->wake);
    }
    pthread_mutex_unlock(&l->lock);
    return room;
}
