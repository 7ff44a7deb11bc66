/* step.c - runs a bound query: fetches and native steps first, then its SQL.
 *
 * Called by: statement.c, commands.
 * A FETCH node is loaded into a temporary table and becomes a SCAN of it; a
 * HOST node gets its input as a frame, and its result becomes a table too. So
 * what is left is one SQL statement. */
#include "connections.h"
#include "fetch_ahead.h"
#include "lineage.h"

#include "plan/node_walk.h"
#include "plan/push.h"
#include "sql/emit.h"
#include "sql/sql_lit.h"

str session_physical(struct lang *l, const char *prefix)
{
    return arena_fmt(l->cell ? l->cell : l->arena, "%s%u", prefix,
                     ++l->next_table);
}

/* ---- fetch ---- */

/* The sink belongs to the thread of the cell: lines of others wait until that
 * thread tells how far the loading is. */
void session_status(struct lang *l, str line)
{
    if (pthread_equal(pthread_self(), l->thread)) {
        if (l->sink && l->sink->progress)
            l->sink->progress(l->sink->ctx, line, -1);
        return;
    }
    size_t n = line.n < sizeof l->status_line ? line.n
                                              : sizeof l->status_line;
    pthread_mutex_lock(&l->lock);
    if (n)
        memcpy(l->status_line, line.p, n);
    l->status_n = n;
    l->status_new = true;
    pthread_mutex_unlock(&l->lock);
}

/* "loading soc SecurityEvent: 20,000 rows, 3.1 MB"; and what the source says of
 * itself, which is also told on its own. */
static void report_progress(void *ctx, const struct engine_flow *f)
{
    struct lang *l = ctx;
    char line[sizeof l->status_line];
    struct buf b;
    pthread_mutex_lock(&l->lock);
    str own = { line, l->status_n };
    bool is_new = l->status_new;
    memcpy(line, l->status_line, own.n);
    l->status_new = false;
    pthread_mutex_unlock(&l->lock);
    if (is_new && l->sink && l->sink->progress)
        l->sink->progress(l->sink->ctx, own, -1);
    if (!l->sink || !l->sink->flow)
        return;
    buf_init(&b, 4096);
    buf_addf(&b, "loading %.*s", STRF(str_sub(l->reading, 0, 200)));
    if (f->nrows) {
        buf_adds(&b, ": ");
        add_count(&b, f->nrows);
        buf_adds(&b, " rows");
    }
    if (f->nbytes)
        buf_addf(&b, "%s%.1f MB", f->nrows ? ", " : ": ",
                 (double)f->nbytes / 1e6);
    if (own.n)
        buf_addf(&b, " (%.*s)", STRF(own));
    l->sink->flow(l->sink->ctx, buf_str(&b), f->fraction);
    buf_release(&b);
}

/* What is read, in the words of the cell. */
static str reading_of(struct lang *l, const struct origin *o)
{
    return arena_fmt(l->cell, "%.*s%s%.*s", STRF(o->connection),
                     o->connection.n ? " " : "", STRF(o->name));
}

static void keep_rejects(struct lang *l, struct engine_load *load,
                         const struct source *s, struct span at,
                         struct diags *ds)
{
    arena_free(l->rejects_arena);
    l->rejects_arena = load->arena;
    l->rejects.v = load->rejects.v;
    l->rejects.n = l->rejects.cap = load->rejects.n;
    l->nrejects = load->nrejects;
    if (load->nrejects) {
        struct diag *d =
            diag_warn(ds, DIAG_REJECTED_ROWS, at,
                      "%llu of %llu rows "
                      "could not be read and are left out",
                      (unsigned long long)load->nrejects,
                      (unsigned long long)(load->nrows + load->nrejects));
        diag_hint(ds, d, ".show rejects lists them");
    }
    if (s->repaired)
        diag_warn(ds, DIAG_REPAIRED, at,
                  "%llu value%s had bytes that are not "
                  "UTF-8: shown as U+FFFD",
                  (unsigned long long)s->repaired, s->repaired == 1 ? "" : "s");
}

