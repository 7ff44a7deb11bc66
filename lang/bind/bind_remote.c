/* bind_remote.c - tables and queries of connections.
 *
 * Called by: bind_table.c.
 * Gives:     FETCH nodes that name their connection and the query to send; the
 *            stages of one that does not speak KQL come later (plan/push.c).
 * Must not:  send anything but questions about schemas, except for ALIAS.query,
 *            whose columns only its answer tells. */
#include "bind.h"

#include "bind_int.h"
#include "kql_prefix.h"

/* ---- which connection is meant ---- */

static const struct ast *path_root(const struct ast *t)
{
    while (t && t->kind == AST_PATH)
        t = t->kid;
    return t;
}

static struct remote *remote_named(const struct binder *b, const struct ast *t)
{
    if (!t || t->kind != AST_NAME || !b->env->remote ||
        scope_find(b->scope, t->text) ||
        (b->row && node_find(b->row, t->text)))
        return NULL;
    return b->env->remote(b->env->ctx, t->text);
}

/* ALIAS.T, ALIAS.db.T */
struct remote *remote_of_path(const struct binder *b, const struct ast *t)
{
    return t->kind == AST_PATH ? remote_named(b, path_root(t)) : NULL;
}

/* ALIAS.query("…"), ALIAS.list_logons(…) */
struct remote *remote_of_call(const struct binder *b, const struct ast *t)
{
    return t->kind == AST_CALL && t->value.i == 1 ? remote_named(b, t->kid)
                                                  : NULL;
}

/* workspace("W").T and its kin mean a place that a service of KQL knows: the
 * one that was connected first. */
static struct remote *remote_of_place(const struct binder *b,
                                      const struct ast *t)
{
    const struct ast *root = path_root(t);
    struct remote *r;
    if (!root || root->kind != AST_CALL || root == t || !b->env->remote_at ||
        !kql_is_place(root))
        return NULL;
    for (size_t i = 0; (r = b->env->remote_at(b->env->ctx, i)) != NULL; i++)
        if (r->provider->language == REMOTE_KQL)
            return r;
    return NULL;
}

static enum status ask_columns(struct binder *b, struct remote *r, str table,
                               struct span at, struct remote_schema *out)
{
    struct remote_ask ask = { r, table, at, b->ds, false };
    return b->env->remote_columns(b->env->ctx, &ask, out);
}

/* A bare name that no table here has: the first service of KQL that knows it.
 * Other services do not count, whose tables are all of the world's. */
static struct remote *remote_of_name(struct binder *b, const struct ast *t)
{
    struct remote *r;
    if (!b->env->remote_at || b->open_tables)
        return NULL;
    for (size_t i = 0; (r = b->env->remote_at(b->env->ctx, i)) != NULL; i++) {
        struct remote_schema schema;
        if (r->provider->language == REMOTE_KQL &&
            ask_columns(b, r, t->text, t->span, &schema) == ST_OK)
            return r;
    }
    return NULL;
}

struct remote *remote_of_source(struct binder *b, const struct ast *t)
{
    struct remote *r = remote_of_path(b, t);
    if (r || t->kind == AST_PATH)
        return r ? r : remote_of_place(b, t);
    if (t->kind != AST_NAME || scope_find(b->scope, t->text) ||
        b->env->table(b->env->ctx, t->text))
        return NULL;
    return remote_of_name(b, t);
}

/* ---- a table ---- */

/* "T", or "db.T" */
static str dotted_name(struct binder *b, const struct ast *t)
{
    if (t->kind != AST_PATH)
        return t->text;
    const struct ast *up = t->kid;
    return up->kind == AST_PATH
             ? arena_fmt(b->arena, "%.*s.%.*s", STRF(dotted_name(b, up)),
                         STRF(t->text))
             : t->text;
}

