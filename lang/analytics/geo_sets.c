/* geo_sets.c - unions and intersections of lines and polygons on the globe.
 *
 * Called by: lang/funcs/fn_geo_sets.c, and for measures of shapes whose
 * polygons overlap. */
#include "geo_sets.h"

#include <stdlib.h>

#include "geo_points.h"

/* ---- union of polygons ---- */

/* A polygon that waits to be united; its shape is in an arena of its own. */
struct waiting {
    size_t points, turn; /* the smaller first, then the older */
    struct geo_shape *shape;
    struct arena *arena;
};

struct queue {
    struct waiting *v; /* a heap */
    size_t n, turn;
};

static bool sooner(const struct waiting *a, const struct waiting *b)
{
    return a->points != b->points ? a->points < b->points
                                  : a->turn < b->turn;
}

static void put(struct queue *q, struct waiting w)
{
    size_t i = q->n++;
    w.turn = q->turn++;
    for (; i && sooner(&w, &q->v[(i - 1) / 2]); i = (i - 1) / 2)
        q->v[i] = q->v[(i - 1) / 2];
    q->v[i] = w;
}

static struct waiting take(struct queue *q)
{
    struct waiting top = q->v[0], w = q->v[--q->n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < q->n && sooner(&q->v[child + 1], &q->v[child]))
            child++;
        if (child >= q->n || sooner(&w, &q->v[child]))
            break;
        q->v[i] = q->v[child];
        i = child;
    }
    q->v[i] = w;
    return top;
}

/* A shape of its own out of the parts of one polygon, or of all. */
static struct geo_shape *copy(struct arena *a, const struct geo_shape *s,
                              size_t first, size_t nparts)
{
    struct geo_shape *c = NEW(a, struct geo_shape);
    size_t npoints = 0;
    for (size_t i = 0; i < nparts; i++)
        npoints += s->parts.v[first + i].n;
    c->area = s->area;
    c->v = arena_array(a, npoints + 1, sizeof *c->v);
    for (size_t i = 0; i < nparts; i++) {
        struct geo_part p = s->parts.v[first + i];
        memcpy(c->v + c->nv, s->v + p.first, p.n * sizeof *c->v);
        c->npolygons += !i || p.polygon != s->parts.v[first + i - 1].polygon;
        p.polygon = (uint32_t)(c->npolygons - 1);
        p.first = c->nv;
        c->nv += p.n;
        PUSH(a, c->parts, p);
    }
    geo_shape_index(c, a);
    return c;
}

static void put_polygons(struct queue *q, const struct geo_shape *s)
{
    for (size_t i = 0, n; i < s->parts.n; i += n) {
        struct waiting w = { .arena = arena_new() };
        for (n = 1; i + n < s->parts.n &&
                    s->parts.v[i + n].polygon == s->parts.v[i].polygon;)
            n++;
        w.shape = copy(w.arena, s, i, n);
        w.points = w.shape->nv;
        put(q, w);
    }
}

/* False when it is too complex or too large. */
static bool unite(const struct waiting *x, const struct waiting *y,
                  struct waiting *w)
{
    struct arena *work = arena_new();
    struct geo_overlay *o = geo_overlay_new(work);
    geo_overlay_shape(o, x->shape, 0);
    geo_overlay_shape(o, y->shape, 1);
    bool ok = geo_overlay_build(o);
    struct geo_shape *s = ok ? geo_overlay_area(o, geo_in_either) : NULL;
    ok = ok && !s->beyond;
    if (ok) {
        w->arena = arena_new();
        w->shape = copy(w->arena, s, 0, s->parts.n);
        w->points = x->points + y->points;
    }
    arena_free(work);
    return ok;
}

static bool unite_all(struct queue *q)
{
    while (q->n > 1) {
        struct waiting x = take(q), y = take(q), w = { .arena = NULL };
        bool ok = unite(&x, &y, &w);
        arena_free(x.arena);
        arena_free(y.arena);
        if (!ok)
            return false;
        put(q, w);
    }
    return true;
}

struct geo_shape *geo_union(struct arena *a,
                            const struct geo_shape *const *shapes, size_t n)
{
    struct queue q = { NULL, 0, 0 };
    struct geo_shape *out = NULL;
    size_t npolygons = 0;
    for (size_t i = 0; i < n; i++)
        npolygons += shapes[i]->parts.n;
    q.v = xmalloc((npolygons + 1) * sizeof *q.v);
    for (size_t i = 0; i < n; i++)
        put_polygons(&q, shapes[i]);
    if (unite_all(&q)) {
        out = q.n ? copy(a, q.v[0].shape, 0, q.v[0].shape->parts.n)
                  : NEW(a, struct geo_shape);
        out->area = true;
    }
    while (q.n)
        arena_free(take(&q).arena);
    free(q.v);
    return out;
}

/* ---- union of lines ---- */

struct seen {
    uint32_t a, b, edge;
};

static int by_ends(const void *x, const void *y)
{
    const struct seen *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    return p->edge < q->edge ? -1 : p->edge > q->edge;
}

static int by_edge(const void *x, const void *y)
{
    const struct seen *p = x, *q = y;
    return p->edge < q->edge ? -1 : p->edge > q->edge;
}

