/* geo_points.c - points that know each other: equal ones have one number.
 *
 * Called by: geo_overlay.c and geo_sets.c. */
#include "geo_points.h"

static size_t hash(struct vec3 p)
{
    double d[3] = { p.x + 0.0, p.y + 0.0, p.z + 0.0 };
    uint64_t bits[3], h = 0;
    memcpy(bits, d, sizeof bits);
    for (int i = 0; i < 3; i++) {
        h = (h ^ bits[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return (size_t)h;
}

static void grow(struct geo_points *s)
{
    s->nslots = s->nslots ? 2 * s->nslots : 64;
    s->slots = arena_zalloc(s->arena, s->nslots * sizeof *s->slots);
    for (size_t i = 0; i < s->v.n; i++) {
        size_t at = hash(s->v.v[i]) & (s->nslots - 1);
        while (s->slots[at])
            at = (at + 1) & (s->nslots - 1);
        s->slots[at] = (uint32_t)i + 1;
    }
}

struct geo_points *geo_points_new(struct arena *a)
{
    struct geo_points *s = NEW(a, struct geo_points);
    s->arena = a;
    return s;
}

uint32_t geo_points_add(struct geo_points *s, struct vec3 p)
{
    if (2 * (s->v.n + 1) > s->nslots)
        grow(s);
    size_t at = hash(p) & (s->nslots - 1);
    for (; s->slots[at]; at = (at + 1) & (s->nslots - 1))
        if (v3_eq(s->v.v[s->slots[at] - 1], p))
            return s->slots[at] - 1;
    PUSH(s->arena, s->v, p);
    s->slots[at] = (uint32_t)s->v.n;
    return (uint32_t)s->v.n - 1;
}
