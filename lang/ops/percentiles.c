/* percentiles.c - percentiles, percentilesw and the forms that give an array.
 *
 * Called by: summarize.c, for these aggregates of several results.
 * percentile and percentilew have one result and are rows of aggs.def. */
#include "summarize.h"

#include "base/json_value.h"
#include "base/json_walk.h"

enum { MAX_PERCENTS = 100 };

struct form {
    const char *name;
    bool weighted, array;
};

struct percents {
    struct value v[MAX_PERCENTS];
    size_t n;
};

static str percent_name(struct binder *b, str base, const struct value *v)
{
    struct buf t;
    buf_init(&t, 1000);
    buf_addf(&t, "percentile_%.*s_", STRF(base));
    size_t from = t.n;
    if (v->type == TYPE_REAL && v->d == (double)(int64_t)v->d)
        buf_add_i64(&t, (int64_t)v->d);
    else
        value_text(&t, v);
    for (size_t i = from; i < t.n; i++)
        if (t.p[i] == '.')
            t.p[i] = '_';
    str s = buf_take(&t, b->arena);
    buf_release(&t);
    return s;
}

static bool add_percent(struct binder *b, struct percents *p,
                        const struct ast *at, struct value v)
{
    bool number = type_is_int(v.type) || v.type == TYPE_REAL;
    double d = v.type == TYPE_REAL ? v.d : number && !v.null ? (double)v.i : -1;
    if (b->check && v.null) {
        v = (struct value){ .type = TYPE_LONG, .i = 50 };
        d = 50;
    }
    if (!(d >= 0 && d <= 100))
        bind_error(b, DIAG_TYPE, at->span,
                   "a percentage is a number from 0 to 100");
    else if (p->n == MAX_PERCENTS)
        bind_error(b, DIAG_LIMIT, at->span, "more than %d percentages",
                   MAX_PERCENTS);
    else
        p->v[p->n++] = v;
    return d >= 0 && d <= 100 && p->n <= MAX_PERCENTS;
}

/* Constants one by one, or for the forms with an array in one array. */
static bool read_percents(struct binder *b, struct percents *p,
                          const struct ast *k, bool array)
{
    struct value v, item;
    struct json_iter it;
    str json;
    p->n = 0;
    for (; k; k = k->next) {
        if (!bind_value(b, k, &v))
            return false;
        if (!array || v.type != TYPE_DYNAMIC || v.null) {
            if (!add_percent(b, p, k, v))
                return false;
            continue;
        }
        json_iter_init(&it, v.s);
        while (json_next(&it, NULL, &json)) {
            item = (struct value){ .type = TYPE_DYNAMIC };
            json_scalar(json, &item);
            if (!add_percent(b, p, k, item))
                return false;
        }
    }
    return true;
}

static struct expr *percentile(struct binder *b, const struct ast *call,
                               struct expr *x, struct expr *weight,
                               const struct value *p)
{
    struct expr *args[3] = { x, weight, ex_literal(b, *p, call->span) };
    if (weight)
        return bind_call_args(b, S("percentilew"), call->span, call, args, 3);
    args[1] = args[2];
    return bind_call_args(b, S("percentile"), call->span, call, args, 2);
}

static bool usage(struct binder *b, const struct ast *call,
                  const struct form *form)
{
    bind_error(b, DIAG_ARGUMENTS, call->span, "usage: %s(x, %sp, …)",
               form->name, form->weighted ? "weight, " : "");
    return false;
}

static bool add_percentiles(struct binder *b, struct summary *s, str given,
                            const struct ast *call, const struct form *form)
{
    struct percents p;
    struct expr *list[MAX_PERCENTS];
    const struct ast *first = call->kid ? call->kid->next : NULL;
    if (first && form->weighted)
        first = first->next;
    if (!first)
        return usage(b, call, form);
    str base = auto_name(b, call->kid);
    struct expr *x = bind_expr(b, call->kid);
    struct expr *w = form->weighted ? bind_expr(b, call->kid->next) : NULL;
    if (x->kind == EX_ERROR || (w && w->kind == EX_ERROR) ||
        !read_percents(b, &p, first, form->array))
        return false;
    for (size_t i = 0; i < p.n; i++) {
        struct expr *e = percentile(b, call, x, w, &p.v[i]);
        if (e->kind == EX_ERROR)
            return false;
        e = summary_aggregate(b, s, e);
        str name = given.n && i == 0 ? given : percent_name(b, base, &p.v[i]);
        if (form->array)
            list[i] = coerce(b, e, TYPE_DYNAMIC);
        else
            summary_out(b, s, name, e);
    }
    if (form->array)
        summary_out(b, s,
                    given.n ? given
                            : arena_fmt(b->arena, "percentiles_%.*s",
                                        STRF(base)),
                    bind_call_args(b, S("k_pack_array"), call->span, NULL,
                                   list, p.n));
    return true;
}

bool summary_percentiles(struct binder *b, struct summary *s, str given,
                         const struct ast *call, bool *known)
{
    static const struct form forms[] = {
        { "percentiles", false, false },
        { "percentilesw", true, false },
        { "percentiles_array", false, true },
        { "percentilesw_array", true, true },
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (str_eqz(call->text, forms[i].name))
            return add_percentiles(b, s, given, call, &forms[i]);
    *known = false;
    return false;
}
