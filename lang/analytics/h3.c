/* h3.c - cells of the H3 grid: hexagons on an icosahedron around the globe.
 *
 * Called by: lang/funcs/fn_geo_h3.c and h3_region.c. A place on a face is
 * (a, b) along two axes 120 degrees apart; the third of H3's axes is
 * (-1, -1), so that i = a - m, j = b - m, k = -m with m = min(a, b, 0). The
 * axes of odd resolutions are turned by the angle `tilt`. */
#include "h3.h"

enum { FACES = 20, BASES = 122, NQUADRANTS = 3 };
enum quadrant { IJ, KI, JK };

struct hex {
    int64_t a, b;
};

struct on_face {
    int face;
    struct hex at;
};

static const struct face {
    struct vec3 middle;
    double azimuth;
} faces[FACES] = {
#define FACE(x, y, z, azimuth) { { x, y, z }, azimuth },
#define BESIDE(f, r, a, b, g, s, c, d, h, t, e, i)
#define BASE(f, a, b)
#define PENTAGON(f, a, b, x, y)
#define AT(...)
#include "h3_tables.def"
#undef FACE
#undef BESIDE
};

static const struct beside {
    int face, turns;
    struct hex step;
} beside[FACES][NQUADRANTS] = {
#define FACE(x, y, z, azimuth)
#define BESIDE(f, r, a, b, g, s, c, d, h, t, e, i)                           \
    { { f, r, { a, b } }, { g, s, { c, d } }, { h, t, { e, i } } },
#include "h3_tables.def"
#undef BESIDE
#undef BASE
#undef PENTAGON
};

static const struct base {
    struct on_face home;
    bool pentagon;
    int right[2]; /* faces */
} bases[BASES] = {
#define BESIDE(f, r, a, b, g, s, c, d, h, t, e, i)
#define BASE(f, a, b) { { f, { a, b } }, false, { -1, -1 } },
#define PENTAGON(f, a, b, x, y) { { f, { a, b } }, true, { x, y } },
#include "h3_tables.def"
#undef BASE
#undef PENTAGON
#undef AT
};

static const uint8_t base_at[FACES][27][2] = {
#define BASE(f, a, b)
#define PENTAGON(f, a, b, x, y)
#define AT(...) { AT_PAIRS(__VA_ARGS__) },
#define AT_PAIRS(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, \
                 u, v, w, x, y, z, A, B, C, D, E, F, G, H, I, J, K, L, M, N, \
                 O, P, Q, R, S, T, U, V, W, X, Y, Z, Y1, Z1)                 \
    { a, b }, { c, d }, { e, f }, { g, h }, { i, j }, { k, l }, { m, n },    \
    { o, p }, { q, r }, { s, t }, { u, v }, { w, x }, { y, z }, { A, B },    \
    { C, D }, { E, F }, { G, H }, { I, J }, { K, L }, { M, N }, { O, P },    \
    { Q, R }, { S, T }, { U, V }, { W, X }, { Y, Z }, { Y1, Z1 }
#include "h3_tables.def"
#undef FACE
#undef BESIDE
#undef BASE
#undef PENTAGON
#undef AT
};

static const double tilt = 0.333473172251832115336090755351601070;
static const double unit_size = 0.38196601125010500003; /* of resolution 0 */
static const double root3_2 = 0.8660254037844386467637231707529;

/* Steps of the digits, and the digit one turn to the left. */
static const struct hex steps[7] = { { 0, 0 },  { -1, -1 }, { 0, 1 }, { -1, 0 },
                                     { 1, 0 },  { 0, -1 },  { 1, 1 } };
static const uint8_t left_of[8] = { 0, 5, 3, 1, 6, 4, 2, 7 };
static const uint8_t right_of[8] = { 0, 3, 6, 2, 5, 1, 4, 7 };

/* ---- (a, b) ---- */

static struct hex hex_add(struct hex x, struct hex y)
{
    return (struct hex){ x.a + y.a, x.b + y.b };
}

static struct hex hex_left(struct hex x)
{
    return (struct hex){ x.a - x.b, x.a };
}

static struct hex hex_right(struct hex x)
{
    return (struct hex){ x.b, x.b - x.a };
}

static bool odd(int res)
{
    return res & 1;
}

