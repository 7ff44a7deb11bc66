/* geo_overlay_ring.c - polygons, lines and points out of an overlay.
 *
 * Called by: geo_sets.c and geo_buffer.c. */
#include <stdlib.h>

#include "geo_overlay_int.h"

/* ---- borders ---- */

struct ring {
    uint32_t *half;
    size_t n;
};

struct tracer {
    struct geo_overlay *o;
    bool *border;     /* of each half edge: kept to the left, not right */
    size_t *where;    /* of each point: place in the path + 1 */
    LIST(uint32_t) path;
    LIST(struct ring) rings;
};

/* The border edge to go on with behind h, keeping to the left. */
static uint32_t next_border(const struct tracer *t, uint32_t h)
{
    const struct geo_overlay *o = t->o;
    uint32_t at = half_to(o, h);
    size_t first = o->first[at], n = o->first[at + 1] - first;
    size_t place = o->place[h ^ 1] - first;
    for (size_t i = 1; i <= n; i++) {
        uint32_t g = o->out[first + (place + n - i) % n];
        if (t->border[g])
            return g;
    }
    return UINT32_MAX;
}

static uint32_t input_of(const struct geo_overlay *o, uint32_t h)
{
    return o->pieces.v[h >> 1].input;
}

/* Turns the ring so that the pieces of its highest input edge come last, all
 * of them when they follow each other. */
static void rotate(const struct geo_overlay *o, struct ring *r)
{
    size_t pos = 0;
    bool gap = false;
    for (size_t i = 1; i < r->n; i++) {
        uint32_t now = input_of(o, r->half[i]),
                 best = input_of(o, r->half[pos]);
        if (now < best) {
            gap = true;
        } else if (now > best || !gap) {
            pos = i;
            gap = false;
        }
    }
    size_t shift = (pos + 1) % r->n;
    uint32_t *turned = xmalloc(r->n * sizeof *turned);
    for (size_t i = 0; i < r->n; i++)
        turned[i] = r->half[(i + shift) % r->n];
    memcpy(r->half, turned, r->n * sizeof *turned);
    free(turned);
}

/* Takes the end of the path from `from` on as a ring of its own. */
static void peel(struct tracer *t, size_t from)
{
    struct geo_overlay *o = t->o;
    struct ring r = { .n = t->path.n - from };
    r.half = arena_array(o->arena, r.n, sizeof *r.half);
    memcpy(r.half, t->path.v + from, r.n * sizeof *r.half);
    t->path.n = from;
    for (size_t i = 0; i < r.n; i++)
        t->where[half_from(o, r.half[i])] = 0;
    rotate(o, &r);
    if (r.n > 2)
        PUSH(o->arena, t->rings, r);
}

static void trace(struct tracer *t, uint32_t h)
{
    struct geo_overlay *o = t->o;
    while (h != UINT32_MAX && t->border[h]) {
        uint32_t next = next_border(t, h);
        PUSH(o->arena, t->path, h);
        t->where[half_from(o, h)] = t->path.n;
        t->border[h] = false;
        size_t back = t->where[half_to(o, h)];
        if (back)
            peel(t, back - 1);
        h = next;
    }
    while (t->path.n) /* nothing, unless the input was no set of rings */
        t->where[half_from(o, t->path.v[--t->path.n])] = 0;
}

struct sorted {
    uint32_t input;
    size_t ring;
};

static int by_input(const void *x, const void *y)
{
    const struct sorted *a = x, *b = y;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return a->ring < b->ring ? -1 : a->ring > b->ring;
}

/* ---- nesting ---- */

struct nest {
    struct vec3 *v; /* with the smaller side on the left */
    size_t n;
    double area;
    bool hole;
    size_t parent;  /* of a hole: the ring around it, or SIZE_MAX */
};

static struct nest oriented(struct geo_overlay *o, const struct ring *r)
{
    struct nest x = { .n = r->n, .parent = SIZE_MAX };
    x.v = arena_array(o->arena, r->n, sizeof *x.v);
    for (size_t i = 0; i < r->n; i++)
        x.v[i] = overlay_at(o, half_from(o, r->half[i]));
    x.hole = !geo_ring_is_left(x.v, x.n);
    for (size_t i = 0; x.hole && i < r->n / 2; i++) {
        struct vec3 t = x.v[i];
        x.v[i] = x.v[r->n - 1 - i];
        x.v[r->n - 1 - i] = t;
    }
    x.area = geo_ring_area(x.v, x.n);
    return x;
}

