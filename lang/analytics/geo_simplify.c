/* geo_simplify.c - lines and polygons with fewer points.
 *
 * Called by: lang/funcs/fn_geo_shape.c. */
#include "geo_simplify.h"

#include <stdlib.h>

#include "geo_points.h"
#include "geo_sets.h"
#include "s2cell.h"

static const double pi = 3.14159265358979323846;

struct simplifier {
    struct arena *arena;
    double tolerance; /* radians */
    double chord;     /* the same as a straight distance */
    struct geo_points *points;
    size_t npoints;
    uint32_t *rank;   /* of each point along the S2 curve */
    uint32_t *site;   /* of each point: the point that stands for it */
    LIST(uint32_t) next; /* of sites in one box of the grid, + 1 */
    uint32_t *boxes;  /* hash of boxes: the first site, + 1 */
    size_t nboxes;
    uint32_t *first;  /* of each site: where a ring comes to it first */
    uint32_t *degree; /* of each site: different neighbours, 3 for more */
    uint32_t (*beside)[2];
};

/* ---- sites ---- */

static size_t box_hash(const struct simplifier *s, int64_t x, int64_t y,
                       int64_t z)
{
    uint64_t h = (uint64_t)x * 0x9e3779b97f4a7c15u;
    h = (h ^ (uint64_t)y) * 0xc2b2ae3d27d4eb4fu;
    h = (h ^ (uint64_t)z) * 0x9e3779b97f4a7c15u;
    return (size_t)(h >> 24) & (s->nboxes - 1);
}

static int64_t box_of(const struct simplifier *s, double x)
{
    return (int64_t)floor(x / s->chord);
}

/* The site nearest to p within the tolerance; UINT32_MAX: none. */
static uint32_t nearest_site(const struct simplifier *s, struct vec3 p)
{
    uint32_t best = UINT32_MAX;
    double least = s->chord * s->chord;
    for (int i = 0; i < 27; i++) {
        size_t box = box_hash(s, box_of(s, p.x) + i % 3 - 1,
                              box_of(s, p.y) + i / 3 % 3 - 1,
                              box_of(s, p.z) + i / 9 - 1);
        for (uint32_t k = s->boxes[box]; k; k = s->next.v[k - 1]) {
            struct vec3 d = v3_sub(p, s->points->v.v[k - 1]);
            if (v3_dot(d, d) < least ||
                (v3_dot(d, d) == least && k - 1 < best)) {
                least = v3_dot(d, d);
                best = k - 1;
            }
        }
    }
    return best;
}

static void add_site(struct simplifier *s, uint32_t point)
{
    struct vec3 p = s->points->v.v[point];
    size_t box = box_hash(s, box_of(s, p.x), box_of(s, p.y), box_of(s, p.z));
    s->next.v[point] = s->boxes[box];
    s->boxes[box] = point + 1;
}

struct curve {
    uint64_t cell;
    uint32_t point;
};

static int by_cell(const void *x, const void *y)
{
    const struct curve *a = x, *b = y;
    if (a->cell != b->cell)
        return a->cell < b->cell ? -1 : 1;
    return a->point < b->point ? -1 : a->point > b->point;
}

static void sort_points(struct simplifier *s, struct curve *c)
{
    for (size_t i = 0; i < s->npoints; i++) {
        c[i].cell = s2_cell_at(s->points->v.v[i], S2_MAX_LEVEL);
        c[i].point = (uint32_t)i;
    }
    qsort(c, s->npoints, sizeof *c, by_cell);
    for (size_t i = 0; i < s->npoints; i++)
        s->rank[c[i].point] = (uint32_t)i;
}

/* Along the curve every point becomes a site that is not near one; the others
 * go to the nearest. */
static void choose_sites(struct simplifier *s)
{
    size_t n = s->npoints;
    struct curve *c = xmalloc((n + 1) * sizeof *c);
    sort_points(s, c);
    for (size_t i = 0; i < n; i++)
        s->site[i] = (uint32_t)i;
    for (s->nboxes = 64; s->nboxes < 2 * n;)
        s->nboxes *= 2;
    s->boxes = xcalloc(s->nboxes, sizeof *s->boxes);
    s->next.v = xcalloc(n + 1, sizeof *s->next.v);
    for (size_t i = 0; i < n && s->chord > 0; i++)
        if (nearest_site(s, s->points->v.v[c[i].point]) == UINT32_MAX)
            add_site(s, c[i].point);
    for (size_t i = 0; i < n && s->chord > 0; i++)
        s->site[i] = nearest_site(s, s->points->v.v[i]);
    free(s->boxes);
    free(s->next.v);
    free(c);
}

/* ---- chains ---- */

/* A part as its points; each has a site. */
struct chain {
    uint32_t *v;
    size_t n;
};

static void meet(struct simplifier *s, uint32_t a, uint32_t b)
{
    uint32_t d = s->degree[a];
    for (uint32_t i = 0; i < d && i < 2; i++)
        if (s->beside[a][i] == b)
            return;
    if (d < 2)
        s->beside[a][d] = b;
    if (d < 3)
        s->degree[a]++;
}

