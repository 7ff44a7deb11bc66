/* answer.c - an answer of a service of KQL as a source of rows.
 *
 * Called by: kusto.c, sentinel.c, defender.c.
 * The source is opened as soon as the columns are here; the rows are read
 * while they come. What comes after the rows (an error beside them, the state
 * in which the query ended) tells whether they are all. */
#include "answer.h"

#include "shape.h"

/* ---- types ---- */

enum type answer_type(str name)
{
    static const struct {
        const char *name;
        enum type type;
    } foreign[] = {
        { "boolean", TYPE_BOOL },     { "sbyte", TYPE_BOOL },
        { "int32", TYPE_INT },        { "int64", TYPE_LONG },
        { "double", TYPE_REAL },      { "single", TYPE_REAL },
        { "datetime", TYPE_DATETIME }, { "date", TYPE_DATETIME },
        { "timespan", TYPE_TIMESPAN }, { "time", TYPE_TIMESPAN },
        { "guid", TYPE_GUID },        { "uuid", TYPE_GUID },
        { "uniqueid", TYPE_GUID },    { "sqldecimal", TYPE_DECIMAL },
        { "object", TYPE_DYNAMIC },   { "string", TYPE_STRING },
    };
    enum type t;
    if (type_from_name(name, &t))
        return t;
    str last = name;
    for (ptrdiff_t dot; (dot = str_find_char(last, '.')) >= 0;)
        last = str_sub(last, (size_t)dot + 1, last.n); /* System.String */
    if (last.n && last.p[last.n - 1] == '?') /* Double? */
        last.n--;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (str_ieqz(last, foreign[i].name))
            return foreign[i].type;
    return TYPE_DYNAMIC;
}

/* ---- an answer ---- */

struct answer *answer_new(enum answer_shape shape, str what)
{
    struct arena *arena = arena_new();
    struct answer *a = NEW(arena, struct answer);
    *a = (struct answer){ .arena = arena, .shape = shape,
                          .what = arena_str(arena, what) };
    return a;
}

void answer_free(struct answer *a)
{
    if (!a)
        return;
    flow_free(a->flow);
    arena_free(a->arena);
}

enum status answer_start(struct answer *a, const struct flow_job *job,
                         const struct remote_call *call)
{
    return flow_start(&a->flow, job, call);
}

/* A walk along the flow of an answer. */
struct reading {
    struct answer *answer;
    struct walk walk;
    str window;
    size_t taken;
    bool last;
};

/* Until the columns are here, or to the end; `after` is called in between. */
static enum walked read_on(struct reading *r, const atomic_bool *cancel,
                           void (*after)(void *ctx), void *ctx)
{
    enum walked how;
    for (;;) {
        str rest = str_sub(r->window, r->taken, r->window.n);
        size_t taken;
        how = walk_on(&r->walk, rest, r->last, &taken);
        r->taken += taken;
        if (how != WALK_MORE || r->last)
            break;
        if (after)
            after(ctx);
        r->walk.status = flow_more(r->answer->flow, r->taken, &r->window,
                                   &r->last, cancel);
        r->taken = 0;
        if (r->walk.status != ST_OK)
            return WALK_FAIL;
    }
    return how;
}

/* To the end of the request, which says how it went. */
static enum status end_of(struct reading *r, struct diags *ds,
                          const atomic_bool *cancel)
{
    while (!r->last) {
        enum status st = flow_more(r->answer->flow, r->window.n, &r->window,
                                   &r->last, cancel);
        if (st != ST_OK)
            return st;
    }
    return flow_end(r->answer->flow, ds);
}

/* An answer without columns: what it says instead. */
static enum status no_columns(struct reading *r,
                              const struct remote_call *call)
{
    const struct walk *w = &r->walk;
    str what = r->answer->what;
    struct diag *d;
    if (w->errors.n) {
        diag_error(call->ds, DIAG_HTTP, call->span, "%.*s: %.*s", STRF(what),
                   STRF(w->errors.v[0]));
    } else if (r->answer->status == 204) {
        d = diag_error(call->ds, DIAG_HTTP, call->span,
                       "%.*s has no data yet", STRF(what));
        diag_hint(call->ds, d, "it takes a while after data begins to flow "
                               "into a new workspace");
    } else if (!w->begun && r->window.n == 0) {
        d = diag_error(call->ds, DIAG_HTTP, call->span,
                       "%.*s: the answer is empty", STRF(what));
        diag_hint(call->ds, d, "a proxy between may have dropped what was "
                               "sent or what came");
    } else {
        diag_error(call->ds, DIAG_HTTP, call->span,
                   "%.*s: the answer is not one of this service (%s)",
                   STRF(what), w->error ? w->error : "it has no columns");
    }
    return ST_ENV;
}

