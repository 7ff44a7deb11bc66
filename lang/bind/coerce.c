/* coerce.c - which type goes where another is wanted.
 *
 * Called by: binder.
 * KQL widens int to long to real (and to decimal) silently, takes the value
 * out of a dynamic, and turns nothing else without a to…() of the analyst. */
#include "bind.h"

bool can_widen(enum type from, enum type to)
{
    if (from == to || from == TYPE_ERROR || to == TYPE_ERROR)
        return true;
    if (from == TYPE_INT)
        return to == TYPE_LONG || to == TYPE_REAL || to == TYPE_DECIMAL;
    if (from == TYPE_LONG)
        return to == TYPE_REAL || to == TYPE_DECIMAL;
    return from == TYPE_DECIMAL && to == TYPE_REAL;
}

enum type common_type(enum type a, enum type b)
{
    if (can_widen(a, b))
        return b == TYPE_ERROR ? a : b;
    if (can_widen(b, a))
        return a;
    return TYPE_ERROR;
}

static struct expr *retype_literal(struct binder *b, struct expr *e,
                                   enum type t)
{
    struct value v = e->value;
    if (v.null)
        return ex_null(b, t);
    if (type_is_int(v.type) && t == TYPE_LONG) {
        v.type = t;
        return ex_literal(b, v, e->span);
    }
    if (type_is_int(v.type) && t == TYPE_REAL) {
        struct value r = { .type = t, .d = (double)v.i };
        return ex_literal(b, r, e->span);
    }
    return NULL;
}

static const char *const converters[NTYPES] = {
    [TYPE_BOOL] = "tobool",         [TYPE_INT] = "toint",
    [TYPE_LONG] = "tolong",         [TYPE_REAL] = "todouble",
    [TYPE_DECIMAL] = "todecimal",   [TYPE_STRING] = "tostring",
    [TYPE_DATETIME] = "todatetime", [TYPE_TIMESPAN] = "totimespan",
    [TYPE_GUID] = "toguid",         [TYPE_DYNAMIC] = "k_dyn",
};

struct expr *coerce(struct binder *b, struct expr *e, enum type t)
{
    if (e->kind == EX_ERROR || e->type == t || t == TYPE_ERROR ||
        e->type == TYPE_ERROR)
        return e;
    struct expr *r = e->kind == EX_LITERAL ? retype_literal(b, e, t) : NULL;
    if (r)
        return r;
    if (e->type == TYPE_INT && t == TYPE_LONG)
        r = ex_call(b, t, "CAST($1 AS BIGINT)", e, NULL);
    else if (type_is_int(e->type) && t == TYPE_REAL)
        r = ex_call(b, t, "CAST($1 AS DOUBLE)", e, NULL);
    else if (e->type == TYPE_DECIMAL && t == TYPE_REAL)
        r = ex_call(b, t, "TRY_CAST(k_dec_text($1) AS DOUBLE)", e, NULL);
    else if (type_is_num(e->type) && t == TYPE_DECIMAL)
        r = ex_call(b, t, "k_dec(CAST($1 AS VARCHAR))", e, NULL);
    else
        return ex_func(b, converters[t], e->span, e, NULL);
    r->span = e->span;
    r->has_null |= e->type == TYPE_REAL; /* no room for it, or NaN */
    return r;
}
