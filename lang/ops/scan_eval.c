/* scan_eval.c - values of a scan's expressions.
 *
 * Called by: scan_run.c for each row; op_scan.c for defaults.
 * The rules of null, NaN and order are the engine's, which the templates count
 * on: a call of null is null, NaN is the largest number and equals itself,
 * texts compare by bytes. */
#include "scan.h"

#include <math.h>

#include "base/convert.h"
#include "base/utf8.h"

enum { MAX_TEXT = 1 << 24 };

static struct value null_of(enum type t)
{
    return (struct value){ .type = t, .null = true, .s = S("") };
}

static struct value truth(bool v)
{
    return (struct value){ .type = TYPE_BOOL, .i = v };
}

static struct value number(enum type t, int64_t i)
{
    return (struct value){ .type = t, .i = i };
}

static struct value real(double d)
{
    return (struct value){ .type = TYPE_REAL, .d = d };
}

static struct value text(str s)
{
    return (struct value){ .type = TYPE_STRING, .s = s };
}

static double as_real(const struct value *v)
{
    return v->type == TYPE_REAL ? v->d : (double)v->i;
}

static void fail(struct scan_eval *e, str why)
{
    if (!e->error.n)
        e->error = why;
}

/* ---- comparison ---- */

static int order_reals(double x, double y)
{
    bool a = isnan(x), b = isnan(y);
    if (a || b)
        return a - b;
    return (x > y) - (x < y);
}

static int order(const struct value *x, const struct value *y)
{
    if (type_is_text(x->type))
        return str_cmp(x->s, y->s);
    if (x->type == TYPE_REAL || y->type == TYPE_REAL)
        return order_reals(as_real(x), as_real(y));
    return (x->i > y->i) - (x->i < y->i);
}

static struct value compare(enum scan_op op, const struct value *x,
                            const struct value *y)
{
    bool same = op == SCAN_SAME || op == SCAN_DISTINCT;
    if (same && (x->null || y->null))
        return truth((x->null && y->null) == (op == SCAN_SAME));
    if (x->null || y->null)
        return null_of(TYPE_BOOL);
    int c = order(x, y);
    switch (op) {
    case SCAN_EQ:
    case SCAN_SAME: return truth(c == 0);
    case SCAN_NE:
    case SCAN_DISTINCT: return truth(c != 0);
    case SCAN_LT: return truth(c < 0);
    case SCAN_LE: return truth(c <= 0);
    case SCAN_GT: return truth(c > 0);
    default: return truth(c >= 0);
    }
}

/* ---- logic ---- */

/* A null does not decide: `decides` is what ends an and (0) or an or (1). */
static struct value logic(struct scan_eval *e, const struct scan_expr *x,
                          int64_t decides)
{
    bool null = false;
    for (size_t i = 0; i < x->nkids; i++) {
        struct value v = scan_value(e, x->kids[i]);
        if (!v.null && v.i == decides)
            return v;
        null |= v.null;
    }
    return null ? null_of(TYPE_BOOL) : truth(!decides);
}

static struct value pick(struct scan_eval *e, const struct scan_expr *x)
{
    for (size_t i = 0; i + 1 < x->nkids; i += 2) {
        struct value c = scan_value(e, x->kids[i]);
        if (!c.null && c.i)
            return scan_value(e, x->kids[i + 1]);
    }
    return scan_value(e, x->kids[x->nkids - 1]);
}

static struct value is_in(struct scan_eval *e, const struct scan_expr *x)
{
    struct value v = scan_value(e, x->kids[0]);
    bool null = v.null;
    for (size_t i = 1; i < x->nkids && !v.null; i++) {
        struct value item = scan_value(e, x->kids[i]);
        null |= item.null;
        if (!item.null && order(&v, &item) == 0)
            return truth(true);
    }
    return null ? null_of(TYPE_BOOL) : truth(false);
}

static struct value first_known(struct scan_eval *e, const struct scan_expr *x)
{
    struct value v = null_of(x->type);
    for (size_t i = 0; i < x->nkids && v.null; i++)
        v = scan_value(e, x->kids[i]);
    return v;
}

/* greatest and least look away from nulls. */
static struct value extreme(struct scan_eval *e, const struct scan_expr *x)
{
    struct value best = null_of(x->type);
    for (size_t i = 0; i < x->nkids; i++) {
        struct value v = scan_value(e, x->kids[i]);
        if (v.null)
            continue;
        int c = best.null ? 0 : order(&v, &best);
        if (best.null || (x->op == SCAN_GREATEST ? c > 0 : c < 0))
            best = v;
    }
    return best;
}

/* ---- arithmetic ---- */

