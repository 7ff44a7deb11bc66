/* bind_table.c - what stands for a table: names, pipelines, lets, functions.
 *
 * Called by: lang.c per statement; operators that take a table.
 * Gives:     a struct node, or NULL after reporting.
 * Must not:  touch the engine: tables are known through struct bind_env. */
#include "bind.h"

#include "bind_int.h"

/* ---- stored tables and sources ---- */

static struct node *scan(struct binder *b, const struct table_info *t,
                         struct span at)
{
    struct node *n = node_new(b->arena, NODE_SCAN, at, NULL);
    n->table = t->physical;
    n->nparts = t->nparts;
    n->name = t->name;
    n->unmade = t->unmade;
    n->open = t->open;
    n->completeness = t->completeness;
    for (size_t i = 0; i < t->nnotes; i++)
        PUSH(b->arena, n->notes, t->notes[i]);
    for (size_t i = 0; i < t->norigins; i++)
        PUSH(b->arena, n->origins, t->origins[i]);
    for (size_t i = 0; i < t->ncols; i++) {
        PUSH(b->arena, n->cols,
             col_new(b, t->cols[i].name, t->cols[i].type, true));
        PUSH(b->arena, n->source_cols, (uint32_t)i);
    }
    return n;
}

struct node *open_table(struct binder *b, str name, struct span at)
{
    struct node *n = node_new(b->arena, NODE_SCAN, at, NULL);
    n->name = name;
    n->open = true;
    return n;
}

static void unknown_table(struct binder *b, str name, struct span at)
{
    str names[200];
    size_t n = 0;
    const struct table_info *t;
    for (size_t i = 0; n < 200 && (t = b->env->table_at(b->env->ctx, i)); i++)
        names[n++] = t->name;
    if (report_service_name(b, name, at))
        return;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_TABLE, at,
                                "unknown table '%.*s'", STRF(name));
    str near = diag_nearest(name, names, n);
    if (near.n)
        diag_hint(b->ds, d, "did you mean '%.*s'?", STRF(near));
    else if (service_of_table(name))
        diag_hint(b->ds, d,
                  "a table of %s: .connect to it, or .load \"file\" as %.*s",
                  service_of_table(name), STRF(name));
    else
        diag_hint(b->ds, d,
                  "load one with .load \"file\" as %.*s; .show "
                  "tables lists what there is",
                  STRF(name));
}

struct node *fetch_node(struct binder *b, struct source *s, struct span at)
{
    struct node *n = node_new(b->arena, NODE_FETCH, at, NULL);
    n->source = s;
    for (size_t i = 0; i < s->ncols; i++) {
        str name = data_name(b, s->cols[i].name);
        if (!str_eq(name, s->cols[i].name))
            name = free_name(b, n, name);
        PUSH(b->arena, n->cols, col_new(b, name, s->cols[i].type, true));
        PUSH(b->arena, n->source_cols, (uint32_t)i);
    }
    return n;
}

static struct node *open_source(struct binder *b, const struct provider *p,
                                const struct source_request *rq)
{
    struct source *s = b->env->open(b->env->ctx, p, rq, b->ds);
    return s ? fetch_node(b, s, rq->span) : NULL;
}

/* file("a", "b", …, format = "csv") */
static struct node *bind_file(struct binder *b, const struct provider *p,
                              const struct ast *call)
{
    size_t n = ast_nkids(call);
    struct source_request rq = { .span = call->span };
    struct value *args = arena_array(b->arena, n, sizeof *args);
    struct source_option *opts = arena_array(b->arena, n, sizeof *opts);
    for (const struct ast *k = call->kid; k; k = k->next) {
        const struct ast *v = k->kind == AST_NAMED ? k->kid : k;
        struct value *to = k->kind == AST_NAMED ? &opts[rq.noptions].value
                                                : &args[rq.nargs];
        if (!bind_value(b, v, to))
            return NULL;
        if (k->kind == AST_NAMED)
            opts[rq.noptions++].name = k->text;
        else
            rq.nargs++;
    }
    rq.args = args;
    rq.options = opts;
    return open_source(b, p, &rq);
}

