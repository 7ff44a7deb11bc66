/* bind_agg.c - calls of aggregation functions.
 *
 * Called by: bind_call.c inside summarize and its like.
 * Gives:     EX_CALL with `aggregate` set; lists take their values as JSON and
 *            in the order of the input, where one is known. */
#include "bind.h"

#include "bind_int.h"

/* " ORDER BY $2 ASC NULLS FIRST, …" for the order of the input, with the keys
 * appended to the arguments; nothing when the order is not known any more. */
static size_t order_clause(struct binder *b, struct buf *sql,
                           struct expr **args, size_t n)
{
    const struct node *in = b->row;
    for (size_t i = 0; in && i < in->order.n; i++) {
        const struct order *o = &in->order.v[i];
        bool there = false;
        for (size_t c = 0; c < in->cols.n; c++)
            there |= o->e->kind == EX_COLUMN && in->cols.v[c].id == o->e->id;
        if (!there || n >= 9)
            break;
        args[n++] = o->e;
        buf_addf(sql, "%s$%zu %s NULLS %s", i ? ", " : " ORDER BY ", n,
                 o->desc ? "DESC" : "ASC", o->nulls_first ? "FIRST" : "LAST");
    }
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
        size_t more = order_clause(b, &sql, all, n);
        buf_add(&sql, str_sub(text, (size_t)at + 2, text.n));
        f.params = arena_cstr(
            b->arena,
            arena_fmt(b->arena, "%s%s", f.params,
                      more > n ? f.params[0] ? ", any*" : "any*" : ""));
        f.sql = arena_cstr(b->arena, buf_str(&sql));
        n = more;
    }
    buf_release(&sql);
    struct expr *e = call_row(b, &f, call ? call->span : NO_SPAN, call, all, n);
    e->aggregate = e->kind != EX_ERROR;
    return e;
}

static struct expr *agg_overload(struct binder *b, const struct lang_agg *g,
                                 const struct ast *call, struct expr **args,
                                 size_t n)
{
    size_t i = 0;
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

/* What goes into a list: any value as JSON; of a dynamic column, lists keep
 * the nulls and sets take the elements of arrays. */
static struct expr *list_item(struct binder *b, struct expr *e, bool set)
{
    bool dynamic = e->type == TYPE_DYNAMIC;
    e = coerce(b, e, TYPE_DYNAMIC);
    if (!dynamic || e->kind == EX_ERROR)
        return e;
    return ex_call(
        b, TYPE_DYNAMIC,
        set ? "(CASE WHEN starts_with($1, '[') THEN nullif(substr($1, 2, length($1) - 2), '') ELSE $1 END)"
            : "coalesce($1, 'null')",
        e, NULL);
}

/* make_list(x, 10), make_set_if(x, c, 10): the limit is taken off the end and
 * applied to the finished list. */
static struct expr *take_limit(const struct lang_agg *g, struct expr **args,
                               size_t *n)
{
    size_t plain = str_ends(str_of(g->func.name), S("_if")) ? 2 : 1;
    if (*n != plain + 1 || !type_is_int(args[plain]->type))
        return NULL;
    --*n;
    return args[plain];
}

static struct expr *agg_list(struct binder *b, const struct lang_agg *g,
                             const struct ast *call, struct expr **args,
                             size_t n)
{
    struct expr *limit = take_limit(g, args, &n);
    bool set = g->collects == AGG_SET;
    if (n)
        args[0] = list_item(b, args[0], set);
    struct expr *e = agg_overload(b, g, call, args, n);
    if (!limit || e->kind == EX_ERROR)
        return e;
    e = ex_func(b, set ? "k_set_first" : "k_list_cap", call->span, e,
                coerce(b, limit, TYPE_LONG), NULL);
    return e;
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
