/* summarize.c - aggregates into nodes.
 *
 * Called by: op_summarize and other operators that aggregate. */
#include "summarize.h"

void summary_init(struct binder *b, struct summary *s, const struct ast *op)
{
    s->agg = node_new(b->arena, NODE_AGGREGATE, op->span, NULL);
    s->agg->nin = 1;
    s->agg->in = arena_array(b->arena, 1, sizeof *s->agg->in);
    s->out = node_new(b->arena, NODE_PROJECT, op->span, s->agg);
}

static bool any_aggregate(struct expr *const *args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (args[i]->aggregate)
            return true;
    return false;
}

/* One call of an aggregate, as written or as made by the binder. */
static bool is_one_aggregate(const struct expr *e)
{
    const struct written *w = e->kind == EX_CALL ? e->written : NULL;
    return w ? !any_aggregate(w->args, w->nargs)
             : !any_aggregate(e->args, e->nargs);
}

static void take_out(struct binder *b, struct summary *s, struct expr *e)
{
    if (!e->aggregate)
        return;
    if (is_one_aggregate(e)) {
        struct expr *call = NEW(b->arena, struct expr);
        *call = *e;
        *e = *summary_aggregate(b, s, call);
        return;
    }
    for (size_t i = 0; i < e->nargs; i++)
        take_out(b, s, e->args[i]);
    e->aggregate = false;
}

/* Each aggregate is computed apart from what is made of it: a connection may
 * know sum() and not the division after it. */
struct expr *summary_aggregate(struct binder *b, struct summary *s,
                               struct expr *e)
{
    if (e->aggregate && !is_one_aggregate(e)) {
        take_out(b, s, e);
        return e;
    }
    struct assign a = { col_new(b, S(""), e->type, e->has_null), e };
    PUSH(b->arena, s->agg->assigns, a);
    PUSH(b->arena, s->agg->cols, a.col);
    return ex_column(b, &a.col, e->span);
}

void summary_key(struct binder *b, struct summary *s, str name, struct expr *e)
{
    struct assign a = { col_new(b, name, e->type, e->has_null), e };
    PUSH(b->arena, s->agg->keys, a);
    PUSH(b->arena, s->agg->cols, a.col);
    project_keep(b, s->out, &a.col);
}

bool summary_by(struct binder *b, struct summary *s, const struct ast *k,
                unsigned *counter)
{
    struct expr *e = bind_expr(b, k->kind == AST_NAMED ? k->kid : k);
    if (e->kind == EX_ERROR)
        return false;
    if (e->type == TYPE_DYNAMIC) {
        struct diag *d = bind_error(b, DIAG_KEY_TYPE, k->span,
                                    "a dynamic cannot be a key of %s",
                                    b->where);
        diag_hint(b->ds, d, "wrap it in tostring(…)");
        return false;
    }
    if (e->window)
        e = hoist(b, e, "key");
    str name = k->kind == AST_NAMED ? free_name(b, s->out, k->text)
                                    : auto_column(b, s->out, k, counter);
    summary_key(b, s, name, e);
    return true;
}

void summary_out(struct binder *b, struct summary *s, str name,
                 struct expr *e)
{
    project_add(b, s->out, free_name(b, s->out, name), e);
}

/* ---- aggregates that fill several columns ---- */

struct field {
    str name;
    struct expr *e;
};

/* Picks one row of the group: a struct of the fields, taken apart above. */
static void pick_row(struct binder *b, struct summary *s, const char *how,
                     struct expr *by, struct field *fields, size_t n)
{
    struct expr **args = arena_array(b->arena, n, sizeof *args);
    for (size_t i = 0; i < n; i++)
        args[i] = fields[i].e;
    struct expr *packed = ex_calln(b, TYPE_DYNAMIC, "$struct", args, n);
    if (packed->kind == EX_ERROR)
        return;
    struct expr *e;
    if (by)
        e = ex_call(b, TYPE_DYNAMIC,
                    arena_cstr(b->arena,
                               arena_fmt(b->arena,
                                         by->has_null
                                             ? "coalesce(%s($1, $2), first($1))"
                                             : "%s($1, $2)",
                                         how)),
                    packed, by, NULL);
    else
        e = ex_call(b, TYPE_DYNAMIC, "first($1)", packed, NULL);
    struct expr *col = summary_aggregate(b, s, e);
    for (size_t i = 0; i < n; i++) {
        enum type t = fields[i].e->type;
        const char *get = arena_cstr(
            b->arena, arena_fmt(b->arena,
                                t == TYPE_STRING ? "coalesce(($1).f%zu, '')"
                                                 : "($1).f%zu",
                                i));
        struct expr *v = ex_call(b, t, get, col, NULL);
        v->has_null = t != TYPE_STRING;
        summary_out(b, s, fields[i].name, v);
    }
}

