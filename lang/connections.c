/* connections.c - the services that a session is connected to.
 *
 * Called by: .connect and .disconnect, env.c, completion.
 * Schemas are asked once and kept, so that a typo is told before anything is
 * sent and completion knows columns; a connection that `changes` is asked each
 * time, and what is kept is for completion. That reads from other threads: the
 * list and what is kept change under the session's lock only. */
#include "connections.h"

struct known_table {
    str name;
    bool missing; /* the service has no such table */
    struct remote_schema schema;
    struct known_table *next;
};

struct connection {
    struct remote *remote;
    struct known_table *known;
    bool asked; /* for its tables */
    struct remote_tables tables;
};

static struct connection *find(struct lang *l, str alias)
{
    for (size_t i = 0; i < l->connections.n; i++)
        if (str_eq(l->connections.v[i]->remote->alias, alias))
            return l->connections.v[i];
    return NULL;
}

static struct connection *of_remote(struct lang *l, const struct remote *r)
{
    for (size_t i = 0; i < l->connections.n; i++)
        if (l->connections.v[i]->remote == r)
            return l->connections.v[i];
    BUG("a connection that is not in the list");
}

struct remote *connection_at(struct lang *l, size_t i)
{
    return i < l->connections.n ? l->connections.v[i]->remote : NULL;
}

struct remote *connection_find(struct lang *l, str alias)
{
    struct connection *c = find(l, alias);
    return c ? c->remote : NULL;
}

static void status_line(void *ctx, str line)
{
    session_status(ctx, line);
}

struct remote_call connection_call(struct lang *l, struct span at,
                                   struct diags *ds)
{
    return (struct remote_call){ engine_cancel_flag(l->engine), ds, at,
                                 status_line, l,
                                 l->sink && l->sink->attended };
}

/* ---- opening and closing ---- */

/* What costs nothing to know, completion may have at once. */
static enum status learn_tables(struct lang *l, struct remote *r,
                                struct span at, struct diags *ds)
{
    struct remote_ask ask = { r, r->known_table, at, ds, false };
    struct remote_tables all;
    struct remote_schema schema;
    enum status st = ST_OK;
    if (r->knows_tables)
        st = connection_tables(l, &ask, &all);
    if (r->known_table.n && st == ST_OK)
        st = connection_columns(l, &ask, &schema);
    return st;
}

enum status connection_open(struct lang *l, const struct remote_provider *p,
                            const struct remote_setup *setup, struct span at,
                            struct diags *ds)
{
    struct remote_call call = connection_call(l, at, ds);
    struct remote *r = NULL;
    enum status st = p->connect(l->services, setup, &r, &call);
    if (st != ST_OK)
        return st;
    connection_close(l, setup->alias);
    r->provider = p;
    r->alias = arena_str(r->arena, setup->alias);
    struct connection *c = NEW(r->arena, struct connection);
    c->remote = r;
    pthread_mutex_lock(&l->lock);
    PUSH(l->arena, l->connections, c);
    pthread_mutex_unlock(&l->lock);
    return learn_tables(l, r, at, ds);
}

static void remove_at(struct lang *l, size_t i)
{
    struct remote *r = l->connections.v[i]->remote;
    pthread_mutex_lock(&l->lock);
    for (l->connections.n--; i < l->connections.n; i++)
        l->connections.v[i] = l->connections.v[i + 1];
    pthread_mutex_unlock(&l->lock);
    r->provider->close(r);
}

bool connection_close(struct lang *l, str alias)
{
    for (size_t i = 0; i < l->connections.n; i++)
        if (str_eq(l->connections.v[i]->remote->alias, alias)) {
            remove_at(l, i);
            return true;
        }
    return false;
}

void connections_close_all(struct lang *l)
{
    while (l->connections.n)
        remove_at(l, l->connections.n - 1);
}

/* ---- schemas ---- */

static struct known_table *known(const struct connection *c, str table)
{
    for (struct known_table *k = c->known; k; k = k->next)
        if (str_eq(k->name, table))
            return k;
    return NULL;
}

