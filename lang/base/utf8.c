/* utf8.c - decoding, validity, case and visibility of UTF-8 text.
 *
 * Called by: every reader (repair on the way in), string functions, text
 * writers. ASCII is handled apart and fast; everything else goes through range
 * tables found by binary search. Must not depend on the locale. */
#include "utf8.h"

/* A run of code points `first`, `first + stride` … `last` that map to
 * themselves plus `delta`. */
struct case_range {
    uint32_t first, last;
    int32_t stride, delta;
};

struct set_range {
    uint32_t first, last;
};

static const struct case_range fold_ranges[] = {
#define FOLD(first, last, stride, delta) { first, last, stride, delta },
#include "utf8_tables.def"
};
static const struct case_range lower_ranges[] = {
#define LOWER(first, last, stride, delta) { first, last, stride, delta },
#include "utf8_tables.def"
};
static const struct case_range upper_ranges[] = {
#define UPPER(first, last, stride, delta) { first, last, stride, delta },
#include "utf8_tables.def"
};
static const struct set_range alnum_ranges[] = {
#define ALNUM(first, last) { first, last },
#include "utf8_tables.def"
};
static const struct set_range wide_ranges[] = {
#define WIDE(first, last) { first, last },
#include "utf8_tables.def"
};
static const struct set_range zero_ranges[] = {
#define ZERO(first, last) { first, last },
#include "utf8_tables.def"
};

/* Invisible or direction-changing characters that text can hide behind:
 * soft hyphen, joiners, fillers, marks, overrides, separators, tags,
 * variation selectors of the supplement. */
static const struct set_range hidden_ranges[] = {
    { 0xAD, 0xAD },       { 0x34F, 0x34F },     { 0x61C, 0x61C },
    { 0x115F, 0x1160 },   { 0x180B, 0x180F },   { 0x200B, 0x200F },
    { 0x2028, 0x202E },   { 0x2060, 0x206F },   { 0x3164, 0x3164 },
    { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF9, 0xFFFB },
    { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool in_set(const struct set_range *r, size_t n, uint32_t c)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c > r[mid].last)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && c >= r[lo].first;
}

static uint32_t map_case(const struct case_range *r, size_t n, uint32_t c)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c > r[mid].last)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == n || c < r[lo].first ||
        (c - r[lo].first) % (uint32_t)r[lo].stride)
        return c;
    return (uint32_t)((int32_t)c + r[lo].delta);
}

/* Length of the sequence that a lead byte starts; 0: cannot start one. */
static size_t sequence_length(uint8_t lead)
{
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if ((lead & 0xF0) == 0xE0)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The second byte carries the limits that rule out overlong forms, surrogates
 * and values above U+10FFFF (Unicode standard, table 3-7). */
static bool second_fits(uint8_t lead, uint8_t second)
{
    if ((second & 0xC0) != 0x80)
        return false;
    switch (lead) {
    case 0xE0: return second >= 0xA0;
    case 0xED: return second <= 0x9F;
    case 0xF0: return second >= 0x90;
    case 0xF4: return second <= 0x8F;
    default: return true;
    }
}

/* Decodes at p[0 … left-1], left > 0. Sets *used to the bytes of the sequence
 * or, when malformed, of its longest well-formed beginning (at least 1). */
static bool decode(const uint8_t *p, size_t left, size_t *used, uint32_t *c)
{
    size_t want = sequence_length(p[0]);
    *used = 1;
    if (want == 0 || left < 2 || !second_fits(p[0], p[1]))
        return false;
    uint32_t v = (p[0] & (0x7Fu >> want)) << 6 | (p[1] & 0x3Fu);
    for (*used = 2; *used < want; ++*used) {
        if (*used == left || (p[*used] & 0xC0) != 0x80)
            return false;
        v = v << 6 | (p[*used] & 0x3Fu);
    }
    *c = v;
    return true;
}

uint32_t utf8_next(str s, size_t *i)
{
    const uint8_t *p = (const uint8_t *)s.p + *i;
    if (*p < 0x80) {
        ++*i;
        return *p;
    }
    size_t used;
    uint32_t c;
    bool ok = decode(p, s.n - *i, &used, &c);
    *i += used;
    return ok ? c : 0xFFFD;
}

/* First byte at or after `i` that is not ASCII. */
static size_t skip_ascii(str s, size_t i)
{
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w;
        memcpy(&w, s.p + i, 8);
        if (w & 0x8080808080808080u)
            break;
    }
    while (i < s.n && (uint8_t)s.p[i] < 0x80)
        i++;
    return i;
}

size_t utf8_count(str s)
{
    size_t count = 0, i = 0;
    while (i < s.n) {
        size_t end = skip_ascii(s, i);
        count += end - i;
        i = end;
        while (i < s.n && (uint8_t)s.p[i] >= 0x80) {
            utf8_next(s, &i);
            count++;
        }
    }
    return count;
}

