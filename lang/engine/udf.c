/* udf.c - registers C row functions as DuckDB scalar functions.
 *
 * Called by: db.c, once, before the configuration is locked.
 *
 * A signature becomes a set of overloads: one for each number of optional
 * arguments, and, where the result has the type of an argument, one for each
 * physical type. The words any, num, scalar and time take whatever comes: the
 * binder has checked already, and the engine knows physical types only (a
 * datetime is a BIGINT there). */
#include "udf.h"

#include "cells.h"
#include "decimal.h"

static const enum type physical[] = {
    TYPE_BOOL, TYPE_INT, TYPE_LONG, TYPE_REAL, TYPE_DECIMAL, TYPE_STRING,
};

static bool is_loose(str word)
{
    static const char *const words[] = { "any", "num", "scalar", "time" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(word, words[i]))
            return true;
    return false;
}

static void parse_param(struct signature *s, const char *name, str word)
{
    char mark = word.n ? word.p[word.n - 1] : 0;
    if (s->n == MAX_PARAMS || s->varargs)
        BUG("%s has too many parameters", name);
    if (mark == '?' || mark == '*')
        word.n--;
    enum type t = TYPE_ERROR;
    s->param[s->n].same = str_eqz(word, "same");
    if (!s->param[s->n].same && !is_loose(word) && !type_from_name(word, &t))
        BUG("parameter '%.*s' of %s", STRF(word), name);
    s->param[s->n++].type = t;
    s->varargs = mark == '*';
    if (!mark || (mark != '?' && mark != '*'))
        s->required = s->n;
}

struct signature signature_read(const char *name, const char *params)
{
    struct signature s = { .n = 0 };
    str rest = str_trim(str_of(params));
    while (rest.n) {
        ptrdiff_t comma = str_find_char(rest, ',');
        size_t end = comma < 0 ? rest.n : (size_t)comma;
        parse_param(&s, name, str_trim(str_sub(rest, 0, end)));
        rest = str_sub(rest, end + 1, rest.n);
    }
    return s;
}

/* The overload with `n` parameters before the repeated one. `poly` is the
 * type that stands for the argument that decides the result. */
static struct udf *make_udf(struct arena *a, const struct lang_func *f,
                            const struct signature *s, size_t n,
                            enum type poly)
{
    struct udf *u = NEW(a, struct udf);
    size_t fixed = s->n - s->varargs;
    u->f = f;
    u->varargs = s->varargs && n == fixed;
    u->nparams = n;
    u->poly = f->ret == RET_ARG1 || f->ret == RET_SAME;
    u->ret = u->poly ? poly : (enum type)f->ret;
    for (size_t i = 0; i < n + u->varargs; i++) {
        bool decides = (f->ret == RET_SAME && s->param[i].same) ||
                       (f->ret == RET_ARG1 && i == 0);
        u->params[i].type = decides ? poly : s->param[i].type;
        u->params[i].loose = decides || u->params[i].type == TYPE_ERROR;
    }
    return u;
}

void udf_no_free(void *p)
{
    (void)p;
}

static enum duck_state add_overload(struct engine *e,
                                    struct duck_function_set *set,
                                    struct udf *u, const char *sql_name)
{
    const struct duck *d = &e->duck;
    u->e = e;
    struct duck_function *fn = d->create_scalar_function();
    d->scalar_function_set_name(fn, sql_name);
    for (size_t i = 0; i < u->nparams + u->varargs; i++) {
        struct duck_type *t = cell_type(d, u->params[i].type);
        if (i < u->nparams)
            d->scalar_function_add_parameter(fn, t);
        else
            d->scalar_function_set_varargs(fn, t);
        d->destroy_logical_type(&t);
    }
    struct duck_type *ret = cell_type(d, u->ret);
    d->scalar_function_set_return_type(fn, ret);
    d->destroy_logical_type(&ret);
    d->scalar_function_set_special_handling(fn);
    if (u->f->flags & FN_VOLATILE)
        d->scalar_function_set_volatile(fn);
    d->scalar_function_set_extra_info(fn, u, udf_no_free);
    d->scalar_function_set_init(fn, udf_init);
    d->scalar_function_set_function(fn, udf_call);
    enum duck_state st = d->add_scalar_function_to_set(set, fn);
    d->destroy_scalar_function(&fn);
    return st;
}

static enum duck_state add_overloads(struct engine *e, struct arena *a,
                                     struct duck_function_set *set,
                                     const struct registration *r)
{
    struct signature s = signature_read(r->f->name, r->f->params);
    bool poly = r->f->ret == RET_ARG1 || r->f->ret == RET_SAME;
    size_t ntypes = poly ? sizeof physical / sizeof *physical : 1;
    enum duck_state st = DUCK_OK;
    for (size_t n = s.required; n <= s.n - s.varargs; n++)
        for (size_t t = 0; t < ntypes && st == DUCK_OK; t++)
            st = add_overload(e, set, make_udf(a, r->f, &s, n, physical[t]),
                              r->sql_name);
    return st;
}

enum status function_register(struct engine *e, struct duck_connection *con,
                              struct arena *a, const struct registration *r,
                              struct diags *ds)
{
    const struct duck *d = &e->duck;
    if (!r->f->row)
        BUG("function %s has no row function", r->sql_name);
    struct duck_function_set *set = d->create_scalar_function_set(r->sql_name);
    enum duck_state st = add_overloads(e, a, set, r);
    if (st == DUCK_OK)
        st = d->register_scalar_function_set(con, set);
    d->destroy_scalar_function_set(&set);
    if (st == DUCK_OK)
        return ST_OK;
    diag_error(ds, DIAG_ENGINE, NO_SPAN, "cannot register function %s",
               r->sql_name);
    return ST_ENV;
}

enum status functions_register(struct engine *e, struct diags *ds)
{
    enum status st = ST_OK;
    udf_entry_points(&e->duck);
    for (size_t i = 0; i < e->functions.n && st == ST_OK; i++)
        st = function_register(e, e->con, e->arena, &e->functions.v[i], ds);
    if (st == ST_OK)
        st = list_register(e, ds);
    if (st == ST_OK)
        st = decimals_register(e, e->con, e->arena, ds);
    return st == ST_OK ? aggregates_register(e, ds) : st;
}
