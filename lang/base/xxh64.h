/* xxh64.h - the 64-bit hash of Y. Collet's xxHash, as KQL's hash() has it.
 *
 * Fast and well spread, not secure: an attacker can make collisions. */
#ifndef BASE_XXH64_H
#define BASE_XXH64_H

#include "str.h"

uint64_t xxh64(str s, uint64_t seed);

#endif