/* host.processes */
static struct node *bind_provider_table(struct binder *b,
                                        const struct provider *p,
                                        const struct ast *path)
{
    struct source_request rq = { .table = path->text, .span = path->span };
    str names[64];
    size_t n = 0;
    for (const struct provider_table *t = p->tables; t && t->name && n < 64;
         t++)
        names[n++] = str_of(t->name);
    for (size_t i = 0; i < n; i++)
        if (str_eq(names[i], path->text))
            return open_source(b, p, &rq);
    struct diag *d = bind_error(b, DIAG_UNKNOWN_TABLE, path->span,
                                "'%s' has no table '%.*s'", p->name,
                                STRF(path->text));
    str near = diag_nearest(path->text, names, n);
    struct buf list;
    buf_init(&list, 400);
    if (near.n)
        buf_addf(&list, "did you mean '%.*s'? ", STRF(near));
    for (size_t i = 0; i < n; i++)
        buf_addf(&list, "%s%.*s", i ? ", " : "it has: ", STRF(names[i]));
    d->hint = buf_take(&list, b->arena);
    buf_release(&list);
    return NULL;
}

/* ---- lets and functions ---- */

struct node *node_again(struct binder *b, struct node *n, struct span at)
{
    struct node *r = node_new(b->arena, NODE_SHARED, at, n);
    r->open = n->open;
    r->graph = n->graph;
    n->uses++;
    for (size_t i = 0; i < n->cols.n; i++) {
        struct col c = n->cols.v[i];
        PUSH(b->arena, r->shared_ids, c.id);
        c.id = ++b->next_id;
        PUSH(b->arena, r->cols, c);
    }
    return r;
}

static struct node *bind_in_scope(struct binder *b, struct scope *scope,
                                  const struct ast *t)
{
    struct scope *outer = b->scope;
    struct node *row = b->row;
    b->scope = scope;
    b->row = NULL;
    struct node *n = bind_table(b, t);
    b->scope = outer;
    b->row = row;
    return n;
}

static bool is_materialize(const struct ast *t)
{
    return t->kind == AST_CALL && str_eqz(t->text, "materialize");
}

static struct node *bind_let_table(struct binder *b, struct let *l,
                                   struct span at)
{
    /* What another binding left in a let is neither used nor looked at: its
     * arena may be gone, and completion binds while a cell runs. */
    if (l->ast ? b->cell && l->cell == b->cell : l->node != NULL)
        return node_again(b, l->node, at);
    if (!l->ast || !bind_enter(b, at))
        return NULL;
    struct node *n = NULL;
    if (l->ast->kind == AST_FUNCTION)
        n = bind_user_table(b, l, NULL, at);
    else
        n = bind_in_scope(b, l->home, l->ast);
    if (n && is_materialize(l->ast) && b->cell) {
        l->node = n;
        l->cell = b->cell;
        n = node_again(b, n, at);
    }
    bind_leave(b);
    return n;
}

bool param_is_table(const struct ast *param)
{
    return ast_clause(param, "columns") != NULL;
}

/* The argument of parameter number i: by its name; else what stands there in
 * the call, or, when that has a name, the i-th of those without. */
static const struct ast *nth_arg(const struct ast *call, size_t i, str name)
{
    size_t k = 0, place = 0;
    for (const struct ast *a = call ? call->kid : NULL; a; a = a->next)
        if (a->kind == AST_NAMED && str_eq(a->text, name))
            return a->kid;
    for (const struct ast *a = call ? call->kid : NULL; a; a = a->next)
        if (place++ == i && a->kind != AST_NAMED)
            return a;
    for (const struct ast *a = call ? call->kid : NULL; a; a = a->next) {
        if (a->kind == AST_NAMED && str_eq(a->text, name))
            return a->kid;
        if (a->kind != AST_NAMED && k++ == i)
            return a;
    }
    return NULL;
}

