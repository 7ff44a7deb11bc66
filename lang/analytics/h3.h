/* h3.h - cells of the H3 grid: hexagons on an icosahedron around the globe.
 *
 * An index is 64 bits: mode 1, a resolution of 0 to 15, one of 122 base cells
 * and a digit of 0 to 6 for each resolution: the middle of the seven children
 * or the direction from it; unused digits are 7. After h3geo.org (Core
 * library: overview, index, algorithms), with the figures in h3_tables.def.
 * Twelve cells of each resolution are pentagons. */
#ifndef ANALYTICS_H3_H
#define ANALYTICS_H3_H

#include "base/str.h"
#include "sphere.h"

enum { H3_MAX_RES = 15, H3_TOKEN_MAX = 16, H3_MAX_CORNERS = 10 };

uint64_t h3_cell_at(struct vec3 p, int res);
bool h3_valid(uint64_t cell);
int h3_res(uint64_t cell);
bool h3_is_pentagon(uint64_t cell);
/* The ancestor of a lower resolution, or the cell itself. */
uint64_t h3_parent(uint64_t cell, int res);
/* The child with a digit; 0 when a pentagon has none in that direction. */
uint64_t h3_child(uint64_t cell, int digit);

/* Writes the token and answers its length. */
size_t h3_token(uint64_t cell, char out[H3_TOKEN_MAX]);
/* False when it is no cell. */
bool h3_parse(str token, uint64_t *cell);

struct vec3 h3_center(uint64_t cell);
/* The border, counterclockwise, with points where it crosses an edge of the
 * icosahedron; answers how many. */
size_t h3_border(uint64_t cell, struct vec3 out[H3_MAX_CORNERS]);
/* The 6 cells around it, 5 of a pentagon, counterclockwise from the direction
 * of digit 4 of the base cell's frame; answers how many. */
size_t h3_neighbors(uint64_t cell, uint64_t out[6]);

#endif
