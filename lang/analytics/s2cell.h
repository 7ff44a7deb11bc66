/* s2cell.h - cells of the S2 grid: squares on a cube around the globe.
 *
 * An id is 64 bits: 3 for the face of the cube, two for each level along a
 * Hilbert curve, then a 1 and zeros; its token is the hexadecimal text without
 * the zeros at the end. After the descriptions at s2geometry.io (S2 Cell
 * Hierarchy, Cell Statistics), with its quadratic projection. */
#ifndef ANALYTICS_S2CELL_H
#define ANALYTICS_S2CELL_H

#include "base/str.h"
#include "sphere.h"

enum { S2_MAX_LEVEL = 30, S2_TOKEN_MAX = 16 };

/* The cell of a level around a point. */
uint64_t s2_cell_at(struct vec3 p, int level);
bool s2_cell_valid(uint64_t id);
int s2_cell_level(uint64_t id);
/* Its ancestor of a lower level, or itself. */
uint64_t s2_cell_parent(uint64_t id, int level);
/* Children 0 to 3 of a cell above the last level. */
uint64_t s2_cell_child(uint64_t id, int child);
/* Of a face, 0 to 5: level 0. */
uint64_t s2_cell_face(int face);

/* Writes the token and answers its length. */
size_t s2_cell_token(uint64_t id, char out[S2_TOKEN_MAX]);
/* False when it is no cell. */
bool s2_cell_parse(str token, uint64_t *id);

struct vec3 s2_cell_center(uint64_t id); /* not of length 1 */
/* Corners, counterclockwise from the lower left one. */
void s2_cell_corners(uint64_t id, struct vec3 corner[4]);
/* The cells of its level around it, those at corners too: 8, or at a corner of
 * the cube 7 and one of them twice. In the order of the library: row by row,
 * of the first and the last row the two outer cells. */
void s2_cell_neighbors(uint64_t id, uint64_t out[8]);

#endif