static bool bind_param(struct binder *b, const struct ast *param,
                       const struct ast *arg, struct let *out, struct span at)
{
    *out = (struct let){ .name = param->text };
    if (param_is_table(param)) {
        out->node = arg ? bind_table(b, arg) : NULL;
        if (!arg)
            bind_error(b, DIAG_ARGUMENTS, at,
                       "the table parameter '%.*s' is "
                       "missing",
                       STRF(param->text));
        return out->node != NULL;
    }
    enum type type = TYPE_STRING;
    if (param->kid && param->kid->kind == AST_TYPE)
        type_from_name(param->kid->text, &type);
    const struct ast *fallback = param->kid ? param->kid->next : NULL;
    if (!arg && !fallback) {
        bind_error(b, DIAG_ARGUMENTS, at, "the parameter '%.*s' is missing",
                   STRF(param->text));
        return false;
    }
    struct expr *e = bind_expr(b, arg ? arg : fallback);
    out->expr = coerce(b, e, type);
    return true;
}

/* Binds arguments where the call stands and gives the scope of the body. */
struct scope *call_scope(struct binder *b, struct let *f,
                         const struct ast *call, struct node *first,
                         struct span at)
{
    struct scope *s = scope_new(b->arena, f->home);
    size_t i = 0, given = 0;
    const struct ast *p = f->ast->kid;
    for (; p && p->kind == AST_PARAM; p = p->next) {
        struct let l;
        if (first && i == 0 && param_is_table(p) && given == 0) {
            l = (struct let){ .name = p->text, .node = first };
            given = 1; /* invoke: the piped table is the first argument */
        } else {
            const struct ast *arg = nth_arg(call, i, p->text);
            if (!bind_param(b, p, arg, &l, at))
                return NULL;
            /* invoke f(Column): the column of the table it is used over */
            if (first && l.expr && l.expr->kind == EX_COLUMN && arg &&
                arg->kind == AST_NAME)
                l.column = arg->text;
            i++;
        }
        scope_add(b->arena, s, &l);
    }
    if (call && ast_nkids(call) > i) {
        bind_error(b, DIAG_ARGUMENTS, at,
                   "'%.*s' takes %zu arguments, %zu are "
                   "given",
                   STRF(f->name), i, ast_nkids(call));
        return NULL;
    }
    return s;
}

/* The last child of a body, after its lets went into scope `s`. */
const struct ast *body_result(struct binder *b, const struct ast *function,
                              struct scope *s)
{
    const struct ast *body = function->last;
    const struct ast *k = body ? body->kid : NULL;
    struct scope *outer = b->scope;
    b->scope = s;
    for (; k && k->kind == AST_LET; k = k->next)
        bind_let(b, k);
    b->scope = outer;
    return k;
}

struct node *bind_user_table(struct binder *b, struct let *f,
                             const struct ast *call, struct span at)
{
    struct scope *s = call_scope(b, f, call, NULL, at);
    return s ? bind_user_body(b, f, s, at) : NULL;
}

struct node *bind_user_body(struct binder *b, struct let *f, struct scope *s,
                            struct span at)
{
    if (!bind_enter(b, at))
        return NULL;
    const struct ast *result = body_result(b, f->ast, s);
    struct node *n = NULL;
    if (result)
        n = bind_in_scope(b, s, result);
    else
        bind_error(b, DIAG_SYNTAX, at, "the function '%.*s' has no result",
                   STRF(f->name));
    bind_leave(b);
    return n;
}