/* All rings, each a polygon of its own, to find out what lies in what. */
static struct geo_shape *all_rings(struct geo_overlay *o,
                                   const struct nest *nest, size_t n)
{
    struct geo_shape *s = NEW(o->arena, struct geo_shape);
    size_t npoints = 0;
    for (size_t i = 0; i < n; i++)
        npoints += nest[i].n;
    s->area = true;
    s->v = arena_array(o->arena, npoints + 1, sizeof *s->v);
    for (size_t i = 0; i < n; i++) {
        struct geo_part p = { .first = s->nv, .n = nest[i].n,
                              .polygon = (uint32_t)i };
        memcpy(s->v + s->nv, nest[i].v, nest[i].n * sizeof *s->v);
        s->nv += nest[i].n;
        PUSH(o->arena, s->parts, p);
    }
    s->npolygons = n;
    geo_shape_index(s, o->arena);
    return s;
}

struct around {
    const struct nest *nest;
    size_t self, best;
};

/* Of the shells around a hole the smallest is meant. */
static void around(void *ctx, uint32_t ring)
{
    struct around *a = ctx;
    if (ring == a->self || a->nest[ring].hole)
        return;
    if (a->best == SIZE_MAX ||
        a->nest[ring].area < a->nest[a->best].area)
        a->best = ring;
}

static void find_parents(struct geo_overlay *o, struct nest *nest, size_t n)
{
    bool holes = false;
    for (size_t i = 0; i < n; i++)
        holes = holes || nest[i].hole;
    if (!holes)
        return;
    struct geo_shape *s = all_rings(o, nest, n);
    for (size_t i = 0; i < n; i++) {
        struct around a = { nest, i, SIZE_MAX };
        if (!nest[i].hole)
            continue;
        geo_shape_around(s, v3_unit(v3_add(nest[i].v[0], nest[i].v[1])),
                         around, &a);
        nest[i].parent = a.best;
    }
}

static void add_ring(struct geo_overlay *o, struct geo_shape *s,
                     const struct nest *x)
{
    struct geo_part p = { .first = s->nv, .n = x->n, .hole = x->hole,
                          .polygon = (uint32_t)(s->npolygons - 1) };
    memcpy(s->v + s->nv, x->v, x->n * sizeof *x->v);
    s->nv += x->n;
    PUSH(o->arena, s->parts, p);
}

/* Every shell is followed by its holes. */
static struct geo_shape *nested(struct geo_overlay *o, struct nest *nest,
                                size_t n)
{
    struct geo_shape *s = NEW(o->arena, struct geo_shape);
    size_t npoints = 0, *next = xcalloc(2 * n + 2, sizeof *next);
    size_t *last = next + n + 1; /* lists of holes by shell */
    find_parents(o, nest, n);
    for (size_t i = n; i-- > 0;) {
        npoints += nest[i].n;
        s->beyond = s->beyond || (nest[i].hole && nest[i].parent == SIZE_MAX);
        if (nest[i].parent == SIZE_MAX)
            continue;
        next[i] = last[nest[i].parent];
        last[nest[i].parent] = i + 1;
    }
    s->area = true;
    s->v = arena_array(o->arena, npoints + 1, sizeof *s->v);
    for (size_t i = 0; i < n; i++) {
        if (nest[i].hole)
            continue;
        s->npolygons++;
        add_ring(o, s, &nest[i]);
        for (size_t k = last[i]; k; k = next[k - 1])
            add_ring(o, s, &nest[k - 1]);
    }
    free(next);
    geo_shape_index(s, o->arena);
    return s;
}

static struct geo_shape *shape_of(struct tracer *t)
{
    struct geo_overlay *o = t->o;
    size_t n = t->rings.n;
    struct sorted *order = arena_array(o->arena, n + 1, sizeof *order);
    struct nest *nest = arena_array(o->arena, n + 1, sizeof *nest);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct sorted){ input_of(o, t->rings.v[i].half[0]), i };
    qsort(order, n, sizeof *order, by_input);
    for (size_t i = 0; i < n; i++)
        nest[i] = oriented(o, &t->rings.v[order[i].ring]);
    return nested(o, nest, n);
}

