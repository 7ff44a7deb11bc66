/* fetch_ahead.c - opens the sources of a query before their turn comes.
 *
 * Called by: step.c.
 * A few threads take one source after the other, in the order in which they
 * will be loaded, and never get further ahead than WINDOW sources: an answer
 * that waits costs memory here and a place at the service. Each source has
 * diagnostics and an arena of its own. */
#include "fetch_ahead.h"

#include "base/thread.h"
#include "connections.h"
#include "plan/node_walk.h"

enum {
    THREADS = 4, /* as many queries as one service runs for a user at once */
    WINDOW = 4,
    MAX_AHEAD = 10000,
    POLL_MS = 50, /* how soon a cancelled cell is noticed */
};

enum slot_state { WAITING, OPENING, OPENED, TAKEN };

struct slot {
    const struct node *node;
    enum slot_state state;
    struct source *source;
    enum status status;
    struct arena *arena; /* of ds */
    struct diags ds;
};

struct fetch_ahead {
    struct lang *l;
    void (*tell)(void *ctx, const struct engine_flow *f);
    const atomic_bool *cancelled; /* the cell is */
    atomic_bool cancel;           /* what the providers look at */
    pthread_mutex_t lock;         /* guards all below */
    pthread_cond_t changed;
    bool end;
    size_t next, turn; /* to open; that the caller wants */
    LIST(struct slot) slots;
    pthread_t threads[THREADS];
    size_t nthreads;
};

/* ---- the threads ---- */

static void open_slot(struct fetch_ahead *f, struct slot *s)
{
    const struct node *n = s->node;
    struct remote_call call = connection_call(f->l, n->span, &s->ds);
    struct source *source = NULL;
    call.cancel = &f->cancel;
    enum status st =
        n->remote->provider->open(n->remote, n->query, &source, &call);
    pthread_mutex_lock(&f->lock);
    s->source = source;
    s->status = st;
    s->state = OPENED;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

/* The next source to open, or NULL at the end. */
static struct slot *next_slot(struct fetch_ahead *f)
{
    struct slot *s = NULL;
    pthread_mutex_lock(&f->lock);
    while (!f->end && f->next < f->slots.n && f->next >= f->turn + WINDOW)
        pthread_cond_wait(&f->changed, &f->lock);
    if (!f->end && f->next < f->slots.n) {
        s = &f->slots.v[f->next++];
        s->state = OPENING;
    }
    pthread_mutex_unlock(&f->lock);
    return s;
}

static void *open_slots(void *ctx)
{
    struct fetch_ahead *f = ctx;
    for (struct slot *s; (s = next_slot(f)) != NULL;)
        open_slot(f, s);
    return NULL;
}

/* ---- the face ---- */

static void add_slot(void *ctx, struct node *n)
{
    struct fetch_ahead *f = ctx;
    if (n->kind != NODE_FETCH || !n->remote || n->source ||
        !n->remote->provider->opens_ahead || f->slots.n == MAX_AHEAD)
        return;
    struct slot s = { .node = n, .arena = NULL };
    PUSH(f->l->cell, f->slots, s);
}

static void start_threads(struct fetch_ahead *f)
{
    for (size_t i = 0; i < f->slots.n; i++) {
        struct slot *s = &f->slots.v[i];
        s->arena = arena_new();
        diags_init(&s->ds, s->arena);
    }
    while (f->nthreads < THREADS && f->nthreads < f->slots.n &&
           thread_start(&f->threads[f->nthreads], open_slots, f))
        f->nthreads++;
}

struct fetch_ahead *fetch_ahead_start(
    struct lang *l, struct node *n,
    void (*tell)(void *, const struct engine_flow *))
{
    struct fetch_ahead *f = NEW(l->cell, struct fetch_ahead);
    f->l = l;
    f->tell = tell;
    node_walk(n, add_slot, f);
    if (f->slots.n < 2)
        return NULL;
    f->cancelled = engine_cancel_flag(l->engine);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    start_threads(f);
    return f;
}

static struct slot *slot_of(struct fetch_ahead *f, const struct node *n)
{
    for (size_t i = 0; i < f->slots.n; i++)
        if (f->slots.v[i].node == n)
            return &f->slots.v[i];
    return NULL;
}

/* With f->lock. Without threads nobody comes to a slot. */
static void wait_for(struct fetch_ahead *f, const struct slot *s)
{
    while (s->state == OPENING || (s->state == WAITING && f->nthreads)) {
        bool changed = thread_wait(&f->changed, &f->lock, POLL_MS);
        if (atomic_load(f->cancelled))
            atomic_store(&f->cancel, true);
        if (changed)
            continue;
        pthread_mutex_unlock(&f->lock);
        f->tell(f->l, &(struct engine_flow){ .fraction = -1 });
        pthread_mutex_lock(&f->lock);
    }
}

bool fetch_ahead_take(struct fetch_ahead *f, const struct node *n,
                      struct source **out, enum status *st, struct diags *ds)
{
    struct slot *s = f ? slot_of(f, n) : NULL;
    if (!s)
        return false;
    pthread_mutex_lock(&f->lock);
    f->turn = (size_t)(s - f->slots.v);
    pthread_cond_broadcast(&f->changed);
    wait_for(f, s);
    bool opened = s->state == OPENED;
    s->state = TAKEN; /* when it is wanted again, the caller opens it */
    pthread_mutex_unlock(&f->lock);
    if (!opened)
        return false;
    *out = s->source;
    *st = s->status;
    s->source = NULL;
    diags_merge(ds, &s->ds);
    return true;
}

void fetch_ahead_end(struct fetch_ahead *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->end = true;
    atomic_store(&f->cancel, true);
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    for (size_t i = 0; i < f->nthreads; i++)
        pthread_join(f->threads[i], NULL);
    for (size_t i = 0; i < f->slots.n; i++) {
        if (f->slots.v[i].source)
            f->slots.v[i].source->close(f->slots.v[i].source);
        arena_free(f->slots.v[i].arena);
    }
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
}
