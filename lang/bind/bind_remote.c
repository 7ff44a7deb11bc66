/* bind_remote.c - tables and queries of connections.
 *
 * Called by: bind_table.c.
 * Gives:     FETCH nodes that name their connection and the query to send
 *            (bind_asked.c); the stages of one that does not speak KQL come
 *            later (plan/push.c).
 * Must not:  send anything but questions about schemas, except for ALIAS.query
 *            where only its answer tells the columns. */
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
    q->from = REMOTE_NO_START;
    q->to = REMOTE_NO_END;
    q->slice = S("");
    q->span = at;
    return q;
}

struct node *bind_remote_table(struct binder *b, struct remote *r,
                               const struct ast *t, const struct ast *ops)
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
    struct asked a = { .call = t, .ops = ops, .name = name };
    struct ask_part part = { .remote = r, .table = kql ? t : NULL,
                             .query = q };
    PUSH(b->arena, a.parts, part);
    return bind_asked(b, &a);
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
        q->start = q->from = to->value.i;
    else
        q->end = q->to = to->value.i;
    return true;
}

static struct node *opened_query(struct binder *b, struct asked *a)
{
    struct ask_part *part = &a->parts.v[0];
    part->source = b->env->remote_open(b->env->ctx, part->remote, part->query,
                                       b->ds);
    return part->source ? bind_asked(b, a) : NULL;
}

/* Only its answer tells the columns of a query. A service of KQL is asked for
 * them first when operators follow that can go along: that costs a question and
 * spares rows. */
static struct node *asked_query(struct binder *b, struct asked *a)
{
    struct ask_part *part = &a->parts.v[0];
    struct remote_schema schema;
    size_t nerrors = b->ds->nerrors;
    if (!asked_goes_on(b, a))
        return opened_query(b, a);
    enum status st = ask_columns(b, part->remote,
                                 kql_text_plain(b, part->query->text),
                                 a->call->span, &schema);
    if (st == ST_USER && b->ds->nerrors == nerrors)
        return opened_query(b, a); /* it says what is wrong */
    part->query->cols = schema.cols;
    part->query->ncols = schema.ncols;
    return st == ST_OK ? bind_asked(b, a) : NULL;
}

static bool query_text(struct binder *b, struct remote *r,
                       const struct ast *call, struct remote_query *q,
                       bool *provenance)
{
    struct source_option *options =
        arena_array(b->arena, ast_nkids(call), sizeof *options);
    struct value text = { 0 };
    q->options = options;
    for (const struct ast *k = call->kid->next; k; k = k->next) {
        if (k->kind == AST_NAMED && str_eqz(k->text, "provenance")) {
            if (!provenance_option(b, k, provenance))
                return false;
        } else if (k->kind == AST_NAMED) {
            if (!query_option(b, k, q, &options[q->noptions]))
                return false;
        } else if (text.type == TYPE_STRING || !bind_value(b, k, &text)) {
            break;
        }
    }
    q->text = text.s;
    if (text.type == TYPE_STRING && text.s.n)
        return true;
    struct diag *d = bind_error(b, DIAG_ARGUMENTS, call->span,
                                "query takes one text of %s",
                                r->provider->native);
    diag_hint(b->ds, d, "%.*s.query(\"…\", start = ago(1d), end = now())",
              STRF(r->alias));
    return false;
}

struct node *bind_remote_query(struct binder *b, struct remote *r,
                               const struct ast *call, const struct ast *ops)
{
    if (!str_eqz(call->text, "query"))
        return bind_stored_remote(b, r, call, ops);
    struct asked a = { .call = call, .ops = ops, .name = call->text };
    struct ask_part part = { .remote = r,
                             .query = remote_query_new(b, call->span) };
    if (!query_text(b, r, call, part.query, &a.provenance))
        return NULL;
    if (b->check)
        return bind_pipe_ops(b, open_table(b, call->text, call->span), ops);
    PUSH(b->arena, a.parts, part);
    return asked_query(b, &a);
}