static void count_degrees(struct simplifier *s, const struct chain *c,
                          bool ring)
{
    for (size_t i = 0; i + !ring < c->n; i++) {
        uint32_t a = s->site[c->v[i]], b = s->site[c->v[(i + 1) % c->n]];
        if (a != b) {
            meet(s, a, b);
            meet(s, b, a);
        }
    }
}

/* Directions from a point as an interval around the first one. */
struct window {
    struct vec3 from, x, y;
    double low, high, far;
    bool any;
};

static double direction(const struct window *w, struct vec3 p)
{
    struct vec3 d = v3_sub(p, w->from);
    double t = atan2(v3_dot(d, w->y), v3_dot(d, w->x));
    return w->any ? t : 0;
}

static void window_open(struct window *w, struct vec3 from)
{
    *w = (struct window){ .from = from, .low = -pi, .high = pi };
}

/* Edges have to pass within the tolerance of p. */
static void window_pass(const struct simplifier *s, struct window *w,
                        struct vec3 p)
{
    double away = v3_angle(w->from, p);
    if (away <= s->tolerance)
        return;
    if (!w->any) {
        w->y = v3_unit(v3_cross(w->from, p));
        w->x = v3_cross(w->y, w->from);
        w->any = true;
    }
    double t = direction(w, p);
    double half = away < pi / 2 ? asin(fmin(1, sin(s->tolerance) / sin(away)))
                                : s->tolerance;
    w->low = fmax(w->low, t - half);
    w->high = fmin(w->high, t + half);
    w->far = fmax(w->far, away);
}

/* May an edge end at p? Not when it goes back. */
static bool window_has(const struct simplifier *s, const struct window *w,
                       struct vec3 p)
{
    double t = direction(w, p), away = v3_angle(w->from, p);
    return away < pi / 2 && away >= w->far - s->tolerance &&
           (!w->any || (t >= w->low && t <= w->high));
}

/* Appends the sites at which the edges between the first and the last site of
 * points v end, without the first. */
static void simplify_run(const struct simplifier *s, const uint32_t *v,
                         size_t n, struct chain *out)
{
    const struct vec3 *at = s->points->v.v;
    uint32_t begin = s->site[v[0]], last = begin;
    size_t i = 1, next = 1;
    while (i < n) {
        struct window w;
        window_open(&w, at[begin]);
        last = begin;
        for (; i < n; i++) {
            uint32_t site = s->site[v[i]];
            window_pass(s, &w, at[v[i]]);
            if (site == begin)
                continue;
            if (last != begin && !window_has(s, &w, at[site]))
                break;
            last = site;
            next = i + 1;
        }
        if (last == begin)
            return;
        out->v[out->n++] = last;
        begin = last;
        i = next;
    }
}

static bool stays(const struct simplifier *s, uint32_t point)
{
    return s->degree[s->site[point]] != 2;
}

/* The same from both ends: it begins at the end that is first on the curve. */
static void simplify_chain(const struct simplifier *s, const uint32_t *v,
                           size_t n, struct chain *out)
{
    uint32_t a = s->site[v[0]], b = s->site[v[n - 1]];
    if (s->rank[a] <= s->rank[b]) {
        simplify_run(s, v, n, out);
        return;
    }
    uint32_t *back = xmalloc(n * sizeof *back);
    struct chain found = { xmalloc(n * sizeof *found.v), 0 };
    for (size_t i = 0; i < n; i++)
        back[i] = v[n - 1 - i];
    simplify_run(s, back, n, &found);
    for (size_t i = found.n; i-- > 1;) /* the last is `a` */
        out->v[out->n++] = found.v[i - 1];
    if (a != b)
        out->v[out->n++] = b;
    free(found.v);
    free(back);
}

/* From one point that stays to the next. */
static void simplify_line(const struct simplifier *s, const struct chain *c,
                          struct chain *out)
{
    out->v[out->n++] = s->site[c->v[0]];
    for (size_t i = 0, end; i + 1 < c->n; i = end) {
        end = i + 1;
        while (end + 1 < c->n && !stays(s, c->v[end]))
            end++;
        simplify_chain(s, c->v + i, end - i + 1, out);
    }
}

/* A ring begins at a point that stays, or else at the first on the curve; its
 * result ends as it begins. */
static void simplify_ring(const struct simplifier *s, struct chain *c,
                          struct chain *out)
{
    size_t first = 0, n = c->n;
    for (size_t i = 1; i < n; i++) {
        bool keep = stays(s, c->v[i]), kept = stays(s, c->v[first]);
        if (keep != kept ? keep
                         : s->rank[s->site[c->v[i]]] <
                               s->rank[s->site[c->v[first]]])
            first = i;
    }
    struct chain turned = { xmalloc((n + 1) * sizeof *turned.v), n + 1 };
    for (size_t i = 0; i <= n; i++)
        turned.v[i] = c->v[(first + i) % n];
    simplify_line(s, &turned, out);
    free(turned.v);
}

