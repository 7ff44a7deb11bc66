/* expr.c - making expression nodes.
 *
 * Called by: binder, operators, functions with a bind hook. */
#include <stdarg.h>

#include "bind.h"
#include "bind_int.h"

struct expr *ex_new(struct binder *b, enum expr_kind k, enum type t,
                    struct span at)
{
    struct expr *e = NEW(b->arena, struct expr);
    e->kind = k;
    e->type = t;
    e->span = at;
    return e;
}

struct expr *ex_error(struct binder *b, struct span at)
{
    return ex_new(b, EX_ERROR, TYPE_ERROR, at);
}

struct expr *ex_column(struct binder *b, const struct col *c, struct span at)
{
    struct expr *e = ex_new(b, EX_COLUMN, c->type, at);
    e->id = c->id;
    e->has_null = c->has_null;
    return e;
}

struct expr *ex_literal(struct binder *b, struct value v, struct span at)
{
    struct expr *e = ex_new(b, EX_LITERAL, v.type, at);
    e->value = v;
    e->has_null = v.null && v.type != TYPE_STRING;
    return e;
}

struct expr *ex_long(struct binder *b, int64_t v)
{
    return ex_literal(b, (struct value){ .type = TYPE_LONG, .i = v }, NO_SPAN);
}

struct expr *ex_string(struct binder *b, str s)
{
    return ex_literal(b, (struct value){ .type = TYPE_STRING, .s = s },
                      NO_SPAN);
}

struct expr *ex_null(struct binder *b, enum type t)
{
    struct value v = { .type = t, .null = t != TYPE_STRING, .s = S("") };
    return ex_literal(b, v, NO_SPAN);
}

struct expr *ex_calln(struct binder *b, enum type t, const char *sql,
                      struct expr **args, size_t nargs)
{
    struct expr *e = ex_new(b, EX_CALL, t, NO_SPAN);
    e->sql = sql;
    e->nargs = nargs;
    e->args = arena_array(b->arena, nargs, sizeof *e->args);
    for (size_t i = 0; i < nargs; i++) {
        e->args[i] = args[i];
        e->has_null |= args[i]->has_null;
        e->aggregate |= args[i]->aggregate;
        e->window |= args[i]->window;
        e->is_volatile |= args[i]->is_volatile;
        if (e->span.end == 0)
            e->span = args[i]->span;
        if (args[i]->kind == EX_ERROR)
            return ex_error(b, args[i]->span);
    }
    if (t == TYPE_STRING)
        e->has_null = false;
    return e;
}

struct expr *ex_call(struct binder *b, enum type t, const char *sql, ...)
{
    struct expr *args[9], *a;
    size_t n = 0;
    va_list ap;
    va_start(ap, sql);
    while (n < 9 && (a = va_arg(ap, struct expr *)) != NULL)
        args[n++] = a;
    va_end(ap);
    return ex_calln(b, t, sql, args, n);
}

struct expr *ex_func(struct binder *b, const char *name, struct span at, ...)
{
    struct expr *args[9], *a;
    size_t n = 0;
    va_list ap;
    va_start(ap, at);
    while (n < 9 && (a = va_arg(ap, struct expr *)) != NULL)
        args[n++] = a;
    va_end(ap);
    return bind_call_args(b, str_of(name), at, NULL, args, n);
}