/* A workspace without data answers 204: no rows, when `wanted` says which
 * columns they would have had. */
static enum status read_columns(struct reading *r, bool wanted,
                                const struct remote_call *call)
{
    r->walk.wait_cols = true;
    enum walked how = read_on(r, call->cancel, NULL, NULL);
    r->walk.wait_cols = false;
    if (r->walk.has_cols)
        return ST_OK;
    if (r->walk.status != ST_OK)
        return r->walk.status;
    enum status st = how == WALK_FAIL && !r->last
                       ? ST_OK /* no answer at all: the rest does not matter */
                       : end_of(r, call->ds, call->cancel);
    if (st != ST_OK || !wanted || r->answer->status != 204)
        return st == ST_OK ? no_columns(r, call) : st;
    diag_warn(call->ds, DIAG_HTTP, call->span, "%.*s has no data yet",
              STRF(r->answer->what));
    return ST_OK;
}

static void reading_init(struct reading *r, struct answer *a,
                         struct arena *arena)
{
    static const char nothing[JSON_PAD];
    *r = (struct reading){ .answer = a, .window = { nothing, 0 } };
    walk_init(&r->walk, a->shape, arena);
}

/* ---- the source ---- */

struct answer_source {
    struct source source;
    struct reading reading;
    struct remote_call call; /* for its status line */
};

static void source_close(struct source *s)
{
    struct answer_source *as = s->impl;
    walk_release(&as->reading.walk);
    answer_free(as->reading.answer);
    arena_free(s->arena);
}

/* Where a column of the answer goes, -1: nowhere. */
static int32_t *places(struct arena *a, const struct source *s,
                       const struct walk *w)
{
    struct field_names wanted;
    int32_t *to = arena_array(a, w->cols.n, sizeof *to);
    int32_t *of = arena_array(a, s->ncols, sizeof *of);
    field_names_init(&wanted, a);
    for (size_t k = 0; k < s->ncols; k++) {
        int32_t name = field_names_add(&wanted, s->cols[k].name);
        if (name >= 0)
            of[name] = (int32_t)k;
    }
    for (size_t i = 0; i < w->cols.n; i++) {
        int32_t name = field_names_find(&wanted, w->cols.v[i].name);
        to[i] = name < 0 ? -1 : of[name];
    }
    return to;
}

static void tell_progress(void *ctx)
{
    struct answer_source *as = ctx;
    const struct walk *w = &as->reading.walk;
    str what = as->reading.answer->what;
    struct arena *a = arena_new();
    as->source.bytes_read += as->reading.taken;
    if (as->call.status)
        as->call.status(as->call.ctx,
                        w->progress >= 0
                            ? arena_fmt(a, "%.*s: %llu rows, %.0f %%",
                                        STRF(what),
                                        (unsigned long long)w->nrows,
                                        w->progress)
                            : arena_fmt(a, "%.*s: %llu rows", STRF(what),
                                        (unsigned long long)w->nrows));
    arena_free(a);
}

static void tell(struct answer_source *as, struct row_sink *k,
                 enum completeness how, str why)
{
    k->incomplete(k->ctx, how,
                  arena_fmt(as->source.arena, "%.*s: %.*s",
                            STRF(as->reading.answer->what), STRF(why)));
}

/* Says what is missing, once all that came has been handed on. */
static void tell_missing(struct answer_source *as, struct row_sink *k,
                         str broken)
{
    const struct walk *w = &as->reading.walk;
    struct arena *a = as->source.arena;
    uint64_t limit = as->reading.answer->row_limit;
    for (size_t i = 0; i < w->errors.n; i++)
        tell(as, k, w->truncated ? TRUNCATED : PARTIAL, w->errors.v[i]);
    if (w->others)
        tell(as, k, PARTIAL,
             arena_fmt(a, "%u more table%s of the answer are left out; ask "
                       "for each with a query of its own", w->others,
                       w->others == 1 ? "" : "s"));
    if (broken.n)
        tell(as, k, PARTIAL,
             arena_fmt(a, "the answer breaks off after %llu rows (%.*s)",
                       (unsigned long long)w->nrows, STRF(broken)));
    else if (limit && w->nrows >= limit && !w->errors.n)
        tell(as, k, TRUNCATED,
             arena_fmt(a, "cut at %llu rows, the most it gives; narrow the "
                       "time range or summarize", (unsigned long long)limit));
}