/* ---- all of it ---- */

static struct chain chain_of(struct simplifier *s, const struct geo_shape *g,
                             const struct geo_part *p)
{
    struct chain c = { arena_array(s->arena, p->n + 1, sizeof *c.v), p->n };
    for (size_t i = 0; i < p->n; i++)
        c.v[i] = geo_points_add(s->points, g->v[p->first + i]);
    return c;
}

static bool turns_around(const int turns[GEO_GROUPS])
{
    return turns[0] > 0;
}

struct result {
    struct geo_overlay *overlay; /* of polygons */
    LIST(struct geo_edge) edges; /* of lines */
};

/* As the ring that it was before it begins, as far as its points are left. */
static void add_ring(struct simplifier *s, struct result *r,
                     const struct chain *was, const struct chain *c,
                     bool hole)
{
    size_t n = c->n - 1, begin = 0; /* it is closed */
    struct vec3 *v = arena_array(s->arena, n + 1, sizeof *v);
    for (size_t i = was->n; i-- > 0;)
        s->first[s->site[was->v[i]]] = (uint32_t)i;
    for (size_t i = 1; i < n; i++)
        if (s->first[c->v[i]] < s->first[c->v[begin]])
            begin = i;
    for (size_t i = 0; i < n; i++)
        v[hole ? n - 1 - i : i] = s->points->v.v[c->v[(begin + i) % n]];
    geo_overlay_ring(r->overlay, v, n, 0);
}

static void add_line(struct simplifier *s, struct result *r,
                     const struct chain *c)
{
    for (size_t i = 0; i + 1 < c->n; i++) {
        struct geo_edge e = { c->v[i], c->v[i + 1] };
        if (e.a != e.b)
            PUSH(s->arena, r->edges, e);
    }
}

/* The opposite of the middle of all points, unless they are everywhere. */
static bool find_outside(const struct simplifier *s, struct vec3 *out)
{
    struct vec3 sum = { 0, 0, 0 };
    for (size_t i = 0; i < s->npoints; i++)
        sum = v3_add(sum, s->points->v.v[i]);
    sum = v3_unit(sum);
    *out = v3_neg(sum);
    for (size_t i = 0; i < s->npoints; i++)
        if (v3_dot(sum, s->points->v.v[i]) < 0.01)
            return false;
    return true;
}

static void simplify_part(struct simplifier *s, struct result *r,
                          struct chain *c, const struct geo_part *p,
                          bool area)
{
    struct chain out = { xmalloc((2 * c->n + 4) * sizeof *out.v), 0 };
    if (area) {
        simplify_ring(s, c, &out);
        if (out.n > 3)
            add_ring(s, r, c, &out, p->hole);
    } else {
        simplify_line(s, c, &out);
        add_line(s, r, &out);
    }
    free(out.v);
}

static struct geo_shape *give(struct simplifier *s, struct result *r,
                              bool area)
{
    if (!area) {
        size_t n = r->edges.n;
        struct geo_edge *once = arena_array(s->arena, n + 1, sizeof *once);
        n = geo_unique_edges(r->edges.v, n, once);
        return geo_lines_of_edges(s->arena, s->points->v.v, s->npoints, once,
                                  n);
    }
    struct geo_shape *out = geo_overlay_build(r->overlay)
                                ? geo_overlay_area(r->overlay, turns_around)
                                : NULL;
    return out && !out->beyond ? out : NULL;
}

struct geo_shape *geo_simplify(struct arena *a,
                               const struct geo_shape *const *shapes,
                               size_t n, double tolerance)
{
    struct simplifier s = { .arena = a, .tolerance = tolerance,
                            .chord = 2 * sin(tolerance / 2),
                            .points = geo_points_new(a) };
    struct result r = { .overlay = geo_overlay_new(a) };
    LIST(struct chain) chains = { NULL, 0, 0 };
    bool area = n && shapes[0]->area;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < shapes[i]->parts.n; k++)
            PUSH(a, chains, chain_of(&s, shapes[i], &shapes[i]->parts.v[k]));
    s.npoints = s.points->v.n;
    s.rank = arena_array(a, s.npoints + 1, sizeof *s.rank);
    s.site = arena_array(a, s.npoints + 1, sizeof *s.site);
    s.first = arena_array(a, s.npoints + 1, sizeof *s.first);
    s.degree = arena_zalloc(a, (s.npoints + 1) * sizeof *s.degree);
    s.beside = arena_array(a, s.npoints + 1, sizeof *s.beside);
    choose_sites(&s);
    for (size_t i = 0; i < chains.n; i++)
        count_degrees(&s, &chains.v[i], area);
    struct vec3 outside;
    if (area && find_outside(&s, &outside))
        geo_overlay_outside(r.overlay, outside);
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < shapes[i]->parts.n; k++)
            simplify_part(&s, &r, &chains.v[at++], &shapes[i]->parts.v[k],
                          area);
    return give(&s, &r, area);
}
