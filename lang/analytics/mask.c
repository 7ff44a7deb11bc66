/* mask.c - pseudonyms that keep the format: same value, same pseudonym.
 *
 * Called by: mask_frame.c, tests. */
#include "mask.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/ip.h"
#include "base/utf8.h"
#include "tld.h"

enum {
    KEY = crypto_shorthash_siphashx24_KEYBYTES,
    PRF = crypto_shorthash_siphashx24_BYTES,
    WORD_ROOM = 64,
    ROUNDS = 8,
    HEX_WORD = 8,            /* shorter ones may be words */
    MAX_WALK = 64,
};

struct masker {
    uint8_t key[KEY];
    struct tlds *tlds;
};

struct masker *masker_new(struct arena *a, str key)
{
    struct masker *m = NEW(a, struct masker);
    static const uint8_t purpose[crypto_generichash_KEYBYTES_MIN] =
        "mask of values";
    crypto_generichash(m->key, KEY, (const uint8_t *)key.p, key.n, purpose,
                       sizeof purpose);
    m->tlds = tlds_new(a);
    return m;
}

/* ---- words ------------------------------------------------------------- */

/* A word as numbers below a radix each: 10 digits, 16 hex digits, 26 letters;
 * case is kept beside. */
struct word {
    size_t n;
    uint8_t *v, *radix;
    uint8_t *room;           /* 2 n + 2 bytes */
};

/* SipHash-2-4 with 128 bits, a keyed pseudo-random function. */
static void prf(const struct masker *m, const uint8_t *in, size_t n,
                uint8_t out[PRF])
{
    crypto_shorthash_siphashx24(out, in, n, m->key);
}

/* What one half of a word adds to the other: a stream that grows from a keyed
 * hash of the half, the round and the word's shape. */
static void add_round(const struct masker *m, struct word *w, int round,
                      size_t beg, size_t end)
{
    uint8_t block[PRF], seed[PRF + 8], *in = w->room;
    size_t from = beg == 0 ? end : 0, to = beg == 0 ? w->n : beg;
    in[0] = 'w';
    in[1] = (uint8_t)round;
    memcpy(in + 2, w->radix, w->n);
    memcpy(in + 2 + w->n, w->v + from, to - from);
    prf(m, in, 2 + w->n + to - from, block);
    memcpy(seed, block, PRF);
    for (size_t i = beg; i < end; i++) {
        size_t k = (i - beg) % (PRF / 2);
        if (k == 0 && i > beg) {
            uint64_t part = (i - beg) / (PRF / 2);
            memcpy(seed + PRF, &part, sizeof part);
            prf(m, seed, sizeof seed, block);
        }
        unsigned add = block[2 * k] | (unsigned)block[2 * k + 1] << 8;
        w->v[i] = (uint8_t)((w->v[i] + add) % w->radix[i]);
    }
}

static void encipher(const struct masker *m, struct word *w)
{
    size_t half = w->n / 2;
    for (int r = 0; r < ROUNDS; r++) {
        if (r % 2 == 0 && half > 0)
            add_round(m, w, r, 0, half);
        else
            add_round(m, w, r, half, w->n);
    }
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_letter(char c)
{
    return is_upper((char)(c & ~32)) && ((unsigned char)c < 0x80);
}
static bool is_hex(char c)
{
    return is_digit(c) || (is_letter(c) && (c | 32) <= 'f');
}
static bool in_word(char c)
{
    return is_digit(c) || is_letter(c) || (unsigned char)c >= 0x80;
}

/* Hexadecimal by its look: long enough, with digits and letters. */
static bool is_hex_word(str s)
{
    bool digits = false, letters = false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_hex(s.p[i]))
            return false;
        digits = digits || is_digit(s.p[i]);
        letters = letters || is_letter(s.p[i]);
    }
    return s.n >= HEX_WORD && digits && letters;
}

/* The value and radix of one character. */
static void set_symbol(struct word *w, char c, bool hex)
{
    uint8_t v = is_digit(c) ? (uint8_t)(c - '0')
                            : (uint8_t)((c | 32) - 'a' + (hex ? 10 : 0));
    w->v[w->n] = v;
    w->radix[w->n++] = hex ? 16 : is_digit(c) ? 10 : 26;
}

static char symbol(const struct word *w, size_t i, bool upper)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t v = w->v[i];
    char c = w->radix[i] == 26 ? (char)('a' + v) : hex[v];
    return upper && is_letter(c) ? (char)(c & ~32) : c;
}

