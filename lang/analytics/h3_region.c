/* h3_region.c - sets of H3 cells: rings around one, and those in a polygon.
 *
 * Called by: lang/funcs/fn_geo_h3.c. */
#include "h3_region.h"

#include <stdlib.h>

/* ---- rings ---- */

/* The cell to go on to from `cur`, having come from `from`, when the way turns
 * by so many times 60 degrees to the left; 0 at a pentagon. */
static uint64_t go_on(uint64_t from, uint64_t cur, unsigned turns)
{
    uint64_t near[6];
    size_t n = h3_neighbors(cur, near);
    for (size_t i = 0; n == 6 && i < n; i++)
        if (near[i] == from)
            return near[(i + 3 + turns) % 6];
    return 0;
}

/* Ring k, from the cell at its first corner; `from` is the one before that on
 * the way out. False when a pentagon is in the way. */
static bool walk_ring(struct arena *a, uint64_t from, uint64_t corner, int k,
                      struct h3_cells *out)
{
    uint64_t last = from, cur = corner;
    for (int side = 0; side < 6; side++)
        for (int i = 0; i < k; i++) {
            unsigned turns = i ? 0 : side ? 1 : 2;
            uint64_t next = go_on(last, cur, turns);
            if (!next)
                return false;
            PUSH(a, out->list, next);
            last = cur;
            cur = next;
        }
    return cur == corner;
}

static bool walk_rings(struct arena *a, uint64_t cell, int most,
                       struct h3_cells *out, size_t *ends)
{
    uint64_t near[6], last = cell, corner = 0;
    for (int k = 1; k <= most; k++) {
        if (k == 1 && h3_neighbors(cell, near) != 6)
            return false;
        uint64_t next = k == 1 ? near[0] : go_on(last, corner, 0);
        if (k > 1)
            last = corner;
        corner = next;
        if (!corner || !walk_ring(a, last, corner, k, out))
            return false;
        ends[k] = out->list.n;
    }
    return true;
}

/* A set of cells. */
struct set {
    uint64_t *slots;
    size_t n, size; /* a power of two */
};

static size_t slot_of(const struct set *s, uint64_t cell)
{
    uint64_t h = cell * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(h >> 20) & (s->size - 1);
    while (s->slots[i] && s->slots[i] != cell)
        i = (i + 1) & (s->size - 1);
    return i;
}

/* True when it was new. */
static bool set_put(struct set *s, uint64_t cell)
{
    if (2 * (s->n + 1) > s->size) {
        struct set old = *s;
        s->size = old.size ? 2 * old.size : 256;
        s->slots = xcalloc(s->size, sizeof *s->slots);
        for (size_t i = 0; i < old.size; i++)
            if (old.slots[i])
                s->slots[slot_of(s, old.slots[i])] = old.slots[i];
        free(old.slots);
    }
    size_t i = slot_of(s, cell);
    if (s->slots[i])
        return false;
    s->slots[i] = cell;
    s->n++;
    return true;
}

static void flood_rings(struct arena *a, int most, struct h3_cells *out,
                        size_t *ends)
{
    struct set seen = { NULL, 0, 0 };
    uint64_t near[6];
    out->list.n = ends[0];
    set_put(&seen, out->list.v[0]);
    for (int k = 1; k <= most; k++) {
        size_t end = ends[k - 1], i = k > 1 ? ends[k - 2] : 0;
        for (; i < end; i++) {
            size_t n = h3_neighbors(out->list.v[i], near);
            for (size_t d = 0; d < n; d++)
                if (near[d] && set_put(&seen, near[d]))
                    PUSH(a, out->list, near[d]);
        }
        ends[k] = out->list.n;
    }
    free(seen.slots);
}

void h3_rings(struct arena *a, uint64_t cell, int most, struct h3_cells *out,
              size_t ends[H3_MAX_RING + 1])
{
    out->list.n = 0;
    PUSH(a, out->list, cell);
    ends[0] = 1;
    if (!walk_rings(a, cell, most, out, ends))
        flood_rings(a, most, out, ends);
}

