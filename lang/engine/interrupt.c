/* interrupt.c - stops a running statement from another thread, reliably.
 *
 * Called by: kernel/ (engine_interrupt) and everything here that runs SQL.
 *
 * DuckDB clears its own interrupt mark when a statement starts, so one that
 * arrives a moment too early would be lost. Our flag stays set until the next
 * cell, and while a statement runs under a set flag a watcher thread repeats
 * the interrupt every REFIRE_MS. */
#include "engine_int.h"

#include "base/thread.h"

enum { REFIRE_MS = 50 };

static void fire_locked(struct engine *e)
{
    for (size_t i = 0; i < e->nlive; i++)
        e->duck.interrupt(e->live[i]);
}

static void *watch(void *ctx)
{
    struct engine *e = ctx;
    pthread_mutex_lock(&e->lock);
    while (!e->closing) {
        if (!e->running || !is_cancelled(e)) {
            pthread_cond_wait(&e->wake, &e->lock);
            continue;
        }
        fire_locked(e);
        thread_wait(&e->wake, &e->lock, REFIRE_MS);
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

enum status watcher_start(struct engine *e, struct diags *ds)
{
    if (!thread_start(&e->watcher, watch, e)) {
        diag_error(ds, DIAG_LIMIT, NO_SPAN, "cannot start a thread");
        return ST_ENV;
    }
    e->has_watcher = true;
    return ST_OK;
}

void watcher_stop(struct engine *e)
{
    if (!e->has_watcher)
        return;
    pthread_mutex_lock(&e->lock);
    e->closing = true;
    pthread_cond_signal(&e->wake);
    pthread_mutex_unlock(&e->lock);
    pthread_join(e->watcher, NULL);
    e->has_watcher = e->closing = false;
}

void engine_interrupt(struct engine *e)
{
    atomic_store(&e->cancel, true);
    pthread_mutex_lock(&e->lock);
    fire_locked(e);
    pthread_cond_signal(&e->wake);
    pthread_mutex_unlock(&e->lock);
}

const atomic_bool *engine_cancel_flag(const struct engine *e)
{
    return &e->cancel;
}

void engine_clear_cancel(struct engine *e)
{
    atomic_store(&e->cancel, false);
}

enum status statement_begin(struct engine *e, struct diags *ds)
{
    enum status st = engine_open(e, ds);
    if (st != ST_OK)
        return st;
    if (is_cancelled(e))
        return ST_CANCELLED;
    pthread_mutex_lock(&e->lock);
    e->running++;
    pthread_cond_signal(&e->wake);
    pthread_mutex_unlock(&e->lock);
    return ST_OK;
}

void statement_end(struct engine *e)
{
    pthread_mutex_lock(&e->lock);
    if (--e->running == 0)
        agg_sweep(e);
    pthread_mutex_unlock(&e->lock);
}

struct duck_connection *connection_new(struct engine *e,
                                       struct duck_database *db,
                                       struct diags *ds)
{
    struct duck_connection *con = NULL;
    if (e->duck.connect(db, &con) != DUCK_OK) {
        diag_error(ds, DIAG_ENGINE, NO_SPAN,
                   "cannot connect to the table engine");
        return NULL;
    }
    pthread_mutex_lock(&e->lock);
    if (e->nlive == MAX_CONNECTIONS)
        BUG("more than %d connections", MAX_CONNECTIONS);
    e->live[e->nlive++] = con;
    pthread_mutex_unlock(&e->lock);
    return con;
}

void connection_free(struct engine *e, struct duck_connection *con)
{
    if (!con)
        return;
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < e->nlive; i++)
        if (e->live[i] == con) {
            e->live[i] = e->live[--e->nlive];
            break;
        }
    pthread_mutex_unlock(&e->lock);
    e->duck.disconnect(&con);
}

double engine_progress(const struct engine *e)
{
    /* Locking is no change that a caller can see. */
    struct engine *own = (struct engine *)e;
    double percent = -1;
    pthread_mutex_lock(&own->lock);
    if (own->running && own->con)
        percent = own->duck.query_progress(own->con).percentage;
    pthread_mutex_unlock(&own->lock);
    return percent < 0 ? -1 : percent > 100 ? 1 : percent / 100;
}
