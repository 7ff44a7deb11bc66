/* bind_stored.c - calls of built-in queries: ALIAS.list_host_logons(…).
 *
 * Called by: bind_remote.c, bind_table.c.
 * The text that a pack gives for the values is sent to the connection, with the
 * operators behind it that can run there (bind_asked.c), or, for `local`, read
 * and bound here as if it stood in the cell. With split_by the time range is
 * cut into slices, each a query of its own; a slice that fails costs only
 * itself. Called by a provider's name a query goes to all of its connections,
 * and a column says where each row came from. */
#include "bind.h"

#include "bind_int.h"
#include "base/ticks.h"
#include "kql_text.h"
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
    bool several;  /* connections: one that fails costs only itself */
    struct const_cols added; /* to the rows of the next part */
    struct asked asked;
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
    if (str_eqz(k->text, "provenance"))
        return provenance_option(u->b, k, &u->asked.provenance);
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
    str *names = arena_array(u->b->arena, q->nparams + 3, sizeof *names);
    for (size_t i = 0; i < q->nparams; i++)
        names[i] = q->params[i].name;
    names[q->nparams] = S("split_by");
    names[q->nparams + 1] = S("provenance");
    struct diag *d = bind_error(u->b, DIAG_ARGUMENTS, k->span,
                                "%.*s has no parameter '%.*s'", STRF(q->name),
                                STRF(k->text));
    str near = diag_nearest(k->text, names, q->nparams + 2);
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
                        str_eqz(k->text, "split_by") ||
                        str_eqz(k->text, "provenance")))
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

/* The columns that a connection gives for the text; its slices all have the
 * same. */
static bool ask_text(struct stored_use *u, struct remote *r,
                     struct remote_query *q)
{
    struct binder *b = u->b;
    const struct ask_part *last =
        u->asked.parts.n ? &u->asked.parts.v[u->asked.parts.n - 1] : NULL;
    struct remote_schema schema = { 0 };
    struct remote_ask ask = { r, kql_text_plain(b, q->text), u->call->span,
                              b->ds, false };
    size_t nerrors = b->ds->nerrors;
    if (last && last->remote == r) {
        q->cols = last->query->cols;
        q->ncols = last->query->ncols;
        return true;
    }
    enum status st = b->env->remote_columns(b->env->ctx, &ask, &schema);
    if (st == ST_USER && b->ds->nerrors == nerrors)
        bind_error(b, DIAG_HTTP, u->call->span,
                   "%.*s: %.*s does not take the query",
                   STRF(u->query->name), STRF(r->alias));
    q->cols = schema.cols;
    q->ncols = schema.ncols;
    return st == ST_OK;
}

/* Runs the text, whose columns only its answer tells. A slice is tried twice;
 * one that cannot be had is a part of the rows that is lost. */
static bool open_text(struct stored_use *u, struct remote *r,
                      struct remote_query *q, struct source **out)
{
    struct binder *b = u->b;
    struct diags own;
    if (!q->slice.n) {
        *out = b->env->remote_open(b->env->ctx, r, q, b->ds);
        return *out != NULL;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        diags_init(&own, b->arena);
        *out = b->env->remote_open(b->env->ctx, r, q, &own);
        if (*out || !own.nerrors) /* opened, or cancelled */
            return *out != NULL;
    }
    PUSH(b->arena, u->asked.lost,
         arena_fmt(b->arena, "%.*s: %.*s missing: %.*s", STRF(r->alias),
                   STRF(q->slice), STRF(diags_first_error(&own))));
    return true;
}

static bool add_part(struct stored_use *u, struct remote *r, str slice)
{
    struct binder *b = u->b;
    struct ask_part part = { .remote = r, .added = u->added };
    part.query = remote_query_new(b, u->call->span);
    part.query->slice = slice;
    const struct value *from = given(u, "start"), *to = given(u, "end");
    if (from && from->type == TYPE_DATETIME && !from->null)
        part.query->from = from->i;
    if (to && to->type == TYPE_DATETIME && !to->null)
        part.query->to = to->i;
    part.added.v = arena_array(b->arena, u->added.n, sizeof *part.added.v);
    for (size_t i = 0; i < u->added.n; i++)
        part.added.v[i] = u->added.v[i];
    if (!render(u, &part.query->text))
        return false;
    if (r->provider->language == REMOTE_KQL) {
        if (!ask_text(u, r, part.query))
            return false;
    } else if (!open_text(u, r, part.query, &part.source)) {
        return false;
    } else if (!part.source) {
        return true;
    }
    PUSH(b->arena, u->asked.parts, part);
    return true;
}

