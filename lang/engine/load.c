/* load.c - fills tables from a frame, or from a source in parallel.
 *
 * Called by: lang/ (.load, let over rows, provider results).
 *
 * Each part of a source has a thread, a connection and a table of its own, so
 * nothing is shared while rows flow and their order is kept. What a part has
 * to say (diagnostics, rejects) is kept apart and merged in part order, so the
 * same input gives the same report. */
#include "load_int.h"

#include "base/thread.h"

enum { TICK_MS = 100 };

struct load;

/* Sentences on what is missing that a table keeps. */
enum { MAX_NOTES = 100 };

struct part {
    struct load *load;
    unsigned index;
    pthread_t thread;
    bool started;
    str table;
    struct feed feed;
    struct arena *arena;            /* of the members below */
    struct diags diags;
    enum status status;
    uint64_t nrows, nrejects;
    bool full;                      /* the engine takes no more rows */
    bool broke;                     /* its rows end early, and are kept */
    LIST(struct reject) rejects;
};

struct load {
    struct engine *e;
    struct source *source;
    enum type *types;
    struct row_sink sink;
    struct part parts[SOURCE_MAX_PARTS];
    unsigned nparts;
    atomic_bool failed;             /* a part failed: the others may stop */
    struct engine_load *out;        /* what is missing, under the lock */
    pthread_mutex_t lock;           /* nrunning, out */
    pthread_cond_t done;
    unsigned nrunning;
    _Atomic uint64_t nrows;         /* of all parts, while they are read */
};

enum status engine_load_frame(struct engine *e, str table,
                              const struct frame *f, struct diags *ds)
{
    enum status st = statement_begin(e, ds);
    if (st != ST_OK)
        return st;
    enum type *types = xcalloc(f->ncols, sizeof *types);
    for (size_t c = 0; c < f->ncols; c++)
        types[c] = f->cols[c].type;
    struct feed feed = {
        .e = e, .con = e->con, .table = table, .ncols = f->ncols,
        .types = types,
    };
    st = feed_frame(&feed, f, ds);
    free(types);
    statement_end(e);
    return st;
}

static enum status take_batch(void *ctx, unsigned part,
                              const struct frame *rows)
{
    struct load *l = ctx;
    if (part >= l->nparts)
        BUG("a batch for part %u of %u", part, l->nparts);
    if (atomic_load_explicit(&l->failed, memory_order_relaxed))
        return ST_CANCELLED;
    struct part *p = &l->parts[part];
    p->nrows += rows->nrows;
    enum status st = feed_rows(&p->feed, rows, &p->diags);
    p->full |= st != ST_OK;
    atomic_fetch_add_explicit(&l->nrows, rows->nrows, memory_order_relaxed);
    return st;
}

static void take_incomplete(void *ctx, enum completeness how, str why)
{
    struct load *l = ctx;
    struct engine_load *out = l->out;
    pthread_mutex_lock(&l->lock);
    if (how > out->completeness)
        out->completeness = how;
    if (out->notes.n < MAX_NOTES)
        PUSH(out->arena, out->notes, arena_str(out->arena, why));
    pthread_mutex_unlock(&l->lock);
}

static void take_reject(void *ctx, unsigned part, const struct reject *r)
{
    struct load *l = ctx;
    if (part >= l->nparts)
        BUG("a reject for part %u of %u", part, l->nparts);
    struct part *p = &l->parts[part];
    pthread_mutex_lock(&l->lock);
    if (p->nrejects++ < MAX_REJECTS) {
        struct reject copy = {
            arena_str(p->arena, r->file), r->line,
            arena_str(p->arena, r->reason), arena_str(p->arena, r->text),
        };
        PUSH(p->arena, p->rejects, copy);
    }
    pthread_mutex_unlock(&l->lock);
}

