/* hash_order.h - the order that a C++ hash set gives some texts.
 *
 * Kusto lists neighbours and covers of grid cells in the order in which its
 * set of tokens happens to hold them. Queries put such lists side by side and
 * compare them, so the order is part of the answer. It is that of a GNU
 * std::unordered_set<std::string> with room for n: MurmurHash64A by Austin
 * Appleby, new texts in front, those of one bucket together. */
#ifndef ANALYTICS_HASH_ORDER_H
#define ANALYTICS_HASH_ORDER_H

#include "base/str.h"

enum { HASH_ORDER_MAX = 100000 };

/* Sorts up to HASH_ORDER_MAX texts that came in this order; answers how many
 * are left without repetitions. About O(n). */
size_t hash_order(str *texts, size_t n);

#endif