/* The word itself, characters beyond ASCII as letters that depend on them. */
static void mask_word(const struct masker *m, struct buf *b, str s, bool hex)
{
    uint8_t small[5 * WORD_ROOM + 2];
    uint8_t *p = s.n <= WORD_ROOM ? small : xmalloc(5 * s.n + 2);
    struct word w = { 0, p, p + s.n, p + 2 * s.n };
    uint8_t *upper = w.room + 2 * s.n + 2;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = (uint8_t)s.p[i];
        upper[w.n] = is_upper(s.p[i]);
        if (c < 0x80) {
            set_symbol(&w, s.p[i++], hex);
            continue;
        }
        c = utf8_fold(utf8_next(s, &i));
        w.v[w.n] = (uint8_t)(c % 26);
        w.radix[w.n++] = 26;
    }
    encipher(m, &w);
    for (size_t i = 0; i < w.n; i++)
        buf_addc(b, symbol(&w, i, upper[i] != 0));
    if (p != small)
        free(p);
}

/* ---- addresses --------------------------------------------------------- */

/* How many leading bits say what an address is for. */
static int kept_bits4(uint32_t ip)
{
    static const struct {
        uint32_t net;
        int bits;
    } special[] = {
        { 0x00000000, 8 },  { 0x0A000000, 8 },  { 0x64400000, 10 },
        { 0x7F000000, 32 }, { 0xA9FE0000, 16 }, { 0xAC100000, 12 },
        { 0xC0000000, 24 }, { 0xC0000200, 24 }, { 0xC0A80000, 16 },
        { 0xC6120000, 15 }, { 0xC6336400, 24 }, { 0xCB007100, 24 },
        { 0xE0000000, 4 },  { 0xF0000000, 4 },
    };
    if (ip == 0 || ip == UINT32_MAX)
        return 32;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        int bits = special[i].bits == 32 ? 8 : special[i].bits;
        if ((ip & ip4_mask(bits)) == special[i].net)
            return special[i].bits;
    }
    return 0;
}

static int kept_bits6(const uint8_t b[16])
{
    static const uint8_t zero[12];
    if (memcmp(b, zero, 12) == 0)
        return 128; /* ::, ::1 and their like */
    if (b[0] == 0xfe)
        return 10;
    if (b[0] == 0xff)
        return 16;
    if ((b[0] & 0xfe) == 0xfc)
        return 7;
    if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8)
        return 32;
    return 3;
}

/* Bit i is flipped by what the bits before it give: a common prefix stays a
 * common prefix. */
static void encipher_bits(const struct masker *m, uint8_t *b, int from,
                          int nbits)
{
    uint8_t in[20] = { 'i', (uint8_t)(nbits / 8) }, out[PRF], plain[16];
    memcpy(plain, b, (size_t)nbits / 8);
    for (int i = from; i < nbits; i++) {
        memset(in + 2, 0, sizeof in - 2);
        memcpy(in + 2, plain, (size_t)i / 8);
        if (i % 8)
            in[2 + i / 8] = (uint8_t)(plain[i / 8] & (0xff00 >> i % 8));
        in[19] = (uint8_t)i;
        prf(m, in, sizeof in, out);
        b[i / 8] = (uint8_t)(b[i / 8] ^ (out[0] & 1) << (7 - i % 8));
    }
}

static uint32_t mask_ip4(const struct masker *m, uint32_t ip)
{
    int keep = kept_bits4(ip);
    if (keep == 32)
        return ip;
    /* A public address must not become a private one: on to the next. */
    for (int walk = 0; walk < MAX_WALK; walk++) {
        uint8_t b[4] = { (uint8_t)(ip >> 24), (uint8_t)(ip >> 16),
                         (uint8_t)(ip >> 8), (uint8_t)ip };
        encipher_bits(m, b, keep, 32);
        ip = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
             (uint32_t)b[2] << 8 | b[3];
        if (kept_bits4(ip) == keep)
            break;
    }
    return ip;
}

/* ---- structures -------------------------------------------------------- */

static bool mask_address(const struct masker *m, struct buf *b, str s)
{
    uint32_t ip;
    struct ip6 v6;
    int prefix;
    if (ip4_parse(s, &ip)) {
        ip4_format(b, mask_ip4(m, ip));
        return true;
    }
    if (str_find_char(s, ':') < 0 || s.n > 45 ||
        str_find_char(s, '/') >= 0 || str_find_char(s, '.') >= 0 ||
        str_find_char(s, '%') >= 0 || !ip6_parse_prefix(s, &v6, &prefix))
        return false;
    int keep = kept_bits6(v6.b);
    encipher_bits(m, v6.b, keep, 128);
    if (keep == 128)
        buf_add(b, s);
    else
        ip6_format_full(b, &v6);
    return true;
}

