/* text_search_int.h - what text_search.c and text_set.c share. */
#ifndef ANALYTICS_TEXT_SEARCH_INT_H
#define ANALYTICS_TEXT_SEARCH_INT_H

#include "analytics/text_search.h"
#include "base/utf8.h"

/* The code point that ends at byte `end` > 0; moves *end to its beginning. */
uint32_t text_prev(str s, size_t *end);

/* The folded code points of a needle. */
const uint32_t *text_needle_points(const struct text_needle *n, size_t *count);

static inline bool is_ascii_alnum(uint8_t c)
{
    return (c | 32u) - 'a' < 26 || c - (unsigned)'0' < 10;
}

/* The next code point, folded; ASCII without a call. */
static inline uint32_t next_folded(str s, size_t *i)
{
    uint8_t c = (uint8_t)s.p[*i];
    if (c >= 0x80)
        return utf8_fold(utf8_next(s, i));
    ++*i;
    return c - (unsigned)'A' < 26 ? c | 32u : c;
}

#endif