static bool is_key(const struct summary *s, str name)
{
    for (size_t i = 0; i < s->agg->keys.n; i++)
        if (str_eq(s->agg->keys.v[i].col.name, name))
            return true;
    return false;
}

static size_t star_fields(struct binder *b, struct summary *s, struct field *f,
                          size_t n, const struct expr *skip)
{
    for (size_t i = 0; i < b->row->cols.n; i++) {
        const struct col *c = &b->row->cols.v[i];
        bool skipped = skip && skip->kind == EX_COLUMN && skip->id == c->id;
        if (skipped || is_key(s, c->name) ||
            (c->name.n && c->name.p[0] == '\001'))
            continue;
        f[n++] = (struct field){ c->name, ex_column(b, c, NO_SPAN) };
    }
    return n;
}

/* Fields for `*` or a list of columns from `k` on. */
static bool list_fields(struct binder *b, struct summary *s,
                        const struct ast *k, struct field *f, size_t *n,
                        const struct expr *skip)
{
    bool ok = true;
    for (; k; k = k->next) {
        if (k->kind == AST_STAR) {
            *n = star_fields(b, s, f, *n, skip);
            continue;
        }
        struct expr *e = bind_expr(b, k->kind == AST_NAMED ? k->kid : k);
        str name = k->kind == AST_NAMED ? k->text : auto_name(b, k);
        ok &= e->kind != EX_ERROR;
        f[(*n)++] = (struct field){ name.n ? name : S("Column1"), e };
    }
    return ok;
}

/* arg_max(x, a, b) or arg_max(x, *): the row with the largest x. */
static bool add_arg_extreme(struct binder *b, struct summary *s, str given,
                            const struct ast *call, bool max)
{
    if (!call->kid) {
        bind_error(b, DIAG_ARGUMENTS, call->span,
                   "usage: %.*s(by, column, …) "
                   "or %.*s(by, *)",
                   STRF(call->text), STRF(call->text));
        return false;
    }
    struct expr *by = bind_expr(b, call->kid);
    if (by->kind == EX_ERROR)
        return false;
    if (by->type == TYPE_DYNAMIC)
        by = coerce(b, by, TYPE_STRING);
    struct expr *order = by;
    if (!max && by->type == TYPE_REAL) /* NaN is found by both */
        order = ex_call(b, TYPE_REAL,
                        "(CASE WHEN isnan($1) THEN '-infinity'::DOUBLE ELSE "
                        "$1 END)",
                        by, NULL);
    struct field *f =
        arena_array(b->arena, b->row->cols.n + ast_nkids(call) + 1, sizeof *f);
    size_t n = 0;
    str name = given.n ? given : auto_name(b, call->kid);
    if (!name.n)
        name = max ? S("max_") : S("min_");
    f[n++] = (struct field){ name, by };
    if (!list_fields(b, s, call->kid->next, f, &n, by))
        return false;
    pick_row(b, s, max ? "arg_max" : "arg_min", order, f, n);
    return true;
}

/* take_any(*), take_any(a, b) */
static bool add_take_any(struct binder *b, struct summary *s,
                         const struct ast *call, const char *prefix)
{
    struct field *f =
        arena_array(b->arena, b->row->cols.n + ast_nkids(call), sizeof *f);
    size_t n = 0;
    if (!list_fields(b, s, call->kid, f, &n, NULL))
        return false;
    for (size_t i = 0; i < n; i++) {
        f[i].name = arena_fmt(b->arena, "%s%.*s", prefix, STRF(f[i].name));
        if (call->kid->kind != AST_STAR) {
            struct expr *e =
                ex_call(b, f[i].e->type,
                        f[i].e->type == TYPE_STRING
                            ? "coalesce(any_value(nullif($1, '')), '')"
                            : "any_value($1)",
                        f[i].e, NULL);
            e->has_null = f[i].e->type != TYPE_STRING;
            summary_out(b, s, f[i].name, summary_aggregate(b, s, e));
        }
    }
    if (call->kid->kind == AST_STAR && n)
        pick_row(b, s, "first", NULL, f, n);
    return true;
}