/* The rows are not all: the node remembers, and what is made of it tells. */
static void keep_notes(struct lang *l, struct node *n, struct origin *origin,
                       const struct engine_load *load)
{
    n->completeness = load->completeness;
    for (size_t i = 0; i < load->notes.n; i++)
        PUSH(l->cell, n->notes, session_scrub(l, l->cell, load->notes.v[i]));
    origin->nrows = load->nrows;
    origin->completeness = load->completeness;
    PUSH(l->cell, n->origins, *origin);
}

/* A query at a connection starts now. */
static enum status open_remote(struct lang *l, struct node *n,
                               struct diags *ds)
{
    struct opened o = { .key = S("") };
    if (n->source || !n->remote)
        return ST_OK;
    struct remote_call call = connection_call(l, n->span, ds);
    enum status st;
    if (!fetch_ahead_take(l->ahead, n, &o.source, &st, ds))
        st = n->remote->provider->open(n->remote, n->query, &o.source, &call);
    if (st != ST_OK || (!o.source && n->otherwise))
        return st;
    if (o.source->ncols != n->query->ncols)
        BUG("%s: %zu columns, %zu wanted", n->remote->provider->name,
            o.source->ncols, n->query->ncols);
    n->source = o.source;
    PUSH(l->cell, l->opened, o);
    return ST_OK;
}

/* Reads a source into physical tables; on success the FETCH is a SCAN. */
static enum status fetch_once(struct lang *l, struct node *n, str physical,
                              struct diags *ds)
{
    int64_t began = profile_now();
    enum status opened = open_remote(l, n, ds);
    if (opened != ST_OK)
        return opened;
    struct engine_load load = { .arena = arena_new() };
    struct origin origin = lineage_origin(l, n);
    l->reading = reading_of(l, &origin);
    str from = n->remote ? n->remote->alias : S("");
    for (size_t i = 0; i < l->opened.n; i++)
        if (l->opened.v[i].source == n->source) {
            l->opened.v[i].used = true;
            if (l->opened.v[i].provider)
                from = str_of(l->opened.v[i].provider->name);
        }
    enum status st = engine_load_source(l->engine, physical, n->source, &load,
                                        report_progress, l, ds);
    if (st != ST_OK) {
        arena_free(load.arena);
        return st;
    }
    profile_add(l, "source", from, load.nrows, began);
    keep_notes(l, n, &origin, &load);
    keep_rejects(l, &load, n->source, n->span, ds);
    n->kind = NODE_SCAN;
    n->table = physical;
    n->nparts = load.nparts;
    return ST_OK;
}

/* A slice of a time range that cannot be had: no rows, and a note. */
static void lose_slice(struct lang *l, struct node *n, const struct diags *why)
{
    n->kind = NODE_VALUES;
    n->completeness = PARTIAL;
    struct origin o = lineage_origin(l, n);
    o.completeness = PARTIAL;
    PUSH(l->cell, n->origins, o);
    PUSH(l->cell, n->notes,
         arena_fmt(l->cell, "%.*s: %.*s missing: %.*s",
                   STRF(n->remote->alias), STRF(n->query->slice),
                   STRF(diags_first_error(why))));
}

static enum status fetch(struct lang *l, struct node *n, str physical,
                         struct diags *ds)
{
    enum status st = ST_OK;
    if (!n->remote || !n->query->slice.n)
        return fetch_once(l, n, physical, ds);
    for (int attempt = 0; attempt < 2; attempt++) {
        struct diags own;
        diags_init(&own, l->cell);
        st = fetch_once(l, n, physical, &own);
        if (st == ST_OK || st == ST_CANCELLED)
            return st;
        n->source = NULL;
        if (attempt == 1)
            lose_slice(l, n, &own);
    }
    return ST_OK;
}

