/* agg.c - registers C aggregation functions with DuckDB.
 *
 * Called by: udf.c, once, before the configuration is locked.
 * A signature with optional parameters becomes an overload for each number of
 * arguments, as with functions. */
#include "cells.h"
#include "udf.h"

static void no_free(void *p)
{
    (void)p; /* overloads live in an arena */
}

static struct aggregate *make_aggregate(struct engine *e,
                                        const struct lang_aggfn *f,
                                        const struct signature *s, size_t n)
{
    struct aggregate *g = NEW(e->arena, struct aggregate);
    g->e = e;
    g->f = f;
    g->nparams = n;
    for (size_t i = 0; i < n; i++) {
        g->params[i].type = s->param[i].type;
        g->params[i].loose = s->param[i].type == TYPE_ERROR;
    }
    return g;
}

static enum duck_state add_overload(struct engine *e,
                                    struct duck_aggregate_set *set,
                                    struct aggregate *g)
{
    const struct duck *d = &e->duck;
    struct duck_aggregate *fn = d->create_aggregate_function();
    d->aggregate_function_set_name(fn, g->f->name);
    for (size_t i = 0; i < g->nparams; i++) {
        struct duck_type *t = cell_type(d, g->params[i].type);
        d->aggregate_function_add_parameter(fn, t);
        d->destroy_logical_type(&t);
    }
    struct duck_type *ret = cell_type(d, (enum type)g->f->ret);
    d->aggregate_function_set_return_type(fn, ret);
    d->destroy_logical_type(&ret);
    d->aggregate_function_set_special_handling(fn);
    d->aggregate_function_set_extra_info(fn, g, no_free);
    d->aggregate_function_set_functions(fn, agg_size, agg_begin, agg_update,
                                        agg_combine, agg_finish);
    d->aggregate_function_set_destructor(fn, agg_destroy);
    enum duck_state st = d->add_aggregate_function_to_set(set, fn);
    d->destroy_aggregate_function(&fn);
    return st;
}

static enum status add_aggregate(struct engine *e, const struct lang_aggfn *f,
                                 struct diags *ds)
{
    const struct duck *d = &e->duck;
    struct signature s = signature_read(f->name, f->params);
    if (s.varargs || f->state_size < sizeof(struct agg_state))
        BUG("aggregate %s", f->name);
    struct duck_aggregate_set *set = d->create_aggregate_function_set(f->name);
    enum duck_state st = DUCK_OK;
    for (size_t n = s.required; n <= s.n && st == DUCK_OK; n++)
        st = add_overload(e, set, make_aggregate(e, f, &s, n));
    if (st == DUCK_OK)
        st = d->register_aggregate_function_set(e->con, set);
    d->destroy_aggregate_function_set(&set);
    if (st == DUCK_OK)
        return ST_OK;
    diag_error(ds, DIAG_ENGINE, NO_SPAN, "cannot register aggregate %s",
               f->name);
    return ST_ENV;
}

enum status aggregates_register(struct engine *e, struct diags *ds)
{
    enum status st = ST_OK;
    agg_entry_points(&e->duck);
    for (size_t i = 0; i < e->aggregates.n && st == ST_OK; i++)
        st = add_aggregate(e, e->aggregates.v[i], ds);
    return st;
}
