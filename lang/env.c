/* env.c - what binding needs of the session: tables, sources, a quick run.
 *
 * Called by: everything that makes a binder for the running cell. */
#include "session.h"

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

/* More parts than processors would only cost in every later scan. */
static unsigned reading_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > SOURCE_MAX_PARTS ? SOURCE_MAX_PARTS : (unsigned)n;
}

static struct source *env_open(void *ctx, const struct provider *p,
                               const struct source_request *rq,
                               struct diags *ds)
{
    struct lang *l = ctx;
    struct opened o = { NULL, p, request_key(l, p, rq), false };
    for (size_t i = 0; i < l->opened.n; i++)
        if (!l->opened.v[i].used && str_eq(l->opened.v[i].key, o.key))
            return l->opened.v[i].source;
    if (p->open(&o.source, rq, reading_threads(),
                engine_cancel_flag(l->engine), ds) != ST_OK)
        return NULL;
    PUSH(l->cell, l->opened, o);
    if (o.source->parquet.n && o.source->ncols == 0) {
        struct source_col *cols;
        if (engine_open(l->engine, ds) != ST_OK ||
            engine_parquet_cols(l->engine, l->cell, o.source->parquet, &cols,
                                &o.source->ncols, ds) != ST_OK)
            return NULL;
        o.source->cols = cols;
    }
    return o.source;
}

/* What binding asks for is small: values, names of columns. */
enum { BIND_ROWS = 100000 };

static enum status env_run(void *ctx, struct node *n, struct frame **out,
                           struct diags *ds)
{
    return step_query(ctx, n, BIND_ROWS, out, ds);
}

static const struct bind_env *session_env(struct lang *l)
{
    struct bind_env *e = NEW(l->cell, struct bind_env);
    *e = (struct bind_env){ l, env_table, env_table_at, env_open, env_run };
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
        .scope = l->scope,
        .now = l->now,
        .cell = l->binding,
        .open_tables = o && o->open_tables,
        .check = o && o->check,
        .rehearsal = l->rehearsal,
    };
}
