/* text_search.c - one needle in a text.
 *
 * Called by: the string operators in lang/funcs, text_set.c.
 * Gives:     yes or no. Positions never leave, so folding may change lengths.
 * Must not:  allocate while matching, read outside the text. */
#include "analytics/text_search_int.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define NOT_FOUND SIZE_MAX
#define TOO_MUCH_WORK (SIZE_MAX - 1)

/* A needle whose bytes can be compared one by one: every needle when case
 * counts, else one of ASCII only. A text byte t fits byte k of the needle when
 * (t | mask[k]) == bytes[k]. */
struct bytes {
    const uint8_t *bytes, *mask;
    size_t n;
    size_t at1, at2; /* places of the two rarest bytes */
};

struct text_needle {
    bool left, right;   /* a term must begin, end there */
    bool fold;
    bool bytewise;      /* `b` is usable */
    bool other_scripts; /* bytewise, yet folded non-ASCII text may fit: k, s */
    struct bytes b;
    /* Code points (folded when `fold`) and the automaton over them. */
    const uint32_t *point;
    uint32_t *fail;
    size_t npoints;
    uint8_t *alnum;     /* ring of npoints + 1: class of the last ones read */
    size_t (*scan)(const struct bytes *b, str text, size_t from,
                   int64_t *budget);
};

/* Bytes of log text, the commonest first; what is not listed is rare. */
static const char common[] =
    " eationsrlcdhmpu0.\\-f12g/3b4w5x6_y879v:k\"=,;SCETAIMPDNRLOWzjq";

static size_t rarity(uint8_t c)
{
    const char *hit = c ? strchr(common, c) : NULL;
    return hit ? (size_t)(hit - common) : sizeof common;
}

/* The two rarest bytes; the second one unlike the first where possible. */
static void choose_probes(struct bytes *b)
{
    for (size_t i = 1; i < b->n; i++)
        if (rarity(b->bytes[i]) > rarity(b->bytes[b->at1]))
            b->at1 = i;
    b->at2 = b->at1 ? 0 : b->n - 1;
    for (size_t i = 0; i < b->n; i++)
        if (b->bytes[i] != b->bytes[b->at1] &&
            (b->bytes[b->at2] == b->bytes[b->at1] ||
             rarity(b->bytes[i]) > rarity(b->bytes[b->at2])))
            b->at2 = i;
}

static bool fits(const struct bytes *b, const char *text)
{
    size_t i = 0;
    for (; i + 8 <= b->n; i += 8) {
        uint64_t t, m, want;
        memcpy(&t, text + i, 8);
        memcpy(&m, b->mask + i, 8);
        memcpy(&want, b->bytes + i, 8);
        if ((t | m) != want)
            return false;
    }
    for (; i < b->n; i++)
        if (((uint8_t)text[i] | b->mask[i]) != b->bytes[i])
            return false;
    return true;
}

/* Comparing is charged to the budget as if it always ran to the end. */
static size_t try_place(const struct bytes *b, str text, size_t at,
                        int64_t *budget)
{
    *budget -= (int64_t)b->n + 8;
    if (fits(b, text.p + at))
        return at;
    return *budget < 0 ? TOO_MUCH_WORK : NOT_FOUND;
}

/* First place >= from where the needle fits, NOT_FOUND or TOO_MUCH_WORK. */
static size_t scan_plain(const struct bytes *b, str text, size_t from,
                         int64_t *budget)
{
    const char *probe = text.p + b->at1;
    uint8_t mask = b->mask[b->at1], want = b->bytes[b->at1];
    for (size_t i = from; i + b->n <= text.n; i++) {
        if (((uint8_t)probe[i] | mask) != want)
            continue;
        size_t r = try_place(b, text, i, budget);
        if (r != NOT_FOUND)
            return r;
    }
    return NOT_FOUND;
}

#if defined(__x86_64__)
/* The hits in `bits`, one for each place from `at` on. */
static size_t try_places(const struct bytes *b, str text, size_t at,
                         unsigned bits, int64_t *budget)
{
    for (; bits; bits &= bits - 1) {
        size_t r = try_place(b, text, at + (unsigned)__builtin_ctz(bits),
                             budget);
        if (r != NOT_FOUND)
            return r;
    }
    return NOT_FOUND;
}

/* Both scans look at a full block of places; the last block overlaps the one
 * before it, and places in front of `from` are masked out. */
