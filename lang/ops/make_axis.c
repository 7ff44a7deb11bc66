/* make_axis.c - the axis of make-series: which bins there are.
 *
 * Called by: op_make_series.c.
 * Bounds and step are known while binding, so the number of bins is checked
 * before anything runs. All arithmetic on them is checked for overflow. */
#include "make_series.h"

#include <math.h>

enum { MAX_BINS = 1 << 20 }; /* as in KQL */

static enum type step_type(enum type axis)
{
    bool time = axis == TYPE_DATETIME || axis == TYPE_TIMESPAN;
    return time ? TYPE_TIMESPAN : axis;
}

/* A constant of the type; null only where nothing runs (check mode). */
static bool read_value(struct binder *b, const struct ast *clause,
                       enum type want, struct value *v)
{
    const struct ast *t = clause->kid;
    if (!t || !bind_value(b, t, v))
        return false;
    if (want == TYPE_REAL && type_is_int(v->type) && !v->null)
        v->d = (double)v->i;
    else if (v->type != want && !can_widen(v->type, want)) {
        struct diag *d = bind_error(b, DIAG_TYPE, t->span,
                                    "'%.*s' of make-series is a %s here, "
                                    "not a %s", STRF(clause->text),
                                    type_name(want), type_name(v->type));
        if (want == TYPE_TIMESPAN)
            diag_hint(b->ds, d, "for example 1h, 1d");
        return false;
    }
    v->type = want;
    if (v->null && !b->check)
        bind_error(b, DIAG_ARGUMENTS, t->span, "'%.*s' of make-series is null",
                   STRF(clause->text));
    return !v->null || b->check;
}

static bool read_step(struct binder *b, struct making *m,
                      const struct ast *clause)
{
    if (!clause || !read_value(b, clause, step_type(m->axis->type), &m->step))
        return false;
    if (m->step.null) { /* check mode */
        m->step.null = false;
        m->step.i = 1;
        if (m->step.type == TYPE_REAL)
            m->step.d = 1;
    }
    bool real = m->step.type == TYPE_REAL;
    if (real ? m->step.d > 0 && isfinite(m->step.d) : m->step.i > 0)
        return true;
    bind_error(b, DIAG_ARGUMENTS, clause->kid->span,
               "the step of make-series must be more than nothing");
    return false;
}

/* The bin that holds v; false outside of 64 bits. */
static bool bin_of(const struct making *m, const struct value *v, int64_t *bin)
{
    int64_t d;
    if (m->step.type == TYPE_REAL) {
        double q = floor((v->d - m->anchor.d) / m->step.d);
        if (!(fabs(q) < 9e15))
            return false;
        *bin = (int64_t)q;
        return true;
    }
    if (__builtin_sub_overflow(v->i, m->anchor.i, &d))
        return false;
    *bin = d / m->step.i - (d % m->step.i < 0);
    return true;
}

static void set_anchor(struct making *m, const struct value *from)
{
    m->anchor = (struct value){ .type = m->axis->type };
    if (!from)
        return;
    if (from->type == TYPE_REAL)
        m->anchor.d = from->d;
    else
        m->anchor.i = from->i % m->step.i +
                      (from->i % m->step.i < 0 ? m->step.i : 0);
}

static bool too_far(struct binder *b, struct span at)
{
    bind_error(b, DIAG_LIMIT, at, "this is too far away to be counted in bins");
    return false;
}

/* to: not reached. The last bin is that of the largest value before it. */
static bool bin_before(const struct making *m, const struct value *to,
                       int64_t *bin)
{
    struct value begin = *to;
    if (!bin_of(m, to, bin))
        return false;
    if (m->step.type == TYPE_REAL)
        begin.d = m->anchor.d + (double)*bin * m->step.d;
    else
        begin.i = m->anchor.i + *bin * m->step.i;
    bool at_begin = m->step.type == TYPE_REAL ? begin.d >= to->d
                                              : begin.i == to->i;
    *bin -= at_begin;
    return true;
}