struct let *bind_let(struct binder *b, const struct ast *t)
{
    struct let l = { .name = t->text, .ast = t->kid, .home = b->scope };
    if (!t->kid)
        return NULL;
    /* A let may use an earlier let of its own name: its home must not be the
     * scope that is about to hold it. */
    struct scope *s = b->scope;
    if (scope_find(s, l.name)) {
        struct scope *frozen = scope_copy(b->arena, s);
        l.home = frozen;
    }
    scope_add(b->arena, s, &l);
    return scope_find(s, l.name);
}

/* ---- the table itself ---- */

static struct node *bind_name(struct binder *b, const struct ast *t)
{
    struct let *l = scope_find(b->scope, t->text);
    if (l)
        return l->expr ? (bind_error(b, DIAG_TYPE, t->span,
                                     "'%.*s' is a scalar, "
                                     "a table is needed here",
                                     STRF(t->text)),
                          NULL)
                       : bind_let_table(b, l, t->span);
    const struct table_info *info = b->env->table(b->env->ctx, t->text);
    if (info)
        return scan(b, info, t->span);
    struct remote *r = remote_of_source(b, t);
    if (r)
        return bind_remote_table(b, r, t, NULL);
    if (b->open_tables)
        return open_table(b, t->text, t->span);
    unknown_table(b, t->text, t->span);
    return NULL;
}

/* All tables are local and whole: a view has nothing that is not up to date. */
static bool names_table(const struct ast *t)
{
    return str_eqz(t->text, "table") || str_eqz(t->text, "external_table") ||
           str_eqz(t->text, "materialized_view");
}

/* s.T, s.list_logons(…) where s is nothing that is known. */
static void unknown_alias(struct binder *b, const struct ast *t,
                          const struct ast *alias)
{
    const struct remote_provider *p = reg_remote(b->reg, alias->text);
    struct diag *d = bind_error(b, DIAG_NO_PROVIDER, alias->span,
                                "nothing is connected as '%.*s'",
                                STRF(alias->text));
    if (p)
        diag_hint(b->ds, d, "first: %s", p->usage);
    else if (t->kind == AST_CALL)
        diag_hint(b->ds, d, "first: .connect PROVIDER as %.*s with (…); .show "
                  "connections lists what is", STRF(alias->text));
    else
        diag_hint(b->ds, d, "first: .connect PROVIDER as %.*s with (…); a "
                  "table here is named without it: %.*s", STRF(alias->text),
                  STRF(t->text));
}

/* A query of a connection, with the operators that follow it. */
static struct node *bind_asked_call(struct binder *b, const struct ast *call,
                                    const struct ast *ops)
{
    struct remote *r = remote_of_call(b, call);
    return r ? bind_remote_query(b, r, call, ops)
             : bind_stored_call(b, call, ops);
}

static bool is_asked_call(const struct binder *b, const struct ast *t)
{
    return t->kind == AST_CALL && (remote_of_call(b, t) ||
                                   is_stored_call(b, t));
}

static struct node *bind_table_call(struct binder *b, const struct ast *t)
{
    if (is_asked_call(b, t))
        return bind_asked_call(b, t, NULL);
    struct let *l = scope_find(b->scope, t->text);
    if (l && l->ast && l->ast->kind == AST_FUNCTION)
        return bind_user_table(b, l, t, t->span);
    if (str_eqz(t->text, "materialize") && t->kid)
        return bind_table(b, t->kid);
    const struct provider *p = reg_provider(b->reg, t->text);
    if (p)
        return bind_file(b, p, t);
    struct value v;
    if (names_table(t) && t->kid && bind_value(b, t->kid, &v) &&
        v.type == TYPE_STRING) {
        struct ast name = { .kind = AST_NAME, .span = t->span, .text = v.s };
        return bind_name(b, &name);
    }
    if (b->open_tables)
        return open_table(b, t->text, t->span);
    if (calls_unknown_alias(b, t)) {
        unknown_alias(b, t, t->kid);
        return NULL;
    }
    if (report_service_name(b, t->text, t->span))
        return NULL;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_TABLE, t->span,
                                "'%.*s(…)' is not a table here", STRF(t->text));
    diag_hint(b->ds, d, "a function that is stored elsewhere becomes known by "
              "let %.*s = (…) { … };", STRF(t->text));
    return NULL;
}

