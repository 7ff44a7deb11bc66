/* make_series.c - the nodes of make-series; see op_make_series.c. */
#include "make_series.h"

/* ---- one series ---- */

static bool is_number_like(enum type t)
{
    return type_is_num(t) || t == TYPE_TIMESPAN || t == TYPE_DATETIME ||
           t == TYPE_BOOL || t == TYPE_STRING;
}

/* What an empty bin holds, as JSON; 0 in the type of the series. */
static struct expr *empty_value(struct binder *b, enum type t,
                                const struct ast *given)
{
    struct expr *e = NULL;
    if (given) {
        e = bind_const(b, given);
        if (e->kind == EX_LITERAL && t == TYPE_REAL && type_is_int(e->type))
            e = coerce(b, e, TYPE_REAL);
    } else {
        struct value zero = { .type = t };
        bool zeroes = t == TYPE_REAL || t == TYPE_TIMESPAN;
        e = zeroes ? ex_literal(b, zero, NO_SPAN) : ex_long(b, 0);
    }
    return coerce(b, e, TYPE_DYNAMIC);
}

bool make_one(struct binder *b, struct making *m, const struct ast *series,
              unsigned *counter)
{
    struct node *out = m->bins.out;
    size_t before = out->cols.n;
    if (!series->kid || !summary_add(b, &m->bins, series->kid, counter))
        return false;
    if (out->cols.n != before + 1) {
        bind_error(b, DIAG_UNSUPPORTED, series->kid->span,
                   "an aggregate with several results cannot be a series");
        return false;
    }
    enum type t = out->cols.v[before].type;
    if (!is_number_like(t) && t != TYPE_ERROR) {
        struct diag *d = bind_error(b, DIAG_UNSUPPORTED, series->kid->span,
                                    "a series of %s values is not supported",
                                    type_name(t));
        diag_hint(b->ds, d, "make-series takes aggregates that give numbers: "
                            "count(), sum(x), avg(x), …");
        return false;
    }
    struct expr *empty = empty_value(b, t, series->kid->next);
    PUSH(b->arena, m->empty, empty);
    return empty->kind != EX_ERROR;
}

/* ---- rows with a place on the axis ---- */

static struct expr *bin_number(struct binder *b, const struct making *m)
{
    struct expr *anchor = ex_literal(b, m->anchor, NO_SPAN),
                *step = ex_literal(b, m->step, NO_SPAN);
    if (m->axis->type == TYPE_REAL)
        return ex_call(b, TYPE_LONG,
                       "CAST(greatest(least(floor(($1 - $2) / $3), 9e15), "
                       "-9e15) AS BIGINT)",
                       m->axis, anchor, step, NULL);
    return ex_call(b, TYPE_LONG,
                   "CAST(k_bin(k_sub($1, $2), $3) // $3 AS BIGINT)", m->axis,
                   anchor, step, NULL);
}

static struct expr *and_also(struct binder *b, struct expr *x, struct expr *y)
{
    return ex_call(b, TYPE_BOOL, "($1 AND $2)", x, y, NULL);
}

/* Which rows count: those with a value, within the bounds. */
static struct node *keep_rows(struct binder *b, struct making *m,
                              struct expr *bin)
{
    bool real = m->axis->type == TYPE_REAL;
    struct expr *c = ex_call(b, TYPE_BOOL,
                             real ? "coalesce(isfinite($1), FALSE)"
                                  : "($1 IS NOT NULL)",
                             m->axis, NULL);
    if (m->from)
        c = and_also(b, c, ex_call(b, TYPE_BOOL, "($1 >= $2)", m->axis,
                                   m->from, NULL));
    if (m->to)
        c = and_also(b, c, ex_call(b, TYPE_BOOL, "($1 < $2)", m->axis, m->to,
                                   NULL));
    if (m->has_first && !m->from)
        c = and_also(b, c, ex_call(b, TYPE_BOOL, "($1 >= $2)", bin,
                                   ex_long(b, m->first), NULL));
    if (m->has_last && !m->to)
        c = and_also(b, c, ex_call(b, TYPE_BOOL, "($1 <= $2)", bin,
                                   ex_long(b, m->last), NULL));
    struct node *f = node_over(b, NODE_FILTER, m->op, b->row);
    f->cond = c;
    return f;
}

/* ---- one row a combination of keys ---- */

