/* flow.c - the body of an answer while it still comes.
 *
 * Called by: kusto/.
 * Two buffers: `coming` belongs to both threads and the lock, `window` to the
 * reader alone. The reader gets CHUNK bytes at a time; until the first of them
 * is complete a request that breaks may be sent again, and nobody has seen
 * anything of it. */
#include "flow.h"

#include "base/buf.h"
#include "base/thread.h"
#include "providers/file/json_read.h"

enum {
    CHUNK = 512 << 10,
    AHEAD = 8 << 20,        /* that a reader may be behind */
    AHEAD_IDLE = 128 << 20, /* … that has not begun */
    MOST_HELD = 1 << 30,
    WAKE_MS = 50,           /* for a cancel, which wakes nobody */
};

struct flow {
    struct flow_job job;
    struct remote_call call; /* of the thread: its own flag and report */
    struct http_sink sink;
    struct arena *arena;
    struct diags ds;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock; /* the next members */
    pthread_cond_t changed;
    struct buf coming;
    bool pace, ended;
    enum status status;
    struct buf window; /* the reader's */
};

/* ---- the thread of the request ---- */

static void wait_changed(struct flow *f)
{
    thread_wait(&f->changed, &f->lock, WAKE_MS);
}

static enum status take_piece(void *ctx, const struct http_reply *head,
                              str bytes)
{
    struct flow *f = ctx;
    (void)head;
    pthread_mutex_lock(&f->lock);
    while (!atomic_load(&f->stop) &&
           f->coming.n >= (size_t)(f->pace ? AHEAD : AHEAD_IDLE))
        wait_changed(f);
    buf_add(&f->coming, bytes);
    if (f->coming.n >= CHUNK) {
        f->sink.restart = NULL; /* it may be read by now */
        pthread_cond_broadcast(&f->changed);
    }
    pthread_mutex_unlock(&f->lock);
    return atomic_load(&f->stop) ? ST_CANCELLED : ST_OK;
}

static void start_again(void *ctx)
{
    struct flow *f = ctx;
    pthread_mutex_lock(&f->lock);
    buf_reset(&f->coming);
    pthread_mutex_unlock(&f->lock);
}

static void *run(void *ctx)
{
    struct flow *f = ctx;
    enum status st = f->job.send(f->job.ctx, &f->sink, &f->call);
    if (st != ST_OK && atomic_load(&f->stop) && f->job.given_up)
        f->job.given_up(f->job.ctx);
    pthread_mutex_lock(&f->lock);
    f->status = st;
    f->ended = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

/* ---- life ---- */

static void release(struct flow *f)
{
    buf_release(&f->coming);
    buf_release(&f->window);
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
    arena_free(f->arena);
    free(f);
}

enum status flow_start(struct flow **out, const struct flow_job *job,
                       const struct remote_call *call)
{
    struct flow *f = xcalloc(1, sizeof *f);
    f->job = *job;
    f->arena = arena_new();
    diags_init(&f->ds, f->arena);
    f->call = *call;
    f->call.ds = &f->ds;
    f->call.cancel = &f->stop;
    f->sink = (struct http_sink){ f, take_piece, start_again };
    buf_init(&f->coming, MOST_HELD);
    buf_init(&f->window, MOST_HELD);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    if (!thread_start(&f->thread, run, f)) {
        diag_error(call->ds, DIAG_LIMIT, call->span, "cannot start a thread");
        release(f);
        return ST_ENV;
    }
    *out = f;
    return ST_OK;
}

void flow_free(struct flow *f)
{
    if (!f)
        return;
    atomic_store(&f->stop, true);
    pthread_mutex_lock(&f->lock);
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    release(f);
}

/* ---- reading ---- */

static void forget(struct flow *f, size_t taken)
{
    if (taken)
        memmove(f->window.p, f->window.p + taken, f->window.n - taken);
    f->window.n -= taken;
}

/* What came goes behind what is left; with nothing left the two buffers change
 * places. */
static void move_over(struct flow *f)
{
    static const char pad[JSON_PAD];
    if (f->window.n == 0) {
        struct buf b = f->window;
        f->window = f->coming;
        f->coming = b;
    } else {
        buf_add(&f->window, buf_str(&f->coming));
    }
    buf_reset(&f->coming);
    buf_add(&f->window, (str){ pad, JSON_PAD });
    f->window.n -= JSON_PAD;
    pthread_cond_broadcast(&f->changed);
}

enum status flow_more(struct flow *f, size_t taken, str *window, bool *last,
                      const atomic_bool *cancel)
{
    enum status st = ST_OK;
    forget(f, taken);
    pthread_mutex_lock(&f->lock);
    while (st == ST_OK && !f->ended && f->coming.n < CHUNK) {
        if (cancel && atomic_load(cancel))
            st = ST_CANCELLED;
        else
            wait_changed(f);
    }
    if (st == ST_OK)
        move_over(f);
    *last = f->ended;
    pthread_mutex_unlock(&f->lock);
    if (st == ST_CANCELLED)
        atomic_store(&f->stop, true);
    *window = buf_str(&f->window);
    return st;
}

void flow_keep_pace(struct flow *f)
{
    pthread_mutex_lock(&f->lock);
    f->pace = true;
    pthread_mutex_unlock(&f->lock);
}

enum status flow_end(struct flow *f, struct diags *ds)
{
    for (size_t i = 0; i < f->ds.list.n; i++) {
        struct diag d = f->ds.list.v[i];
        d.message = arena_str(ds->arena, d.message);
        d.hint = arena_str(ds->arena, d.hint);
        PUSH(ds->arena, ds->list, d);
    }
    ds->nerrors += f->ds.nerrors;
    return f->status;
}
