/* geo_overlay.c - what several lines and polygons make of the globe together.
 *
 * Called by: geo_sets.c and geo_buffer.c. Here: taking in, and cutting.
 * geo_overlay_face.c finds faces, geo_overlay_ring.c builds results. */
#include "geo_overlay_int.h"

#include <stdlib.h>

enum { MAX_INPUT = 1 << 23, MAX_CUTS = 1 << 21, MAX_CANDIDATES = 1 << 25 };

/* How near a point is on an edge, and two points are the same. */
static const double near_edge = 1.5e-15, near_point = 4e-15;

/* ---- taking in ---- */

struct geo_overlay *geo_overlay_new(struct arena *a)
{
    struct geo_overlay *o = NEW(a, struct geo_overlay);
    o->arena = a;
    o->points = geo_points_new(a);
    o->known = geo_origin;
    return o;
}

static void add_input(struct geo_overlay *o, struct vec3 a, struct vec3 b,
                      unsigned group, bool line)
{
    struct input in = { .group = (uint8_t)group, .line = line };
    in.a = geo_points_add(o->points, a);
    in.b = geo_points_add(o->points, b);
    PUSH(o->arena, o->in, in);
}

void geo_overlay_ring(struct geo_overlay *o, const struct vec3 *v, size_t n,
                      unsigned group)
{
    for (size_t i = 0; i < n; i++)
        add_input(o, v[i], v[i + 1 < n ? i + 1 : 0], group, false);
}

void geo_overlay_line(struct geo_overlay *o, const struct vec3 *v, size_t n,
                      unsigned group)
{
    for (size_t i = 0; i + 1 < n; i++)
        add_input(o, v[i], v[i + 1], group, true);
}

void geo_overlay_shape(struct geo_overlay *o, const struct geo_shape *s,
                       unsigned group)
{
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        const struct vec3 *v = s->v + p->first;
        if (!s->area) {
            geo_overlay_line(o, v, p->n, group);
            continue;
        }
        o->turns[group] += p->has_origin ? (p->hole ? -1 : 1) : 0;
        if (!p->hole) {
            geo_overlay_ring(o, v, p->n, group);
            continue;
        }
        for (size_t k = p->n; k-- > 0;) /* the other way round */
            add_input(o, v[k], v[k ? k - 1 : p->n - 1], group, false);
    }
}

void geo_overlay_outside(struct geo_overlay *o, struct vec3 p)
{
    o->known = p;
    memset(o->turns, 0, sizeof o->turns);
}

/* ---- cutting ---- */

struct cut {
    uint32_t input, point;
    double along; /* grows along the edge; 0 at its begin */
};

struct cutter {
    struct geo_overlay *o;
    LIST(struct cut) cuts;
    uint32_t *root;   /* of each point: another one that it became */
    size_t nroots;
    uint32_t edge;    /* now */
    size_t candidates;
    size_t ninput_points;
};

static void add_cut(struct cutter *c, uint32_t input, uint32_t point)
{
    struct geo_overlay *o = c->o;
    const struct input *in = &o->in.v[input];
    struct vec3 d = v3_sub(overlay_at(o, point), overlay_at(o, in->a));
    struct cut cut = { input, point, v3_dot(d, d) };
    if (point != in->a && point != in->b)
        PUSH(o->arena, c->cuts, cut);
}

/* Cuts edge `e` at an end of another that lies on it. */
static void cut_at_end(struct cutter *c, uint32_t e, uint32_t point)
{
    const struct geo_overlay *o = c->o;
    const struct input *in = &o->in.v[e];
    if (point == in->a || point == in->b)
        return;
    if (sphere_edge_distance(overlay_at(o, point), overlay_at(o, in->a),
                             overlay_at(o, in->b)) < near_edge)
        add_cut(c, e, point);
}

static bool cut_pair(void *ctx, uint32_t f)
{
    struct cutter *c = ctx;
    struct geo_overlay *o = c->o;
    uint32_t e = c->edge;
    if (f <= e)
        return true;
    if (++c->candidates > MAX_CANDIDATES || c->cuts.n > MAX_CUTS)
        return false;
    struct input x = o->in.v[e], y = o->in.v[f];
    struct vec3 a = overlay_at(o, x.a), b = overlay_at(o, x.b);
    struct vec3 p = overlay_at(o, y.a), q = overlay_at(o, y.b);
    if (sphere_crossing(a, b, p, q) > 0) {
        uint32_t at =
            geo_points_add(o->points, sphere_intersection(a, b, p, q));
        add_cut(c, e, at);
        add_cut(c, f, at);
    }
    cut_at_end(c, e, y.a);
    cut_at_end(c, e, y.b);
    cut_at_end(c, f, x.a);
    cut_at_end(c, f, x.b);
    return true;
}