static void unknown_remote_table(struct binder *b, struct remote *r, str table,
                                 struct span at)
{
    struct remote_tables all = { 0 };
    struct remote_ask ask = { r, S(""), at, b->ds, false };
    struct diag *d = bind_error(b, DIAG_UNKNOWN_TABLE, at,
                                "%.*s has no table '%.*s'", STRF(r->alias),
                                STRF(table));
    (void)b->env->remote_tables(b->env->ctx, &ask, &all);
    str *names = arena_array(b->arena, all.n + 1, sizeof *names);
    for (size_t i = 0; i < all.n; i++)
        names[i] = all.v[i].name;
    str near = diag_nearest(table, names, all.n);
    if (near.n)
        diag_hint(b->ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(b->ds, d, ".show tables of %.*s lists them", STRF(r->alias));
}

struct node *remote_fetch_node(struct binder *b, struct remote *r,
                               const struct remote_query *q, str name)
{
    struct node *n = node_new(b->arena, NODE_FETCH, q->span, NULL);
    n->remote = r;
    n->query = q;
    n->name = name;
    for (size_t i = 0; i < q->ncols; i++) {
        str own = data_name(b, q->cols[i].name);
        if (!str_eq(own, q->cols[i].name))
            own = free_name(b, n, own);
        PUSH(b->arena, n->cols, col_new(b, own, q->cols[i].type, true));
        PUSH(b->arena, n->source_cols, (uint32_t)i);
    }
    return n;
}

struct remote_query *remote_query_new(struct binder *b, struct span at)
{
    struct remote_query *q = NEW(b->arena, struct remote_query);
    q->start = REMOTE_NO_START;
    q->end = REMOTE_NO_END;
    q->slice = S("");
    q->span = at;
    return q;
}

struct node *bind_remote_table(struct binder *b, struct remote *r,
                               const struct ast *t)
{
    struct remote_query *q = remote_query_new(b, t->span);
    bool kql = r->provider->language == REMOTE_KQL;
    str name = dotted_name(b, t), table = kql ? kql_source(b, t) : name;
    struct remote_schema schema = { 0 };
    enum status st = ask_columns(b, r, table, t->span, &schema);
    q->cols = schema.cols;
    q->ncols = schema.ncols;
    if (st == ST_USER)
        unknown_remote_table(b, r, table, t->span);
    if (st != ST_OK)
        return NULL;
    if (kql)
        q->text = table;
    else
        q->table = table;
    return remote_fetch_node(b, r, q, name);
}

/* ---- a pipeline at a service of KQL ---- */

/* What a service may know and this program does not. */
static bool service_may_know(const struct diags *ds)
{
    for (size_t i = 0; i < ds->list.n; i++) {
        enum diag_code c = ds->list.v[i].code;
        if (ds->list.v[i].severity == SEV_ERROR && c != DIAG_UNKNOWN_FUNCTION &&
            c != DIAG_UNKNOWN_TABLE && c != DIAG_NEEDS_PROVIDER &&
            c != DIAG_NO_PROVIDER)
            return false;
    }
    return true;
}

static void take_over(struct diags *to, const struct diags *from)
{
    for (size_t i = 0; i < from->list.n; i++)
        PUSH(to->arena, to->list, from->list.v[i]);
    to->nerrors += from->nerrors;
}

/* The columns of a prefix: as bound here, or as the service tells. */
static bool prefix_columns(struct binder *b, struct remote *r,
                           const struct kql_prefix *p, struct node *base,
                           struct remote_query *q)
{
    struct diags own, *ds = b->ds;
    diags_init(&own, ds->arena);
    b->ds = &own;
    struct node *n = bind_pipe_ops(b, base, p->ops);
    b->ds = ds;
    if (own.nerrors && service_may_know(&own)) {
        struct remote_schema schema = { 0 };
        enum status st = ask_columns(b, r, p->text, q->span, &schema);
        q->cols = schema.cols;
        q->ncols = schema.ncols;
        if (st != ST_USER)
            return st == ST_OK;
    }
    take_over(ds, &own);
    if (own.nerrors || !n)
        return false;
    struct source_col *cols = arena_array(b->arena, n->cols.n, sizeof *cols);
    for (size_t i = 0; i < n->cols.n; i++)
        cols[i] = (struct source_col){ n->cols.v[i].name, n->cols.v[i].type };
    q->cols = cols;
    q->ncols = n->cols.n;
    return true;
}

struct node *bind_remote_pipe(struct binder *b, struct remote *r,
                              const struct ast *pipe)
{
    struct node *base = bind_remote_table(b, r, pipe->kid);
    struct kql_prefix p;
    if (!base || r->provider->language != REMOTE_KQL)
        return bind_pipe_ops(b, base, pipe->kid->next);
    kql_prefix(b, r, pipe, &p);
    if (!p.ops)
        return bind_pipe_ops(b, base, pipe->kid->next);
    struct remote_query *q = remote_query_new(b, pipe->span);
    if (!prefix_columns(b, r, &p, base, q))
        return NULL;
    q->text = p.text;
    return bind_pipe_ops(b, remote_fetch_node(b, r, q, base->name), p.rest);
}

/* ---- ALIAS.query("…", start = …, end = …) ---- */

static bool query_option(struct binder *b, const struct ast *named,
                         struct remote_query *q, struct source_option *to)
{
    bool start = str_eqz(named->text, "start"),
         end = str_eqz(named->text, "end");
    if (!bind_value(b, named->kid, &to->value))
        return false;
    to->name = named->text;
    if (!start && !end) {
        q->noptions++;
        return true;
    }
    if (to->value.type != TYPE_DATETIME || to->value.null) {
        bind_error(b, DIAG_TYPE, named->span, "%s is a datetime",
                   start ? "start" : "end");
        return false;
    }
    if (start)
        q->start = to->value.i;
    else
        q->end = to->value.i;
    return true;
}

struct node *bind_remote_query(struct binder *b, struct remote *r,
                               const struct ast *call)
{
    if (!str_eqz(call->text, "query"))
        return bind_stored_remote(b, r, call);
    struct remote_query *q = remote_query_new(b, call->span);
    struct source_option *options =
        arena_array(b->arena, ast_nkids(call), sizeof *options);
    struct value text = { 0 };
    q->options = options;
    for (const struct ast *k = call->kid->next; k; k = k->next) {
        if (k->kind == AST_NAMED) {
            if (!query_option(b, k, q, &options[q->noptions]))
                return NULL;
        } else if (text.type == TYPE_STRING || !bind_value(b, k, &text)) {
            break;
        }
    }
    if (text.type != TYPE_STRING || text.s.n == 0) {
        struct diag *d = bind_error(b, DIAG_ARGUMENTS, call->span,
                                    "query takes one text of %s",
                                    r->provider->native);
        diag_hint(b->ds, d, "%.*s.query(\"…\", start = ago(1d), end = now())",
                  STRF(r->alias));
        return NULL;
    }
    q->text = text.s;
    if (b->check)
        return open_table(b, call->text, call->span);
    struct source *s = b->env->remote_open(b->env->ctx, r, q, b->ds);
    return s ? fetch_node(b, s, call->span) : NULL;
}
