/* text_set.c - many needles in a text, and sets of words without case.
 *
 * Called by: has_any, has_all, has_any_index, in~ (lang/funcs).
 * How: a needle with a letter or digit contains at least one whole term that
 * must be a whole term of the text too. The rarest one is its key. Each term
 * of the text is looked up among the keys; a hit is checked to both sides.
 * Needles without a term are searched one by one. */
#include "analytics/text_search_int.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { MAX_KEY = 256, FEW = 8 };

/* A needle filed under its key; `next` leads to others of the same hash. */
struct entry {
    str key;              /* folded bytes */
    uint64_t hash;
    const uint32_t *point;
    size_t npoints;
    size_t beg, end;      /* of the key among the points */
    size_t index;
    struct entry *next;
};

struct text_set {
    size_t n;
    struct text_needle **needle;
    struct entry **slot;  /* mask + 1 chains */
    uint32_t *count;      /* per slot: occurrences of terms, while building */
    uint64_t mask, seed;
    uint64_t lengths;     /* bit min(length, 63): such a key exists */
    size_t nloose;
    size_t *loose;        /* indices of needles that have no usable key */
    bool filter[1024];    /* first byte, last byte and length of some key */
};

static uint64_t load_upto8(const char *p, size_t n)
{
    uint64_t w = 0;
    memcpy(&w, p, n < 8 ? n : 8);
    return w;
}

#define CASE_BITS 0x2020202020202020u