/* The middle child of the cell: of resolution `res`. */
static struct hex down(struct hex x, int res)
{
    return odd(res) ? (struct hex){ 2 * x.a + x.b, 3 * x.b - x.a }
                    : (struct hex){ 3 * x.a - x.b, x.a + 2 * x.b };
}

static int64_t seventh(int64_t x)
{
    return x >= 0 ? (x + 3) / 7 : -((3 - x) / 7);
}

/* The cell of which it is a child; `res` is its own resolution. */
static struct hex up(struct hex x, int res)
{
    return odd(res) ? (struct hex){ seventh(3 * x.a - x.b),
                                    seventh(x.a + 2 * x.b) }
                    : (struct hex){ seventh(2 * x.a + x.b),
                                    seventh(3 * x.b - x.a) };
}

static int64_t third_axis(struct hex x)
{
    int64_t m = x.a < x.b ? x.a : x.b;
    return m < 0 ? -m : 0;
}

/* i + j + k, which is how far out it is. */
static int64_t extent(struct hex x)
{
    return x.a + x.b + 3 * third_axis(x);
}

static int64_t power7(int res)
{
    int64_t n = 1;
    for (int i = 0; i < res / 2; i++)
        n *= 7;
    return n;
}

/* ---- the plane of a face ---- */

struct flat {
    double x, y;
};

static struct flat flat_of(struct hex x)
{
    return (struct flat){ (double)x.a - 0.5 * (double)x.b,
                          root3_2 * (double)x.b };
}

static double dist2(struct flat p, struct hex x)
{
    struct flat q = flat_of(x);
    return (p.x - q.x) * (p.x - q.x) + (p.y - q.y) * (p.y - q.y);
}

static struct hex nearest_hex(struct flat p)
{
    double b = p.y / root3_2, a = p.x + b / 2;
    struct hex low = { (int64_t)floor(a), (int64_t)floor(b) }, best = low;
    for (int i = 1; i < 4; i++) {
        struct hex x = { low.a + (i & 1), low.b + (i >> 1) };
        if (dist2(p, x) < dist2(p, best))
            best = x;
    }
    return best;
}

static void compass(struct vec3 at, struct vec3 *north, struct vec3 *east)
{
    struct vec3 pole = { 0, 0, 1 };
    *north = v3_unit(v3_sub(pole, v3_scale(at, v3_dot(pole, at))));
    *east = v3_cross(*north, at);
}

static double unit_of(int res)
{
    return unit_size / pow(7, res / 2.0);
}

/* Gnomonic, in units of the resolution. */
static struct flat project(struct vec3 p, int face, int res)
{
    struct vec3 north, east, mid = faces[face].middle;
    compass(mid, &north, &east);
    double deep = v3_dot(p, mid);
    double up_north = v3_dot(p, north) / deep, to_east = v3_dot(p, east) / deep;
    double r = hypot(up_north, to_east) / unit_of(res);
    double theta = faces[face].azimuth - atan2(to_east, up_north) -
                   (odd(res) ? tilt : 0);
    return (struct flat){ r * cos(theta), r * sin(theta) };
}

/* `finer` divides the unit, for corners. Those are never of odd resolution. */
static struct vec3 unproject(struct flat p, int face, int res, int finer)
{
    struct vec3 north, east, mid = faces[face].middle;
    compass(mid, &north, &east);
    double r = hypot(p.x, p.y) * unit_of(res) / finer;
    double theta = faces[face].azimuth - atan2(p.y, p.x) -
                   (odd(res) ? tilt : 0);
    struct vec3 out = v3_add(v3_scale(north, r * cos(theta)),
                             v3_scale(east, r * sin(theta)));
    return v3_unit(v3_add(mid, out));
}

/* ---- from face to face ---- */

enum overage { INSIDE, ON_EDGE, NEXT_FACE };

static struct hex cross_edge(const struct beside *to, struct hex x,
                             int64_t scale)
{
    for (int i = 0; i < to->turns; i++)
        x = hex_left(x);
    return hex_add(x, (struct hex){ scale * to->step.a, scale * to->step.b });
}

/* Moves what lies beyond the face to the next one. Even resolutions only;
 * `finer` is 3 for corners. `gap` turns around the missing part of a pentagon.
 */
