/* glob.h - all files that a pattern matches.
 *
 * Used by: paths.c. */
#ifndef FILE_GLOB_H
#define FILE_GLOB_H

#include "paths.h"

bool glob_is_pattern(str path);
/* Adds matches to `out`, unsorted, and counts links and names seen. */
void glob_find(struct path_list *out, str pattern);

#endif
