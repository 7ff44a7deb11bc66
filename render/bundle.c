/* bundle.c - the mime bundle that a renderer fills.
 *
 * Called by: renderers (add), kernel and tests (find). */
#include "base/status.h"
#include "render/render.h"

void bundle_init(struct bundle *b, struct arena *a)
{
    *b = (struct bundle){ .arena = a };
}

void bundle_add(struct bundle *b, const char *type, str data)
{
    if (b->n == BUNDLE_MAX)
        BUG("a bundle of more than %d forms", BUNDLE_MAX);
    b->v[b->n].type = type;
    b->v[b->n++].data = arena_str(b->arena, data);
}

str bundle_find(const struct bundle *b, const char *type)
{
    for (size_t i = 0; i < b->n; i++)
        if (strcmp(b->v[i].type, type) == 0)
            return b->v[i].data;
    return S("");
}