static enum overage next_face(struct on_face *f, int res, bool gap, int finer)
{
    int64_t scale = power7(res) * finer, most = 2 * scale;
    int64_t far = extent(f->at), k = third_axis(f->at);
    enum quadrant q = k == 0 ? IJ : f->at.b + k > 0 ? JK : KI;
    if (far <= most)
        return finer > 1 && far == most ? ON_EDGE : INSIDE;
    if (q == KI && gap) {
        struct hex x = hex_right((struct hex){ f->at.a - most, f->at.b });
        f->at = (struct hex){ x.a + most, x.b };
    }
    const struct beside *to = &beside[f->face][q];
    f->at = cross_edge(to, f->at, scale);
    f->face = to->face;
    return finer > 1 && extent(f->at) == most ? ON_EDGE : NEXT_FACE;
}

/* ---- indexes ---- */

int h3_res(uint64_t cell)
{
    return (int)(cell >> 52 & 15);
}

static int base_of(uint64_t cell)
{
    return (int)(cell >> 45 & 127);
}

static int digit(uint64_t cell, int res)
{
    return (int)(cell >> 3 * (H3_MAX_RES - res) & 7);
}

static uint64_t with_digit(uint64_t cell, int res, int value)
{
    int shift = 3 * (H3_MAX_RES - res);
    return (cell & ~(7ull << shift)) | (uint64_t)value << shift;
}

static uint64_t empty_cell(int res, int base)
{
    return 1ull << 59 | (uint64_t)res << 52 | (uint64_t)base << 45 |
           ((1ull << 45) - 1);
}

static int leading(uint64_t cell)
{
    for (int r = 1; r <= h3_res(cell); r++)
        if (digit(cell, r))
            return digit(cell, r);
    return 0;
}

bool h3_is_pentagon(uint64_t cell)
{
    return bases[base_of(cell)].pentagon && leading(cell) == 0;
}

bool h3_valid(uint64_t cell)
{
    if (cell >> 56 != 8 || base_of(cell) >= BASES)
        return false;
    for (int r = 1; r <= H3_MAX_RES; r++)
        if ((digit(cell, r) == 7) != (r > h3_res(cell)))
            return false;
    return !bases[base_of(cell)].pentagon || leading(cell) != 1;
}

static uint64_t turned(uint64_t cell, const uint8_t turn[8])
{
    for (int r = 1; r <= h3_res(cell); r++)
        cell = with_digit(cell, r, turn[digit(cell, r)]);
    return cell;
}

/* To the left around a pentagon, which has no direction 1. */
static uint64_t turned_pentagon(uint64_t cell)
{
    cell = turned(cell, left_of);
    return leading(cell) == 1 ? turned(cell, left_of) : cell;
}

static uint64_t turned_home(uint64_t cell, int face, int turns)
{
    const struct base *b = &bases[base_of(cell)];
    if (b->pentagon && leading(cell) == 1) {
        bool right = b->right[0] == face || b->right[1] == face;
        cell = turned(cell, right ? right_of : left_of);
    }
    for (int i = 0; i < turns; i++)
        cell = b->pentagon ? turned_pentagon(cell) : turned(cell, left_of);
    return cell;
}

/* 0 when there is no such cell. */
static uint64_t cell_of(struct on_face f, int res)
{
    uint64_t cell = empty_cell(res, 0);
    for (int r = res; r > 0; r--) {
        struct hex parent = up(f.at, r), mid = down(parent, r);
        int d = 0;
        while (d < 7 && (mid.a + steps[d].a != f.at.a ||
                         mid.b + steps[d].b != f.at.b))
            d++;
        if (d == 7)
            return 0;
        cell = with_digit(cell, r, d);
        f.at = parent;
    }
    int64_t k = third_axis(f.at), i = f.at.a + k, j = f.at.b + k;
    if (i > 2 || j > 2 || k > 2)
        return 0;
    const uint8_t *at = base_at[f.face][9 * i + 3 * j + k];
    return turned_home(cell | (uint64_t)at[0] << 45, f.face, at[1]);
}

uint64_t h3_cell_at(struct vec3 p, int res)
{
    struct on_face f = { 0, { 0, 0 } };
    for (int i = 1; i < FACES; i++)
        if (v3_dot(p, faces[i].middle) > v3_dot(p, faces[f.face].middle))
            f.face = i;
    f.at = nearest_hex(project(p, f.face, res));
    return cell_of(f, res);
}