/* workspace("w").T, database("d").T: without a connection only T counts. */
static struct node *bind_path(struct binder *b, const struct ast *t)
{
    const struct ast *base = t->kid;
    if (base->kind == AST_NAME) {
        const struct provider *p = reg_provider(b->reg, base->text);
        if (p && p->tables)
            return bind_provider_table(b, p, t);
    }
    struct remote *r = remote_of_source(b, t);
    if (r)
        return bind_remote_table(b, r, t, NULL);
    if (b->open_tables)
        return open_table(b, t->text, t->span);
    while (base->kind == AST_PATH || (base->kind == AST_CALL && base->value.i))
        base = base->kid;
    if (base->kind == AST_NAME) {
        unknown_alias(b, t, base);
        return NULL;
    }
    const char *what = base->kind == AST_CALL ? service_of_scope(base->text)
                                              : NULL;
    struct diag *d = bind_error(b, DIAG_NO_PROVIDER, t->span,
                                what ? "nothing is connected under that name: "
                                       "%s is needed"
                                     : "nothing is connected under that name",
                                what);
    diag_hint(b->ds, d, "local tables are named without it: %.*s",
              STRF(t->text));
    return NULL;
}

static struct node *bind_source_op(struct binder *b, const struct ast *op)
{
    const char *where = b->where;
    struct node *row = b->row;
    b->where = op->op->name;
    b->row = NULL;
    struct node *n = op->op->bind(b, op, NULL);
    b->where = where;
    b->row = row;
    return n;
}

static struct node *bind_pipe(struct binder *b, const struct ast *t)
{
    const struct ast *source = t->kid, *ops = source->next;
    struct remote *r = ops ? remote_of_source(b, source) : NULL;
    if (r)
        return bind_remote_table(b, r, source, ops);
    if (ops && is_asked_call(b, source))
        return bind_asked_call(b, source, ops);
    return bind_pipe_ops(b, bind_table(b, source), ops);
}

struct node *bind_table(struct binder *b, const struct ast *t)
{
    if (!bind_enter(b, t->span))
        return NULL;
    struct node *n = NULL;
    switch (t->kind) {
    case AST_NAME: n = bind_name(b, t); break;
    case AST_CALL: n = bind_table_call(b, t); break;
    case AST_PATH: n = bind_path(b, t); break;
    case AST_OP: n = bind_source_op(b, t); break;
    case AST_PIPE: n = bind_pipe(b, t); break;
    case AST_ERROR: break;
    default:
        bind_error(b, DIAG_TYPE, t->span,
                   "a table is needed here, this is a "
                   "scalar expression");
    }
    bind_leave(b);
    return n;
}

struct node *bind_invoke(struct binder *b, const struct ast *call,
                         struct node *in)
{
    struct let *f = scope_find(b->scope, call->text);
    if (!f || !f->ast || f->ast->kind != AST_FUNCTION) {
        if (b->open_tables) { /* a stored function may add any column */
            struct node *p = project_new(b, call, in);
            for (size_t i = 0; i < in->cols.n; i++)
                project_keep(b, p, &in->cols.v[i]);
            p->open = true;
            return p;
        }
        if (report_service_name(b, call->text, call->span))
            return NULL;
        struct diag *d = bind_error(b, DIAG_NEEDS_PROVIDER, call->span,
                                    "no function '%.*s' to invoke",
                                    STRF(call->text));
        diag_hint(b->ds, d, "let %.*s = (T:(*)) { T | … };",
                  STRF(call->text));
        return NULL;
    }
    struct scope *s = call_scope(b, f, call, in, call->span);
    return s ? bind_user_body(b, f, s, call->span) : NULL;
}
