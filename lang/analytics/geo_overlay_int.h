/* geo_overlay_int.h - insides of the overlay; for geo_overlay*.c only. */
#ifndef ANALYTICS_GEO_OVERLAY_INT_H
#define ANALYTICS_GEO_OVERLAY_INT_H

#include "geo_overlay.h"
#include "geo_points.h"

struct input {
    uint32_t a, b; /* of the points */
    uint8_t group;
    bool line; /* else part of a ring */
};

/* A piece that no other cuts, in one direction. */
struct piece {
    uint32_t a, b;
    int net[GEO_GROUPS];   /* rings that go this way, less those against */
    bool line[GEO_GROUPS]; /* lines that go along it */
    uint32_t input;        /* the first one that it is part of */
    bool back;             /* that one goes from b to a */
};

/* Each piece is two half edges: 2 i from a to b, 2 i + 1 back. */
struct geo_overlay {
    struct arena *arena;
    struct geo_points *points;
    LIST(struct input) in;
    struct vec3 known;        /* a point and how often the rings go around */
    int turns[GEO_GROUPS];
    LIST(struct piece) pieces;
    struct geo_tree tree;     /* of the pieces */
    struct geo_edge *edges;
    size_t *first;    /* of each point in out; nv + 1 of them */
    uint32_t *out;    /* half edges that leave it, counterclockwise */
    uint32_t *place;  /* of each half edge in out */
    uint32_t *face;   /* of each half edge: to its left */
    size_t nfaces;
    int (*label)[GEO_GROUPS]; /* turns around each face */
};

static inline struct vec3 overlay_at(const struct geo_overlay *o, size_t point)
{
    return o->points->v.v[point];
}

static inline size_t overlay_npoints(const struct geo_overlay *o)
{
    return o->points->v.n;
}

static inline uint32_t half_from(const struct geo_overlay *o, uint32_t h)
{
    const struct piece *p = &o->pieces.v[h >> 1];
    return h & 1 ? p->b : p->a;
}

static inline uint32_t half_to(const struct geo_overlay *o, uint32_t h)
{
    return half_from(o, h ^ 1);
}

/* Cuts the input into pieces. */
bool overlay_cut(struct geo_overlay *o);
/* Orders the pieces around points, finds faces and counts turns. */
void overlay_faces(struct geo_overlay *o);

#endif