static bool find_cuts(struct cutter *c)
{
    struct geo_overlay *o = c->o;
    size_t n = o->in.n;
    struct geo_edge *edges = arena_array(o->arena, n + 1, sizeof *edges);
    struct geo_tree tree;
    /* The points move when there are new ones: the tree has its own. */
    struct vec3 *v = arena_array(o->arena, overlay_npoints(o) + 1, sizeof *v);
    if (overlay_npoints(o))
        memcpy(v, o->points->v.v, overlay_npoints(o) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        edges[i] = (struct geo_edge){ o->in.v[i].a, o->in.v[i].b };
    geo_tree_init(&tree, o->arena, v, edges, n);
    for (size_t i = 0; i < n; i++) {
        struct geo_box box = geo_edge_box(v[edges[i].a], v[edges[i].b]);
        c->edge = (uint32_t)i;
        if (!geo_tree_overlaps(&tree, &box, cut_pair, c))
            return false;
    }
    return true;
}

static int by_place(const void *x, const void *y)
{
    const struct cut *a = x, *b = y;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    if (a->along != b->along)
        return a->along < b->along ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

static uint32_t root_of(struct cutter *c, uint32_t p)
{
    while (c->root[p] != p) {
        c->root[p] = c->root[c->root[p]];
        p = c->root[p];
    }
    return p;
}

/* Points that nearly coincide become the older one, which is more likely a
 * point of the input. */
static void join_points(struct cutter *c, uint32_t p, uint32_t q)
{
    struct vec3 d = v3_sub(overlay_at(c->o, p), overlay_at(c->o, q));
    if (v3_dot(d, d) > near_point * near_point)
        return;
    p = root_of(c, p);
    q = root_of(c, q);
    if (p < q)
        c->root[q] = p;
    else
        c->root[p] = q;
}

static void join_all(struct cutter *c)
{
    const struct geo_overlay *o = c->o;
    c->root = arena_array(o->arena, overlay_npoints(o) + 1, sizeof *c->root);
    for (size_t i = 0; i < overlay_npoints(o); i++)
        c->root[i] = (uint32_t)i;
    for (size_t i = 0; i < c->cuts.n; i++) {
        const struct cut *cut = &c->cuts.v[i];
        const struct input *in = &o->in.v[cut->input];
        bool head = i == 0 || cut[-1].input != cut->input;
        bool tail = i + 1 == c->cuts.n || cut[1].input != cut->input;
        join_points(c, head ? in->a : cut[-1].point, cut->point);
        if (tail)
            join_points(c, cut->point, in->b);
    }
}

/* ---- pieces ---- */

struct raw {
    uint32_t a, b, input;
    bool back;
};

static int by_ends(const void *x, const void *y)
{
    const struct raw *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    return a->input < b->input ? -1 : a->input > b->input;
}

struct raws {
    LIST(struct raw) list;
};

static void add_raw(struct geo_overlay *o, struct raws *r, uint32_t a,
                    uint32_t b, uint32_t input)
{
    struct raw raw = { a, b, input, a > b };
    if (raw.back) {
        raw.a = b;
        raw.b = a;
    }
    if (a != b)
        PUSH(o->arena, r->list, raw);
}

static void split_inputs(struct cutter *c, struct raws *r)
{
    struct geo_overlay *o = c->o;
    size_t at = 0;
    for (size_t i = 0; i < o->in.n; i++) {
        uint32_t last = root_of(c, o->in.v[i].a);
        for (; at < c->cuts.n && c->cuts.v[at].input == i; at++) {
            uint32_t next = root_of(c, c->cuts.v[at].point);
            add_raw(o, r, last, next, (uint32_t)i);
            last = next;
        }
        add_raw(o, r, last, root_of(c, o->in.v[i].b), (uint32_t)i);
    }
}

static bool idle(const struct piece *p)
{
    return !p->net[0] && !p->net[1] && !p->line[0] && !p->line[1];
}

static void join_pieces(struct geo_overlay *o, struct raws *r)
{
    if (r->list.n)
        qsort(r->list.v, r->list.n, sizeof *r->list.v, by_ends);
    for (size_t i = 0; i < r->list.n;) {
        const struct raw *raw = &r->list.v[i];
        struct piece p = { .a = raw->a, .b = raw->b, .input = raw->input,
                           .back = raw->back };
        for (; i < r->list.n && r->list.v[i].a == p.a && r->list.v[i].b == p.b;
             i++) {
            const struct input *in = &o->in.v[r->list.v[i].input];
            if (in->line)
                p.line[in->group] = true;
            else
                p.net[in->group] += r->list.v[i].back ? -1 : 1;
        }
        if (!idle(&p))
            PUSH(o->arena, o->pieces, p);
    }
}

bool overlay_cut(struct geo_overlay *o)
{
    struct cutter c = { .o = o };
    struct raws r = { { NULL, 0, 0 } };
    if (o->in.n > MAX_INPUT || !find_cuts(&c))
        return false;
    if (c.cuts.n)
        qsort(c.cuts.v, c.cuts.n, sizeof *c.cuts.v, by_place);
    join_all(&c);
    split_inputs(&c, &r);
    join_pieces(o, &r);
    return true;
}

bool geo_overlay_build(struct geo_overlay *o)
{
    if (!overlay_cut(o))
        return false;
    overlay_faces(o);
    return true;
}

bool geo_in_either(const int turns[GEO_GROUPS])
{
    return turns[0] > 0 || turns[1] > 0;
}

bool geo_in_both(const int turns[GEO_GROUPS])
{
    return turns[0] > 0 && turns[1] > 0;
}