struct geo_shape *geo_overlay_area(struct geo_overlay *o, geo_keep *keep)
{
    struct tracer t = { .o = o };
    size_t nhalves = 2 * o->pieces.n;
    t.border = xcalloc(nhalves + 1, sizeof *t.border);
    t.where = xcalloc(overlay_npoints(o) + 1, sizeof *t.where);
    for (uint32_t h = 0; h < nhalves; h++)
        t.border[h] = keep(o->label[o->face[h]]) &&
                      !keep(o->label[o->face[h ^ 1]]);
    for (uint32_t h = 0; h < nhalves; h++)
        trace(&t, h);
    struct geo_shape *s = shape_of(&t);
    free(t.border);
    free(t.where);
    return s;
}

/* ---- what is common besides ---- */

static bool touches_area(const struct geo_overlay *o, uint32_t h)
{
    return geo_in_both(o->label[o->face[h]]) ||
           geo_in_both(o->label[o->face[h ^ 1]]);
}

/* Is the piece part of the line or border of the group, or in its area? */
static bool has_group(const struct geo_overlay *o, uint32_t h, int g)
{
    const struct piece *p = &o->pieces.v[h >> 1];
    return p->line[g] || p->net[g] || o->label[o->face[h]][g] > 0 ||
           o->label[o->face[h ^ 1]][g] > 0;
}

static bool common(const struct geo_overlay *o, uint32_t h)
{
    return has_group(o, h, 0) && has_group(o, h, 1) && !touches_area(o, h);
}

/* A piece in the direction of its first input edge, and how far along it. */
struct placed {
    struct geo_edge edge;
    uint32_t input;
    double along;
};

static struct placed placed(const struct geo_overlay *o,
                            const struct piece *p)
{
    struct placed x = { .edge = { p->back ? p->b : p->a,
                                  p->back ? p->a : p->b },
                        .input = p->input };
    struct vec3 d = v3_sub(overlay_at(o, x.edge.a),
                           overlay_at(o, o->in.v[p->input].a));
    x.along = v3_dot(d, d);
    return x;
}

static int by_place(const void *x, const void *y)
{
    const struct placed *a = x, *b = y;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return a->along < b->along ? -1 : a->along > b->along;
}

struct geo_shape *geo_overlay_common_lines(struct geo_overlay *o)
{
    LIST(struct geo_edge) list = { NULL, 0, 0 };
    size_t n = 0;
    struct placed *order =
        arena_array(o->arena, o->pieces.n + 1, sizeof *order);
    for (size_t i = 0; i < o->pieces.n; i++)
        if (common(o, (uint32_t)(2 * i)))
            order[n++] = placed(o, &o->pieces.v[i]);
    qsort(order, n, sizeof *order, by_place);
    for (size_t i = 0; i < n; i++)
        PUSH(o->arena, list, order[i].edge);
    return geo_lines_of_edges(o->arena, o->points->v.v, overlay_npoints(o),
                              list.v, list.n);
}

/* A point where both groups have edges, none of which is in the result. */
static bool lone_point(const struct geo_overlay *o, size_t at)
{
    bool has[GEO_GROUPS] = { false, false };
    for (size_t i = o->first[at]; i < o->first[at + 1]; i++) {
        uint32_t h = o->out[i];
        const struct piece *p = &o->pieces.v[h >> 1];
        if (touches_area(o, h) || common(o, h))
            return false;
        for (int g = 0; g < GEO_GROUPS; g++)
            has[g] = has[g] || p->line[g] || p->net[g];
    }
    return has[0] && has[1];
}

const struct vec3 *geo_overlay_common_points(struct geo_overlay *o, size_t *n)
{
    LIST(struct vec3) list = { NULL, 0, 0 };
    for (size_t i = 0; i < overlay_npoints(o); i++)
        if (lone_point(o, i))
            PUSH(o->arena, list, overlay_at(o, i));
    *n = list.n;
    return list.v;
}