/* S-1-5-21-a-b-c-RID: a, b and c are the domain's; true when it is a SID. */
static bool mask_sid(const struct masker *m, struct buf *b, str s)
{
    static const str domains[] = { { "S-1-5-21-", 9 }, { "S-1-12-1-", 9 } };
    size_t dashes = 0, last = s.n;
    if (s.n < 5 || !str_ieq(str_sub(s, 0, 4), S("S-1-")))
        return false;
    for (size_t i = 4; i < s.n; i++) {
        if (!is_digit(s.p[i]) && s.p[i] != '-')
            return false;
        dashes += s.p[i] == '-';
        if (s.p[i] == '-' && dashes == 5)
            last = i;
    }
    if (!str_ieq(str_sub(s, 0, 9), domains[0]) &&
        !str_ieq(str_sub(s, 0, 9), domains[1])) {
        buf_add(b, s);
        return true;
    }
    buf_add(b, str_sub(s, 0, 9));
    for (size_t i = 9; i < last;) {
        size_t end = i;
        while (end < last && s.p[end] != '-')
            end++;
        if (end > i)
            mask_word(m, b, str_sub(s, i, end), false);
        if (end < last)
            buf_addc(b, '-');
        i = end + 1;
    }
    buf_add(b, str_sub(s, last, s.n));
    return true;
}

static bool is_well_known(str s)
{
    static const char *const names[] = {
        "NT AUTHORITY", "NT SERVICE", "BUILTIN", "SYSTEM", "LOCAL SERVICE",
        "NETWORK SERVICE", "ANONYMOUS LOGON", "Window Manager",
        "Font Driver Host", "WORKGROUP", "root", "localhost", "nobody",
        "daemon", "-", "N/A",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_ieqz(s, names[i]))
            return true;
    return false;
}

/* Where the top-level domain of a name begins; s.n when it has none. */
static size_t tld_start(const struct masker *m, str s)
{
    size_t i = s.n;
    while (i > 0 && in_word(s.p[i - 1]))
        i--;
    bool name = i > 1 && s.p[i - 1] == '.';
    for (size_t k = 0; k < i && name; k++)
        name = in_word(s.p[k]) || s.p[k] == '.' || s.p[k] == '-' ||
               s.p[k] == '_';
    return name && tld_known(m->tlds, str_sub(s, i, s.n)) ? i : s.n;
}

/* An IPv4 address inside other text, at a word's start; its end, or i. */
static size_t inner_ip4(const struct masker *m, struct buf *b, str s, size_t i)
{
    uint32_t ip;
    size_t end = i;
    while (end < s.n && end - i < 16 && (is_digit(s.p[end]) ||
                                         s.p[end] == '.'))
        end++;
    while (end > i && s.p[end - 1] == '.')
        end--;
    if ((end < s.n && in_word(s.p[end])) ||
        !ip4_parse(str_sub(s, i, end), &ip))
        return i;
    ip4_format(b, mask_ip4(m, ip));
    return end;
}

/* GUIDs are hexadecimal in all their parts, also where one has no letters. */
static bool mask_guid(const struct masker *m, struct buf *b, str s)
{
    if (s.n < 36 || (s.n > 36 && in_word(s.p[36])))
        return false;
    s.n = 36;
    for (size_t i = 0; i < s.n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-' : !is_hex(s.p[i]))
            return false;
    }
    static const uint8_t parts[] = { 0, 8, 9, 13, 14, 18, 19, 23, 24, 36 };
    for (size_t k = 0; k < 5; k++) {
        if (k)
            buf_addc(b, '-');
        mask_word(m, b, str_sub(s, parts[2 * k], parts[2 * k + 1]), true);
    }
    return true;
}

/* A piece between \ / @ and their like: words and what stands between. */
static void mask_piece(const struct masker *m, struct buf *b, str s)
{
    size_t tld = tld_start(m, s);
    if (s.n == 2 && is_letter(s.p[0]) && s.p[1] == ':') { /* a drive */
        buf_add(b, s);
        return;
    }
    if (is_well_known(str_trim(s)) || mask_sid(m, b, s)) {
        if (is_well_known(str_trim(s)))
            buf_add(b, s);
        return;
    }
    for (size_t i = 0; i < s.n;) {
        if (i == tld) {
            buf_add(b, str_sub(s, i, s.n));
            return;
        }
        if (!in_word(s.p[i])) {
            buf_addc(b, s.p[i++]);
            continue;
        }
        size_t end = is_digit(s.p[i]) ? inner_ip4(m, b, s, i) : i;
        if (end == i && is_hex(s.p[i]) && mask_guid(m, b, str_sub(s, i, s.n)))
            end = i + 36;
        if (end == i) {
            while (end < s.n && in_word(s.p[end]))
                end++;
            str w = str_sub(s, i, end);
            mask_word(m, b, w, is_hex_word(w));
        }
        i = end;
    }
}

void mask_text(struct masker *m, struct buf *b, str s)
{
    if (mask_address(m, b, s))
        return;
    for (size_t i = 0; i < s.n;) {
        size_t end = i;
        while (end < s.n && s.p[end] != '\\' && s.p[end] != '/' &&
               s.p[end] != '@')
            end++;
        mask_piece(m, b, str_sub(s, i, end));
        if (end < s.n)
            buf_addc(b, s.p[end]);
        i = end + 1;
    }
}