uint64_t h3_parent(uint64_t cell, int res)
{
    for (int r = res + 1; r <= h3_res(cell); r++)
        cell = with_digit(cell, r, 7);
    return (cell & ~(15ull << 52)) | (uint64_t)res << 52;
}

uint64_t h3_child(uint64_t cell, int d)
{
    int res = h3_res(cell) + 1;
    if (d == 1 && h3_is_pentagon(cell))
        return 0;
    cell = (cell & ~(15ull << 52)) | (uint64_t)res << 52;
    return with_digit(cell, res, d);
}

size_t h3_token(uint64_t cell, char out[H3_TOKEN_MAX])
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (int shift = 60; shift >= 0; shift -= 4)
        if (n || cell >> shift)
            out[n++] = hex[cell >> shift & 15];
    return n;
}

bool h3_parse(str token, uint64_t *cell)
{
    *cell = 0;
    if (token.n < 1 || token.n > H3_TOKEN_MAX)
        return false;
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];
        unsigned d = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                     : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                            : 16;
        if (d > 15)
            return false;
        *cell = *cell << 4 | d;
    }
    return h3_valid(*cell);
}

/* ---- places ---- */

/* The place of the cell, moved by a step in the frame of its base cell. */
static struct on_face place_of(uint64_t cell, struct hex step)
{
    const struct base *b = &bases[base_of(cell)];
    int res = h3_res(cell), even = res;
    if (b->pentagon && leading(cell) == 5) {
        cell = turned(cell, right_of);
        step = hex_right(step);
    }
    struct on_face f = b->home;
    for (int r = 1; r <= res; r++)
        f.at = hex_add(down(f.at, r), steps[digit(cell, r)]);
    f.at = hex_add(f.at, step);
    struct on_face was = f;
    if (odd(res))
        f.at = down(f.at, ++even);
    bool gap = b->pentagon && leading(cell) == 4;
    if (next_face(&f, even, gap, 1) == INSIDE)
        return was;
    while (b->pentagon && next_face(&f, even, false, 1) != INSIDE)
        continue;
    if (even != res)
        f.at = up(f.at, even);
    return f;
}

static struct vec3 center_of(uint64_t cell, struct hex step)
{
    struct on_face f = place_of(cell, step);
    return unproject(flat_of(f.at), f.face, h3_res(cell), 1);
}

struct vec3 h3_center(uint64_t cell)
{
    return center_of(cell, (struct hex){ 0, 0 });
}

/* ---- borders ---- */

/* Corners in thirds of a unit, of resolutions that are even, and odd ones in
 * the next even one. A pentagon has no last one. */
static const struct hex corners[2][6] = {
    { { 2, 1 }, { 1, 2 }, { -1, 1 }, { -2, -1 }, { -1, -2 }, { 1, -1 } },
    { { 5, 4 }, { 1, 5 }, { -4, 1 }, { -5, -4 }, { -1, -5 }, { 4, -1 } },
};

struct border {
    uint64_t cell;
    int res;   /* even: its own, or the next */
    size_t n;  /* corners */
    int face;  /* of the middle */
    struct on_face corner[6]; /* on the face of the middle */
    struct on_face final[6];  /* on their own */
    enum overage over[6];
};

static void find_corners(struct border *b, uint64_t cell)
{
    struct on_face mid = place_of(cell, (struct hex){ 0, 0 });
    int res = h3_res(cell);
    b->cell = cell;
    b->res = res + odd(res);
    b->n = h3_is_pentagon(cell) ? 5 : 6;
    b->face = mid.face;
    mid.at = (struct hex){ 3 * mid.at.a, 3 * mid.at.b };
    if (odd(res))
        mid.at = down(mid.at, res + 1);
    for (size_t i = 0; i < b->n; i++) {
        b->corner[i] = (struct on_face){
            mid.face, hex_add(mid.at, corners[odd(res)][i])
        };
        b->final[i] = b->corner[i];
        b->over[i] = next_face(&b->final[i], b->res, false, 3);
        while (b->n == 5 && b->over[i] == NEXT_FACE)
            b->over[i] = next_face(&b->final[i], b->res, false, 3);
    }
}