static struct value integers(enum scan_op op, enum type t, int64_t x,
                             int64_t y)
{
    uint64_t a = (uint64_t)x, b = (uint64_t)y;
    switch (op) {
    case SCAN_ADD: return number(t, (int64_t)(a + b));
    case SCAN_SUB: return number(t, (int64_t)(a - b));
    case SCAN_MUL: return number(t, (int64_t)(a * b));
    default: break;
    }
    if (y == 0)
        return null_of(t);
    if (y == -1)
        return number(t, op == SCAN_MOD ? 0 : (int64_t)(0 - a));
    return number(t, op == SCAN_MOD ? x % y : x / y);
}

static struct value reals(enum scan_op op, double x, double y)
{
    switch (op) {
    case SCAN_ADD: return real(x + y);
    case SCAN_SUB: return real(x - y);
    case SCAN_MUL: return real(x * y);
    case SCAN_MOD: return y == 0 ? null_of(TYPE_REAL) : real(fmod(x, y));
    case SCAN_IDIV: return y == 0 ? null_of(TYPE_REAL) : real(trunc(x / y));
    default: return real(x / y);
    }
}

static struct value arithmetic(struct scan_eval *e, const struct scan_expr *x)
{
    struct value a = scan_value(e, x->kids[0]), b = scan_value(e, x->kids[1]);
    if (a.null || b.null)
        return null_of(x->type);
    if (x->op == SCAN_DIV || a.type == TYPE_REAL || b.type == TYPE_REAL)
        return reals(x->op, as_real(&a), as_real(&b));
    return integers(x->op, x->type, a.i, b.i);
}

static struct value one_number(enum scan_op op, const struct value *v)
{
    bool is_real = v->type == TYPE_REAL;
    switch (op) {
    case SCAN_NEG:
        return is_real ? real(-v->d)
                       : number(v->type, (int64_t)(0 - (uint64_t)v->i));
    case SCAN_ABS:
        return is_real  ? real(fabs(v->d))
             : v->i < 0 ? number(v->type, (int64_t)(0 - (uint64_t)v->i))
                        : *v;
    case SCAN_FLOOR: return real(floor(as_real(v)));
    case SCAN_TRUNC: return real(trunc(as_real(v)));
    default: return truth(is_real && isnan(v->d));
    }
}

/* ---- text ---- */

static struct value join(struct scan_eval *e, const struct scan_expr *x)
{
    struct buf b;
    struct value between = text(S(""));
    size_t i = 0;
    if (x->op == SCAN_CONCAT_WS)
        between = scan_value(e, x->kids[i++]);
    buf_init(&b, MAX_TEXT);
    for (size_t n = 0; i < x->nkids; i++) {
        struct value v = scan_value(e, x->kids[i]);
        if (v.null)
            continue;
        if (n++)
            buf_add(&b, between.s);
        buf_add(&b, v.s);
    }
    if (!buf_ok(&b))
        fail(e, S("a text grows to more than 16 MB"));
    struct value v = text(buf_take(&b, e->tmp));
    buf_release(&b);
    return v;
}

static struct value one_text(struct scan_eval *e, enum scan_op op, str s)
{
    struct buf b;
    if (op == SCAN_LENGTH)
        return number(TYPE_LONG, (int64_t)utf8_count(s));
    if (op == SCAN_STRLEN)
        return number(TYPE_LONG, (int64_t)s.n);
    buf_init(&b, MAX_TEXT);
    if (op == SCAN_LOWER)
        utf8_lower(&b, s);
    else
        utf8_upper(&b, s);
    struct value v = text(buf_take(&b, e->tmp));
    buf_release(&b);
    return v;
}

static struct value two_texts(enum scan_op op, str x, str y)
{
    if (op == SCAN_STARTS)
        return truth(str_starts(x, y));
    if (op == SCAN_ENDS)
        return truth(str_ends(x, y));
    return truth(str_find(x, y) >= 0);
}

/* ---- casts ---- */

static struct value to_integer(struct scan_eval *e, const struct scan_expr *x,
                               const struct value *v)
{
    int64_t i = v->i;
    bool fits = true;
    if (v->type == TYPE_REAL) {
        double d = nearbyint(v->d);
        fits = d >= -9223372036854775808.0 && d < 9223372036854775808.0;
        i = fits ? (int64_t)d : 0;
    } else if (type_is_text(v->type)) {
        fits = false;
    }
    if (x->type == TYPE_INT)
        fits = fits && i >= INT32_MIN && i <= INT32_MAX;
    if (fits)
        return number(x->type, i);
    if (x->op == SCAN_CAST)
        fail(e, S("a number does not fit its type"));
    return null_of(x->type);
}