/* ---- filling polygons ---- */

struct fill {
    struct arena *arena;
    const struct geo_shape *shape;
    uint32_t polygon;
    size_t first, last; /* parts of it */
    int res;
    bool wraps;         /* over the antimeridian: west is 360 more */
    double spread;      /* of a cell, in radians */
    LIST(uint64_t) search, found;
    struct set seen;    /* edge cells, then cells of the result */
    size_t traced;
};

static struct geo_point corner(const struct fill *f, struct vec3 v)
{
    struct geo_point p = sphere_lonlat(v);
    if (f->wraps && p.lon < 0)
        p.lon += 360;
    return p;
}

static bool over_antimeridian(const struct geo_shape *s, size_t first,
                              size_t last)
{
    for (size_t i = first; i < last; i++) {
        const struct geo_part *p = &s->parts.v[i];
        const struct vec3 *v = s->v + p->first;
        for (size_t k = 0; k < p->n; k++)
            if (fabs(sphere_lonlat(v[k]).lon -
                     sphere_lonlat(v[(k + 1) % p->n]).lon) > 180)
                return true;
    }
    return false;
}

/* An odd number of edges to the west of the point. */
static bool is_inside(const struct fill *f, struct geo_point p)
{
    bool in = false;
    for (size_t i = f->first; i < f->last; i++) {
        const struct geo_part *part = &f->shape->parts.v[i];
        const struct vec3 *v = f->shape->v + part->first;
        for (size_t k = 0; k < part->n; k++) {
            struct geo_point a = corner(f, v[k]);
            struct geo_point b = corner(f, v[(k + 1) % part->n]);
            if ((a.lat > p.lat) != (b.lat > p.lat) &&
                p.lon < (b.lon - a.lon) * (p.lat - a.lat) / (b.lat - a.lat) +
                            a.lon)
                in = !in;
        }
    }
    return in;
}

/* The cells under an edge, by points a cell's width apart. */
static bool trace_edge(struct fill *f, struct geo_point a, struct geo_point b)
{
    double cells = ceil(geo_distance(a, b) / GEO_EARTH / (2 * f->spread));
    double n = fmax(1, cells);
    if ((double)f->traced + n > 2 * H3_MAX_FILL)
        return false;
    f->traced += (size_t)n;
    for (double j = 0; j < n; j++) {
        struct geo_point p = { a.lon * (n - j) / n + b.lon * j / n,
                               a.lat * (n - j) / n + b.lat * j / n };
        uint64_t cell = h3_cell_at(sphere_point(p), f->res);
        if (set_put(&f->seen, cell))
            PUSH(f->arena, f->search, cell);
    }
    return true;
}

static bool trace(struct fill *f)
{
    for (size_t i = f->first; i < f->last; i++) {
        const struct geo_part *p = &f->shape->parts.v[i];
        const struct vec3 *v = f->shape->v + p->first;
        for (size_t k = 0; k < p->n; k++)
            if (!trace_edge(f, corner(f, v[k]), corner(f, v[(k + 1) % p->n])))
                return false;
    }
    return true;
}

static void try_cell(struct fill *f, uint64_t cell)
{
    if (cell && !f->seen.slots[slot_of(&f->seen, cell)] &&
        is_inside(f, corner(f, h3_center(cell)))) {
        set_put(&f->seen, cell);
        PUSH(f->arena, f->found, cell);
    }
}

/* From the border inwards, ring by ring. */
static bool spread_out(struct fill *f)
{
    size_t at = 0;
    f->seen.n = 0;
    memset(f->seen.slots, 0, f->seen.size * sizeof *f->seen.slots);
    for (size_t i = 0; i < f->search.n + f->found.n; i++) {
        bool edge = i < f->search.n;
        uint64_t near[6], cell = edge ? f->search.v[i] : f->found.v[at++];
        size_t n = h3_neighbors(cell, near);
        try_cell(f, cell);
        for (size_t k = 1; k <= n; k++) /* as rings are walked */
            try_cell(f, near[k % n]);
        if (f->found.n > H3_MAX_FILL)
            return false;
    }
    return true;
}

