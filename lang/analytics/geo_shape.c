/* geo_shape.c - lines and polygons on the globe, and what is asked of them.
 *
 * Called by: the geo_ functions of lang/funcs, and the overlay. */
#include "geo_shape.h"

static const double pi = 3.14159265358979323846;

/* In the southern ocean, on no round coordinate. */
const struct vec3 geo_origin = { 0.3092802754354075, -0.4083303681286386,
                                 -0.8588434209391891 };

/* ---- rings ---- */

double geo_ring_turns(const struct vec3 *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += sphere_turn(v[i], v[(i + 1) % n], v[(i + 2) % n]);
    return sum;
}

bool geo_ring_is_left(const struct vec3 *v, size_t n)
{
    return geo_ring_turns(v, n) >= -1e-14 * (double)n;
}

/* Does the way from geo_origin to ring point i come from the left of it? */
static bool from_left(const struct vec3 *v, size_t n, size_t i)
{
    return sphere_ordered(v[(i + 1) % n], geo_origin, v[(i + n - 1) % n],
                          v[i]);
}

bool geo_ring_has_origin(const struct vec3 *v, size_t n)
{
    bool inside = from_left(v, n, 1);
    for (size_t i = 2; i < n; i++) /* all edges but the two at point 1 */
        if (sphere_crossing(geo_origin, v[1], v[i], v[(i + 1) % n]) > 0)
            inside = !inside;
    return inside;
}

/* ---- completing ---- */

static void add_edges(struct geo_shape *s, uint32_t part)
{
    const struct geo_part *p = &s->parts.v[part];
    size_t n = s->area ? p->n : p->n - 1;
    for (size_t i = 0; i < n; i++) {
        s->edge_part[s->nedges] = part;
        s->edges[s->nedges++] = (struct geo_edge){
            (uint32_t)(p->first + i), (uint32_t)(p->first + (i + 1) % p->n)
        };
    }
}

void geo_shape_index(struct geo_shape *s, struct arena *a)
{
    s->edges = arena_array(a, s->nv + 1, sizeof *s->edges);
    s->edge_part = arena_array(a, s->nv + 1, sizeof *s->edge_part);
    s->odd = arena_zalloc(a, s->npolygons + 1);
    s->touched = arena_array(a, s->npolygons + 1, sizeof *s->touched);
    s->around = arena_array(a, s->parts.n + 1, sizeof *s->around);
    s->nedges = s->naround = 0;
    for (size_t i = 0; i < s->parts.n; i++) {
        struct geo_part *p = &s->parts.v[i];
        add_edges(s, (uint32_t)i);
        p->has_origin = s->area && geo_ring_has_origin(s->v + p->first, p->n);
        if (p->has_origin)
            s->around[s->naround++] = p->polygon;
    }
    geo_tree_init(&s->tree, a, s->v, s->edges, s->nedges);
}

/* Neither open nor too short; edges shorter than half the globe. */
static bool part_fits(const struct geo_shape *s, const struct geo_part *p)
{
    const struct geo_point *g = s->given.v + p->first;
    if (p->n < (s->area ? 4 : 2))
        return false;
    if (s->area && (g[0].lon != g[p->n - 1].lon || g[0].lat != g[p->n - 1].lat))
        return false;
    for (size_t i = 0; i + 1 < p->n; i++) {
        struct vec3 a = sphere_point(g[i]), b = sphere_point(g[i + 1]);
        if (v3_length(v3_add(a, b)) < 1e-15)
            return false;
    }
    return true;
}

static void reverse(struct vec3 *v, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct vec3 t = v[i];
        v[i] = v[n - 1 - i];
        v[n - 1 - i] = t;
    }
}

/* Points as vectors; rings lose their repeated end. */
static bool make_points(struct geo_shape *s, struct arena *a)
{
    s->v = arena_array(a, s->given.n + 1, sizeof *s->v);
    for (size_t i = 0; i < s->parts.n; i++) {
        struct geo_part *p = &s->parts.v[i];
        size_t first = s->nv, n = s->area ? p->n - 1 : p->n;
        if (!part_fits(s, p))
            return false;
        for (size_t k = 0; k < n; k++)
            s->v[s->nv++] = sphere_point(s->given.v[p->first + k]);
        p->first = first;
        p->n = n;
    }
    return true;
}

/* ---- validity ---- */

enum { MAX_PAIRS = 1 << 25 };