static struct expr *bound(struct binder *b, const struct value *v,
                          struct span at)
{
    return ex_literal(b, *v, at);
}

/* from a to b */
static bool read_bounds(struct binder *b, struct making *m,
                        const struct ast *from, const struct ast *to)
{
    struct value v;
    enum type t = m->axis->type;
    set_anchor(m, NULL);
    if (from) {
        if (!read_value(b, from, t, &v))
            return false;
        if (!v.null) {
            set_anchor(m, &v);
            m->has_first = bin_of(m, &v, &m->first);
            m->from = bound(b, &v, from->kid->span);
            if (!m->has_first)
                return too_far(b, from->kid->span);
        }
    }
    if (!to)
        return true;
    if (!read_value(b, to, t, &v))
        return false;
    if (v.null)
        return true;
    m->has_last = bin_before(m, &v, &m->last);
    m->to = bound(b, &v, to->kid->span);
    return m->has_last || too_far(b, to->kid->span);
}

/* in range(a, b, s): bins as bin() has them, the one of b included. */
static bool read_range(struct binder *b, struct making *m,
                       const struct ast *start, const struct ast *stop)
{
    struct value v[2];
    const struct ast *at[2] = { start, stop };
    int64_t *bin[2] = { &m->first, &m->last };
    set_anchor(m, NULL);
    for (size_t i = 0; i < 2; i++) {
        if (!at[i] || !read_value(b, at[i], m->axis->type, &v[i]))
            return false;
        if (v[i].null)
            return true;
        if (!bin_of(m, &v[i], bin[i]))
            return too_far(b, at[i]->kid->span);
    }
    m->has_first = m->has_last = true;
    return true;
}

static bool check_count(struct binder *b, const struct making *m)
{
    int64_t n;
    if (!m->has_first || !m->has_last || m->last < m->first ||
        (!__builtin_sub_overflow(m->last, m->first, &n) && n < MAX_BINS))
        return true;
    struct diag *d = bind_error(b, DIAG_LIMIT, m->op->span,
                                "make-series would make more than %d bins",
                                MAX_BINS);
    diag_hint(b->ds, d, "take a larger step, or 'from' and 'to' nearer to "
                        "each other");
    return false;
}

static bool read_axis(struct binder *b, struct making *m)
{
    const struct ast *on = ast_clause(m->op, "on"), *t = on ? on->kid : NULL;
    if (!t)
        return false;
    const struct ast *value = t->kind == AST_NAMED ? t->kid : t;
    m->axis = bind_expr(b, value);
    m->axis_name = t->kind == AST_NAMED ? t->text : auto_name(b, value);
    if (m->axis->kind == EX_ERROR)
        return false;
    if (m->axis->window)
        m->axis = hoist(b, m->axis, "axis");
    enum type k = m->axis->type;
    if (k == TYPE_INT)
        m->axis = coerce(b, m->axis, TYPE_LONG);
    else if (k == TYPE_DECIMAL)
        m->axis = coerce(b, m->axis, TYPE_REAL);
    else if (k != TYPE_LONG && k != TYPE_REAL && k != TYPE_DATETIME &&
             k != TYPE_TIMESPAN) {
        bind_error(b, DIAG_TYPE, value->span,
                   "the axis of make-series is a number or a time, not a %s",
                   type_name(k));
        return false;
    }
    return true;
}

bool make_axis(struct binder *b, struct making *m)
{
    const struct ast *op = m->op, *stop = ast_clause(op, "stop");
    if (!read_axis(b, m) || !read_step(b, m, ast_clause(op, "step")))
        return false;
    const struct ast *from = ast_clause(op, "from");
    bool ok = stop ? read_range(b, m, from, stop)
                   : read_bounds(b, m, from, ast_clause(op, "to"));
    return ok && check_count(b, m);
}
