/* str.c - comparing, searching and hashing views of bytes.
 *
 * Called by: everything. */
#include "str.h"

#include <sys/random.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Words are looked up by trying them: most differ in their first letter. */
bool str_eqz(str a, const char *z)
{
    if (a.n == 0 || a.p[0] != z[0])
        return a.n == 0 && *z == 0;
    return str_eq(a, str_of(z));
}

bool str_ieq(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_ieqz(str a, const char *z)
{
    return str_ieq(a, str_of(z));
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

ptrdiff_t str_find(str s, str needle)
{
    if (needle.n == 0)
        return 0;
    if (needle.n > s.n)
        return -1;
    const char *hit = memmem(s.p, s.n, needle.p, needle.n);
    return hit ? hit - s.p : -1;
}

ptrdiff_t str_find_char(str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? hit - s.p : -1;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.n && is_blank(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* FNV-1a over a random start value: keys come from logs, so an attacker who
 * could predict buckets could make a map slow (hash flooding). */
uint64_t str_hash(str s)
{
    static uint64_t seed;
    uint64_t h = seed;
    if (h == 0) {
        if (getrandom(&h, sizeof h, 0) != (ssize_t)sizeof h || h == 0)
            h = 1469598103934665603u;
        seed = h;
    }
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 1099511628211u;
    return h ^ (h >> 29);
}

bool str_glob(str pattern, str s, bool any_one)
{
    size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;
    while (i < s.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            mark = i;
        } else if (p < pattern.n && (pattern.p[p] == s.p[i] ||
                                     (any_one && pattern.p[p] == '?'))) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

enum { MAX_DISTANCE_LEN = 63 };

/* Damerau-Levenshtein (optimal string alignment), three rolling rows. */
int str_distance(str a, str b, int max)
{
    int row[3][MAX_DISTANCE_LEN + 1];
    if (a.n > MAX_DISTANCE_LEN || b.n > MAX_DISTANCE_LEN)
        return max + 1;
    int *two = row[0], *one = row[1], *now = row[2];
    for (size_t j = 0; j <= b.n; j++)
        one[j] = (int)j;
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = (int)i;
        for (size_t j = 1; j <= b.n; j++) {
            int cost = lower(a.p[i - 1]) != lower(b.p[j - 1]);
            int best = one[j - 1] + cost;
            if (one[j] + 1 < best)
                best = one[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && cost && two[j - 2] + 1 < best &&
                lower(a.p[i - 1]) == lower(b.p[j - 2]) &&
                lower(a.p[i - 2]) == lower(b.p[j - 1]))
                best = two[j - 2] + 1;
            now[j] = best;
        }
        int *spare = two;
        two = one, one = now, now = spare;
    }
    return one[b.n] > max ? max + 1 : one[b.n];
}
