/* catalog.c - a short list of tables, each in an arena of its own.
 *
 * Called by: session; read by completion under the session's lock. */
#include "catalog.h"

#include <stdlib.h>

struct entry {
    struct arena *arena;
    struct table_info info;
};

struct catalog {
    struct entry *v;
    size_t n, cap;
};

struct catalog *catalog_new(void)
{
    return xcalloc(1, sizeof(struct catalog));
}

void catalog_free(struct catalog *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        arena_free(c->v[i].arena);
    free(c->v);
    free(c);
}

static ptrdiff_t position(const struct catalog *c, str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(c->v[i].info.name, name))
            return (ptrdiff_t)i;
    return -1;
}

static struct entry copy(const struct table_info *t)
{
    struct entry e = { arena_new(), *t };
    struct source_col *cols = arena_array(e.arena, t->ncols, sizeof *cols);
    for (size_t i = 0; i < t->ncols; i++)
        cols[i] = (struct source_col){ arena_str(e.arena, t->cols[i].name),
                                       t->cols[i].type };
    str *notes = arena_array(e.arena, t->nnotes, sizeof *notes);
    for (size_t i = 0; i < t->nnotes; i++)
        notes[i] = arena_str(e.arena, t->notes[i]);
    struct origin *origins = arena_array(e.arena, t->norigins, sizeof *origins);
    for (size_t i = 0; i < t->norigins; i++)
        origins[i] = origin_copy(e.arena, &t->origins[i]);
    e.info.notes = notes;
    e.info.origins = origins;
    e.info.cols = cols;
    e.info.name = arena_str(e.arena, t->name);
    e.info.physical = arena_str(e.arena, t->physical);
    return e;
}

void catalog_put(struct catalog *c, const struct table_info *t)
{
    struct entry e = copy(t);
    ptrdiff_t at = position(c, t->name);
    if (at >= 0) {
        arena_free(c->v[at].arena);
        c->v[at] = e;
        return;
    }
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 16;
        c->v = xrealloc(c->v, c->cap * sizeof *c->v);
    }
    c->v[c->n++] = e;
}

bool catalog_remove(struct catalog *c, str name)
{
    ptrdiff_t at = position(c, name);
    if (at < 0)
        return false;
    arena_free(c->v[at].arena);
    for (size_t i = (size_t)at; i + 1 < c->n; i++)
        c->v[i] = c->v[i + 1];
    c->n--;
    return true;
}

const struct table_info *catalog_find(const struct catalog *c, str name)
{
    ptrdiff_t at = position(c, name);
    return at < 0 ? NULL : &c->v[at].info;
}

const struct table_info *catalog_at(const struct catalog *c, size_t i)
{
    return i < c->n ? &c->v[i].info : NULL;
}

size_t catalog_count(const struct catalog *c)
{
    return c->n;
}
