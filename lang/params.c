/* params.c - parameters of a notebook that come from outside.
 *
 * Called by: modules.c (file and environment), cmd_run.c (command line),
 * declare.c, which gives them their types. */
#include "params.h"

#include <stdlib.h>

void lang_set_param(struct lang *l, str name, str value, bool must)
{
    struct param_text p = { arena_str(l->arena, name),
                            arena_str(l->arena, value), must };
    PUSH(l->arena, l->params, p);
}

void lang_params_failed(struct lang *l, str why)
{
    l->params_failed = arena_str(l->arena, why);
}

str param_outside(struct lang *l, str name)
{
    for (size_t i = l->params.n; i-- > 0;)
        if (str_eq(l->params.v[i].name, name))
            return l->params.v[i].text;
    char *env = getenv(arena_cstr(
        l->cell, arena_fmt(l->cell, "SHIKRA_PARAM_%.*s", STRF(name))));
    return env ? str_of(env) : STR_NONE;
}

/* Names of all parameters that the cells declare. */
struct declared {
    struct arena *arena;
    LIST(str) names;
};

static void add_declared(struct lang *l, struct declared *d, str code)
{
    struct diags ignored; /* mistakes are told when the cell runs */
    diags_init(&ignored, d->arena);
    const struct ast *cell = parse_cell(d->arena, &l->reg, code, &ignored);
    for (const struct ast *t = cell->kid; t; t = t->next)
        for (const struct ast *p = t->kid; t->kind == AST_DECLARE && p;
             p = p->next)
            PUSH(d->arena, d->names, p->text);
}

static bool has_name(const struct declared *d, str name)
{
    for (size_t i = 0; i < d->names.n; i++)
        if (str_eq(d->names.v[i], name))
            return true;
    return false;
}

static void not_declared(const struct declared *d, str name, struct diags *ds)
{
    struct diag *e = diag_error(ds, DIAG_UNKNOWN_COLUMN, NO_SPAN,
                                "there is no parameter '%.*s'", STRF(name));
    str near = diag_nearest(name, d->names.v, d->names.n);
    if (near.n)
        diag_hint(ds, e, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, e, d->names.n ? "declare query_parameters names them" :
                         "nothing declares query_parameters");
}

enum status lang_check_params(struct lang *l, const str *cells, size_t n,
                              struct diags *ds)
{
    struct declared d = { .arena = ds->arena };
    size_t nerrors = ds->nerrors;
    if (l->params_failed.n)
        diag_error(ds, DIAG_FILE, NO_SPAN, "%.*s", STRF(l->params_failed));
    for (size_t i = 0; i < n; i++)
        add_declared(l, &d, cells[i]);
    for (size_t i = 0; i < l->params.n; i++)
        if (l->params.v[i].must && !has_name(&d, l->params.v[i].name))
            not_declared(&d, l->params.v[i].name, ds);
    return ds->nerrors == nerrors ? ST_OK : ST_USER;
}
