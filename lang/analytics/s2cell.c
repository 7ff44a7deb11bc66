/* s2cell.c - cells of the S2 grid: squares on a cube around the globe.
 *
 * Called by: lang/funcs/fn_geo_s2.c and s2cover.c. A place on a face is (u, v)
 * in -1..1; (s, t) in 0..1 is bent so that cells have nearly the same size;
 * (i, j) are the 2^30 rows and columns of the last level. */
#include "s2cell.h"

enum { FACES = 6, SWAP = 1, INVERT = 2 };
static const int side = 1 << S2_MAX_LEVEL; /* of a face in last cells */

/* The four quarters in the order of the curve, as 2 i + j, by orientation, and
 * what the orientation of each quarter changes by. */
static const uint8_t quarter[4][4] = {
    { 0, 1, 3, 2 }, { 0, 2, 3, 1 }, { 3, 2, 0, 1 }, { 3, 1, 0, 2 }
};
static const uint8_t turn[4] = { SWAP, 0, 0, SWAP | INVERT };

/* ---- the projection ---- */

static double st_of_uv(double u)
{
    return u >= 0 ? 0.5 * sqrt(1 + 3 * u) : 1 - 0.5 * sqrt(1 - 3 * u);
}

static double uv_of_st(double s)
{
    return s >= 0.5 ? (1 / 3.) * (4 * s * s - 1)
                    : (1 / 3.) * (1 - 4 * (1 - s) * (1 - s));
}

static int ij_of_st(double s)
{
    return (int)fmax(0, fmin(side - 1, floor(side * s)));
}

static int face_of(struct vec3 p, double *u, double *v)
{
    double x = fabs(p.x), y = fabs(p.y), z = fabs(p.z);
    int axis = x > y ? (x > z ? 0 : 2) : (y > z ? 1 : 2);
    bool back = (axis == 0 ? p.x : axis == 1 ? p.y : p.z) < 0;
    switch (axis + 3 * back) {
    case 0: *u = p.y / p.x; *v = p.z / p.x; break;
    case 1: *u = -p.x / p.y; *v = p.z / p.y; break;
    case 2: *u = -p.x / p.z; *v = -p.y / p.z; break;
    case 3: *u = p.z / p.x; *v = p.y / p.x; break;
    case 4: *u = p.z / p.y; *v = -p.x / p.y; break;
    default: *u = -p.y / p.z; *v = -p.x / p.z; break;
    }
    return axis + 3 * back;
}

static struct vec3 on_face(int face, double u, double v)
{
    switch (face) {
    case 0: return (struct vec3){ 1, u, v };
    case 1: return (struct vec3){ -u, 1, v };
    case 2: return (struct vec3){ -u, -v, 1 };
    case 3: return (struct vec3){ -1, -v, -u };
    case 4: return (struct vec3){ v, -1, -u };
    default: return (struct vec3){ v, u, -1 };
    }
}

/* ---- ids ---- */

static uint64_t low_bit(uint64_t id)
{
    return id & (~id + 1);
}

static uint64_t bit_of_level(int level)
{
    return 1ull << 2 * (S2_MAX_LEVEL - level);
}

static uint64_t last_cell(int face, int i, int j)
{
    uint64_t id = (uint64_t)face;
    unsigned way = face & SWAP;
    for (int k = S2_MAX_LEVEL - 1; k >= 0; k--) {
        unsigned ij = (unsigned)(i >> k & 1) << 1 | (unsigned)(j >> k & 1);
        unsigned pos = 0;
        while (quarter[way][pos] != ij)
            pos++;
        id = id << 2 | pos;
        way ^= turn[pos];
    }
    return id << 1 | 1;
}

/* The first row and column of the cell; gives its face. */
static int face_ij(uint64_t id, int *i, int *j)
{
    int face = (int)(id >> 61);
    unsigned way = face & SWAP;
    int level = s2_cell_level(id);
    *i = *j = 0;
    for (int k = 1; k <= level; k++) {
        unsigned pos = id >> (61 - 2 * k) & 3, ij = quarter[way][pos];
        *i = *i << 1 | (int)(ij >> 1);
        *j = *j << 1 | (int)(ij & 1);
        way ^= turn[pos];
    }
    *i <<= S2_MAX_LEVEL - level;
    *j <<= S2_MAX_LEVEL - level;
    return face;
}