size_t geo_unique_edges(const struct geo_edge *edges, size_t n,
                        struct geo_edge *out)
{
    struct seen *s = xmalloc((n + 1) * sizeof *s);
    size_t used = 0, k = 0;
    for (size_t i = 0; i < n; i++) {
        struct geo_edge e = edges[i];
        if (e.a != e.b)
            s[k++] = e.a < e.b ? (struct seen){ e.a, e.b, (uint32_t)i }
                               : (struct seen){ e.b, e.a, (uint32_t)i };
    }
    qsort(s, k, sizeof *s, by_ends);
    for (size_t i = 0; i < k; i++)
        if (i == 0 || s[i].a != s[i - 1].a || s[i].b != s[i - 1].b)
            s[used++] = s[i];
    qsort(s, used, sizeof *s, by_edge);
    for (size_t i = 0; i < used; i++)
        out[i] = edges[s[i].edge];
    free(s);
    return used;
}

struct geo_shape *geo_union_lines(struct arena *a,
                                  const struct geo_shape *const *shapes,
                                  size_t n)
{
    struct geo_points *points = geo_points_new(a);
    LIST(struct geo_edge) list = { NULL, 0, 0 };
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < shapes[i]->nedges; k++) {
            const struct geo_edge *e = &shapes[i]->edges[k];
            struct geo_edge mine = {
                geo_points_add(points, shapes[i]->v[e->a]),
                geo_points_add(points, shapes[i]->v[e->b])
            };
            PUSH(a, list, mine);
        }
    struct geo_edge *once = arena_array(a, list.n + 1, sizeof *once);
    size_t nonce = geo_unique_edges(list.v, list.n, once);
    return geo_lines_of_edges(a, points->v.v, points->v.n, once, nonce);
}

/* ---- joining edges ---- */

struct joiner {
    const struct geo_edge *edges;
    size_t n;
    uint32_t *in, *out, *from; /* of each point: edges in, out; the last out */
    bool *used;
};

/* Does a line go on straight through the point? */
static bool passes(const struct joiner *j, uint32_t point)
{
    return j->in[point] == 1 && j->out[point] == 1;
}

static void take_line(struct arena *a, const struct joiner *j,
                      const struct vec3 *v, size_t edge, struct geo_shape *s)
{
    struct geo_part p = { .first = s->nv };
    s->v[s->nv++] = v[j->edges[edge].a];
    while (!j->used[edge]) {
        uint32_t to = j->edges[edge].b;
        j->used[edge] = true;
        s->v[s->nv++] = v[to];
        if (passes(j, to))
            edge = j->from[to];
    }
    p.n = s->nv - p.first;
    PUSH(a, s->parts, p);
}

struct order {
    uint32_t edge, part;
};

static int by_first(const void *x, const void *y)
{
    const struct order *p = x, *q = y;
    return p->edge < q->edge ? -1 : p->edge > q->edge;
}

/* The parts in the order of their first edges. */
static void sort_parts(struct arena *a, struct geo_shape *s,
                       struct order *order)
{
    size_t n = s->parts.n;
    struct geo_part *sorted = arena_array(a, n + 1, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        order[i].part = (uint32_t)i;
    qsort(order, n, sizeof *order, by_first);
    for (size_t i = 0; i < n; i++)
        sorted[i] = s->parts.v[order[i].part];
    s->parts.v = sorted;
    s->parts.cap = n;
}

struct geo_shape *geo_lines_of_edges(struct arena *a, const struct vec3 *v,
                                     size_t nv, const struct geo_edge *pairs,
                                     size_t n)
{
    struct geo_shape *s = NEW(a, struct geo_shape);
    struct order *order = arena_array(a, n + 1, sizeof *order);
    struct joiner j = { .edges = pairs, .n = n };
    j.in = xcalloc(3 * nv + 3, sizeof *j.in);
    j.out = j.in + nv + 1;
    j.from = j.out + nv + 1;
    j.used = xcalloc(n + 1, sizeof *j.used);
    s->v = arena_array(a, 2 * n + 1, sizeof *s->v);
    for (size_t i = 0; i < n; i++) {
        j.in[pairs[i].b]++;
        j.out[pairs[i].a]++;
        j.from[pairs[i].a] = (uint32_t)i;
    }
    /* First what begins somewhere, then what goes in circles. */
    for (int circles = 0; circles < 2; circles++)
        for (size_t i = 0; i < n; i++)
            if (!j.used[i] && (circles || !passes(&j, pairs[i].a))) {
                order[s->parts.n].edge = (uint32_t)i;
                take_line(a, &j, v, i, s);
            }
    sort_parts(a, s, order);
    free(j.in);
    free(j.used);
    geo_shape_index(s, a);
    return s;
}

/* ---- intersection ---- */

bool geo_intersection(struct arena *a, const struct geo_shape *x,
                      const struct geo_shape *y, struct geo_common *out)
{
    struct geo_overlay *o = geo_overlay_new(a);
    geo_overlay_shape(o, x, 0);
    geo_overlay_shape(o, y, 1);
    if (!geo_overlay_build(o))
        return false;
    out->area = geo_overlay_area(o, geo_in_both);
    out->lines = geo_overlay_common_lines(o);
    out->points = geo_overlay_common_points(o, &out->npoints);
    return true;
}