static struct value cast(struct scan_eval *e, const struct scan_expr *x)
{
    struct buf b;
    struct value v = scan_value(e, x->kids[0]);
    if (v.null)
        return null_of(x->type);
    if (x->type == TYPE_REAL && !type_is_text(v.type))
        return real(as_real(&v));
    if (x->type == TYPE_BOOL)
        return truth(v.type == TYPE_REAL ? v.d != 0 : v.i != 0);
    if (!type_is_text(x->type))
        return to_integer(e, x, &v);
    if (type_is_text(v.type))
        return v;
    buf_init(&b, 1024);
    if (v.type == TYPE_REAL)
        buf_add_f64(&b, v.d);
    else if (v.type == TYPE_BOOL)
        buf_adds(&b, v.i ? "true" : "false");
    else
        buf_add_i64(&b, v.i);
    struct value s = text(buf_take(&b, e->tmp));
    buf_release(&b);
    return s;
}

/* ---- functions of rows ---- */

enum { MAX_ARGS = 64 };

static struct value row_call(struct scan_eval *e, const struct scan_expr *x)
{
    struct value in[MAX_ARGS];
    struct value out = { .type = x->type, .null = x->type != TYPE_STRING };
    struct fn_ctx *cx = &e->sites[x->site];
    if (type_is_text(x->type))
        out.s = S("");
    if (x->nkids > MAX_ARGS) {
        fail(e, S("a call in scan has more than 64 arguments"));
        return out;
    }
    for (size_t i = 0; i < x->nkids; i++) {
        in[i] = scan_value(e, x->kids[i]);
        in[i].type = x->kids[i]->type;
        if (in[i].null && in[i].type != TYPE_STRING &&
            !(x->func->flags & FN_NULLS))
            return out;
    }
    cx->tmp = e->tmp;
    x->func->row(cx, in, x->nkids, &out);
    if (cx->error.n)
        fail(e, cx->error);
    return out;
}

/* ---- columns ---- */

static struct value state_value(const struct scan_eval *e,
                                const struct scan_expr *x)
{
    const struct scan *s = e->scan;
    const struct scan_record *r = &e->state[x->a];
    if (x->b >= s->nvisible) {
        size_t d = x->b - s->nvisible;
        return r->row < 0 ? s->defaults[d] : r->declared[d];
    }
    if (r->row >= 0)
        return cell_value(&e->in->cols[x->b], (size_t)r->row);
    struct value v = null_of(x->type);
    v.null = x->type != TYPE_STRING;
    return v;
}

static struct value apply(struct scan_eval *e, const struct scan_expr *x)
{
    struct value a = scan_value(e, x->kids[0]), b = a;
    if (x->op == SCAN_ISNULL || x->op == SCAN_NOTNULL)
        return truth(a.null == (x->op == SCAN_ISNULL));
    if (x->nkids > 1)
        b = scan_value(e, x->kids[1]);
    if (x->op >= SCAN_EQ && x->op <= SCAN_SAME)
        return compare(x->op, &a, &b);
    if (x->op == SCAN_NULLIF)
        return !a.null && !b.null && order(&a, &b) == 0 ? null_of(x->type) : a;
    if (a.null || b.null)
        return null_of(x->type);
    switch (x->op) {
    case SCAN_NOT: return truth(!a.i);
    case SCAN_CONTAINS:
    case SCAN_STARTS:
    case SCAN_ENDS: return two_texts(x->op, a.s, b.s);
    case SCAN_LOWER:
    case SCAN_UPPER:
    case SCAN_LENGTH:
    case SCAN_STRLEN: return one_text(e, x->op, a.s);
    default: return one_number(x->op, &a);
    }
}

static struct value evaluate(struct scan_eval *e, const struct scan_expr *x)
{
    switch (x->op) {
    case SCAN_CONST: return x->value;
    case SCAN_INPUT: return cell_value(&e->in->cols[x->a], e->row);
    case SCAN_STATE: return state_value(e, x);
    case SCAN_ROW: return row_call(e, x);
    case SCAN_CAST:
    case SCAN_TRY: return cast(e, x);
    case SCAN_AND: return logic(e, x, 0);
    case SCAN_OR: return logic(e, x, 1);
    case SCAN_CASE: return pick(e, x);
    case SCAN_IN: return is_in(e, x);
    case SCAN_COALESCE: return first_known(e, x);
    case SCAN_GREATEST:
    case SCAN_LEAST: return extreme(e, x);
    case SCAN_ADD:
    case SCAN_SUB:
    case SCAN_MUL:
    case SCAN_DIV:
    case SCAN_IDIV:
    case SCAN_MOD: return arithmetic(e, x);
    case SCAN_CONCAT:
    case SCAN_CONCAT_WS: return join(e, x);
    default: return apply(e, x);
    }
}

struct value scan_value(struct scan_eval *e, const struct scan_expr *x)
{
    struct value v = evaluate(e, x);
    v.type = x->type;
    return v;
}