static uint64_t mix(uint64_t h, uint64_t w)
{
    h = (h ^ w) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

/* Eight bytes at a time, blind to the case of ASCII. Seeded: needles may come
 * from data, and nobody shall choose them so that they collide. */
static uint64_t term_hash(uint64_t seed, str s)
{
    uint64_t h = seed ^ s.n;
    for (; s.n > 8; s.p += 8, s.n -= 8)
        h = mix(h, load_upto8(s.p, 8) | CASE_BITS);
    return mix(h, load_upto8(s.p, s.n) | CASE_BITS);
}

static bool ascii_key_eq(str key, str term)
{
    if (key.n != term.n)
        return false;
    for (size_t i = 0; i < key.n; i++)
        if (((uint8_t)term.p[i] | 32) != (uint8_t)key.p[i])
            return false;
    return true;
}

/* The next run of letters and digits among the points from e->end on. */
static bool next_term(struct entry *e)
{
    size_t i = e->end;
    while (i < e->npoints && !utf8_is_alnum(e->point[i]))
        i++;
    e->beg = i;
    while (i < e->npoints && utf8_is_alnum(e->point[i]))
        i++;
    e->end = i;
    return e->end > e->beg;
}

/* The folded bytes of the run; false when they are too many for a key. */
static bool term_bytes(const struct entry *e, struct buf *b)
{
    buf_reset(b);
    for (size_t i = e->beg; i < e->end; i++)
        buf_add_utf8(b, e->point[i]);
    return buf_ok(b);
}

/* How often a term occurs in all needles together: a key that many needles
 * share ("192" of addresses) would have all of them checked at every hit. */
static void count_terms(struct text_set *s, struct entry *e, struct buf *b)
{
    while (next_term(e))
        if (term_bytes(e, b))
            s->count[term_hash(s->seed, buf_str(b)) & s->mask]++;
    e->end = 0;
}

/* The rarest term, of equally rare ones the longest, is the key. */
static bool set_key(struct text_set *s, struct arena *a, struct entry *e,
                    struct buf *b)
{
    struct entry best = *e;
    uint32_t lowest = UINT32_MAX;
    best.beg = best.end = 0;
    while (next_term(e)) {
        if (!term_bytes(e, b))
            continue;
        uint32_t count = s->count[term_hash(s->seed, buf_str(b)) & s->mask];
        if (count < lowest || (count == lowest &&
                               e->end - e->beg > best.end - best.beg)) {
            lowest = count;
            best.beg = e->beg;
            best.end = e->end;
        }
    }
    *e = best;
    if (e->beg == e->end)
        return false;
    term_bytes(e, b);
    e->key = buf_take(b, a);
    e->hash = term_hash(s->seed, e->key);
    return true;
}

static size_t filter_place(str term)
{
    uint8_t c = (uint8_t)term.p[0] | 32;
    uint8_t d = (uint8_t)term.p[term.n - 1] | 32;
    return ((c * 5u) ^ (d * 37u) ^ ((unsigned)term.n * 131u)) & 1023;
}

static void file_entry(struct text_set *s, struct entry *e)
{
    struct entry **p = &s->slot[e->hash & s->mask];
    e->next = *p;
    *p = e;
    s->lengths |= 1ull << (e->key.n < 63 ? e->key.n : 63);
    s->filter[filter_place(e->key)] = true;
}

static struct text_set *empty_set(struct arena *a, size_t n)
{
    size_t nslots = 16;
    while (nslots < 4 * n)
        nslots *= 2;
    struct text_set *s = NEW(a, struct text_set);
    s->n = n;
    s->seed = str_hash(S("term"));
    s->mask = nslots - 1;
    s->slot = arena_array(a, nslots, sizeof *s->slot);
    s->count = arena_array(a, nslots, sizeof *s->count);
    s->needle = arena_array(a, n, sizeof *s->needle);
    s->loose = arena_array(a, n, sizeof *s->loose);
    return s;
}

struct text_set *text_set_new(struct arena *a, const str *needles, size_t n)
{
    struct text_set *s = empty_set(a, n);
    struct entry *e = arena_array(a, n, sizeof *e);
    struct buf b;
    buf_init(&b, MAX_KEY);
    for (size_t i = 0; i < n; i++) {
        s->needle[i] = text_needle_new(a, needles[i], TEXT_HAS, false);
        e[i].point = text_needle_points(s->needle[i], &e[i].npoints);
        e[i].index = i;
        count_terms(s, &e[i], &b);
    }
    /* Backwards, so that each chain begins with the smallest index. */
    for (size_t i = n; i-- > 0;)
        if (set_key(s, a, &e[i], &b))
            file_entry(s, &e[i]);
    for (size_t i = 0; i < n; i++)
        if (e[i].beg == e[i].end)
            s->loose[s->nloose++] = i;
    buf_release(&b);
    return s;
}

size_t text_set_count(const struct text_set *s)
{
    return s->n;
}

/* The needle continues to both sides of the term [beg, end) of the text. */
static bool rest_fits(const struct entry *e, str text, size_t beg, size_t end)
{
    for (size_t i = e->end; i < e->npoints; i++)
        if (end == text.n || next_folded(text, &end) != e->point[i])
            return false;
    if (e->end < e->npoints && utf8_is_alnum(e->point[e->npoints - 1]) &&
        end < text.n && utf8_is_alnum(utf8_next(text, &end)))
        return false;
    for (size_t i = e->beg; i-- > 0;)
        if (beg == 0 || utf8_fold(text_prev(text, &beg)) != e->point[i])
            return false;
    return e->beg == 0 || beg == 0 || !utf8_is_alnum(e->point[0]) ||
           !utf8_is_alnum(text_prev(text, &beg));
}

/* A search under way: the best index so far. */
struct hunt {
    const struct text_set *set;
    str text;
    bool any;      /* the first hit will do */
    size_t best;   /* set->n: none */
};

/* Looks one term up. `folded` is its folded form, or the term itself when it
 * is ASCII. True: nothing better can come. */
static bool look_up(struct hunt *h, size_t beg, size_t end, str folded,
                    bool ascii)
{
    const struct text_set *s = h->set;
    uint64_t hash = term_hash(s->seed, folded);
    const struct entry *e = s->slot[hash & s->mask];
    for (; e && e->index < h->best; e = e->next) {
        if (e->hash != hash ||
            !(ascii ? ascii_key_eq(e->key, folded) : str_eq(e->key, folded)))
            continue;
        if (rest_fits(e, h->text, beg, end)) {
            h->best = e->index;
            return h->any || h->best == 0;
        }
    }
    return false;
}

/* A run [beg, end) of ASCII letters and digits and of bytes above ASCII:
 * split at whatever is no letter or digit, folded and looked up. */
static bool look_up_mixed(struct hunt *h, size_t beg, size_t end)
{
    char bytes[MAX_KEY + 4];
    str run = { h->text.p, end };
    while (beg < end) {
        struct buf folded = { bytes, 0, sizeof bytes, MAX_KEY, false };
        size_t i = beg, stop = beg;
        while (i < end) {
            uint32_t c = utf8_next(run, &i);
            if (!utf8_is_alnum(c))
                break;
            buf_add_utf8(&folded, utf8_fold(c));
            stop = i;
        }
        if (stop > beg && buf_ok(&folded) &&
            look_up(h, beg, stop, buf_str(&folded), false))
            return true;
        beg = i;
    }
    return false;
}

static bool has_high_bytes(const char *p, size_t n)
{
    uint8_t all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (uint8_t)p[i];
    return all >= 0x80;
}

static bool run_found(struct hunt *h, size_t beg, size_t end, bool high)
{
    const struct text_set *s = h->set;
    str term = { h->text.p + beg, end - beg };
    if (high && has_high_bytes(term.p, term.n))
        return look_up_mixed(h, beg, end);
    if (!(s->lengths >> (term.n < 63 ? term.n : 63) & 1) ||
        !s->filter[filter_place(term)])
        return false;
    return look_up(h, beg, end, term, true);
}

/* Bit i: byte i is an ASCII letter or digit, or above ASCII. *high: some are
 * above. p holds 64 bytes. */
static uint64_t classify(const uint8_t *p, bool *high)
{
    uint64_t bits = 0;
#if defined(__x86_64__)
    uint64_t above = 0;
    const __m128i case_bit = _mm_set1_epi8(32);
    for (int k = 0; k < 4; k++) {
        __m128i x = _mm_loadu_si128((const void *)(p + 16 * k));
        __m128i y = _mm_sub_epi8(_mm_or_si128(x, case_bit),
                                 _mm_set1_epi8('a'));
        __m128i z = _mm_sub_epi8(x, _mm_set1_epi8('0'));
        y = _mm_cmpeq_epi8(_mm_min_epu8(y, _mm_set1_epi8(25)), y);
        z = _mm_cmpeq_epi8(_mm_min_epu8(z, _mm_set1_epi8(9)), z);
        uint64_t up = (unsigned)_mm_movemask_epi8(x);
        uint64_t in = (unsigned)_mm_movemask_epi8(_mm_or_si128(y, z));
        bits |= (in | up) << (16 * k);
        above |= up << (16 * k);
    }
    *high = above != 0;
#else
    *high = false;
    for (int i = 0; i < 64; i++) {
        bits |= (uint64_t)(is_ascii_alnum(p[i]) || p[i] >= 0x80) << i;
        *high |= p[i] >= 0x80;
    }
#endif
    return bits;
}

/* Feeds every run of the text to run_found. Runs begin and end where the class
 * of a byte differs from the one before it. */
static void scan_terms(struct hunt *h)
{
    str s = h->text;
    bool inside = false, run_high = false, high;
    size_t beg = 0;
    for (size_t at = 0; at < s.n; at += 64) {
        uint8_t padded[64];
        const uint8_t *p = (const uint8_t *)s.p + at;
        if (s.n - at < 64) {
            memset(padded, 0, sizeof padded);
            p = memcpy(padded, p, s.n - at);
        }
        uint64_t bits = classify(p, &high);
        uint64_t edges = bits ^ (bits << 1 | inside);
        run_high |= high;
        for (; edges; edges &= edges - 1) {
            size_t edge = at + (unsigned)__builtin_ctzll(edges);
            if (inside && run_found(h, beg, edge, run_high))
                return;
            beg = edge;
            inside = !inside;
            run_high = high;
        }
    }
    if (inside)
        run_found(h, beg, s.n, run_high);
}

static void try_loose(struct hunt *h)
{
    const struct text_set *s = h->set;
    for (size_t i = 0; i < s->nloose && s->loose[i] < h->best; i++)
        if (text_match(s->needle[s->loose[i]], h->text)) {
            h->best = s->loose[i];
            return;
        }
}

ptrdiff_t text_set_first(struct text_set *s, str text)
{
    struct hunt h = { s, text, false, s->n };
    try_loose(&h);
    scan_terms(&h);
    return h.best == s->n ? -1 : (ptrdiff_t)h.best;
}

bool text_set_any(struct text_set *s, str text)
{
    if (s->n <= FEW) {
        for (size_t i = 0; i < s->n; i++)
            if (text_match(s->needle[i], text))
                return true;
        return false;
    }
    struct hunt h = { s, text, true, s->n };
    try_loose(&h);
    if (h.best == s->n)
        scan_terms(&h);
    return h.best < s->n;
}

bool text_set_all(struct text_set *s, str text)
{
    for (size_t i = 0; i < s->n; i++)
        if (!text_match(s->needle[i], text))
            return false;
    return true;
}

struct text_words {
    size_t mask;
    struct word {
        str folded;
        struct word *next;
    } **slot;
};

static str fold_text(struct arena *a, str s)
{
    struct buf b;
    buf_init(&b, SIZE_MAX / 4);
    for (size_t i = 0; i < s.n;)
        buf_add_utf8(&b, next_folded(s, &i));
    str folded = buf_take(&b, a);
    buf_release(&b);
    return folded;
}

/* Over folded code points: the same for all spellings of a word. */
static uint64_t word_hash(str s)
{
    uint64_t h = str_hash(S("word"));
    for (size_t i = 0; i < s.n;)
        h = (h ^ next_folded(s, &i)) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

struct text_words *text_words_new(struct arena *a, const str *words, size_t n)
{
    struct text_words *w = NEW(a, struct text_words);
    size_t nslots = 8;
    while (nslots < 2 * n)
        nslots *= 2;
    w->mask = nslots - 1;
    w->slot = arena_array(a, nslots, sizeof *w->slot);
    for (size_t i = 0; i < n; i++) {
        struct word *word = NEW(a, struct word);
        word->folded = fold_text(a, words[i]);
        struct word **slot = &w->slot[word_hash(word->folded) & w->mask];
        word->next = *slot;
        *slot = word;
    }
    return w;
}

bool text_words_has(const struct text_words *w, str s)
{
    const struct word *word = w->slot[word_hash(s) & w->mask];
    for (; word; word = word->next)
        if (text_eq_fold(word->folded, s))
            return true;
    return false;
}
