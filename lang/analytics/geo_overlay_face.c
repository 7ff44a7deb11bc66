/* geo_overlay_face.c - the faces that cut edges leave, and what is around them.
 *
 * Called by: geo_overlay.c. A face is all half edges that have it on the left.
 * Around a point they are put in order by exact signs, so each half edge has
 * one successor and faces close. */
#include <stdlib.h>

#include "geo_overlay_int.h"

/* ---- around points ---- */

struct leaving {
    double angle;
    uint32_t half;
};

static int by_angle(const void *x, const void *y)
{
    const struct leaving *a = x, *b = y;
    if (a->angle != b->angle)
        return a->angle < b->angle ? -1 : 1;
    return a->half < b->half ? -1 : a->half > b->half;
}

/* Whether y comes before x after all, where angles are too near to tell. */
static bool out_of_order(const struct geo_overlay *o, struct vec3 at,
                         const struct leaving *x, const struct leaving *y)
{
    return y->angle - x->angle < 0.1 &&
           sphere_sign(at, overlay_at(o, half_to(o, x->half)),
                       overlay_at(o, half_to(o, y->half))) < 0;
}

static void order_point(struct geo_overlay *o, uint32_t p, struct leaving *l)
{
    struct vec3 at = overlay_at(o, p), x = v3_ortho(at), y = v3_cross(at, x);
    uint32_t *out = o->out + o->first[p];
    size_t n = o->first[p + 1] - o->first[p];
    for (size_t i = 0; i < n; i++) {
        struct vec3 d = v3_sub(overlay_at(o, half_to(o, out[i])), at);
        l[i] = (struct leaving){ atan2(v3_dot(d, y), v3_dot(d, x)), out[i] };
    }
    qsort(l, n, sizeof *l, by_angle);
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && out_of_order(o, at, &l[k - 1], &l[k]);
             k--) {
            struct leaving t = l[k];
            l[k] = l[k - 1];
            l[k - 1] = t;
            t.angle = l[k].angle; /* angles stay sorted */
            l[k].angle = l[k - 1].angle;
            l[k - 1].angle = t.angle;
        }
    for (size_t i = 0; i < n; i++) {
        out[i] = l[i].half;
        o->place[l[i].half] = (uint32_t)(o->first[p] + i);
    }
}

static void order_halves(struct geo_overlay *o)
{
    size_t nhalves = 2 * o->pieces.n, n = overlay_npoints(o), most = 0;
    o->first = arena_zalloc(o->arena, (n + 2) * sizeof *o->first);
    o->out = arena_array(o->arena, nhalves + 1, sizeof *o->out);
    o->place = arena_array(o->arena, nhalves + 1, sizeof *o->place);
    for (uint32_t h = 0; h < nhalves; h++)
        o->first[half_from(o, h) + 2]++;
    for (size_t i = 2; i <= n + 1; i++) {
        most = o->first[i] > most ? o->first[i] : most;
        o->first[i] += o->first[i - 1];
    }
    for (uint32_t h = 0; h < nhalves; h++)
        o->out[o->first[half_from(o, h) + 1]++] = h;
    struct leaving *l = xmalloc((most + 1) * sizeof *l);
    for (size_t i = 0; i < n; i++)
        if (o->first[i] < o->first[i + 1])
            order_point(o, (uint32_t)i, l);
    free(l);
}

/* ---- faces ---- */

/* The half edge behind h along the border of the face on its left: the next
 * one clockwise from where h came. */
static uint32_t next_half(const struct geo_overlay *o, uint32_t h)
{
    uint32_t at = half_to(o, h);
    size_t place = o->place[h ^ 1];
    return o->out[place > o->first[at] ? place - 1 : o->first[at + 1] - 1];
}

static void find_faces(struct geo_overlay *o)
{
    size_t nhalves = 2 * o->pieces.n;
    o->face = arena_array(o->arena, nhalves + 1, sizeof *o->face);
    memset(o->face, 0xff, (nhalves + 1) * sizeof *o->face);
    o->nfaces = 0;
    for (uint32_t h = 0; h < nhalves; h++) {
        if (o->face[h] != UINT32_MAX)
            continue;
        for (uint32_t g = h; o->face[g] == UINT32_MAX; g = next_half(o, g))
            o->face[g] = (uint32_t)o->nfaces;
        o->nfaces++;
    }
}