static void drop_parts(struct lang *l, str physical, unsigned nparts)
{
    struct arena *a = arena_new();
    struct diags ds;
    diags_init(&ds, a);
    for (unsigned i = 0; i < (nparts ? nparts : 1); i++) {
        str sql = nparts
                    ? arena_fmt(a, "DROP TABLE IF EXISTS %.*s_%u",
                                STRF(physical), i)
                    : arena_fmt(a, "DROP TABLE IF EXISTS %.*s", STRF(physical));
        (void)engine_exec(l->engine, sql, &ds);
    }
    arena_free(a);
}

/* ---- native steps ---- */

static enum status run_sql(struct lang *l, const struct node *n,
                           size_t max_rows, struct frame **out,
                           struct diags *ds)
{
    struct buf sql;
    struct engine_col *cols = arena_array(l->cell, n->cols.n + 1, sizeof *cols);
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct engine_col){ n->cols.v[i].name, n->cols.v[i].type };
    size_t ncols = n->cols.n;
    if (!ncols) /* SQL has no rows without columns: the emitter adds one */
        cols[ncols++] = (struct engine_col){ S("none"), TYPE_LONG };
    buf_init(&sql, MAX_SQL_BYTES);
    if (node_most_rows(n) <= max_rows)
        max_rows = ENGINE_FEW; /* no need to look for more */
    enum status st = sql_emit(&sql, n, ds) ? ST_OK : ST_USER;
    if (st == ST_OK)
        st = engine_query(l->engine, buf_str(&sql), ncols, cols, max_rows, out,
                          ds);
    if (st == ST_OK)
        (*out)->ncols = n->cols.n;
    buf_release(&sql);
    return st;
}

static enum status frame_table(struct lang *l, const struct frame *f,
                               str *table, struct diags *ds)
{
    *table = session_physical(l, "h");
    enum status st = engine_load_frame(l->engine, *table, f, ds);
    PUSH(l->cell, l->temporary, *table);
    return st;
}

static void become_scan(struct lang *l, struct node *n, str table)
{
    n->kind = NODE_SCAN;
    n->table = table;
    n->nparts = 0;
    n->nin = 0;
    n->source_cols.n = 0;
    for (size_t i = 0; i < n->cols.n; i++)
        PUSH(l->cell, n->source_cols, (uint32_t)i);
}

static enum status run_host(struct lang *l, struct node *n, struct diags *ds)
{
    struct frame *in = NULL, *out = NULL;
    str table;
    struct lineage x = { .arena = l->cell };
    int64_t began = profile_now();
    enum status st = run_sql(l, n->in[0], 0, &in, ds);
    lineage_add(&x, n); /* what it was made of is not below it afterwards */
    if (st == ST_OK)
        profile_add(l, "sql", S("rows for the next step"), in->nrows, began);
    began = profile_now();
    if (st == ST_OK)
        st = n->op->run(in, n->args, &out, engine_cancel_flag(l->engine), ds);
    frame_unref(in);
    if (st == ST_OK)
        st = frame_table(l, out, &table, ds);
    if (st == ST_OK)
        profile_add(l, "native", str_of(n->op->name), out->nrows, began);
    if (st == ST_OK)
        lineage_add_frame(&x, out);
    frame_unref(out);
    if (st == ST_OK) {
        become_scan(l, n, table);
        lineage_to_node(&x, n);
    }
    return st;
}

/* ---- where the time goes ---- */

int64_t profile_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 10000000 + t.tv_nsec / 100;
}

void profile_add(struct lang *l, const char *kind, str what, uint64_t nrows,
                 int64_t began)
{
    struct profile_step s = { kind, what, nrows, profile_now() - began };
    if (l->profile)
        PUSH(l->cell, l->profile->steps, s);
}

struct prepare {
    struct lang *l;
    struct diags *ds;
    enum status st;
    struct node *unproved; /* a FETCH that is to be another */
};

static void prepare_node(void *ctx, struct node *n)
{
    struct prepare *p = ctx;
    if (p->st != ST_OK)
        return;
    if (n->kind == NODE_FETCH) {
        str table = session_physical(p->l, "f");
        p->st = fetch(p->l, n, table, p->ds);
        for (unsigned i = 0; p->st == ST_OK && i < n->nparts; i++)
            PUSH(p->l->cell, p->l->temporary,
                 arena_fmt(p->l->cell, "%.*s_%u", STRF(table), i));
    } else if (n->kind == NODE_HOST) {
        p->st = run_host(p->l, n, p->ds);
    }
}