/* How many slots the library takes for its table of the result: by the box
 * around the shell, in cells of the size of a pentagon, and twelve more. */
static double table_size(const struct fill *f)
{
    const struct geo_part *p = &f->shape->parts.v[f->first];
    const struct vec3 *v = f->shape->v + p->first;
    struct geo_point low = { 999, 999 }, high = { -999, -999 };
    for (size_t k = 0; k < p->n; k++) {
        struct geo_point c = corner(f, v[k]);
        low.lon = fmin(low.lon, c.lon);
        low.lat = fmin(low.lat, c.lat);
        high.lon = fmax(high.lon, c.lon);
        high.lat = fmax(high.lat, c.lat);
    }
    double d = geo_distance(low, high) / GEO_EARTH;
    double ratio = fabs((high.lon - low.lon) / (high.lat - low.lat));
    double cell = 0.8 * 2.59807621135 * f->spread * f->spread;
    double n = ceil(d * d / fmin(3, ratio) / cell);
    return fmax(1, n) + 12;
}

struct slot {
    uint64_t at, cell;
};

static int by_slot(const void *x, const void *y)
{
    const struct slot *a = x, *b = y;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* The order of a table in which cells go to the next free slot. */
static void order(struct fill *f, double size)
{
    size_t n = f->found.n;
    uint64_t slots = (uint64_t)fmin(fmax(size, (double)n), 1e15);
    struct slot *s = xmalloc((n + 1) * sizeof *s);
    struct set taken = { NULL, 0, 0 };
    for (size_t i = 0; i < n; i++) {
        s[i].cell = f->found.v[i];
        s[i].at = s[i].cell % slots;
        while (!set_put(&taken, s[i].at + 1))
            s[i].at = (s[i].at + 1) % slots;
    }
    qsort(s, n, sizeof *s, by_slot);
    for (size_t i = 0; i < n; i++)
        f->found.v[i] = s[i].cell;
    free(s);
    free(taken.slots);
}

static bool fill_polygon(struct fill *f)
{
    bool ok = trace(f) && (!f->seen.n || spread_out(f));
    if (ok)
        order(f, table_size(f));
    free(f->seen.slots);
    f->seen = (struct set){ NULL, 0, 0 };
    return ok;
}

/* From the middle to a corner of a pentagon. */
static double cell_spread(int res)
{
    struct vec3 border[H3_MAX_CORNERS];
    uint64_t cell = 0;
    struct vec3 at = { 0, 0, 0 };
    /* Base cell 4, all digits 0. */
    cell = 1ull << 59 | (uint64_t)res << 52 | 4ull << 45 |
           ((1ull << (3 * (H3_MAX_RES - res))) - 1);
    at = h3_center(cell);
    h3_border(cell, border);
    return v3_angle(at, border[0]);
}

bool h3_fill(struct arena *a, const struct geo_shape *s, int res,
             struct h3_cells *out)
{
    double spread = cell_spread(res);
    out->list.n = 0;
    for (size_t i = 0, n; i < s->parts.n; i += n) {
        struct fill f = { .arena = a, .shape = s, .first = i, .res = res,
                          .spread = spread };
        for (n = 1; i + n < s->parts.n &&
                    s->parts.v[i + n].polygon == s->parts.v[i].polygon;)
            n++;
        f.last = i + n;
        f.wraps = over_antimeridian(s, f.first, f.last);
        if (!fill_polygon(&f))
            return false;
        for (size_t k = 0; k < f.found.n; k++)
            PUSH(a, out->list, f.found.v[k]);
        if (out->list.n > H3_MAX_FILL)
            return false;
    }
    return true;
}
