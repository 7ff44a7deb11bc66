/* env.c - what binding needs of the session: tables, sources, a quick run.
 *
 * Called by: everything that makes a binder for the running cell. */
#include "connections.h"
#include "lineage.h"

#include <unistd.h>

#include "base/json_write.h"

static const struct table_info *env_table(void *ctx, str name)
{
    struct lang *l = ctx;
    for (size_t i = l->pending.n; i-- > 0;)
        if (str_eq(l->pending.v[i]->name, name))
            return l->pending.v[i];
    return catalog_find(l->catalog, name);
}

static const struct table_info *env_table_at(void *ctx, size_t i)
{
    struct lang *l = ctx;
    size_t n = catalog_count(l->catalog);
    if (i < n)
        return catalog_at(l->catalog, i);
    return i - n < l->pending.n ? l->pending.v[i - n] : NULL;
}

static void add_value(struct buf *b, const struct value *v)
{
    value_json(b, v);
    buf_addc(b, ' ');
}

/* A request as text, to recognise it when it comes again. */
static str request_key(struct lang *l, const struct provider *p,
                       const struct source_request *rq)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b, "%s %.*s ", p->name, STRF(rq->table));
    for (size_t i = 0; i < rq->nargs; i++)
        add_value(&b, &rq->args[i]);
    for (size_t i = 0; i < rq->noptions; i++) {
        json_str(&b, rq->options[i].name);
        add_value(&b, &rq->options[i].value);
    }
    for (size_t i = 0; i < rq->ncols; i++) {
        json_str(&b, rq->cols[i].name);
        buf_addf(&b, "%d ", rq->cols[i].type);
    }
    str key = buf_take(&b, l->cell);
    buf_release(&b);
    return key;
}

/* The table or the files, as the cell names them. */
static str request_what(struct lang *l, const struct source_request *rq)
{
    struct buf b;
    buf_init(&b, 64 << 10);
    buf_add(&b, rq->table);
    for (size_t i = 0; i < rq->nargs; i++) {
        buf_adds(&b, b.n ? ", " : "");
        value_text(&b, &rq->args[i]);
    }
    str what = session_scrub(l, l->cell, buf_str(&b));
    buf_release(&b);
    return what;
}

/* More parts than processors would only cost in every later scan. */
static unsigned reading_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > SOURCE_MAX_PARTS ? SOURCE_MAX_PARTS : (unsigned)n;
}

/* What a Parquet file without declared columns has, the engine knows. */
static bool find_parquet_columns(struct lang *l, struct source *s,
                                 struct diags *ds)
{
    struct source_col *cols;
    if (!s->parquet.n || s->ncols)
        return true;
    if (engine_open(l->engine, ds) != ST_OK ||
        engine_parquet_cols(l->engine, l->cell, s->parquet, &cols, &s->ncols,
                            ds) != ST_OK)
        return false;
    s->cols = cols;
    return true;
}

static struct source *env_open(void *ctx, const struct provider *p,
                               const struct source_request *rq,
                               struct diags *ds)
{
    struct lang *l = ctx;
    struct opened o = { .provider = p, .what = request_what(l, rq),
                        .key = request_key(l, p, rq) };
    for (size_t i = 0; i < l->opened.n; i++)
        if (!l->opened.v[i].used && str_eq(l->opened.v[i].key, o.key))
            return l->opened.v[i].source;
    if (p->open(&o.source, rq, reading_threads(),
                engine_cancel_flag(l->engine), ds) != ST_OK)
        return NULL;
    PUSH(l->cell, l->opened, o);
    return find_parquet_columns(l, o.source, ds) ? o.source : NULL;
}

/* ---- connections ---- */

static struct remote *env_remote(void *ctx, str alias)
{
    return connection_find(ctx, alias);
}

static struct remote *env_remote_at(void *ctx, size_t i)
{
    return connection_at(ctx, i);
}

static enum status env_remote_columns(void *ctx, const struct remote_ask *ask,
                                      struct remote_schema *out)
{
    return connection_columns(ctx, ask, out);
}

static enum status env_remote_tables(void *ctx, const struct remote_ask *ask,
                                     struct remote_tables *out)
{
    return connection_tables(ctx, ask, out);
}

static str remote_key(struct lang *l, const struct remote *r,
                      const struct remote_query *q)
{
    struct buf b;
    buf_init(&b, 16 << 20);
    buf_addf(&b, "%.*s %lld %lld ", STRF(r->alias), (long long)q->start,
             (long long)q->end);
    json_str(&b, q->text);
    for (size_t i = 0; i < q->noptions; i++) {
        json_str(&b, q->options[i].name);
        add_value(&b, &q->options[i].value);
    }
    str key = buf_take(&b, l->cell);
    buf_release(&b);
    return key;
}

/* A text whose columns nobody knows is run while it is bound, once for the
 * rehearsal and the run of a cell. */
static struct source *env_remote_open(void *ctx, struct remote *r,
                                      const struct remote_query *q,
                                      struct diags *ds)
{
    struct lang *l = ctx;
    struct opened o = { .remote = r, .query = q, .key = remote_key(l, r, q) };
    for (size_t i = 0; i < l->opened.n; i++)
        if (!l->opened.v[i].used && str_eq(l->opened.v[i].key, o.key))
            return l->opened.v[i].source;
    struct remote_call call = connection_call(l, q->span, ds);
    if (r->provider->open(r, q, &o.source, &call) != ST_OK)
        return NULL;
    PUSH(l->cell, l->opened, o);
    return find_parquet_columns(l, o.source, ds) ? o.source : NULL;
}

static bool env_time_range(void *ctx, int64_t *from, int64_t *to)
{
    const struct lang *l = ctx;
    *from = l->range.last ? l->now - l->range.last : l->range.from;
    *to = l->range.last ? l->now : l->range.to;
    return l->range.chosen;
}

/* What binding asks for is small: values, names of columns. */
enum { BIND_ROWS = 100000 };

static enum status env_run(void *ctx, struct node *n, struct frame **out,
                           struct diags *ds)
{
    struct lang *l = ctx;
    enum status st = step_query(l, n, BIND_ROWS, out, ds);
    l->values.arena = l->cell;
    if (st == ST_OK)
        lineage_add_frame(&l->values, *out);
    return st;
}

static const struct bind_env *session_env(struct lang *l)
{
    struct bind_env *e = NEW(l->cell, struct bind_env);
    *e = (struct bind_env){
        .ctx = l,
        .table = env_table,
        .table_at = env_table_at,
        .open = env_open,
        .remote = env_remote,
        .remote_at = env_remote_at,
        .remote_columns = env_remote_columns,
        .remote_tables = env_remote_tables,
        .remote_open = env_remote_open,
        .time_range = env_time_range,
        .run = env_run,
    };
    return e;
}

struct binder session_binder(struct lang *l, struct diags *ds,
                             const struct lang_opts *o)
{
    return (struct binder){
        .arena = l->cell,
        .ds = ds,
        .reg = &l->reg,
        .env = session_env(l),
        .scope = scope_new(l->cell, l->scope), /* `as` names what is in it */
        .now = l->now,
        .cell = l->binding,
        .open_tables = o && o->open_tables,
        .check = o && o->check,
        .rehearsal = l->rehearsal,
        .provenance = l->provenance,
    };
}