/* ---- slices ---- */

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

static bool no_slices(struct stored_use *u, const char *why)
{
    bind_error(u->b, DIAG_ARGUMENTS, u->call->span, "split_by: %s", why);
    return false;
}

/* [start, end) in pieces: each begins where the one before it ends. */
static bool add_slices(struct stored_use *u, struct remote *r)
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
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        start->value.i = from + (int64_t)i * u->split;
        end->value.i = i + 1 == n ? to : start->value.i + u->split;
        ok = add_part(u, r,
                      slice_name(u->b->arena, start->value.i, end->value.i));
    }
    start->value.i = from;
    end->value.i = to;
    return ok;
}

/* ---- the calls ---- */

static bool prepare(struct binder *b, const struct ast *call, str provider,
                    struct stored_use *u)
{
    const struct stored_face *f = face_of(b);
    *u = (struct stored_use){ .b = b, .call = call };
    u->asked = (struct asked){ .call = call, .name = call->text };
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

static struct node *bind_stored_local(struct binder *b, const struct ast *call,
                                      const struct ast *ops)
{
    struct stored_use u;
    if (!prepare(b, call, S("local"), &u))
        return NULL;
    return bind_pipe_ops(b, u.print ? printed(&u) : bind_here(&u), ops);
}

static bool add_connection(struct stored_use *u, struct remote *r)
{
    if (!has_its_table(u, r))
        return false;
    if (u->split)
        return add_slices(u, r);
    return add_part(u, r, u->several ? S("all rows") : S(""));
}

static struct node *bind_parts(struct stored_use *u)
{
    struct asked *a = &u->asked;
    if (a->parts.n)
        return bind_asked(u->b, a);
    if (a->lost.n) /* of several slices not one */
        bind_error(u->b, DIAG_HTTP, u->call->span, "%.*s",
                   STRF(a->lost.v[0]));
    return NULL;
}

/* Text alone, or rows of which nothing is known; NULL: it has to be asked. */
static struct node *without_asking(struct stored_use *u)
{
    str text;
    if (u->print)
        return printed(u);
    if (u->b->check && render(u, &text))
        return open_table(u->b, u->call->text, u->call->span);
    return NULL;
}

struct node *bind_stored_remote(struct binder *b, struct remote *r,
                                const struct ast *call, const struct ast *ops)
{
    struct stored_use u;
    if (!prepare(b, call, str_of(r->provider->name), &u))
        return NULL;
    u.asked.ops = ops;
    if (u.print || b->check)
        return bind_pipe_ops(b, without_asking(&u), ops);
    return add_connection(&u, r) ? bind_parts(&u) : NULL;
}

static struct node *no_connection(struct binder *b, const struct ast *call,
                                  str provider)
{
    struct diag *d = bind_error(b, DIAG_NO_PROVIDER, call->span,
                                "no connection to %.*s", STRF(provider));
    diag_hint(b->ds, d, "first: %s", reg_remote(b->reg, provider)->usage);
    return NULL;
}

static size_t count_connections(const struct binder *b, str provider)
{
    struct remote *r;
    size_t n = 0;
    for (size_t i = 0; b->env->remote_at &&
                       (r = b->env->remote_at(b->env->ctx, i)) != NULL; i++)
        n += str_eqz(provider, r->provider->name);
    return n;
}

/* At all connections of a provider; a column says which one a row is of. */
static struct node *bind_stored_everywhere(struct binder *b, str provider,
                                           const struct ast *call,
                                           const struct ast *ops)
{
    struct stored_use u;
    struct remote *r;
    struct source_option connection = { S("Connection"),
                                        { .type = TYPE_STRING } };
    size_t n = count_connections(b, provider);
    if (!prepare(b, call, provider, &u))
        return NULL;
    if (!n)
        return no_connection(b, call, provider);
    u.several = n > 1;
    u.asked.ops = ops;
    u.added = (struct const_cols){ 1, &connection };
    if (u.print || b->check)
        return bind_pipe_ops(b, without_asking(&u), ops);
    for (size_t i = 0; (r = b->env->remote_at(b->env->ctx, i)) != NULL; i++) {
        connection.value.s = r->alias;
        if (str_eqz(provider, r->provider->name) && !add_connection(&u, r))
            return NULL;
    }
    return bind_parts(&u);
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

struct node *bind_stored_call(struct binder *b, const struct ast *call,
                              const struct ast *ops)
{
    str base = call->kid->text;
    return str_eqz(base, "local") ? bind_stored_local(b, call, ops)
                                  : bind_stored_everywhere(b, base, call, ops);
}