static size_t scan_sse2(const struct bytes *b, str text, size_t from,
                        int64_t *budget)
{
    if (text.n < b->n + 15)
        return scan_plain(b, text, from, budget);
    size_t last = text.n - b->n + 1 - 16;
    const __m128i m1 = _mm_set1_epi8((char)b->mask[b->at1]);
    const __m128i m2 = _mm_set1_epi8((char)b->mask[b->at2]);
    const __m128i c1 = _mm_set1_epi8((char)b->bytes[b->at1]);
    const __m128i c2 = _mm_set1_epi8((char)b->bytes[b->at2]);
    for (size_t i = from;; i += 16) {
        unsigned skip = i > last ? (unsigned)(i - last) : 0;
        if (skip >= 16)
            return NOT_FOUND;
        const char *p = text.p + i - skip;
        __m128i x = _mm_loadu_si128((const void *)(p + b->at1));
        __m128i y = _mm_loadu_si128((const void *)(p + b->at2));
        x = _mm_cmpeq_epi8(_mm_or_si128(x, m1), c1);
        y = _mm_cmpeq_epi8(_mm_or_si128(y, m2), c2);
        unsigned bits = (unsigned)_mm_movemask_epi8(_mm_and_si128(x, y));
        size_t r = try_places(b, text, i, bits >> skip, budget);
        if (r != NOT_FOUND)
            return r;
    }
}

__attribute__((target("avx2")))
static size_t scan_avx2(const struct bytes *b, str text, size_t from,
                        int64_t *budget)
{
    if (text.n < b->n + 31)
        return scan_sse2(b, text, from, budget);
    size_t last = text.n - b->n + 1 - 32;
    const __m256i m1 = _mm256_set1_epi8((char)b->mask[b->at1]);
    const __m256i m2 = _mm256_set1_epi8((char)b->mask[b->at2]);
    const __m256i c1 = _mm256_set1_epi8((char)b->bytes[b->at1]);
    const __m256i c2 = _mm256_set1_epi8((char)b->bytes[b->at2]);
    for (size_t i = from;; i += 32) {
        unsigned skip = i > last ? (unsigned)(i - last) : 0;
        if (skip >= 32)
            return NOT_FOUND;
        const char *p = text.p + i - skip;
        __m256i x = _mm256_loadu_si256((const void *)(p + b->at1));
        __m256i y = _mm256_loadu_si256((const void *)(p + b->at2));
        x = _mm256_cmpeq_epi8(_mm256_or_si256(x, m1), c1);
        y = _mm256_cmpeq_epi8(_mm256_or_si256(y, m2), c2);
        unsigned bits = (unsigned)_mm256_movemask_epi8(_mm256_and_si256(x, y));
        size_t r = try_places(b, text, i, bits >> skip, budget);
        if (r != NOT_FOUND)
            return r;
    }
}
#endif

static void choose_scan(struct text_needle *n)
{
    n->scan = scan_plain;
#if defined(__x86_64__)
    n->scan = __builtin_cpu_supports("avx2") ? scan_avx2 : scan_sse2;
#endif
}

static void set_points(struct arena *a, struct text_needle *n, str s)
{
    size_t count = utf8_count(s), k = 0;
    uint32_t *point = arena_array(a, count, sizeof *point);
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        point[k++] = n->fold ? utf8_fold(c) : c;
    }
    n->fail = arena_array(a, count + 1, sizeof *n->fail);
    n->alnum = arena_zalloc(a, count + 1);
    for (size_t i = 1, j = 0; i < count; i++) {
        while (j && point[i] != point[j])
            j = n->fail[j];
        j += point[i] == point[j];
        n->fail[i + 1] = (uint32_t)j;
    }
    n->point = point;
    n->npoints = count;
}

/* Without case the bytes are those of the folded code points. */
static void set_bytes(struct arena *a, struct text_needle *n, str s)
{
    size_t len = n->fold ? n->npoints : s.n;
    uint8_t *bytes = arena_zalloc(a, len), *mask = arena_zalloc(a, len);
    n->bytewise = true;
    for (size_t i = 0; i < len; i++) {
        uint32_t c = n->fold ? n->point[i] : (uint8_t)s.p[i];
        n->bytewise &= !n->fold || c < 0x80;
        bytes[i] = (uint8_t)c;
        mask[i] = n->fold && c - 'a' < 26 ? 32 : 0;
        /* The Kelvin sign folds to k, the long s to s. */
        n->other_scripts |= n->fold && (c == 'k' || c == 's');
    }
    n->b = (struct bytes){ bytes, mask, len, 0, 0 };
    choose_probes(&n->b);
}