/* Of a table that is a Parquet file; in the cell's arena. */
static enum status parquet_columns(struct lang *l, str path,
                                   struct remote_schema *schema,
                                   struct diags *ds)
{
    struct source_col *cols = NULL;
    enum status st = engine_open(l->engine, ds);
    if (st == ST_OK)
        st = engine_parquet_cols(l->engine, l->cell, path, &cols,
                                 &schema->ncols, ds);
    schema->cols = cols;
    return st;
}

static bool is_same(const struct known_table *k, const struct known_table *now)
{
    const struct source_col *a = k->schema.cols, *b = now->schema.cols;
    bool same = k->missing == now->missing &&
                k->schema.ncols == now->schema.ncols;
    for (size_t i = 0; same && i < now->schema.ncols; i++)
        same = a[i].type == b[i].type && str_eq(a[i].name, b[i].name);
    return same;
}

static void copy_columns(struct arena *a, struct remote_schema *schema)
{
    struct source_col *cols = arena_array(a, schema->ncols, sizeof *cols);
    for (size_t i = 0; i < schema->ncols; i++)
        cols[i] = (struct source_col){ arena_str(a, schema->cols[i].name),
                                       schema->cols[i].type };
    schema->cols = cols;
}

/* `*known` is what was known of it, or NULL; it becomes what is. */
static enum status ask_columns(struct lang *l, struct connection *c,
                               const struct remote_ask *ask,
                               const struct known_table **known)
{
    struct remote *r = c->remote;
    struct remote_call call = connection_call(l, ask->at, ask->ds);
    struct remote_schema schema = { 0 };
    size_t nerrors = ask->ds->nerrors;
    enum status st =
        r->provider->columns(r, ask->table, r->arena, &schema, &call);
    if (st != ST_OK && !(st == ST_USER && ask->ds->nerrors == nerrors))
        return st;
    bool missing = st == ST_USER;
    str file = !missing && !schema.ncols && r->provider->parquet
                   ? r->provider->parquet(r, ask->table)
                   : S("");
    if (file.n)
        st = parquet_columns(l, file, &schema, ask->ds);
    if (st != ST_OK && !missing)
        return st;
    struct known_table now = { ask->table, missing, schema, c->known };
    if (*known && is_same(*known, &now))
        return ST_OK;
    if (file.n)
        copy_columns(r->arena, &now.schema);
    now.name = arena_str(r->arena, ask->table);
    struct known_table *k = NEW(r->arena, struct known_table);
    *k = now;
    *known = k;
    pthread_mutex_lock(&l->lock);
    c->known = k;
    pthread_mutex_unlock(&l->lock);
    return ST_OK;
}

enum status connection_columns(struct lang *l, const struct remote_ask *ask,
                               struct remote_schema *out)
{
    struct connection *c = of_remote(l, ask->remote);
    const struct known_table *k = known(c, ask->table);
    if (!k && ask->quiet)
        return ST_ENV;
    if (!k || (c->remote->changes && !ask->quiet)) {
        enum status st = ask_columns(l, c, ask, &k);
        if (st != ST_OK)
            return st;
    }
    *out = k->schema;
    return k->missing ? ST_USER : ST_OK;
}

enum status connection_tables(struct lang *l, const struct remote_ask *ask,
                              struct remote_tables *out)
{
    struct connection *c = of_remote(l, ask->remote);
    if (!c->asked && ask->quiet)
        return ST_ENV;
    if (!c->asked || (c->remote->changes && !ask->quiet)) {
        struct remote_call call = connection_call(l, ask->at, ask->ds);
        struct remote *r = c->remote;
        struct remote_tables all = { 0 };
        enum status st = r->provider->tables(r, r->arena, &all, &call);
        if (st != ST_OK)
            return st;
        pthread_mutex_lock(&l->lock);
        c->tables = all;
        c->asked = true;
        pthread_mutex_unlock(&l->lock);
    }
    *out = c->tables;
    return ST_OK;
}
