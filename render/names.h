/* names.h - gives each distinct text a small number, in order of appearance.
 *
 * Called by: charts (series, categories), timeline (lanes, colours), trees.
 * Gives:     numbers that depend on the texts only, never on the hash seed. */
#ifndef RENDER_NAMES_H
#define RENDER_NAMES_H

#include "base/arena.h"

struct names {
    struct arena *arena;   /* borrowed */
    LIST(str) list;        /* number -> text, borrowed views */
    uint32_t *slots;       /* number + 1, 0 = free */
    size_t nslots;         /* a power of two */
};

void names_init(struct names *t, struct arena *a);
/* The number of `s`, a new one when it was not seen before. Keeps the view. */
size_t names_add(struct names *t, str s);
/* The number of `s` or -1. */
ptrdiff_t names_find(const struct names *t, str s);

#endif
