/* intern.h - gives each distinct text a small number, in order of appearance.
 *
 * Called by: charts (series, categories), timeline (lanes, colours), trees.
 * Gives:     numbers that depend on the texts only, never on the hash seed. */
#ifndef RENDER_INTERN_H
#define RENDER_INTERN_H

#include "base/arena.h"

struct intern {
    struct arena *arena;   /* borrowed */
    LIST(str) list;        /* number -> text, borrowed views */
    uint32_t *slots;       /* number + 1, 0 = free */
    size_t nslots;         /* a power of two */
};

void intern_init(struct intern *t, struct arena *a);
/* The number of `s`, a new one when it was not seen before. Keeps the view. */
size_t intern_add(struct intern *t, str s);
/* The number of `s` or -1. */
ptrdiff_t intern_find(const struct intern *t, str s);

#endif
