/* s2cover.c - the S2 cells of one level that a shape touches.
 *
 * Called by: lang/funcs/fn_geo_s2.c. */
#include "s2cover.h"

#include <stdlib.h>

struct cover {
    struct arena *arena;
    const struct geo_shape *shape;
    uint64_t *leaf; /* of each point: its cell of the last level */
    int level;
    struct s2_cells *out;
};

static bool add_cell(struct cover *c, uint64_t cell)
{
    if (c->out->list.n >= S2_MAX_COVER)
        return false;
    PUSH(c->arena, c->out->list, cell);
    return true;
}

/* A cell that is inside as a whole. */
static bool add_all(struct cover *c, uint64_t cell, int level)
{
    if (level == c->level)
        return add_cell(c, cell);
    for (int i = 0; i < 4; i++)
        if (!add_all(c, s2_cell_child(cell, i), level + 1))
            return false;
    return true;
}

static bool touches(const struct cover *c, uint32_t edge, uint64_t cell,
                    int level, const struct vec3 corner[4])
{
    const struct geo_shape *s = c->shape;
    const struct geo_edge *e = &s->edges[edge];
    struct vec3 a = s->v[e->a], b = s->v[e->b];
    uint64_t at_a = s2_cell_parent(c->leaf[e->a], level);
    uint64_t at_b = s2_cell_parent(c->leaf[e->b], level);
    if (at_a == cell || at_b == cell)
        return true;
    if (at_a == at_b) /* cells are convex: the edge stays in another one */
        return false;
    for (int i = 0; i < 4; i++)
        if (sphere_crossing(a, b, corner[i], corner[(i + 1) & 3]) >= 0)
            return true;
    return false;
}

static bool cover_cell(struct cover *c, uint64_t cell, int level,
                       const uint32_t *edges, size_t n)
{
    struct vec3 corner[4];
    size_t mine = 0;
    bool ok = true;
    s2_cell_corners(cell, corner);
    uint32_t *list = xmalloc((n + 1) * sizeof *list);
    for (size_t i = 0; i < n; i++)
        if (touches(c, edges[i], cell, level, corner))
            list[mine++] = edges[i];
    if (!mine) {
        bool inside = geo_shape_contains(c->shape,
                                         v3_unit(s2_cell_center(cell)));
        ok = !inside || add_all(c, cell, level);
    } else if (level == c->level) {
        ok = add_cell(c, cell);
    } else {
        for (int i = 0; ok && i < 4; i++)
            ok = cover_cell(c, s2_cell_child(cell, i), level + 1, list, mine);
    }
    free(list);
    return ok;
}

bool s2_cover(struct arena *a, const struct geo_shape *s, int level,
              struct s2_cells *out)
{
    struct cover c = { a, s, NULL, level, out };
    uint32_t *all = xmalloc((s->nedges + 1) * sizeof *all);
    bool ok = true;
    out->list.n = 0;
    c.leaf = xmalloc((s->nv + 1) * sizeof *c.leaf);
    for (size_t i = 0; i < s->nv; i++)
        c.leaf[i] = s2_cell_at(s->v[i], S2_MAX_LEVEL);
    for (size_t i = 0; i < s->nedges; i++)
        all[i] = (uint32_t)i;
    for (int face = 0; ok && face < 6; face++)
        ok = cover_cell(&c, s2_cell_face(face), 0, all, s->nedges);
    free(all);
    free(c.leaf);
    return ok;
}