/* ---- one item ---- */

static const struct {
    const char *old, *new;
} old_names[] = {
    { "argmax", "arg_max" },
    { "argmin", "arg_min" },
};

static str modern_name(str name)
{
    for (size_t i = 0; i < sizeof old_names / sizeof *old_names; i++)
        if (str_eqz(name, old_names[i].old))
            return str_of(old_names[i].new);
    return name;
}

/* Columns outside an aggregate have no single value in a group. */
static bool only_aggregates(struct binder *b, const struct expr *e,
                            struct span at)
{
    if (e->aggregate || e->kind == EX_LITERAL || e->kind == EX_SCALAR ||
        e->kind == EX_ERROR || (e->kind == EX_CALL && e->nargs == 0))
        return true;
    struct diag *d = bind_error(b, DIAG_AGGREGATE_PLACE, at,
                                "%s needs an aggregate here", b->where);
    diag_hint(b->ds, d,
              "put the column after 'by', or use take_any(…), "
              "make_set(…)");
    return false;
}

static bool add_several(struct binder *b, struct summary *s, str given,
                        const struct ast *call, bool *known)
{
    str name = modern_name(call->text);
    *known = true;
    if (str_eqz(name, "arg_max") || str_eqz(name, "arg_min"))
        return add_arg_extreme(b, s, given, call, str_eqz(name, "arg_max"));
    if (str_starts(name, S("percentiles")))
        return summary_percentiles(b, s, given, call, known);
    bool any = str_eqz(name, "take_any") || str_eqz(name, "any");
    if (any && call->kid && (call->kid->kind == AST_STAR || call->kid->next))
        return add_take_any(b, s, call, str_eqz(name, "any") ? "any_" : "");
    *known = false;
    return false;
}

/* (a, b) = arg_max(…): names for the columns in order. */
static bool add_tuple(struct binder *b, struct summary *s, const struct ast *t)
{
    size_t from = s->out->cols.n;
    bool known = false;
    bool ok = t->kid->next->kind == AST_CALL &&
              add_several(b, s, S(""), t->kid->next, &known);
    if (!known) {
        bind_error(b, DIAG_TYPE, t->span,
                   "only an aggregate with several "
                   "results fills several columns");
        return false;
    }
    for (const struct ast *n = t->kid->kid; n && from < s->out->cols.n;
         n = n->next, from++) {
        s->out->cols.v[from].name = n->text;
        s->out->assigns.v[from].col.name = n->text;
    }
    return ok;
}

bool summary_add(struct binder *b, struct summary *s, const struct ast *item,
                 unsigned *counter)
{
    const struct ast *t = item->kind == AST_NAMED ? item->kid : item;
    str given = item->kind == AST_NAMED ? item->text : S("");
    bool known = false, ok = true;
    b->aggregates = true;
    if (item->kind == AST_TUPLE) {
        ok = add_tuple(b, s, item);
        known = true;
    } else if (t->kind == AST_CALL) {
        ok = add_several(b, s, given, t, &known);
    }
    if (!known) {
        struct expr *e = bind_expr(b, t);
        ok = e->kind != EX_ERROR && only_aggregates(b, e, t->span);
        str name = given.n ? free_name(b, s->out, given)
                           : auto_column(b, s->out, t, counter);
        if (ok)
            project_add(b, s->out, name, summary_aggregate(b, s, e));
    }
    b->aggregates = false;
    return ok;
}

struct node *summary_end(struct binder *b, struct summary *s, struct node *in)
{
    s->agg->in[0] = in;
    if (s->agg->keys.n == 0 && s->agg->assigns.n == 0) {
        struct expr *one = ex_calln(b, TYPE_LONG, "count(*)", NULL, 0);
        struct assign a = { col_new(b, S("\001n"), TYPE_LONG, false), one };
        PUSH(b->arena, s->agg->assigns, a);
        PUSH(b->arena, s->agg->cols, a.col);
    }
    return s->out;
}