static struct expr *aggregate(struct binder *b, struct node *n, struct expr *e)
{
    struct assign a = { col_new(b, S(""), e->type, true), e };
    PUSH(b->arena, n->assigns, a);
    PUSH(b->arena, n->cols, a.col);
    return ex_column(b, &a.col, e->span);
}

static struct node *group(struct binder *b, struct making *m,
                          const struct node *bins)
{
    struct node *n = node_new(b->arena, NODE_AGGREGATE, m->op->span,
                              m->bins.out);
    for (size_t i = 0; i < m->nkeys; i++) {
        const struct col *c = &bins->cols.v[i];
        struct assign key = { *c, ex_column(b, c, m->op->span) };
        PUSH(b->arena, n->keys, key);
        PUSH(b->arena, n->cols, key.col);
    }
    return n;
}

/* [bin, value, bin, value, …] of a series: a column of `g`. */
static struct expr *pairs(struct binder *b, struct node *g,
                          const struct col *bin, const struct col *value)
{
    struct expr *json =
        coerce(b, ex_column(b, value, NO_SPAN), TYPE_DYNAMIC);
    return aggregate(b, g, ex_call(b, TYPE_DYNAMIC,
                                   "('[' || string_agg($1 || ',' || "
                                   "coalesce($2, 'null'), ',') || ']')",
                                   ex_column(b, bin, NO_SPAN), json, NULL));
}

static struct expr *edge(struct binder *b, struct node *g, bool known,
                         int64_t bin, struct expr *seen)
{
    return known ? ex_long(b, bin) : aggregate(b, g, seen);
}

/* Without keys there is a row for nothing at all. */
static struct node *drop_empty(struct binder *b, const struct making *m,
                               struct node *g, struct expr *count)
{
    struct node *f = node_over(b, NODE_FILTER, m->op, g);
    f->cond = ex_call(b, TYPE_BOOL, "($1 > 0)", count, NULL);
    return f;
}

struct node *make_rows(struct binder *b, struct making *m)
{
    struct node *bins = m->bins.out;
    if (!m->axis || m->axis->kind == EX_ERROR || m->step.type == TYPE_ERROR) {
        for (size_t i = m->nkeys; i < bins->cols.n; i++)
            bins->cols.v[i].type = TYPE_DYNAMIC; /* what they would be */
        return summary_end(b, &m->bins, b->row);
    }
    struct expr *number = bin_number(b, m);
    struct node *kept = keep_rows(b, m, number);
    summary_key(b, &m->bins, S("\001bin"), number);
    summary_end(b, &m->bins, kept);
    const struct col bin = bins->cols.v[bins->cols.n - 1];
    struct node *g = group(b, m, bins);
    struct expr *at = ex_column(b, &bin, NO_SPAN);
    struct expr *count =
        aggregate(b, g, ex_calln(b, TYPE_LONG, "count(*)", NULL, 0));
    struct expr *first = edge(b, g, m->has_first, m->first,
                              ex_call(b, TYPE_LONG, "min($1)", at, NULL));
    struct expr *last = edge(b, g, m->has_last, m->last,
                             ex_call(b, TYPE_LONG, "max($1)", at, NULL));
    struct expr **list = arena_array(b->arena, m->empty.n, sizeof *list);
    for (size_t i = 0; i < m->empty.n; i++)
        list[i] = pairs(b, g, &bin, &bins->cols.v[m->nkeys + i]);
    struct node *from = g;
    if (!m->nkeys && !m->nonempty)
        from = drop_empty(b, m, g, count);
    struct node *out = project_new(b, m->op, from);
    for (size_t i = 0; i < m->nkeys; i++)
        project_keep(b, out, &g->cols.v[i]);
    for (size_t i = 0; i < m->empty.n; i++)
        project_add(b, out, bins->cols.v[m->nkeys + i].name,
                    ex_func(b, "k_series_values", m->op->span, list[i], first,
                            last, m->empty.v[i], NULL));
    struct expr *axis =
        ex_func(b, "k_series_axis", m->op->span, first, last,
                ex_literal(b, m->anchor, NO_SPAN),
                ex_literal(b, m->step, NO_SPAN), NULL);
    str name = m->axis_name.n ? m->axis_name : S("Column1");
    project_add(b, out, free_name(b, out, name), axis);
    return out;
}