static enum status read_part(struct part *p)
{
    struct load *l = p->load;
    struct source *s = l->source;
    enum status st = feed_open(&p->feed, &p->diags);
    if (st != ST_OK)
        return st;
    st = s->read(s, p->index, &l->sink, &l->e->cancel, &p->diags);
    p->broke = st == ST_ENV && s->keeps_part && !p->full;
    if (p->broke)
        st = ST_OK; /* the other parts go on */
    enum status end = feed_close(&p->feed, st == ST_OK, &p->diags);
    return st == ST_OK ? end : st;
}

static enum status run_part(struct part *p)
{
    struct load *l = p->load;
    p->feed.con = connection_new(l->e, l->e->db, &p->diags);
    if (!p->feed.con)
        return ST_ENV;
    enum status st = l->source->parquet.n ? parquet_load(&p->feed, l->source,
                                                         &p->nrows, &p->diags)
                                          : read_part(p);
    connection_free(l->e, p->feed.con);
    return st;
}

static void *part_thread(void *ctx)
{
    struct part *p = ctx;
    struct load *l = p->load;
    p->status = run_part(p);
    if (p->status != ST_OK)
        atomic_store(&l->failed, true);
    pthread_mutex_lock(&l->lock);
    l->nrunning--;
    pthread_cond_signal(&l->done);
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void load_init(struct load *l, struct engine *e, str table,
                      struct source *s, struct engine_load *out)
{
    *l = (struct load){ .e = e, .source = s, .out = out };
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->done, NULL);
    l->nparts = s->parquet.n ? 1 : s->nparts;
    if (l->nparts < 1 || l->nparts > SOURCE_MAX_PARTS)
        BUG("a source of %u parts", l->nparts);
    l->types = xcalloc(s->ncols, sizeof *l->types);
    for (size_t c = 0; c < s->ncols; c++)
        l->types[c] = s->cols[c].type;
    l->sink = (struct row_sink){ l, take_batch, take_reject, take_incomplete };
    for (unsigned i = 0; i < l->nparts; i++) {
        struct part *p = &l->parts[i];
        p->load = l;
        p->index = i;
        p->arena = arena_new();
        diags_init(&p->diags, p->arena);
        p->table = arena_fmt(p->arena, "%.*s_%u", STRF(table), i);
        p->feed = (struct feed){
            .e = e, .table = p->table, .ncols = s->ncols, .types = l->types,
        };
    }
}

static void load_release(struct load *l)
{
    for (unsigned i = 0; i < l->nparts; i++)
        arena_free(l->parts[i].arena);
    free(l->types);
    pthread_cond_destroy(&l->done);
    pthread_mutex_destroy(&l->lock);
}

static void start_parts(struct load *l)
{
    l->nrunning = l->nparts;
    for (unsigned i = 0; i < l->nparts; i++) {
        struct part *p = &l->parts[i];
        p->started = thread_start(&p->thread, part_thread, p);
        if (p->started)
            continue;
        diag_error(&p->diags, DIAG_LIMIT, NO_SPAN, "cannot start a thread");
        p->status = ST_ENV;
        atomic_store(&l->failed, true);
        pthread_mutex_lock(&l->lock);
        l->nrunning--;
        pthread_mutex_unlock(&l->lock);
    }
}

/* How much of the input is read, 0 … 1; negative when nobody can say. */
static double fraction_of(const struct load *l)
{
    const struct source *s = l->source;
    uint64_t done = atomic_load_explicit(&s->bytes_read, memory_order_relaxed);
    if (!s->bytes || !done)
        return -1;
    return done < s->bytes ? (double)done / (double)s->bytes : 1;
}

/* The calling thread waits, and tells how far it is at most ten times a
 * second; the callback may publish messages, so it is not held by the lock. */
static void wait_parts(struct load *l,
                       void (*progress)(void *, const struct engine_flow *),
                       void *ctx)
{
    pthread_mutex_lock(&l->lock);
    while (l->nrunning) {
        if (thread_wait(&l->done, &l->lock, TICK_MS) || !progress)
            continue;
        pthread_mutex_unlock(&l->lock);
        struct engine_flow flow = {
            .fraction = fraction_of(l),
            .nrows = atomic_load_explicit(&l->nrows, memory_order_relaxed),
            .nbytes = atomic_load_explicit(&l->source->bytes_read,
                                           memory_order_relaxed),
        };
        progress(ctx, &flow);
        pthread_mutex_lock(&l->lock);
    }
    pthread_mutex_unlock(&l->lock);
    for (unsigned i = 0; i < l->nparts; i++)
        if (l->parts[i].started)
            pthread_join(l->parts[i].thread, NULL);
}