uint64_t s2_cell_at(struct vec3 p, int level)
{
    double u, v;
    int face = face_of(p, &u, &v);
    uint64_t id = last_cell(face, ij_of_st(st_of_uv(u)),
                            ij_of_st(st_of_uv(v)));
    return s2_cell_parent(id, level);
}

bool s2_cell_valid(uint64_t id)
{
    return id >> 61 < FACES && low_bit(id) & 0x1555555555555555u;
}

int s2_cell_level(uint64_t id)
{
    int level = S2_MAX_LEVEL;
    for (uint64_t bit = low_bit(id); bit > 1; bit >>= 2)
        level--;
    return level;
}

uint64_t s2_cell_parent(uint64_t id, int level)
{
    uint64_t bit = bit_of_level(level);
    return (id & (~bit + 1)) | bit;
}

uint64_t s2_cell_child(uint64_t id, int child)
{
    uint64_t bit = low_bit(id) >> 2;
    return id - low_bit(id) + (2 * (uint64_t)child + 1) * bit;
}

uint64_t s2_cell_face(int face)
{
    return (uint64_t)face << 61 | bit_of_level(0);
}

size_t s2_cell_token(uint64_t id, char out[S2_TOKEN_MAX])
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (; id; id <<= 4)
        out[n++] = hex[id >> 60];
    return n;
}

bool s2_cell_parse(str token, uint64_t *id)
{
    *id = 0;
    if (token.n < 1 || token.n > S2_TOKEN_MAX)
        return false;
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10)
                                                : 16;
        if (digit > 15)
            return false;
        *id |= (uint64_t)digit << (60 - 4 * i);
    }
    return s2_cell_valid(*id);
}

/* ---- places ---- */

struct vec3 s2_cell_center(uint64_t id)
{
    int i, j, face = face_ij(id, &i, &j);
    double half = side >> s2_cell_level(id);
    half /= 2;
    return on_face(face, uv_of_st((i + half) / side),
                   uv_of_st((j + half) / side));
}

void s2_cell_corners(uint64_t id, struct vec3 corner[4])
{
    int i, j, face = face_ij(id, &i, &j), size = side >> s2_cell_level(id);
    double u0 = uv_of_st((double)i / side), v0 = uv_of_st((double)j / side);
    double u1 = uv_of_st(((double)i + size) / side),
           v1 = uv_of_st(((double)j + size) / side);
    corner[0] = v3_unit(on_face(face, u0, v0));
    corner[1] = v3_unit(on_face(face, u1, v0));
    corner[2] = v3_unit(on_face(face, u1, v1));
    corner[3] = v3_unit(on_face(face, u0, v1));
}

/* A cell beside the face, as the point a little over its edge. */
static uint64_t wrapped(int face, int64_t i, int64_t j)
{
    double most = 1 + 0x1p-52, u, v;
    i = i < -1 ? -1 : i > side ? side : i;
    j = j < -1 ? -1 : j > side ? side : j;
    u = (double)(2 * (i - side / 2) + 1) / side;
    v = (double)(2 * (j - side / 2) + 1) / side;
    u = fmax(-most, fmin(most, u));
    v = fmax(-most, fmin(most, v));
    face = face_of(on_face(face, u, v), &u, &v);
    return last_cell(face, ij_of_st(0.5 * (u + 1)), ij_of_st(0.5 * (v + 1)));
}

void s2_cell_neighbors(uint64_t id, uint64_t out[8])
{
    static const signed char at[8][2] = {
        { -1, -1 }, { 1, -1 }, { 0, -1 }, { 0, 1 },
        { -1, 0 },  { 1, 0 },  { -1, 1 }, { 1, 1 },
    };
    int i, j, face = face_ij(id, &i, &j), level = s2_cell_level(id);
    int size = side >> level;
    for (int k = 0; k < 8; k++) {
        int64_t x = (int64_t)i + (int64_t)size * at[k][0];
        int64_t y = (int64_t)j + (int64_t)size * at[k][1];
        bool here = x >= 0 && x < side && y >= 0 && y < side;
        uint64_t near = here ? last_cell(face, (int)x, (int)y)
                             : wrapped(face, x, y);
        out[k] = s2_cell_parent(near, level);
    }
}
