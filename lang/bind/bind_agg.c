/* bind_agg.c - calls of aggregation functions.
 *
 * Called by: bind_call.c inside summarize and its like.
 * Gives:     EX_CALL with `aggregate` set; lists take their values as JSON and
 *            in the order of the input, where one is known. */
#include "bind.h"

#include "bind_int.h"

/* ", hex(create_sort_key($2, 'ASC NULLS FIRST', …))" for the order of the
 * input, with the keys appended to the arguments; nothing when the order is
 * not known any more. */
static size_t sort_key(struct binder *b, struct buf *sql, struct expr **args,
                       size_t n)
{
    const struct node *in = b->row;
    size_t from = n;
    for (size_t i = 0; in && i < in->order.n; i++) {
        const struct order *o = &in->order.v[i];
        bool there = false;
        for (size_t c = 0; c < in->cols.n; c++)
            there |= o->e->kind == EX_COLUMN && in->cols.v[c].id == o->e->id;
        if (!there || n >= 9)
            break;
        args[n++] = o->e;
        buf_addf(sql, "%s$%zu, '%s NULLS %s'",
                 i ? ", " : ", hex(create_sort_key(", n,
                 o->desc ? "DESC" : "ASC", o->nulls_first ? "FIRST" : "LAST");
    }
    if (n > from)
        buf_adds(sql, "))");
    return n;
}

static struct expr *call_agg(struct binder *b, const struct lang_agg *g,
                             const struct ast *call, struct expr **args,
                             size_t n)
{
    struct lang_func f = g->func;
    struct expr *all[16];
    for (size_t i = 0; i < n && i < 9; i++)
        all[i] = args[i];
    struct buf sql;
    buf_init(&sql, 4000);
    str text = str_of(f.sql ? f.sql : "");
    ptrdiff_t at = str_find(text, S("$o"));
    if (at >= 0 && n < 9) {
        buf_add(&sql, str_sub(text, 0, (size_t)at));
        size_t more = sort_key(b, &sql, all, n);
        buf_add(&sql, str_sub(text, (size_t)at + 2, text.n));
        if (more > n)
            f.params =
                arena_cstr(b->arena, arena_fmt(b->arena, "%s%s", f.params,
                                               f.params[0] ? ", any*"
                                                           : "any*"));
        f.sql = arena_cstr(b->arena, buf_str(&sql));
        n = more;
    }
    buf_release(&sql);
    struct expr *e = call_row(b, &f, call ? call->span : NO_SPAN, call, all, n);
    e->aggregate = e->kind != EX_ERROR;
    return e;
}

static bool is_percent(const struct expr *e)
{
    const struct value *v = &e->value;
    if (e->kind != EX_LITERAL || v->null)
        return false;
    return v->type == TYPE_REAL ? v->d >= 0 && v->d <= 100
                                : type_is_int(v->type) && v->i >= 0 &&
                                      v->i <= 100;
}

static bool percent_fits(struct binder *b, const struct lang_agg *g,
                         struct expr **args, size_t n)
{
    if (!(g->func.flags & FN_PERCENT) || n < 2 || is_percent(args[n - 1]))
        return true;
    bind_error(b, DIAG_NOT_CONSTANT, args[n - 1]->span,
               "a percentage is a number from 0 to 100, the same for all rows");
    return false;
}

static struct expr *agg_overload(struct binder *b, const struct lang_agg *g,
                                 const struct ast *call, struct expr **args,
                                 size_t n)
{
    size_t i = 0;
    if (!percent_fits(b, g, args, n))
        return ex_error(b, call ? call->span : NO_SPAN);
    while (b->reg->aggs[i] != g)
        i++;
    for (int fit = 0; fit < NFITS; fit++)
        for (size_t k = i;
             k < b->reg->naggs &&
             str_eqz(str_of(b->reg->aggs[k]->func.name), g->func.name);
             k++)
            if (row_takes(&b->reg->aggs[k]->func, args, n, (enum fit)fit))
                return call_agg(b, b->reg->aggs[k], call, args, n);
    wrong_arguments(b, &g->func, call->span, args, n);
    return ex_error(b, call->span);
}

/* What goes into a list: any value as JSON; lists keep the nulls of a dynamic
 * column. */
static struct expr *list_item(struct binder *b, struct expr *e, bool set)
{
    bool dynamic = e->type == TYPE_DYNAMIC;
    e = coerce(b, e, TYPE_DYNAMIC);
    if (set || !dynamic || e->kind == EX_ERROR)
        return e;
    return ex_call(b, TYPE_DYNAMIC, "coalesce($1, 'null')", e, NULL);
}

static bool is_constant(const struct expr *e)
{
    bool ok = e->kind != EX_COLUMN;
    for (size_t i = 0; ok && i < e->nargs; i++)
        ok = is_constant(e->args[i]);
    return ok;
}

/* How many values are kept when the call does not say. */
enum { KEPT = 1 << 20, KEPT_BY_OLD_NAMES = 128 };

static struct expr *agg_list(struct binder *b, const struct lang_agg *g,
                             const struct ast *call, struct expr **args,
                             size_t n)
{
    str name = str_of(g->func.name);
    size_t plain = str_ends(name, S("_if")) ? 2 : 1;
    struct expr *all[3];
    if (n == 0 || n > plain + 1)
        return agg_overload(b, g, call, args, n);
    for (size_t i = 0; i < n; i++)
        all[i] = args[i];
    all[0] = list_item(b, all[0], g->collects == AGG_SET);
    if (n == plain)
        all[n++] = ex_long(b, str_starts(name, S("make_")) ? KEPT
                                                           : KEPT_BY_OLD_NAMES);
    else if (n > plain && !is_constant(all[plain])) {
        bind_error(b, DIAG_ARGUMENTS, all[plain]->span,
                   "the limit of %s is the same for all rows", g->func.name);
        return ex_error(b, NO_SPAN);
    }
    return agg_overload(b, g, call, all, n);
}

struct expr *agg_expr(struct binder *b, const struct lang_agg *g,
                      const struct ast *call, struct expr **args, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (args[i]->kind == EX_ERROR)
            return args[i];
        if (args[i]->window) /* the engine has no windows in aggregates */
            args[i] = hoist(b, args[i], "arg");
    }
    return g->collects ? agg_list(b, g, call, args, n)
                       : agg_overload(b, g, call, args, n);
}
