/* str.h - a view of bytes with a length; never owns, may hold NUL bytes.
 *
 * Every text in the program travels as a str: source code, names, cell values.
 * Whoever keeps a str longer than the buffer it points into copies it first
 * (arena_str). Print one with "%.*s" and STRF(s). */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct str {
    const char *p;
    size_t n;
} str;

/* A range of bytes in the source text of a cell: [beg, end). */
typedef struct span {
    uint32_t beg, end;
} span;

#define S(literal) ((str){ literal, sizeof(literal) - 1 })
#define STR_NONE ((str){ NULL, 0 })
#define STRF(s) (int)(s).n, (s).p ? (s).p : ""
#define NO_SPAN ((span){ 0, 0 })

static inline str str_of(const char *z)
{
    return (str){ z, z ? strlen(z) : 0 };
}

static inline str str_sub(str s, size_t beg, size_t end)
{
    if (end > s.n)
        end = s.n;
    if (beg > end)
        beg = end;
    /* An empty str may have no pointer, and NULL + 0 is undefined in C. */
    return (str){ beg ? s.p + beg : s.p, end - beg };
}

bool str_eq(str a, str b);
bool str_eqz(str a, const char *z);
bool str_ieq(str a, str b);           /* ASCII letters only */
bool str_ieqz(str a, const char *z);
int str_cmp(str a, str b);            /* by bytes, as memcmp */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
ptrdiff_t str_find(str s, str needle);        /* -1 when absent */
ptrdiff_t str_find_char(str s, char c);
str str_trim(str s);                          /* ASCII white space */
uint64_t str_hash(str s);                     /* seeded per process */

/* The pattern's '*' is any run of bytes and, if `any_one`, its '?' any byte.
 * Time is linear in s times the stars at worst; no recursion. */
bool str_glob(str pattern, str s, bool any_one);

/* Edit distance with transpositions, cut off at `max`; for suggestions. */
int str_distance(str a, str b, int max);

#endif
