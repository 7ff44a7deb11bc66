/* geohash.h - places as base-32 text whose prefixes are larger rectangles.
 *
 * As Gustavo Niemeyer published it in 2008: halving longitude and latitude in
 * turn, five bits a letter, longitude first. Up to 18 letters, 45 bits each
 * way, which doubles hold exactly. */
#ifndef ANALYTICS_GEOHASH_H
#define ANALYTICS_GEOHASH_H

#include "base/str.h"
#include "geo.h"

enum { GEOHASH_MAX = 18 };

struct geohash {
    unsigned n;    /* letters, 1 to GEOHASH_MAX */
    uint64_t x, y; /* column from the west, row from the south */
};

struct geo_rect {
    struct geo_point low, high; /* south-west and north-east */
};

/* The cell of a valid place. */
struct geohash geohash_at(struct geo_point p, unsigned n);
/* False when it is no geohash: empty, too long, other letters. */
bool geohash_parse(str text, struct geohash *h);
/* Writes h->n letters. */
void geohash_text(const struct geohash *h, char out[GEOHASH_MAX]);
struct geo_rect geohash_rect(const struct geohash *h);
/* The cell so many columns to the east and rows to the north; longitude goes
 * round. False beyond a pole. */
bool geohash_move(const struct geohash *h, int east, int north,
                  struct geohash *to);

#endif
