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
    e->depth = c->depth; /* the engine puts one expression into the other */
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

/* ---- how large the SQL gets ----
 *
 * The engine's planner takes cubic time in the depth of an expression (300
 * levels: half a second, 900: half a minute), and templates that name an
 * argument twice double what is below them at each level. */

enum {
    MAX_SQL_DEPTH = 300,
    MAX_EXPR_PARTS = 1000000,
    FREE_GROWTH = 20000, /* what may be written out whatever was written */
    MAX_GROWTH = 8,
};

static uint64_t sat_add(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static void place_arg(struct expr *e, size_t i, uint32_t depth)
{
    if (i >= e->nargs)
        return;
    const struct expr *a = e->args[i];
    if (a->depth + depth > e->depth)
        e->depth = a->depth + depth;
    e->grown = sat_add(e->grown, a->grown ? a->grown : 1);
}

/* Each $n of a template, with the brackets around it. */
static void measure_template(struct expr *e)
{
    uint32_t depth = 0;
    for (const char *p = e->sql; *p; p++) {
        uint32_t levels = depth ? depth : 1;
        if (*p == '(' || strncmp(p, "CASE ", 5) == 0)
            depth++;
        else if ((*p == ')' || strncmp(p, " END", 4) == 0) && depth > 0)
            depth--;
        else if (*p == '$' && p[1] >= '1' && p[1] <= '9')
            place_arg(e, (size_t)(p[1] - '1'), levels);
        else if (*p == '$' && p[1] == '*')
            for (size_t i = 0; i < e->nargs; i++)
                place_arg(e, i, levels);
    }
}

static struct expr *too_large(struct binder *b, const struct expr *e)
{
    if (e->depth > MAX_SQL_DEPTH)
        bind_error(b, DIAG_DEPTH, e->span,
                   "the expression is nested more than %d levels deep once "
                   "it is written for the engine",
                   MAX_SQL_DEPTH);
    else
        bind_error(b, DIAG_LIMIT, e->span,
                   "the expression has more than %d parts once it is written "
                   "for the engine",
                   e->parts > MAX_EXPR_PARTS ? MAX_EXPR_PARTS : FREE_GROWTH);
    return ex_error(b, e->span);
}

/* Fills in depth, parts and grown. False: too much of one. */
static bool measure(struct expr *e)
{
    e->parts = e->grown = 1;
    for (size_t i = 0; i < e->nargs; i++)
        e->parts = sat_add(e->parts,
                           e->args[i]->parts ? e->args[i]->parts : 1);
    if (e->sql[0] == '$' && e->sql[1] >= 'a') /* written by emit.c */
        for (size_t i = 0; i < e->nargs; i++)
            place_arg(e, i, 1);
    else
        measure_template(e);
    return e->depth <= MAX_SQL_DEPTH && e->parts <= MAX_EXPR_PARTS &&
           e->grown <= FREE_GROWTH + MAX_GROWTH * e->parts;
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
    return measure(e) ? e : too_large(b, e);
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

struct expr *ex_written(struct binder *b, struct expr *e, str name,
                        struct expr **args, size_t n)
{
    if (e->kind != EX_CALL || e->written)
        return e;
    for (size_t i = 0; i < n; i++)
        if (args[i] == e) /* the call changes nothing: tostring(text) */
            return e;
    struct written *w = NEW(b->arena, struct written);
    w->name = name;
    w->args = arena_array(b->arena, n, sizeof *w->args);
    w->nargs = n;
    for (size_t i = 0; i < n; i++)
        w->args[i] = args[i];
    e->written = w;
    return e;
}
