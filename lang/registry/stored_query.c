/* stored_query.c - looking up built-in queries and their parameters. */
#include "stored_query.h"

bool stored_is_for(const struct stored_query *q, str provider)
{
    for (size_t i = 0; i < q->nproviders; i++)
        if (str_eq(q->providers[i], provider))
            return true;
    return false;
}

const struct stored_query *stored_find(const struct stored_face *f,
                                       str provider, str name)
{
    for (size_t i = 0; i < f->count(f->ctx); i++) {
        const struct stored_query *q = f->at(f->ctx, i);
        if (str_eq(q->name, name) && stored_is_for(q, provider))
            return q;
    }
    return NULL;
}

const struct stored_param *stored_param(const struct stored_query *q, str name)
{
    for (size_t i = 0; i < q->nparams; i++) {
        const struct stored_param *p = &q->params[i];
        if (str_eq(p->name, name))
            return p;
        for (size_t k = 0; k < p->naliases; k++)
            if (str_eq(p->aliases[k], name))
                return p;
    }
    return NULL;
}

const char *stored_type_name(enum stored_type t)
{
    static const char *const names[] = {
        "string", "long", "real", "bool", "datetime", "timespan", "dynamic",
    };
    return names[t];
}