struct text_needle *text_needle_new(struct arena *a, str needle,
                                    enum text_mode mode, bool case_sensitive)
{
    struct text_needle *n = NEW(a, struct text_needle);
    n->fold = !case_sensitive;
    set_points(a, n, needle);
    if (n->npoints == 0)
        return n;
    bool first = utf8_is_alnum(n->point[0]);
    bool last = utf8_is_alnum(n->point[n->npoints - 1]);
    n->left = first && (mode == TEXT_HAS || mode == TEXT_HASPREFIX);
    n->right = last && (mode == TEXT_HAS || mode == TEXT_HASSUFFIX);
    set_bytes(a, n, needle);
    choose_scan(n);
    return n;
}

const uint32_t *text_needle_points(const struct text_needle *n, size_t *count)
{
    *count = n->npoints;
    return n->point;
}

uint32_t text_prev(str s, size_t *end)
{
    size_t beg = *end - 1;
    size_t stop = *end > 4 ? *end - 4 : 0;
    while (beg > stop && ((uint8_t)s.p[beg] & 0xC0) == 0x80)
        beg--;
    size_t i = beg;
    uint32_t c = utf8_next(s, &i);
    if (i != *end) { /* not one well-formed character: take one byte */
        --*end;
        return 0xFFFD;
    }
    *end = beg;
    return c;
}

static bool alnum_before(str s, size_t at)
{
    return at > 0 && utf8_is_alnum(text_prev(s, &at));
}

static bool alnum_after(str s, size_t at)
{
    return at < s.n && utf8_is_alnum(utf8_next(s, &at));
}

static bool at_terms(const struct text_needle *n, str s, size_t beg)
{
    return !(n->left && alnum_before(s, beg)) &&
           !(n->right && alnum_after(s, beg + n->b.n));
}

/* Any text, any needle, one code point after the other. The ring holds the
 * class of the last npoints + 1 code points: the one that leaves it next is
 * the one in front of a match that ends now. */
static bool match_points(struct text_needle *n, str s)
{
    size_t j = 0, slot = 0;
    memset(n->alnum, 0, n->npoints + 1);
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (n->left)
            n->alnum[slot] = utf8_is_alnum(c);
        slot = slot == n->npoints ? 0 : slot + 1;
        if (n->fold)
            c = utf8_fold(c);
        while (j && c != n->point[j])
            j = n->fail[j];
        j += c == n->point[j];
        if (j < n->npoints)
            continue;
        if (!(n->left && n->alnum[slot]) && !(n->right && alnum_after(s, i)))
            return true;
        j = n->fail[j];
    }
    return false;
}

static bool is_ascii(str s)
{
    size_t i = 0;
    for (; i + 8 <= s.n; i += 8) {
        uint64_t w;
        memcpy(&w, s.p + i, 8);
        if (w & 0x8080808080808080u)
            return false;
    }
    for (; i < s.n; i++)
        if ((uint8_t)s.p[i] >= 0x80)
            return false;
    return true;
}

enum { RESTART_COST = 64 };

static bool match_bytes(struct text_needle *n, str s)
{
    int64_t budget = 4096 + 8 * (int64_t)s.n;
    for (size_t at = 0;; at++) {
        at = n->scan(&n->b, s, at, &budget);
        if (at == TOO_MUCH_WORK)
            return match_points(n, s);
        if (at == NOT_FOUND)
            return n->other_scripts && !is_ascii(s) && match_points(n, s);
        if (at_terms(n, s, at))
            return true;
        budget -= RESTART_COST;
        if (budget < 0)
            return match_points(n, s);
    }
}

bool text_match(struct text_needle *n, str s)
{
    if (n->npoints == 0)
        return true;
    if (n->bytewise)
        return match_bytes(n, s);
    /* The needle has a character that no ASCII text folds to. */
    return !is_ascii(s) && match_points(n, s);
}

bool text_match_plain(struct text_needle *n, str s)
{
    return n->npoints == 0 || match_points(n, s);
}

/* Walks both texts while they agree; says how far it came in each. */
static void common_start(str a, str b, size_t *i, size_t *j)
{
    *i = *j = 0;
    while (*i < a.n && *j < b.n) {
        size_t x = *i, y = *j;
        if (next_folded(a, &x) != next_folded(b, &y))
            return;
        *i = x;
        *j = y;
    }
}

bool text_eq_fold(str a, str b)
{
    size_t i, j;
    common_start(a, b, &i, &j);
    return i == a.n && j == b.n;
}

bool text_starts_fold(str s, str prefix)
{
    size_t i, j;
    common_start(s, prefix, &i, &j);
    return j == prefix.n;
}

bool text_ends_fold(str s, str suffix)
{
    size_t i = s.n, j = suffix.n;
    while (i && j) {
        uint32_t c = text_prev(s, &i), d = text_prev(suffix, &j);
        if (c != d && utf8_fold(c) != utf8_fold(d))
            return false;
    }
    return j == 0;
}
