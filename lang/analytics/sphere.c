/* sphere.c - vectors on the unit sphere, and which side of an edge they are on.
 *
 * Called by: everything of the geo_ functions that computes with shapes.
 * Must not:  guess: a sign that rounding leaves open is computed exactly. */
#include "sphere.h"

static const double pi = 3.14159265358979323846;

struct vec3 v3_unit(struct vec3 a)
{
    double n = v3_length(a);
    return n > 0 ? v3_scale(a, 1 / n) : a;
}

double v3_angle(struct vec3 a, struct vec3 b)
{
    return atan2(v3_length(v3_cross(a, b)), v3_dot(a, b));
}

struct vec3 v3_normal(struct vec3 a, struct vec3 b)
{
    struct vec3 n = v3_cross(v3_add(b, a), v3_sub(b, a));
    return n.x != 0 || n.y != 0 || n.z != 0 ? n : v3_ortho(a);
}

struct vec3 v3_ortho(struct vec3 a)
{
    double x = fabs(a.x), y = fabs(a.y), z = fabs(a.z);
    struct vec3 other = { 0.012, 0.0053, 0.00457 };
    /* The axis before the one along which `a` is longest. */
    if (x > y && x > z)
        other.z = 1;
    else if (y > z && y >= x)
        other.x = 1;
    else
        other.y = 1;
    return v3_unit(v3_cross(a, other));
}

struct vec3 sphere_point(struct geo_point p)
{
    double lon = pi / 180 * p.lon, lat = pi / 180 * p.lat;
    double flat = cos(lat);
    return (struct vec3){ cos(lon) * flat, sin(lon) * flat, sin(lat) };
}

struct geo_point sphere_lonlat(struct vec3 v)
{
    /* Adding 0 makes -0 a 0, so that there is one north for both. */
    return (struct geo_point){
        180 / pi * atan2(v.y + 0.0, v.x + 0.0),
        180 / pi * atan2(v.z + 0.0, sqrt(v.x * v.x + v.y * v.y)),
    };
}

/* ---- exact signs ---- */

/* A sum kept without rounding, as parts that do not overlap, the smallest
 * first (Shewchuk, Adaptive Precision Floating-Point Arithmetic, 1997). */
enum { MAX_PARTS = 32 };

struct sum {
    double v[MAX_PARTS];
    int n;
};

static void sum_add(struct sum *s, double x)
{
    int n = 0;
    for (int i = 0; i < s->n; i++) {
        double total = x + s->v[i];
        double back = total - x;
        double lost = (x - (total - back)) + (s->v[i] - back);
        if (lost != 0)
            s->v[n++] = lost;
        x = total;
    }
    if (x != 0)
        s->v[n++] = x;
    s->n = n;
}

static void sum_add2(struct sum *s, double a, double b)
{
    double p = a * b;
    sum_add(s, fma(a, b, -p));
    sum_add(s, p);
}

static void sum_add3(struct sum *s, double a, double b, double c)
{
    double p = a * b, e = fma(a, b, -p);
    sum_add2(s, e, c);
    sum_add2(s, p, c);
}

static int sign_of(double x)
{
    return (x > 0) - (x < 0);
}

/* The last part is larger than all others together. */
static int sum_sign(const struct sum *s)
{
    return s->n ? sign_of(s->v[s->n - 1]) : 0;
}

/* a b - c d */
static int sign2(double a, double b, double c, double d)
{
    struct sum s = { .n = 0 };
    sum_add2(&s, a, b);
    sum_add2(&s, -c, d);
    return sum_sign(&s);
}

static int sign3(struct vec3 a, struct vec3 b, struct vec3 c)
{
    struct sum s = { .n = 0 };
    sum_add3(&s, a.x, b.y, c.z);
    sum_add3(&s, -a.x, b.z, c.y);
    sum_add3(&s, a.y, b.z, c.x);
    sum_add3(&s, -a.y, b.x, c.z);
    sum_add3(&s, a.z, b.x, c.y);
    sum_add3(&s, -a.z, b.y, c.x);
    return sum_sign(&s);
}

