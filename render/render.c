/* render.c - finds the renderer that a hint names and lets it draw.
 *
 * Called by: kernel/modules.c (words), kernel and batch (render).
 * Must not:  know what any renderer draws; the rows are in renderers.def. */
#include "render/render.h"

#include "base/arena.h"

#define RENDERER(id) extern const struct renderer renderer_##id;
#include "render/renderers.def"
#undef RENDERER

static const struct renderer *const all[] = {
#define RENDERER(id) &renderer_##id,
#include "render/renderers.def"
#undef RENDERER
};

enum { NRENDERERS = sizeof all / sizeof *all };

const struct renderer *const *renderer_all(size_t *n)
{
    *n = NRENDERERS;
    return all;
}

const struct renderer *renderer_find(str name)
{
    if (name.n == 0)
        return &renderer_table;
    for (size_t i = 0; i < NRENDERERS; i++)
        if (str_ieqz(name, all[i]->name) ||
            (all[i]->alias && str_ieqz(name, all[i]->alias)))
            return all[i];
    return NULL;
}

static void report_unknown(str kind, struct diags *ds)
{
    str names[NRENDERERS];
    for (size_t i = 0; i < NRENDERERS; i++)
        names[i] = str_of(all[i]->name);
    struct diag *d = diag_error(ds, DIAG_OPTION, NO_SPAN,
                                "there is no renderer '%.*s'", STRF(kind));
    str near = diag_nearest(kind, names, NRENDERERS);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, ".show renderers lists them");
}

enum status render(const struct frame *f, const struct hint *h,
                   struct bundle *out, struct diags *ds)
{
    static const struct hint none;
    if (!h)
        h = &none;
    const struct renderer *r = renderer_find(h->kind);
    if (!r) {
        report_unknown(h->kind, ds);
        return ST_USER;
    }
    return r->draw(f, h, out, ds);
}
