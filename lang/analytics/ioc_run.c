/* ioc_run.c - hashes and Bitcoin addresses: long runs of letters and digits.
 *
 * Called by: ioc_scan.c, once for each text.
 * Any run of 32 hexadecimal digits covers a place that is a multiple of 32, and
 * any address of 26 signs a multiple of 26, so only those places are looked at
 * and, where they fit, what stands around them. */
#include "ioc_int.h"

enum { SHORTEST_HASH = 32, SHORTEST_COIN = 26, LONGEST_COIN = 90 };

static bool hash_type(size_t n, enum ioc_type *t)
{
    switch (n) {
    case 32: *t = IOC_MD5; return true;
    case 40: *t = IOC_SHA1; return true;
    case 64: *t = IOC_SHA256; return true;
    case 128: *t = IOC_SHA512; return true;
    default: return false;
    }
}

/* Only decimal digits, or few different ones: a number, a blank value. */
static bool is_plain_number(str v)
{
    uint32_t seen = 0;
    bool letters = false;
    for (size_t i = 0; i < v.n; i++) {
        char c = v.p[i];
        letters = letters || is_letter(c);
        seen |= 1u << (is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return !letters || __builtin_popcount(seen) < 4;
}

/* d41d8cd9-8f00-…: a piece of an identifier with dashes on a hex neighbour. */
static bool touches_piece(const struct ioc_scanner *s, size_t b, size_t e)
{
    return (ioc_before(s, b) == '-' && b > 1 && is_hex(s->text.p[b - 2])) ||
           (ioc_at(s, e) == '-' && is_hex(ioc_at(s, e + 1)) &&
            is_hex(ioc_at(s, e + 2)) && is_hex(ioc_at(s, e + 3)));
}

static void add_hash(struct ioc_scanner *s, size_t b, size_t e)
{
    enum ioc_type t;
    char before = ioc_before(s, b), after = ioc_at(s, e);
    str v = str_sub(s->text, b, e);
    if (!hash_type(v.n, &t) || !ioc_wants(s, 1u << t) || is_alnum(before) ||
        is_alnum(after) || touches_piece(s, b, e) || is_plain_number(v))
        return;
    ioc_add(s, t, b, e, ioc_lower(s, v));
}

/* Inlined for each kind of run: a call for each byte would cost the most. */
#define INLINE static inline __attribute__((always_inline))

INLINE size_t run_end(str s, size_t i, bool (*in)(char))
{
    while (i < s.n && in(s.p[i]))
        i++;
    return i;
}

INLINE size_t run_start(str s, size_t i, size_t floor, bool (*in)(char))
{
    while (i > floor && in(s.p[i - 1]))
        i--;
    return i;
}

/* A run of `shortest` over place i has half of that on one side: two looks on
 * either side turn most words away. */
INLINE bool may_be_long(str s, size_t i, size_t shortest, bool (*in)(char))
{
    size_t far = shortest / 2 - 1, near = far / 2;
    return (i >= far && in(s.p[i - near]) && in(s.p[i - far])) ||
           (i + far < s.n && in(s.p[i + near]) && in(s.p[i + far]));
}

static void scan_hashes(struct ioc_scanner *s)
{
    str t = s->text;
    size_t floor = 0;
    for (size_t i = SHORTEST_HASH - 1; i < t.n; i += SHORTEST_HASH) {
        if (i < floor || !is_hex(t.p[i]) ||
            !may_be_long(t, i, SHORTEST_HASH, is_hex))
            continue;
        size_t b = run_start(t, i, floor, is_hex);
        size_t e = run_end(t, i, is_hex);
        floor = e;
        if (e - b >= SHORTEST_HASH)
            add_hash(s, b, e);
    }
}

static void add_coin(struct ioc_scanner *s, size_t b, size_t e)
{
    str v = str_sub(s->text, b, e);
    bool old = v.p[0] == '1' || v.p[0] == '3';
    bool segwit = str_ieq(str_sub(v, 0, 3), S("bc1"));
    if ((old || segwit) && bitcoin_valid(v))
        ioc_add(s, IOC_BITCOIN, b, e, segwit ? ioc_lower(s, v) : v);
}

static void scan_coins(struct ioc_scanner *s)
{
    str t = s->text;
    size_t floor = 0;
    for (size_t i = SHORTEST_COIN - 1; i < t.n; i += SHORTEST_COIN) {
        if (i < floor || !is_alnum(t.p[i]) ||
            !may_be_long(t, i, SHORTEST_COIN, is_alnum))
            continue;
        size_t b = run_start(t, i, floor, is_alnum);
        size_t e = run_end(t, i, is_alnum);
        floor = e;
        if (e - b >= SHORTEST_COIN && e - b <= LONGEST_COIN)
            add_coin(s, b, e);
    }
}

void scan_runs(struct ioc_scanner *s)
{
    if (s->text.n >= SHORTEST_HASH &&
        ioc_wants(s, IOC_BIT(MD5) | IOC_BIT(SHA1) | IOC_BIT(SHA256) |
                         IOC_BIT(SHA512)))
        scan_hashes(s);
    if (s->text.n >= SHORTEST_COIN && ioc_wants(s, IOC_BIT(BITCOIN)))
        scan_coins(s);
}
