/* sphere.h - vectors on the unit sphere, and which side of an edge they are on.
 *
 * Points are unit vectors; an edge is the shorter part of the great circle
 * through two of them. The predicates are exact: three different points are
 * never on one line, since ties are broken as if every point had been moved by
 * an infinitely small step (Edelsbrunner and Muecke, Simulation of Simplicity,
 * 1990, with the order of steps that the S2 library uses). */
#ifndef ANALYTICS_SPHERE_H
#define ANALYTICS_SPHERE_H

#include <math.h>
#include <stdbool.h>

#include "geo.h"

struct vec3 {
    double x, y, z;
};

static inline struct vec3 v3_add(struct vec3 a, struct vec3 b)
{
    return (struct vec3){ a.x + b.x, a.y + b.y, a.z + b.z };
}

static inline struct vec3 v3_sub(struct vec3 a, struct vec3 b)
{
    return (struct vec3){ a.x - b.x, a.y - b.y, a.z - b.z };
}

static inline struct vec3 v3_scale(struct vec3 a, double by)
{
    return (struct vec3){ a.x * by, a.y * by, a.z * by };
}

static inline double v3_dot(struct vec3 a, struct vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline struct vec3 v3_cross(struct vec3 a, struct vec3 b)
{
    return (struct vec3){ a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
                          a.x * b.y - a.y * b.x };
}

static inline double v3_length(struct vec3 a)
{
    return sqrt(v3_dot(a, a));
}

static inline bool v3_eq(struct vec3 a, struct vec3 b)
{
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

static inline struct vec3 v3_neg(struct vec3 a)
{
    return (struct vec3){ -a.x, -a.y, -a.z };
}

/* Length 1; the zero vector stays. */
struct vec3 v3_unit(struct vec3 a);
/* The angle between two vectors of any length, in radians. */
double v3_angle(struct vec3 a, struct vec3 b);
/* A normal of the plane through both points, good even when they nearly
 * coincide; its length is no measure of anything. */
struct vec3 v3_normal(struct vec3 a, struct vec3 b);
/* Some unit vector at right angles to `a`, always the same one. */
struct vec3 v3_ortho(struct vec3 a);

struct vec3 sphere_point(struct geo_point p);
struct geo_point sphere_lonlat(struct vec3 v);

/* 1 when a, b, c turn to the left (counterclockwise), -1 to the right, 0 only
 * when two of them are the same. */
int sphere_sign(struct vec3 a, struct vec3 b, struct vec3 c);
/* Whether the edges o-a, o-b, o-c come in this order, counterclockwise; a == b
 * and b == c count as in order. */
bool sphere_ordered(struct vec3 a, struct vec3 b, struct vec3 c,
                    struct vec3 o);
/* 1: the edges ab and cd cross inside both; 0: they share an end; else -1. */
int sphere_crossing(struct vec3 a, struct vec3 b, struct vec3 c,
                    struct vec3 d);
/* Where two crossing edges meet. */
struct vec3 sphere_intersection(struct vec3 a, struct vec3 b, struct vec3 c,
                                struct vec3 d);
/* The point of the edge ab nearest to p. */
struct vec3 sphere_nearest(struct vec3 p, struct vec3 a, struct vec3 b);
/* The angle from p to the edge ab. */
double sphere_edge_distance(struct vec3 p, struct vec3 a, struct vec3 b);
/* Turn to the left at b of the path a, b, c: -pi to pi. */
double sphere_turn(struct vec3 a, struct vec3 b, struct vec3 c);
/* Area of the triangle in steradians, negative when it is clockwise. */
double sphere_area(struct vec3 a, struct vec3 b, struct vec3 c);
/* The integral of the position over the triangle, with the sign of its area
 * (after Brock, The Inertia Tensor for a Spherical Triangle, 1974). */
struct vec3 sphere_moment(struct vec3 a, struct vec3 b, struct vec3 c);
/* The point at so many radians from a towards b. */
struct vec3 sphere_towards(struct vec3 a, struct vec3 b, double radians);

#endif