static enum status prepare(struct lang *l, struct node *n, struct diags *ds)
{
    struct prepare p = { l, ds, engine_open(l->engine, ds), NULL };
    struct fetch_ahead *outer = l->ahead;
    if (p.st != ST_OK)
        return p.st;
    l->ahead = fetch_ahead_start(l, n, report_progress);
    node_walk(n, prepare_node, &p);
    fetch_ahead_end(l->ahead);
    l->ahead = outer;
    return p.st;
}

/* ---- what is known of the rows ---- */

/* A result of rows that are not all is not the whole answer either; nor is one
 * that depends on a value made of such rows. */
static void find_lineage(struct lang *l, struct node *n, struct lineage *x)
{
    *x = (struct lineage){ .arena = l->cell,
                           .completeness = l->values.completeness };
    for (size_t i = 0; i < l->values.notes.n; i++)
        PUSH(l->cell, x->notes, l->values.notes.v[i]);
    for (size_t i = 0; i < l->values.origins.n; i++)
        PUSH(l->cell, x->origins, l->values.origins.v[i]);
    lineage_add(x, n);
}

/* ---- what connections run ---- */

/* What a service must first look at its data for is opened before anything
 * else: the plan may have to do without. */
static void open_provable(void *ctx, struct node *n)
{
    struct prepare *p = ctx;
    if (p->st != ST_OK || n->kind != NODE_FETCH || !n->otherwise || n->source)
        return;
    p->st = open_remote(p->l, n, p->ds);
    if (p->st == ST_OK && !n->source && !p->unproved)
        p->unproved = n;
}

static enum status push_steps(struct lang *l, struct node *n, struct diags *ds)
{
    struct prepare p = { .l = l, .ds = ds, .st = ST_OK };
    push_down(l->cell, n);
    do {
        if (p.unproved)
            push_back(l->cell, n, p.unproved);
        p.unproved = NULL;
        node_walk(n, open_provable, &p);
    } while (p.st == ST_OK && p.unproved);
    return p.st;
}

/* ---- the face ---- */

enum status step_query(struct lang *l, struct node *n, size_t max_rows,
                       struct frame **out, struct diags *ds)
{
    struct lineage x;
    enum status st = push_steps(l, n, ds);
    if (st == ST_OK)
        st = prepare(l, n, ds);
    int64_t began = profile_now();
    if (st == ST_OK)
        st = run_sql(l, n, max_rows, out, ds);
    if (st == ST_OK)
        profile_add(l, "sql", S("the result"), (*out)->total, began);
    if (st == ST_OK) {
        find_lineage(l, n, &x);
        lineage_to_frame(&x, *out);
    }
    return st;
}

static enum status create_table(struct lang *l, struct node *n, str physical,
                                struct diags *ds)
{
    struct buf sql;
    buf_init(&sql, MAX_SQL_BYTES);
    buf_addf(&sql, "CREATE TABLE %.*s AS SELECT ", STRF(physical));
    for (size_t i = 0; i < n->cols.n; i++)
        buf_addf(&sql, "%sc%u::%s AS c%zu", i ? ", " : "", n->cols.v[i].id,
                 sql_type(n->cols.v[i].type), i);
    if (n->cols.n == 0)
        buf_adds(&sql, "1 AS none");
    buf_adds(&sql, " FROM (");
    enum status st = sql_emit(&sql, n, ds) ? ST_OK : ST_USER;
    buf_addc(&sql, ')');
    if (st == ST_OK)
        st = engine_exec(l->engine, buf_str(&sql), ds);
    buf_release(&sql);
    return st;
}