static bool before(struct vec3 a, struct vec3 b)
{
    if (a.x != b.x)
        return a.x < b.x;
    return a.y != b.y ? a.y < b.y : a.z < b.z;
}

/* The sign of the determinant of a < b < c, which is 0, once each coordinate
 * has been moved a little: the first minor that is not 0 decides. */
static int moved_sign(struct vec3 a, struct vec3 b, struct vec3 c)
{
    int minors[] = {
        sign2(b.x, c.y, b.y, c.x), sign2(b.z, c.x, b.x, c.z),
        sign2(b.y, c.z, b.z, c.y), sign2(c.x, a.y, c.y, a.x),
        sign_of(c.x),              -sign_of(c.y),
        sign2(c.z, a.x, c.x, a.z), sign_of(c.z),
        sign2(a.x, b.y, a.y, b.x), -sign_of(b.x),
        sign_of(b.y),              sign_of(a.x),
    };
    for (unsigned i = 0; i < sizeof minors / sizeof *minors; i++)
        if (minors[i])
            return minors[i];
    return 1;
}

static void swap(struct vec3 *a, struct vec3 *b, int *sign)
{
    if (!before(*b, *a))
        return;
    struct vec3 t = *a;
    *a = *b;
    *b = t;
    *sign = -*sign;
}

int sphere_sign(struct vec3 a, struct vec3 b, struct vec3 c)
{
    double det = v3_dot(v3_cross(a, b), c);
    if (fabs(det) > 1e-15) /* several times what rounding can do */
        return sign_of(det);
    if (v3_eq(a, b) || v3_eq(b, c) || v3_eq(c, a))
        return 0;
    int exact = sign3(a, b, c), turned = 1;
    if (exact)
        return exact;
    swap(&a, &b, &turned);
    swap(&b, &c, &turned);
    swap(&a, &b, &turned);
    return turned * moved_sign(a, b, c);
}

bool sphere_ordered(struct vec3 a, struct vec3 b, struct vec3 c, struct vec3 o)
{
    int sum = (sphere_sign(b, o, a) >= 0) + (sphere_sign(c, o, b) >= 0) +
              (sphere_sign(a, o, c) > 0);
    return sum >= 2;
}

int sphere_crossing(struct vec3 a, struct vec3 b, struct vec3 c, struct vec3 d)
{
    if (v3_eq(a, c) || v3_eq(a, d) || v3_eq(b, c) || v3_eq(b, d))
        return 0;
    if (v3_eq(a, b) || v3_eq(c, d))
        return -1;
    int side = sphere_sign(a, b, d);
    if (sphere_sign(a, b, c) == side)
        return -1;
    return sphere_sign(c, d, a) == side && sphere_sign(c, d, b) == -side ? 1
                                                                         : -1;
}

/* ---- constructions ---- */

struct lvec3 {
    long double x, y, z;
};

static struct lvec3 lcross(struct lvec3 a, struct lvec3 b)
{
    return (struct lvec3){ a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
                           a.x * b.y - a.y * b.x };
}

static struct lvec3 lnormal(struct vec3 a, struct vec3 b)
{
    struct lvec3 sum = { (long double)a.x + b.x, (long double)a.y + b.y,
                         (long double)a.z + b.z };
    struct lvec3 diff = { (long double)b.x - a.x, (long double)b.y - a.y,
                          (long double)b.z - a.z };
    return lcross(sum, diff);
}