/* A part that stopped because another failed says ST_CANCELLED: the failure
 * is what counts, unless the user did cancel. */
static enum status merge_status(const struct load *l)
{
    enum status st = ST_OK;
    if (is_cancelled(l->e) && atomic_load(&l->failed))
        return ST_CANCELLED;
    for (unsigned i = 0; i < l->nparts; i++) {
        enum status part = l->parts[i].status;
        if (st == ST_OK || (st == ST_CANCELLED && part != ST_OK))
            st = part;
    }
    return st;
}

static void merge_rejects(const struct load *l, struct engine_load *out)
{
    for (unsigned i = 0; i < l->nparts; i++) {
        const struct part *p = &l->parts[i];
        out->nrows += p->nrows;
        out->nrejects += p->nrejects;
        for (size_t j = 0; j < p->rejects.n; j++) {
            struct reject r = p->rejects.v[j];
            if (out->rejects.n == MAX_REJECTS)
                break;
            r.file = arena_str(out->arena, r.file);
            r.reason = arena_str(out->arena, r.reason);
            r.text = arena_str(out->arena, r.text);
            PUSH(out->arena, out->rejects, r);
        }
    }
}

/* Of a part that broke: errors are notes on the rows, as some did come. */
static void note_break(struct load *l, const struct part *p, struct diags *ds)
{
    struct arena *a = l->out->arena;
    for (size_t i = 0; i < p->diags.list.n; i++) {
        const struct diag *d = &p->diags.list.v[i];
        struct diags one = { .arena = ds->arena };
        if (d->severity == SEV_ERROR) {
            take_incomplete(l, PARTIAL,
                            arena_fmt(a,
                                      "%.*s; only the first %llu rows came"
                                      "%s%.*s",
                                      STRF(d->message),
                                      (unsigned long long)p->nrows,
                                      d->hint.n ? "; " : "", STRF(d->hint)));
            continue;
        }
        PUSH(one.arena, one.list, *d);
        diags_merge(ds, &one);
    }
}

/* Without a single row a break is an error like any other. */
static enum status judge_breaks(const struct load *l, enum status st)
{
    uint64_t nrows = 0;
    bool broke = false;
    for (unsigned i = 0; i < l->nparts; i++) {
        nrows += l->parts[i].nrows;
        broke |= l->parts[i].broke;
    }
    return st == ST_OK && broke && !nrows ? ST_ENV : st;
}

static enum status finish(struct load *l, struct engine_load *out,
                          struct diags *ds)
{
    enum status st = judge_breaks(l, merge_status(l));
    for (unsigned i = 0; i < l->nparts; i++) {
        if (st == ST_OK && l->parts[i].broke)
            note_break(l, &l->parts[i], ds);
        else if (st != ST_CANCELLED)
            diags_merge(ds, &l->parts[i].diags);
        if (st != ST_OK)
            drop_table(l->e, l->e->con, l->parts[i].table);
    }
    merge_rejects(l, out);
    out->nparts = st == ST_OK ? l->nparts : 0;
    return st;
}

enum status engine_load_source(struct engine *e, str table, struct source *s,
                               struct engine_load *out,
                               void (*progress)(void *ctx,
                                                const struct engine_flow *f),
                               void *ctx, struct diags *ds)
{
    struct arena *a = out->arena;
    *out = (struct engine_load){ .arena = a };
    enum status st = statement_begin(e, ds);
    if (st != ST_OK)
        return st;
    struct load l;
    load_init(&l, e, table, s, out);
    start_parts(&l);
    wait_parts(&l, progress, ctx);
    st = finish(&l, out, ds);
    load_release(&l);
    statement_end(e);
    return st;
}
