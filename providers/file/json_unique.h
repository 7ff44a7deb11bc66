/* json_unique.h - is no key repeated inside one object?
 *
 * Used by: convert.c, to keep a container as a view instead of rewriting it. */
#ifndef FILE_JSON_UNIQUE_H
#define FILE_JSON_UNIQUE_H

#include "base/str.h"

/* `json` is a valid array or object without blanks and escapes. False when a
 * key is repeated, or when there are too many keys to say cheaply. */
bool json_unique(str json);

#endif