struct vec3 sphere_intersection(struct vec3 a, struct vec3 b, struct vec3 c,
                                struct vec3 d)
{
    struct lvec3 m = lcross(lnormal(a, b), lnormal(c, d));
    long double n = sqrtl(m.x * m.x + m.y * m.y + m.z * m.z);
    if (n == 0)
        return a; /* on one great circle: the overlap is a point, nearly */
    struct vec3 x = { (double)(m.x / n), (double)(m.y / n),
                      (double)(m.z / n) };
    struct vec3 around = v3_add(v3_add(a, b), v3_add(c, d));
    return v3_dot(x, around) < 0 ? v3_neg(x) : x;
}

/* Whether the foot of p on the great circle lies between a and b. */
static bool foot_inside(struct vec3 p, struct vec3 a, struct vec3 b,
                        struct vec3 n)
{
    return v3_dot(v3_cross(n, a), p) > 0 && v3_dot(v3_cross(b, n), p) > 0;
}

struct vec3 sphere_nearest(struct vec3 p, struct vec3 a, struct vec3 b)
{
    struct vec3 n = v3_normal(a, b);
    double n2 = v3_dot(n, n);
    if (!v3_eq(a, b) && !v3_eq(p, a) && !v3_eq(p, b) &&
        foot_inside(p, a, b, n))
        return v3_unit(v3_sub(p, v3_scale(n, v3_dot(p, n) / n2)));
    struct vec3 pa = v3_sub(p, a), pb = v3_sub(p, b);
    return v3_dot(pa, pa) <= v3_dot(pb, pb) ? a : b;
}

double sphere_edge_distance(struct vec3 p, struct vec3 a, struct vec3 b)
{
    struct vec3 n = v3_normal(a, b);
    double far = v3_dot(p, n) / v3_length(n);
    if (!v3_eq(a, b) && foot_inside(p, a, b, n))
        return fabs(asin(fmax(-1, fmin(1, far))));
    return fmin(v3_angle(p, a), v3_angle(p, b));
}

double sphere_turn(struct vec3 a, struct vec3 b, struct vec3 c)
{
    double turn = v3_angle(v3_normal(a, b), v3_normal(b, c));
    return sphere_sign(a, b, c) > 0 ? turn : -turn;
}

double sphere_area(struct vec3 a, struct vec3 b, struct vec3 c)
{
    /* tan(E/2) of van Oosterom and Strackee, 1983. */
    double volume = v3_dot(a, v3_cross(v3_sub(b, a), v3_sub(c, a)));
    return 2 * atan2(volume,
                     1 + v3_dot(a, b) + v3_dot(b, c) + v3_dot(c, a));
}

/* x / sin x - 1, to full precision for small x. */
static double over_sine(double x)
{
    double s = x * x;
    if (x < 0.1)
        return s * (1 / 6.0 + s * (7 / 360.0 + s * (31 / 15120.0 +
                    s * (127 / 604800.0 + s * 73 / 3421440.0))));
    return sin(x) > 0 ? x / sin(x) - 1 : 0;
}

struct vec3 sphere_moment(struct vec3 a, struct vec3 b, struct vec3 c)
{
    double ra = over_sine(v3_angle(b, c)), rb = over_sine(v3_angle(c, a)),
           rc = over_sine(v3_angle(a, b));
    struct vec3 flat = v3_cross(v3_sub(b, a), v3_sub(c, a));
    /* The plane of a small triangle leans by chance, its middle does not. */
    if (ra + rb + rc < 1e-9)
        return v3_scale(v3_add(v3_add(a, b), c), sphere_area(a, b, c) / 3);
    struct vec3 m = v3_scale(flat, 1 + ra);
    m = v3_add(m, v3_scale(v3_cross(c, a), rb - ra));
    m = v3_add(m, v3_scale(v3_cross(a, b), rc - ra));
    return v3_scale(m, 0.5);
}

struct vec3 sphere_towards(struct vec3 a, struct vec3 b, double radians)
{
    struct vec3 side = v3_unit(v3_cross(v3_normal(a, b), a));
    return v3_unit(v3_add(v3_scale(a, cos(radians)),
                          v3_scale(side, sin(radians))));
}
