/* reg.c - looking rows up by name.
 *
 * Called by: parser (operators, commands), binder (functions), completion. */
#include "reg.h"

const struct lang_op *reg_op(const struct registry *r, str name)
{
    for (size_t i = 0; i < r->nops; i++)
        if (str_eqz(name, r->ops[i]->name) ||
            (r->ops[i]->alias && str_eqz(name, r->ops[i]->alias)))
            return r->ops[i];
    return NULL;
}

/* Binary search for the first of the rows of a name. */
const struct lang_func *const *reg_funcs(const struct registry *r, str name,
                                         size_t *n)
{
    size_t lo = 0, hi = r->nfuncs;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (str_cmp(str_of(r->funcs[mid]->name), name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *n = 0;
    while (lo + *n < r->nfuncs && str_eqz(name, r->funcs[lo + *n]->name))
        ++*n;
    return *n ? &r->funcs[lo] : NULL;
}

const struct lang_agg *reg_agg(const struct registry *r, str name)
{
    for (size_t i = 0; i < r->naggs; i++)
        if (str_eqz(name, r->aggs[i]->func.name))
            return r->aggs[i];
    return NULL;
}

const struct lang_command *reg_command(const struct registry *r, str name)
{
    for (size_t i = 0; i < r->ncommands; i++)
        if (str_eqz(name, r->commands[i]->name))
            return r->commands[i];
    return NULL;
}

const struct provider *reg_provider(const struct registry *r, str name)
{
    for (size_t i = 0; i < r->nproviders; i++)
        if (str_eqz(name, r->providers[i]->name))
            return r->providers[i];
    return NULL;
}

const struct remote_provider *reg_remote(const struct registry *r, str name)
{
    for (size_t i = 0; i < r->nremotes; i++)
        if (str_eqz(name, r->remotes[i]->name))
            return r->remotes[i];
    return NULL;
}