/* ---- counting turns ---- */

struct probe {
    const struct geo_overlay *o;
    uint32_t at; /* point */
    int turns[GEO_GROUPS];
};

/* What the way from the known point to `at` gains at a piece. */
static bool probe_piece(void *ctx, uint32_t i)
{
    struct probe *p = ctx;
    const struct geo_overlay *o = p->o;
    const struct piece *e = &o->pieces.v[i];
    if (e->a == p->at || e->b == p->at ||
        sphere_crossing(o->known, overlay_at(o, p->at), overlay_at(o, e->a),
                        overlay_at(o, e->b)) <= 0)
        return true;
    bool from_left = sphere_sign(overlay_at(o, e->a), overlay_at(o, e->b),
                                 o->known) > 0;
    for (int g = 0; g < GEO_GROUPS; g++)
        p->turns[g] += from_left ? -e->net[g] : e->net[g];
    return true;
}

/* The half edge of the point that has the known point in its sector. */
static uint32_t sector(const struct geo_overlay *o, uint32_t at)
{
    size_t n = o->first[at + 1] - o->first[at];
    const uint32_t *out = o->out + o->first[at];
    for (size_t i = 0; i + 1 < n; i++)
        if (sphere_ordered(overlay_at(o, half_to(o, out[i])), o->known,
                           overlay_at(o, half_to(o, out[i + 1])),
                           overlay_at(o, at)))
            return out[i];
    return out[n - 1];
}

struct flood {
    struct geo_overlay *o;
    uint32_t *stack; /* half edges whose face has just got its label */
    size_t n;
    bool *done; /* of each face */
};

static void reach(struct flood *f, uint32_t half, const int turns[GEO_GROUPS])
{
    uint32_t face = f->o->face[half];
    if (f->done[face])
        return;
    f->done[face] = true;
    memcpy(f->o->label[face], turns, sizeof f->o->label[face]);
    f->stack[f->n++] = half;
}

/* To all faces that hang together, over the edges. */
static void flood(struct flood *f)
{
    struct geo_overlay *o = f->o;
    while (f->n) {
        uint32_t h = f->stack[--f->n], g = h;
        do {
            const struct piece *p = &o->pieces.v[g >> 1];
            int turns[GEO_GROUPS];
            for (int i = 0; i < GEO_GROUPS; i++)
                turns[i] = o->label[o->face[g]][i] +
                           (g & 1 ? p->net[i] : -p->net[i]);
            reach(f, g ^ 1, turns);
            g = next_half(o, g);
        } while (g != h);
    }
}

static void count_turns(struct geo_overlay *o)
{
    struct flood f = { .o = o };
    o->label = arena_array(o->arena, o->nfaces + 1, sizeof *o->label);
    f.stack = xmalloc((o->nfaces + 1) * sizeof *f.stack);
    f.done = xcalloc(o->nfaces + 1, sizeof *f.done);
    for (uint32_t h = 0; h < 2 * o->pieces.n; h++) {
        if (f.done[o->face[h]])
            continue;
        /* The first of its network: no face of it has a label yet. */
        struct probe p = { .o = o, .at = half_from(o, h) };
        memcpy(p.turns, o->turns, sizeof p.turns);
        geo_tree_cuts(&o->tree, o->known, overlay_at(o, p.at), probe_piece, &p);
        reach(&f, sector(o, p.at), p.turns);
        flood(&f);
    }
    free(f.stack);
    free(f.done);
}

void overlay_faces(struct geo_overlay *o)
{
    o->edges = arena_array(o->arena, o->pieces.n + 1, sizeof *o->edges);
    for (size_t i = 0; i < o->pieces.n; i++)
        o->edges[i] = (struct geo_edge){ o->pieces.v[i].a, o->pieces.v[i].b };
    geo_tree_init(&o->tree, o->arena, o->points->v.v, o->edges, o->pieces.n);
    order_halves(o);
    find_faces(o);
    count_turns(o);
}