struct check {
    const struct geo_shape *s;
    uint32_t edge;
    size_t pairs;
};

/* Edges of one ring share a point where they follow each other only, and an
 * edge is there once. */
static bool touch_fits(const struct check *c, uint32_t other)
{
    const struct geo_shape *s = c->s;
    const struct geo_edge *e = &s->edges[c->edge], *f = &s->edges[other];
    struct vec3 a = s->v[e->a], b = s->v[e->b], x = s->v[f->a], y = s->v[f->b];
    if ((v3_eq(a, x) && v3_eq(b, y)) || (v3_eq(a, y) && v3_eq(b, x)))
        return false;
    if (s->edge_part[c->edge] != s->edge_part[other])
        return true;
    return !(v3_eq(a, x) && e->a != f->a) && !(v3_eq(a, y) && e->a != f->b) &&
           !(v3_eq(b, x) && e->b != f->a) && !(v3_eq(b, y) && e->b != f->b);
}

static bool pair_fits(void *ctx, uint32_t other)
{
    struct check *c = ctx;
    const struct geo_shape *s = c->s;
    const struct geo_edge *e = &s->edges[c->edge], *f = &s->edges[other];
    if (other <= c->edge || s->parts.v[s->edge_part[c->edge]].polygon !=
                                s->parts.v[s->edge_part[other]].polygon)
        return true;
    if (++c->pairs > MAX_PAIRS)
        return false;
    int cross = sphere_crossing(s->v[e->a], s->v[e->b], s->v[f->a],
                                s->v[f->b]);
    return cross < 0 || (cross == 0 && touch_fits(c, other));
}

static bool edges_fit(const struct geo_shape *s)
{
    struct check c = { s, 0, 0 };
    for (size_t i = 0; i < s->nedges; i++) {
        const struct geo_edge *e = &s->edges[i];
        struct geo_box box = geo_edge_box(s->v[e->a], s->v[e->b]);
        c.edge = (uint32_t)i;
        if (v3_eq(s->v[e->a], s->v[e->b]) ||
            !geo_tree_overlaps(&s->tree, &box, pair_fits, &c))
            return false;
    }
    return true;
}

struct finder {
    uint32_t polygon;
    bool found;
};

static void find_polygon(void *ctx, uint32_t polygon)
{
    struct finder *f = ctx;
    f->found = f->found || polygon == f->polygon;
}

/* Holes lie in their shell. The middle of an edge is not on its border. */
static bool holes_fit(const struct geo_shape *s, struct arena *a)
{
    struct geo_shape shells = { .area = true, .v = s->v, .nv = s->nv,
                                .npolygons = s->npolygons };
    for (size_t i = 0; i < s->parts.n; i++)
        if (!s->parts.v[i].hole)
            PUSH(a, shells.parts, s->parts.v[i]);
    geo_shape_index(&shells, a);
    for (size_t i = 0; i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        const struct vec3 *v = s->v + p->first;
        struct finder f = { p->polygon, false };
        if (p->hole)
            geo_shape_around(&shells, v3_unit(v3_add(v[0], v[1])),
                             find_polygon, &f);
        if (p->hole && !f.found)
            return false;
    }
    return true;
}

bool geo_shape_finish(struct geo_shape *s, struct arena *a)
{
    bool holes = false;
    if (!s->parts.n || !make_points(s, a))
        return false;
    for (size_t i = 0; s->area && i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        holes = holes || p->hole;
        if (!geo_ring_is_left(s->v + p->first, p->n))
            reverse(s->v + p->first, p->n);
    }
    geo_shape_index(s, a);
    if (!s->area)
        return true;
    return edges_fit(s) && (!holes || holes_fit(s, a));
}

/* ---- containment ---- */

struct ray {
    const struct geo_shape *s;
    struct vec3 to;
    size_t ntouched;
};

enum { ODD = 1, TOUCHED = 2 };

static void toggle(struct ray *r, uint32_t polygon)
{
    const struct geo_shape *s = r->s;
    if (!(s->odd[polygon] & TOUCHED))
        s->touched[r->ntouched++] = polygon;
    s->odd[polygon] = (s->odd[polygon] ^ ODD) | TOUCHED;
}

/* Does the way to `to` cross the edge, where it may end on one of the edge's
 * ends? Then the direction that v3_ortho gives decides. */
