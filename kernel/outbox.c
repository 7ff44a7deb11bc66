/* outbox.c - a locked list of outgoing messages with a wake-up descriptor.
 *
 * Called by: iopub.c, loop.c. */
#include "kernel/outbox.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/status.h"

struct parcel {
    struct parcel *next;
    enum channel channel;
    struct frames frames;
};

struct outbox {
    pthread_mutex_t lock;
    struct parcel *first, **last;
    int fd;
    bool running;
};

struct outbox *outbox_new(void)
{
    struct outbox *o = xcalloc(1, sizeof *o);
    pthread_mutex_init(&o->lock, NULL);
    o->last = &o->first;
    o->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (o->fd < 0)
        BUG("eventfd");
    return o;
}

static void free_parcel(struct parcel *p)
{
    frames_release(&p->frames);
    free(p);
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    while (o->first) {
        struct parcel *p = o->first;
        o->first = p->next;
        free_parcel(p);
    }
    close(o->fd);
    pthread_mutex_destroy(&o->lock);
    free(o);
}

int outbox_fd(const struct outbox *o)
{
    return o->fd;
}

/* With the lock held. Only the first message of a batch needs the wake-up. */
static void append(struct outbox *o, enum channel ch, struct frames *f)
{
    bool was_empty = !o->first;
    struct parcel *p = xcalloc(1, sizeof *p);
    p->channel = ch;
    p->frames = *f;
    *f = (struct frames){ .arena = NULL };
    *o->last = p;
    o->last = &p->next;
    if (was_empty)
        eventfd_write(o->fd, 1);
}

void outbox_push(struct outbox *o, enum channel ch, struct frames *f)
{
    pthread_mutex_lock(&o->lock);
    append(o, ch, f);
    pthread_mutex_unlock(&o->lock);
}

void outbox_push_idle(struct outbox *o, struct frames *idle,
                      struct frames *busy_again)
{
    pthread_mutex_lock(&o->lock);
    append(o, CH_IOPUB, idle);
    if (o->running)
        append(o, CH_IOPUB, busy_again);
    pthread_mutex_unlock(&o->lock);
    frames_release(busy_again);
}

void outbox_set_running(struct outbox *o, bool running, struct frames *status)
{
    pthread_mutex_lock(&o->lock);
    o->running = running;
    append(o, CH_IOPUB, status);
    pthread_mutex_unlock(&o->lock);
}

static struct parcel *take_all(struct outbox *o)
{
    eventfd_t ignored;
    pthread_mutex_lock(&o->lock);
    struct parcel *all = o->first;
    o->first = NULL;
    o->last = &o->first;
    if (all)
        eventfd_read(o->fd, &ignored);
    pthread_mutex_unlock(&o->lock);
    return all;
}

size_t outbox_flush(struct outbox *o, const struct transport *t)
{
    size_t n = 0;
    for (struct parcel *p = take_all(o); p; n++) {
        struct parcel *next = p->next;
        t->send(t->ctx, p->channel, &p->frames);
        free_parcel(p);
        p = next;
    }
    return n;
}
