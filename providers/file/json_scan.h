/* json_scan.h - finds the end of a JSON string, 16 bytes at a time.
 *
 * Used by: json_read.c only. Inline because two of three bytes of a log are
 * inside strings: this loop decides how fast files load. Reads up to 16 bytes
 * past the end, so input is followed by JSON_PAD zero bytes; a zero byte stops
 * every loop, as it may not stand in JSON. */
#ifndef FILE_JSON_SCAN_H
#define FILE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { SCAN_BLOCK = 16 };

struct scan_hits {
    unsigned stop;  /* bit per byte: quote, backslash, control character */
    unsigned high;  /* bit per byte: above 0x7f */
};

#ifdef __SSE2__

static inline struct scan_hits scan_block(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i stop = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
    stop = _mm_or_si128(stop, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
    /* Unsigned v <= 0x1f. */
    __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
    stop = _mm_or_si128(stop, low);
    return (struct scan_hits){ (unsigned)_mm_movemask_epi8(stop),
                               (unsigned)_mm_movemask_epi8(v) };
}

/* Copies a block; one bit per backslash in it. */
static inline unsigned copy_block(char *to, const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    _mm_storeu_si128((__m128i *)(void *)to, v);
    return (unsigned)_mm_movemask_epi8(
        _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
}

#else

static inline struct scan_hits scan_block(const char *p)
{
    struct scan_hits h = { 0, 0 };
    for (unsigned i = 0; i < SCAN_BLOCK; i++) {
        unsigned char c = (unsigned char)p[i];
        h.stop |= (unsigned)(c == '"' || c == '\\' || c < 0x20) << i;
        h.high |= (unsigned)(c >> 7) << i;
    }
    return h;
}

static inline unsigned copy_block(char *to, const char *p)
{
    unsigned hit = 0;
    for (unsigned i = 0; i < SCAN_BLOCK; i++) {
        to[i] = p[i];
        hit |= (unsigned)(p[i] == '\\') << i;
    }
    return hit;
}

#endif

/* True when p[0..n) and q[0..n) are equal; both may be read up to the next
 * multiple of 16. Names are short: one block decides nearly always. */
static inline bool same_blocks(const char *p, const char *q, size_t n)
{
#ifdef __SSE2__
    for (;; p += SCAN_BLOCK, q += SCAN_BLOCK, n -= SCAN_BLOCK) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)q);
        unsigned differ = 0xffffu ^
                          (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b));
        if (n <= SCAN_BLOCK)
            return (differ & ((1u << n) - 1)) == 0;
        if (differ)
            return false;
    }
#else
    while (n && *p == *q)
        p++, q++, n--;
    return n == 0;
#endif
}

#endif