/* The rows that came are kept, whatever became of the rest. */
static enum status judge(struct answer_source *as, struct row_sink *sink,
                         enum walked how, const struct remote_call *call)
{
    struct reading *r = &as->reading;
    struct diags why;
    str broken = S("");
    diags_init(&why, as->source.arena);
    if (r->walk.status != ST_OK)
        return r->walk.status;
    if (how == WALK_FAIL && (!r->last || r->walk.spoiled)) {
        if (r->walk.nrows == 0 || r->walk.spoiled) {
            diag_error(call->ds, DIAG_HTTP, call->span, "%.*s: the answer is "
                       "not to be used: %s", STRF(r->answer->what),
                       r->walk.error);
            return ST_ENV;
        }
        tell_missing(as, sink, str_of(r->walk.error));
        return ST_OK;
    }
    enum status st = end_of(r, &why, call->cancel);
    if (st == ST_CANCELLED)
        return st;
    if (st != ST_OK && (r->walk.nrows == 0 || !why.list.n))
        return flow_end(r->answer->flow, call->ds);
    if (why.list.n)
        broken = why.list.v[0].message;
    else if (how != WALK_END)
        broken = str_of(r->walk.error ? r->walk.error : "it is cut");
    tell_missing(as, sink, broken);
    return ST_OK;
}

static enum status source_read(struct source *s, unsigned part,
                               struct row_sink *sink,
                               const atomic_bool *cancel, struct diags *ds)
{
    struct answer_source *as = s->impl;
    struct remote_call call = { .cancel = cancel, .ds = ds,
                                .span = as->call.span };
    struct batch batch;
    struct got rows = { .batch = &batch, .sink = sink, .cancel = cancel };
    (void)part;
    batch_init(&batch, s->ncols, s->cols, -1);
    rows.to = places(s->arena, s, &as->reading.walk);
    as->reading.walk.rows = &rows;
    flow_keep_pace(as->reading.answer->flow);
    enum walked how = read_on(&as->reading, cancel, tell_progress, as);
    enum status st = judge(as, sink, how, &call);
    as->reading.walk.rows = NULL;
    if (as->call.status)
        as->call.status(as->call.ctx, S(""));
    s->repaired += batch.repaired;
    batch_release(&batch);
    got_release(&rows);
    return st;
}

static enum status read_nothing(struct source *s, unsigned part,
                                struct row_sink *sink,
                                const atomic_bool *cancel, struct diags *ds)
{
    (void)s, (void)part, (void)sink, (void)cancel, (void)ds;
    return ST_OK;
}

enum status answer_open(struct answer *a, const struct remote_query *q,
                        struct source **out, const struct remote_call *call)
{
    struct arena *arena = arena_new();
    struct answer_source *as = NEW(arena, struct answer_source);
    struct reading *r = &as->reading;
    reading_init(r, a, arena);
    as->call = *call;
    as->call.ds = NULL;
    as->call.cancel = NULL;
    enum status st = read_columns(r, q->ncols > 0, call);
    bool nothing = st == ST_OK && !r->walk.has_cols;
    as->source = (struct source){
        .arena = arena, .ncols = q->ncols ? q->ncols : r->walk.cols.n,
        .cols = q->ncols ? q->cols : r->walk.cols.v, .nparts = 1,
        .read = nothing ? read_nothing : source_read, .close = source_close,
        .impl = as,
    };
    if (st != ST_OK)
        source_close(&as->source);
    else
        *out = &as->source;
    return st;
}

enum status answer_each(struct answer *a,
                        void (*row)(void *ctx, const struct answer_row *r),
                        void *ctx, const struct remote_call *call)
{
    struct arena *arena = arena_new();
    struct got rows = { .row = row, .ctx = ctx };
    struct reading r;
    reading_init(&r, a, arena);
    enum status st = read_columns(&r, false, call);
    r.walk.rows = &rows;
    enum walked how = WALK_END;
    if (st == ST_OK)
        how = read_on(&r, call->cancel, NULL, NULL);
    if (st == ST_OK)
        st = r.walk.status != ST_OK ? r.walk.status
                                    : end_of(&r, call->ds, call->cancel);
    if (st == ST_OK && how != WALK_END)
        st = no_columns(&r, call);
    walk_release(&r.walk);
    arena_free(arena);
    return st;
}
