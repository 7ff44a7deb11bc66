/* scope.c - chains of let names and function parameters.
 *
 * Called by: binder, session (global lets), completion. */
#include "bind.h"

#include "bind_int.h"

struct scope {
    struct scope *up;
    LIST(struct let) lets;
};

struct scope *scope_new(struct arena *a, struct scope *up)
{
    struct scope *s = NEW(a, struct scope);
    s->up = up;
    return s;
}

void scope_add(struct arena *a, struct scope *s, const struct let *l)
{
    for (size_t i = 0; i < s->lets.n; i++)
        if (str_eq(s->lets.v[i].name, l->name)) {
            s->lets.v[i] = *l;
            return;
        }
    PUSH(a, s->lets, *l);
}

struct scope *scope_copy(struct arena *a, const struct scope *s)
{
    struct scope *c = scope_new(a, s->up);
    for (size_t i = 0; i < s->lets.n; i++)
        PUSH(a, c->lets, s->lets.v[i]);
    return c;
}

void scope_remove(struct scope *s, str name)
{
    size_t n = 0;
    for (size_t i = 0; i < s->lets.n; i++)
        if (!str_eq(s->lets.v[i].name, name))
            s->lets.v[n++] = s->lets.v[i];
    s->lets.n = n;
}

struct let *scope_find(const struct scope *s, str name)
{
    for (; s; s = s->up)
        for (size_t i = s->lets.n; i-- > 0;)
            if (str_eq(s->lets.v[i].name, name))
                return &s->lets.v[i];
    return NULL;
}

void scope_each(const struct scope *s, void (*f)(void *, const struct let *),
                void *ctx)
{
    for (; s; s = s->up)
        for (size_t i = 0; i < s->lets.n; i++)
            f(ctx, &s->lets.v[i]);
}