static bool crosses(struct vec3 to, struct vec3 a, struct vec3 b)
{
    int cross = sphere_crossing(geo_origin, to, a, b);
    if (cross)
        return cross > 0;
    if (v3_eq(a, to))
        return sphere_ordered(v3_ortho(to), b, geo_origin, to);
    return v3_eq(b, to) && sphere_ordered(v3_ortho(to), a, geo_origin, to);
}

static bool ray_edge(void *ctx, uint32_t edge)
{
    struct ray *r = ctx;
    const struct geo_shape *s = r->s;
    const struct geo_edge *e = &s->edges[edge];
    if (crosses(r->to, s->v[e->a], s->v[e->b]))
        toggle(r, s->parts.v[s->edge_part[edge]].polygon);
    return true;
}

void geo_shape_around(const struct geo_shape *s, struct vec3 p,
                      void (*each)(void *ctx, uint32_t polygon), void *ctx)
{
    struct ray r = { s, p, 0 };
    if (!s->area)
        return;
    for (size_t i = 0; i < s->naround; i++)
        toggle(&r, s->around[i]);
    geo_tree_cuts(&s->tree, geo_origin, p, ray_edge, &r);
    for (size_t i = 0; i < r.ntouched; i++) {
        uint32_t polygon = s->touched[i];
        if (s->odd[polygon] & ODD)
            each(ctx, polygon);
        s->odd[polygon] = 0;
    }
}

static void set_true(void *ctx, uint32_t polygon)
{
    (void)polygon;
    *(bool *)ctx = true;
}

bool geo_shape_contains(const struct geo_shape *s, struct vec3 p)
{
    bool inside = false;
    geo_shape_around(s, p, set_true, &inside);
    return inside;
}

double geo_shape_distance(const struct geo_shape *s, struct vec3 p)
{
    double radians;
    if (geo_shape_contains(s, p))
        return 0;
    geo_tree_nearest(&s->tree, p, &radians);
    return radians * GEO_EARTH;
}

struct vec3 geo_shape_nearest(const struct geo_shape *s, struct vec3 p)
{
    double radians;
    if (geo_shape_contains(s, p))
        return p;
    size_t edge = geo_tree_nearest(&s->tree, p, &radians);
    if (edge >= s->nedges)
        return p;
    return sphere_nearest(p, s->v[s->edges[edge].a], s->v[s->edges[edge].b]);
}

/* ---- measures ---- */

double geo_shape_length(const struct geo_shape *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->nedges; i++)
        sum += v3_angle(s->v[s->edges[i].a], s->v[s->edges[i].b]);
    return sum * GEO_EARTH;
}

double geo_ring_area(const struct vec3 *v, size_t n)
{
    double sum = 0;
    for (size_t i = 1; i + 1 < n; i++)
        sum += sphere_area(v[0], v[i], v[i + 1]);
    return sum < 0 ? sum + 4 * pi : sum;
}

double geo_shape_area(const struct geo_shape *s)
{
    double sum = 0;
    for (size_t i = 0; s->area && i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        double area = geo_ring_area(s->v + p->first, p->n);
        sum += p->hole ? -area : area;
    }
    return sum * GEO_EARTH * GEO_EARTH;
}

static struct vec3 ring_moment(const struct vec3 *v, size_t n)
{
    struct vec3 sum = { 0, 0, 0 };
    for (size_t i = 1; i + 1 < n; i++)
        sum = v3_add(sum, sphere_moment(v[0], v[i], v[i + 1]));
    return sum;
}

/* The integral of the position along the edge. */
static struct vec3 edge_moment(struct vec3 a, struct vec3 b)
{
    struct vec3 sum = v3_add(a, b), diff = v3_sub(a, b);
    double cos2 = v3_dot(sum, sum);
    return cos2 > 0 ? v3_scale(sum, sqrt(v3_dot(diff, diff) / cos2)) : sum;
}

bool geo_shape_centroid(const struct geo_shape *s, struct vec3 *at)
{
    struct vec3 sum = { 0, 0, 0 };
    for (size_t i = 0; s->area && i < s->parts.n; i++) {
        const struct geo_part *p = &s->parts.v[i];
        struct vec3 m = ring_moment(s->v + p->first, p->n);
        sum = v3_add(sum, p->hole ? v3_neg(m) : m);
    }
    for (size_t i = 0; !s->area && i < s->nedges; i++)
        sum = v3_add(sum, edge_moment(s->v[s->edges[i].a],
                                      s->v[s->edges[i].b]));
    *at = v3_unit(sum);
    return v3_length(sum) > 0;
}