/* End of the longest valid beginning from `i`. */
static size_t valid_end(str s, size_t i)
{
    for (;;) {
        i = skip_ascii(s, i);
        if (i == s.n)
            return i;
        size_t used;
        uint32_t c;
        if (!decode((const uint8_t *)s.p + i, s.n - i, &used, &c))
            return i;
        i += used;
    }
}

bool utf8_valid(str s)
{
    return valid_end(s, 0) == s.n;
}

bool utf8_repair(struct buf *b, str s)
{
    bool broken = false;
    for (size_t i = 0; i < s.n;) {
        size_t end = valid_end(s, i);
        buf_add(b, str_sub(s, i, end));
        i = end;
        if (i < s.n) {
            buf_add_utf8(b, utf8_next(s, &i));
            broken = true;
        }
    }
    return broken;
}

uint32_t utf8_fold(uint32_t c)
{
    if (c < 0x80)
        return c - 'A' < 26 ? c + 32 : c;
    return map_case(fold_ranges, COUNT(fold_ranges), c);
}

bool utf8_is_alnum(uint32_t c)
{
    if (c < 0x80)
        return (c | 32) - 'a' < 26 || c - '0' < 10;
    return in_set(alnum_ranges, COUNT(alnum_ranges), c);
}

/* Maps [i, end) of s, all ASCII: letters in first … first+25 flip case. */
static void flip_ascii(struct buf *b, str s, char first)
{
    if (s.n == 0 || !buf_reserve(b, s.n))
        return;
    char *to = b->p + b->n;
    for (size_t i = 0; i < s.n; i++) {
        unsigned in = (uint8_t)s.p[i] - (unsigned)(uint8_t)first < 26;
        to[i] = (char)(s.p[i] ^ (char)(in << 5));
    }
    b->n += s.n;
}

static void recase(struct buf *b, str s, char first,
                   const struct case_range *r, size_t n)
{
    for (size_t i = 0; i < s.n;) {
        size_t end = skip_ascii(s, i);
        flip_ascii(b, str_sub(s, i, end), first);
        i = end;
        while (i < s.n && (uint8_t)s.p[i] >= 0x80)
            buf_add_utf8(b, map_case(r, n, utf8_next(s, &i)));
    }
}

void utf8_lower(struct buf *b, str s)
{
    recase(b, s, 'A', lower_ranges, COUNT(lower_ranges));
}

void utf8_upper(struct buf *b, str s)
{
    recase(b, s, 'a', upper_ranges, COUNT(upper_ranges));
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/* Plain printable ASCII needs no look at the tables. */
static size_t skip_visible(str s, size_t i)
{
    while (i < s.n && (uint8_t)s.p[i] - 0x20u < 0x5F)
        i++;
    return i;
}

void utf8_printable_keep(struct buf *b, str s, const char *keep)
{
    for (size_t i = 0; i < s.n;) {
        size_t end = skip_visible(s, i);
        buf_add(b, str_sub(s, i, end));
        i = end;
        if (i == s.n)
            break;
        uint32_t c = utf8_next(s, &i);
        if (c && c < 0x80 && strchr(keep, (int)c))
            buf_addc(b, (char)c);
        else if (is_control(c))
            buf_addf(b, "\\x%02x", c);
        else if (in_set(hidden_ranges, COUNT(hidden_ranges), c))
            buf_addf(b, "<U+%04X>", c);
        else
            buf_add_utf8(b, c);
    }
}

void utf8_printable(struct buf *b, str s)
{
    utf8_printable_keep(b, s, "");
}

static size_t char_width(uint32_t c)
{
    if (is_control(c) || in_set(zero_ranges, COUNT(zero_ranges), c))
        return 0;
    return in_set(wide_ranges, COUNT(wide_ranges), c) ? 2 : 1;
}

size_t utf8_width(str s)
{
    size_t width = 0;
    for (size_t i = 0; i < s.n;) {
        size_t end = skip_visible(s, i);
        width += end - i;
        i = end;
        if (i < s.n)
            width += char_width(utf8_next(s, &i));
    }
    return width;
}

size_t utf8_blank(str s, size_t i)
{
    size_t left = i < s.n ? s.n - i : 0;
    const uint8_t *p = (const uint8_t *)s.p + i;
    if (left && (p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r')))
        return 1;
    if (left > 1 && p[0] == 0xC2 && p[1] == 0xA0)
        return 2;
    if (left < 3 || p[0] < 0xE1)
        return 0;
    static const uint16_t pages[][3] = {
        /* first two bytes, the third from … to */
        { 0xE19A, 0x80, 0x80 }, { 0xE1A0, 0x8E, 0x8E }, { 0xE280, 0x80, 0x8B },
        { 0xE280, 0xA8, 0xA9 }, { 0xE280, 0xAF, 0xAF }, { 0xE281, 0x9F, 0x9F },
        { 0xE380, 0x80, 0x80 }, { 0xEFBB, 0xBF, 0xBF },
    };
    for (size_t k = 0; k < sizeof pages / sizeof *pages; k++)
        if (pages[k][0] == (p[0] << 8 | p[1]) && p[2] >= pages[k][1] &&
            p[2] <= pages[k][2])
            return 3;
    return 0;
}