static struct vec3 corner_point(const struct border *b, size_t i)
{
    return unproject(flat_of(b->final[i].at), b->final[i].face, b->res, 3);
}

static enum quadrant quadrant_to(int face, int other)
{
    for (int q = 0; q < NQUADRANTS; q++)
        if (beside[face][q].face == other)
            return (enum quadrant)q;
    return KI;
}

/* Where the line pq meets the edge of the face in the quadrant. */
static struct flat meet_edge(struct flat p, struct flat q, int res,
                             enum quadrant side)
{
    double most = 6 * (double)power7(res);
    struct flat v[3] = { { most, 0 },
                         { -0.5 * most, root3_2 * most },
                         { -0.5 * most, -root3_2 * most } };
    struct flat c = v[side == IJ ? 0 : side == JK ? 1 : 2];
    struct flat d = v[side == IJ ? 1 : side == JK ? 2 : 0];
    struct flat s = { q.x - p.x, q.y - p.y }, e = { d.x - c.x, d.y - c.y };
    double t = (e.x * (p.y - c.y) - e.y * (p.x - c.x)) /
               (e.y * s.x - e.x * s.y);
    return (struct flat){ p.x + t * s.x, p.y + t * s.y };
}

static bool same_place(struct flat p, struct flat q)
{
    return fabs(p.x - q.x) < 1e-7 && fabs(p.y - q.y) < 1e-7;
}

/* The point between two corners of a hexagon that are on different faces. */
static bool hexagon_crossing(const struct border *b, size_t last, size_t i,
                             struct vec3 *out)
{
    int one = b->final[last].face, two = b->final[i].face;
    if (one == two || b->over[last] == ON_EDGE)
        return false;
    struct flat p = flat_of(b->corner[last].at), q = flat_of(b->corner[i].at);
    struct flat at = meet_edge(p, q, b->res,
                               quadrant_to(b->face,
                                           one == b->face ? two : one));
    if (same_place(p, at) || same_place(q, at))
        return false;
    *out = unproject(at, b->face, b->res, 3);
    return true;
}

/* All edges of a pentagon of odd resolution cross one of the icosahedron. */
static struct vec3 pentagon_crossing(const struct border *b, size_t last,
                                     size_t i)
{
    struct on_face f = b->final[i];
    int to = b->final[last].face;
    const struct beside *way = &beside[f.face][quadrant_to(f.face, to)];
    struct hex moved = cross_edge(way, f.at, 3 * power7(b->res));
    struct flat p = flat_of(b->final[last].at), q = flat_of(moved);
    struct flat at = meet_edge(p, q, b->res, quadrant_to(to, f.face));
    return unproject(at, to, b->res, 3);
}

size_t h3_border(uint64_t cell, struct vec3 out[H3_MAX_CORNERS])
{
    struct border b;
    size_t n = 0;
    find_corners(&b, cell);
    for (size_t i = 0; i <= b.n; i++) {
        size_t at = i % b.n, last = (i + b.n - 1) % b.n;
        if (i && odd(h3_res(cell))) {
            if (b.n == 5)
                out[n++] = pentagon_crossing(&b, last, at);
            else
                n += hexagon_crossing(&b, last, at, &out[n]);
        }
        if (i < b.n)
            out[n++] = corner_point(&b, at);
    }
    return n;
}

/* ---- neighbours ---- */

size_t h3_neighbors(uint64_t cell, uint64_t out[6])
{
    struct border b;
    struct vec3 mid = h3_center(cell), ahead = center_of(cell, steps[4]);
    uint64_t found[6];
    size_t first = 0;
    double best = -9;
    find_corners(&b, cell);
    for (size_t i = 0; i < b.n; i++) {
        /* The middle, mirrored at the middle of an edge. */
        struct vec3 m = v3_unit(v3_add(corner_point(&b, i),
                                       corner_point(&b, (i + 1) % b.n)));
        struct vec3 p = v3_sub(v3_scale(m, 2 * v3_dot(m, mid)), mid);
        found[i] = h3_cell_at(p, h3_res(cell));
        if (v3_dot(p, ahead) > best) {
            best = v3_dot(p, ahead);
            first = i;
        }
    }
    for (size_t i = 0; i < b.n; i++)
        out[i] = found[(first + i) % b.n];
    return b.n;
}
