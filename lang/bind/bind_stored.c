/* bind_stored.c - calls of built-in queries: ALIAS.list_host_logons(…).
 *
 * Called by: bind_remote.c, bind_table.c.
 * The text that a pack gives for the values is sent to the connection, or, for
 * `local`, read and bound here as if it stood in the cell. With split_by the
 * time range is cut into slices, each a query of its own; a slice that fails
 * costs only itself. Called by a provider's name a query goes to all of its
 * connections, and a column says where each row came from. */
#include "bind.h"

#include "bind_int.h"
#include "base/ticks.h"
#include "syntax/parse.h"

enum { MAX_SLICES = 1000, MAX_STORED_TEXT = 4 << 20 };

struct stored_use {
    struct binder *b;
    const struct ast *call;
    const struct stored_query *query;
    struct stored_call values;
    struct stored_arg *args;
    bool print;
    int64_t split; /* ticks; 0: all at once */
};

/* ---- what is called ---- */

static const struct stored_face *face_of(struct binder *b)
{
    const struct stored_face *f = b->reg->stored;
    return f && f->load(f->ctx, b->ds) == ST_OK ? f : NULL;
}

static const struct stored_query *unknown_query(struct binder *b,
                                                const struct stored_face *f,
                                                str provider,
                                                const struct ast *call)
{
    size_t n = f->count(f->ctx), k = 0;
    str *names = arena_array(b->arena, n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        if (stored_is_for(f->at(f->ctx, i), provider))
            names[k++] = f->at(f->ctx, i)->name;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_FUNCTION, call->span,
                                "%.*s has no query '%.*s'", STRF(provider),
                                STRF(call->text));
    str near = diag_nearest(call->text, names, k);
    if (near.n)
        diag_hint(b->ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(b->ds, d,
                  ".show queries | where Providers has \"%.*s\" lists them",
                  STRF(provider));
    return NULL;
}

/* ---- arguments ---- */

static bool own_option(struct stored_use *u, const struct ast *k)
{
    struct value v;
    bool print = str_eqz(k->text, "print");
    if (!bind_value(u->b, k->kid, &v))
        return false;
    if (print && v.type == TYPE_BOOL && !v.null) {
        u->print = v.i;
        return true;
    }
    if (!print && v.type == TYPE_TIMESPAN && !v.null && v.i > 0) {
        u->split = v.i;
        return true;
    }
    bind_error(u->b, DIAG_TYPE, k->span,
               print ? "print is true or false"
                     : "split_by is a timespan above zero: split_by = 1d");
    return false;
}

static bool unknown_parameter(struct stored_use *u, const struct ast *k)
{
    const struct stored_query *q = u->query;
    str *names = arena_array(u->b->arena, q->nparams + 2, sizeof *names);
    for (size_t i = 0; i < q->nparams; i++)
        names[i] = q->params[i].name;
    names[q->nparams] = S("split_by");
    struct diag *d = bind_error(u->b, DIAG_ARGUMENTS, k->span,
                                "%.*s has no parameter '%.*s'", STRF(q->name),
                                STRF(k->text));
    str near = diag_nearest(k->text, names, q->nparams + 1);
    if (near.n)
        diag_hint(u->b->ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(u->b->ds, d, ".help %.*s lists them", STRF(q->name));
    return false;
}

static bool is_time_bound(const struct stored_param *p)
{
    return str_eqz(p->name, "start") || str_eqz(p->name, "end");
}

/* The i-th parameter that a value without a name means: those that are needed
 * come first, then the others; the time range has to be named. */
static const struct stored_param *positional(const struct stored_query *q,
                                             size_t i)
{
    for (int needed = 1; needed >= 0; needed--)
        for (size_t k = 0; k < q->nparams; k++)
            if (q->params[k].needed == (needed == 1) &&
                !is_time_bound(&q->params[k]) && i-- == 0)
                return &q->params[k];
    return NULL;
}

static bool read_arg(struct stored_use *u, const struct ast *k, size_t i)
{
    const struct stored_param *p;
    struct value v;
    bool named = k->kind == AST_NAMED;
    p = named ? stored_param(u->query, k->text) : positional(u->query, i);
    if (!p && named && (str_eqz(k->text, "print") ||
                        str_eqz(k->text, "split_by")))
        return own_option(u, k);
    if (!p && named)
        return unknown_parameter(u, k);
    if (!p) {
        bind_error(u->b, DIAG_ARGUMENTS, k->span,
                   "%.*s does not take so many values",
                   STRF(u->query->name));
        return false;
    }
    if (!bind_value(u->b, named ? k->kid : k, &v))
        return false;
    u->args[u->values.nargs++] = (struct stored_arg){ p, v };
    return true;
}

static const struct value *given(const struct stored_use *u, const char *name)
{
    for (size_t i = u->values.nargs; i-- > 0;)
        if (str_eqz(u->args[i].param->name, name))
            return &u->args[i].value;
    return NULL;
}

/* A bound of the time range that was not given is the session's; the default
 * of a query stands back only behind a range that the analyst chose. */
static void add_bound(struct stored_use *u, const char *name, int64_t ticks,
                      bool chosen)
{
    const struct stored_param *p = stored_param(u->query, str_of(name));
    if (p && p->type == STORED_DATETIME && !given(u, name) &&
        (p->needed || chosen))
        u->args[u->values.nargs++] = (struct stored_arg){
            p, { .type = TYPE_DATETIME, .i = ticks }
        };
}

static bool read_args(struct stored_use *u, const struct ast *first)
{
    bool ok = true;
    size_t i = 0;
    int64_t from = 0, to = 0;
    bool chosen = false;
    u->args = arena_array(u->b->arena, ast_nkids(u->call) + 4,
                          sizeof *u->args);
    for (const struct ast *k = first; k; k = k->next)
        ok &= read_arg(u, k, k->kind == AST_NAMED ? 0 : i++);
    if (u->b->env->time_range)
        chosen = u->b->env->time_range(u->b->env->ctx, &from, &to);
    add_bound(u, "start", from, chosen);
    add_bound(u, "end", to, chosen);
    u->values.args = u->args;
    return ok;
}

/* ---- the text ---- */

static bool render(struct stored_use *u, str *text)
{
    struct buf b;
    const struct stored_face *f = u->b->reg->stored;
    buf_init(&b, MAX_STORED_TEXT);
    bool ok = f->text(f->ctx, &u->values, &b) == ST_OK;
    *text = buf_take(&b, u->b->arena);
    buf_release(&b);
    return ok;
}

/* print = true: the text as a row. */
static struct node *printed(struct stored_use *u)
{
    struct binder *b = u->b;
    struct node *n = node_new(b->arena, NODE_VALUES, u->call->span, NULL);
    struct value v = { .type = TYPE_STRING };
    if (!render(u, &v.s))
        return NULL;
    PUSH(b->arena, n->cols, col_new(b, S("Query"), TYPE_STRING, false));
    PUSH(b->arena, n->cells, v);
    return n;
}

/* ---- here ---- */

static void tell_inner(struct stored_use *u, const struct diags *inner)
{
    for (size_t i = 0; i < inner->list.n; i++) {
        const struct diag *d = &inner->list.v[i];
        if (d->severity != SEV_ERROR)
            continue;
        struct diag *to = bind_error(u->b, d->code, u->call->span,
                                     "%.*s: %.*s", STRF(u->query->name),
                                     STRF(d->message));
        if (d->hint.n)
            diag_hint(u->b->ds, to, "%.*s", STRF(d->hint));
        return; /* what follows comes of it */
    }
}

/* Reads and binds the text as if it stood in the cell, with lets of its own. */
static struct node *bind_here(struct stored_use *u)
{
    struct binder *b = u->b;
    struct diags inner, *ds = b->ds;
    struct scope *scope = b->scope;
    struct node *n = NULL;
    str text;
    if (!render(u, &text) || !bind_enter(b, u->call->span))
        return NULL;
    diags_init(&inner, ds->arena);
    const struct ast *cell = parse_cell(b->arena, b->reg, text, &inner);
    b->ds = &inner;
    b->scope = scope_new(b->arena, NULL);
    for (const struct ast *t = cell->kid; t && !inner.nerrors; t = t->next) {
        if (t->kind == AST_LET)
            bind_let(b, t);
        else if (t->kind == AST_QUERY && t->kid)
            n = bind_table(b, t->kid);
    }
    b->ds = ds;
    b->scope = scope;
    bind_leave(b);
    if (inner.nerrors)
        tell_inner(u, &inner);
    return inner.nerrors ? NULL : n;
}

/* ---- there ---- */

static bool has_its_table(struct stored_use *u, struct remote *r)
{
    const struct value *v = given(u, "table");
    str table = v && v->type == TYPE_STRING ? v->s : u->query->table;
    struct remote_schema schema;
    struct remote_ask ask = { r, table, u->call->span, u->b->ds, false };
    if (!table.n || r->provider->language != REMOTE_KQL)
        return true;
    size_t nerrors = u->b->ds->nerrors;
    enum status st = u->b->env->remote_columns(u->b->env->ctx, &ask, &schema);
    if (st == ST_USER && u->b->ds->nerrors == nerrors) {
        struct diag *d = bind_error(u->b, DIAG_UNKNOWN_TABLE, u->call->span,
                                    "%.*s needs the table '%.*s', which "
                                    "%.*s does not have",
                                    STRF(u->query->name), STRF(table),
                                    STRF(r->alias));
        diag_hint(u->b->ds, d, "is its data connector on? table = … names "
                               "another one");
    }
    return st == ST_OK;
}

static struct node *bind_there(struct stored_use *u, struct remote *r,
                               str slice)
{
    struct binder *b = u->b;
    struct remote_query *q = remote_query_new(b, u->call->span);
    struct remote_schema schema = { 0 };
    struct remote_ask ask = { r, S(""), u->call->span, b->ds, false };
    if (!render(u, &q->text))
        return NULL;
    if (b->check)
        return open_table(b, u->call->text, u->call->span);
    if (r->provider->language != REMOTE_KQL) {
        struct source *s = b->env->remote_open(b->env->ctx, r, q, b->ds);
        return s ? fetch_node(b, s, u->call->span) : NULL;
    }
    ask.table = q->text;
    if (b->env->remote_columns(b->env->ctx, &ask, &schema) != ST_OK) {
        if (!b->ds->nerrors)
            bind_error(b, DIAG_HTTP, u->call->span,
                       "%.*s: %.*s does not take the query",
                       STRF(u->query->name), STRF(r->alias));
        return NULL;
    }
    q->cols = schema.cols;
    q->ncols = schema.ncols;
    q->slice = slice;
    return remote_fetch_node(b, r, q, u->query->name);
}

/* ---- slices ---- */

static struct node *union_of(struct binder *b, const struct ast *at,
                             struct node **parts, size_t n)
{
    struct node *u = node_new(b->arena, NODE_UNION, at->span, NULL);
    u->in = parts;
    u->nin = n;
    for (size_t i = 0; i < parts[0]->cols.n; i++) {
        const struct col *c = &parts[0]->cols.v[i];
        PUSH(b->arena, u->cols, col_new(b, c->name, c->type, true));
    }
    return u;
}

static str slice_name(struct arena *a, int64_t from, int64_t to)
{
    struct buf b;
    buf_init(&b, 200);
    ticks_format(&b, from);
    buf_adds(&b, " .. ");
    ticks_format(&b, to);
    str s = buf_take(&b, a);
    buf_release(&b);
    return s;
}

static struct stored_arg *arg_named(struct stored_use *u, const char *name)
{
    for (size_t i = u->values.nargs; i-- > 0;)
        if (str_eqz(u->args[i].param->name, name))
            return &u->args[i];
    return NULL;
}

static struct node *no_slices(struct stored_use *u, const char *why)
{
    bind_error(u->b, DIAG_ARGUMENTS, u->call->span, "split_by: %s", why);
    return NULL;
}

/* [start, end) in pieces: each begins where the one before it ends. */
static struct node *bind_slices(struct stored_use *u, struct remote *r)
{
    struct stored_arg *start = arg_named(u, "start"),
                      *end = arg_named(u, "end");
    if (!start || !end || start->value.type != TYPE_DATETIME ||
        end->value.type != TYPE_DATETIME)
        return no_slices(u, "the query has no start and end, or they are no "
                            "datetimes");
    int64_t from = start->value.i, to = end->value.i;
    if (to <= from)
        return no_slices(u, "the time range is empty");
    if ((to - from - 1) / u->split >= MAX_SLICES)
        return no_slices(u, "more than 1,000 slices");
    size_t n = (size_t)((to - from - 1) / u->split) + 1;
    struct node **parts = arena_array(u->b->arena, n, sizeof *parts);
    for (size_t i = 0; i < n; i++) {
        start->value.i = from + (int64_t)i * u->split;
        end->value.i = i + 1 == n ? to : start->value.i + u->split;
        parts[i] = bind_there(u, r,
                              slice_name(u->b->arena, start->value.i,
                                         end->value.i));
        if (!parts[i])
            return NULL;
        if (parts[i]->cols.n != parts[0]->cols.n)
            return no_slices(u, "the slices have different columns");
    }
    return n == 1 ? parts[0] : union_of(u->b, u->call, parts, n);
}

/* ---- the calls ---- */

static bool prepare(struct binder *b, const struct ast *call, str provider,
                    struct stored_use *u)
{
    const struct stored_face *f = face_of(b);
    *u = (struct stored_use){ .b = b, .call = call };
    if (!f)
        return false;
    u->query = stored_find(f, provider, call->text);
    if (!u->query)
        return unknown_query(b, f, provider, call);
    u->values = (struct stored_call){ .query = u->query, .provider = provider,
                                      .now = b->now, .span = call->span,
                                      .ds = b->ds };
    return read_args(u, call->kid->next);
}

struct node *bind_stored_local(struct binder *b, const struct ast *call)
{
    struct stored_use u;
    if (!prepare(b, call, S("local"), &u))
        return NULL;
    return u.print ? printed(&u) : bind_here(&u);
}

struct node *bind_stored_remote(struct binder *b, struct remote *r,
                                const struct ast *call)
{
    struct stored_use u;
    if (!prepare(b, call, str_of(r->provider->name), &u))
        return NULL;
    if (u.print)
        return printed(&u);
    if (!b->check && !has_its_table(&u, r))
        return NULL;
    return u.split ? bind_slices(&u, r) : bind_there(&u, r, S(""));
}

/* The rows of one connection, and which one it is. */
static struct node *with_connection(struct binder *b, const struct ast *call,
                                    struct node *n, str alias)
{
    struct node *p = project_new(b, call, n);
    struct node *row = b->row;
    b->row = n;
    for (size_t i = 0; i < n->cols.n; i++)
        project_keep(b, p, &n->cols.v[i]);
    project_add(b, p, free_name(b, n, S("Connection")), ex_string(b, alias));
    b->row = row;
    return p;
}

static struct node *no_connection(struct binder *b, const struct ast *call,
                                  str provider)
{
    struct diag *d = bind_error(b, DIAG_NO_PROVIDER, call->span,
                                "no connection to %.*s", STRF(provider));
    diag_hint(b->ds, d, "first: %s", reg_remote(b->reg, provider)->usage);
    return NULL;
}

struct node *bind_stored_everywhere(struct binder *b, str provider,
                                    const struct ast *call)
{
    LIST(struct node *) parts = { 0 };
    struct remote *r;
    for (size_t i = 0; (r = b->env->remote_at(b->env->ctx, i)) != NULL; i++) {
        if (!str_eqz(provider, r->provider->name))
            continue;
        struct node *n = bind_stored_remote(b, r, call);
        if (!n)
            return NULL;
        PUSH(b->arena, parts, with_connection(b, call, n, r->alias));
        if (parts.v[parts.n - 1]->cols.n != parts.v[0]->cols.n) {
            bind_error(b, DIAG_TYPE, call->span,
                       "the connections give different columns: call the "
                       "query by alias");
            return NULL;
        }
    }
    if (!parts.n)
        return no_connection(b, call, provider);
    return parts.n == 1 ? parts.v[0] : union_of(b, call, parts.v, parts.n);
}

/* ---- local.NAME(…), PROVIDER.NAME(…) ---- */

bool is_stored_call(const struct binder *b, const struct ast *call)
{
    const struct ast *base = call->kid;
    if (call->kind != AST_CALL || call->value.i != 1 || !base ||
        base->kind != AST_NAME || !b->reg->stored ||
        scope_find(b->scope, base->text))
        return false;
    return str_eqz(base->text, "local") || reg_remote(b->reg, base->text);
}

struct node *bind_stored_call(struct binder *b, const struct ast *call)
{
    str base = call->kid->text;
    return str_eqz(base, "local") ? bind_stored_local(b, call)
                                  : bind_stored_everywhere(b, base, call);
}