static enum status count_rows(struct lang *l, struct table_info *t,
                              struct diags *ds)
{
    struct buf sql;
    struct engine_col col = { S("n"), TYPE_LONG };
    struct frame *f = NULL;
    buf_init(&sql, 4096);
    buf_adds(&sql, "SELECT CAST(sum(n) AS BIGINT) FROM (");
    for (unsigned i = 0; i < (t->nparts ? t->nparts : 1); i++) {
        buf_addf(&sql, "%sSELECT count(*) AS n FROM %.*s",
                 i ? " UNION ALL " : "", STRF(t->physical));
        if (t->nparts)
            buf_addf(&sql, "_%u", i);
    }
    buf_addc(&sql, ')');
    enum status st = engine_query(l->engine, buf_str(&sql), 1, &col, 1, &f, ds);
    if (st == ST_OK && f->nrows)
        t->nrows = (uint64_t)f->cols[0].i[0];
    frame_unref(f);
    buf_release(&sql);
    return st;
}

void step_drop(struct lang *l, const struct table_info *t)
{
    drop_parts(l, t->physical, t->nparts);
}

static void enter_catalog(struct lang *l, struct table_info *t)
{
    const struct table_info *old = catalog_find(l->catalog, t->name);
    if (old)
        step_drop(l, old);
    pthread_mutex_lock(&l->lock);
    catalog_put(l->catalog, t);
    pthread_mutex_unlock(&l->lock);
}

/* The source has the columns of the table, in their order. */
static bool is_straight(const struct node *n)
{
    bool same = n->kind == NODE_FETCH;
    for (size_t i = 0; same && i < n->source_cols.n; i++)
        same = n->source_cols.v[i] == i;
    return same && (!n->remote || n->source || n->query->ncols == n->cols.n);
}

enum status step_store(struct lang *l, struct node *n, str name,
                       struct diags *ds)
{
    str physical = session_physical(l, "t");
    struct table_info t = { .name = name, .physical = physical };
    struct source_col *cols = arena_array(l->cell, n->cols.n, sizeof *cols);
    enum status st = engine_open(l->engine, ds);
    if (st == ST_OK)
        st = push_steps(l, n, ds);
    if (st == ST_OK && is_straight(n)) { /* into its table */
        st = fetch(l, n, physical, ds);
        t.nparts = n->nparts;
    } else if (st == ST_OK) {
        st = prepare(l, n, ds);
        if (st == ST_OK)
            st = create_table(l, n, physical, ds);
    }
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct source_col){ n->cols.v[i].name, n->cols.v[i].type };
    t.cols = cols;
    t.ncols = n->cols.n;
    struct lineage x;
    find_lineage(l, n, &x);
    lineage_to_table(&x, &t);
    if (st == ST_OK)
        st = count_rows(l, &t, ds);
    if (st == ST_OK)
        enter_catalog(l, &t);
    return st;
}

struct node *step_frame_node(struct lang *l, struct binder *b,
                             const struct frame *f, struct diags *ds)
{
    str table;
    if (engine_open(l->engine, ds) != ST_OK ||
        frame_table(l, f, &table, ds) != ST_OK)
        return NULL;
    struct node *n = node_new(l->cell, NODE_SCAN, NO_SPAN, NULL);
    for (size_t i = 0; i < f->ncols; i++)
        PUSH(l->cell, n->cols,
             col_new(b, f->cols[i].name, f->cols[i].type, true));
    become_scan(l, n, table);
    return n;
}

enum status save_parquet(struct lang *l, struct node *n, str path,
                         struct saved *out, struct diags *ds)
{
    struct buf sql;
    struct engine_col *cols = arena_array(l->cell, n->cols.n + 1, sizeof *cols);
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct engine_col){ n->cols.v[i].name, n->cols.v[i].type };
    buf_init(&sql, MAX_SQL_BYTES);
    enum status st = push_steps(l, n, ds);
    if (st == ST_OK)
        st = prepare(l, n, ds);
    if (st == ST_OK)
        st = sql_emit(&sql, n, ds) ? ST_OK : ST_USER;
    if (st == ST_OK)
        st = engine_save_parquet(l->engine, buf_str(&sql), n->cols.n, cols,
                                 path, &out->nrows, ds);
    buf_release(&sql);
    find_lineage(l, n, &out->lineage);
    return st;
}
