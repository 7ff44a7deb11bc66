/* json_text.c - validates JSON and rewrites it in the stored spelling.
 *
 * Called by: parse_json and its kin, loaders, functions that build values.
 * Must not:  recurse (depth is the input's choice) or build a tree. */
#include "json_text.h"

#include <stdlib.h>

#include "utf8.h"

/* A key literal in the output; its value begins behind the colon at `end`. */
struct key {
    size_t beg, end;
};

/* An array or object that is still open. */
struct level {
    size_t beg;        /* of its bracket in the output */
    size_t first_key;  /* in keys; objects only */
    bool object;
};

enum { FEW_KEYS = 64, FEW_LEVELS = 16 };

struct compactor {
    struct buf *out;
    str in;
    size_t i;
    const char *error;
    struct key *keys;   /* of all open objects, innermost last */
    size_t nkeys, keys_cap;
    struct level *levels;
    size_t depth, levels_cap, max_depth;
    struct key few_keys[FEW_KEYS];        /* what most values get by with */
    struct level few_levels[FEW_LEVELS];
};

/* A stack of `cap` elements that is full moves from `few` to the heap, or to
 * more of it; twice as large. */
static void *grow(void *stack, const void *few, size_t *cap, size_t size)
{
    void *old = stack == few ? NULL : stack;
    void *more = xrealloc(old, *cap * 2 * size);
    if (!old)
        memcpy(more, few, *cap * size);
    *cap *= 2;
    return more;
}

enum step { FAIL, WANT_VALUE, HAVE_VALUE };

static bool fail(struct compactor *c, const char *why)
{
    c->error = why;
    return false;
}

static void skip_blank(struct compactor *c)
{
    while (c->i < c->in.n) {
        char ch = c->in.p[c->i];
        if (ch != ' ' && ch != '\n' && ch != '\t' && ch != '\r')
            break;
        c->i++;
    }
}

static int peek(const struct compactor *c)
{
    return c->i < c->in.n ? (unsigned char)c->in.p[c->i] : -1;
}

static bool is_plain(uint8_t ch)
{
    return ch >= 0x20 && ch != '"' && ch != '\\';
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch = (char)(ch | 32);
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* Four hex digits; -1 when they are not there. */
static int32_t hex4(str s, size_t i)
{
    int32_t v = 0;
    if (s.n < 4 || i > s.n - 4)
        return -1;
    for (size_t k = i; k < i + 4; k++) {
        int d = hex_digit(s.p[k]);
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

/* \uXXXX with c->i at the first digit; a pair of surrogates is one. */
static bool unicode_escape(struct compactor *c)
{
    str s = c->in;
    int32_t v = hex4(s, c->i);
    if (v < 0)
        return fail(c, "\\u without four hex digits");
    c->i += 4;
    if (v >= 0xD800 && v < 0xDC00 && s.n - c->i >= 6 &&
        s.p[c->i] == '\\' && s.p[c->i + 1] == 'u') {
        int32_t low = hex4(s, c->i + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            c->i += 6;
            v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    if (v >= 0xD800 && v < 0xE000)
        v = 0xFFFD;
    if (v < 0x80)
        json_put_char(c->out, (uint32_t)v);
    else
        buf_add_utf8(c->out, (uint32_t)v);
    return true;
}

static bool escape(struct compactor *c)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    c->i++;
    int ch = peek(c);
    c->i++;
    if (ch == 'u')
        return unicode_escape(c);
    const char *at = ch > 0 ? strchr(names, ch) : NULL;
    if (!at)
        return fail(c, "unknown escape in a string");
    json_put_char(c->out, (uint32_t)means[at - names]);
    return true;
}

/* A string literal with c->i at its quote. The input is valid UTF-8. */
static bool string(struct compactor *c)
{
    str s = c->in;
    buf_addc(c->out, '"');
    c->i++;
    for (;;) {
        size_t run = c->i, i = run;
        while (i < s.n && is_plain((uint8_t)s.p[i]))
            i++;
        buf_add(c->out, str_sub(s, run, i));
        c->i = i;
        if (i == s.n)
            return fail(c, "a string has no end");
        if (s.p[i] == '"')
            break;
        if (s.p[i] != '\\')
            return fail(c, "a control character in a string");
        if (!escape(c))
            return false;
    }
    c->i++;
    buf_addc(c->out, '"');
    return true;
}

static size_t digits(struct compactor *c)
{
    size_t beg = c->i;
    while (c->i < c->in.n && c->in.p[c->i] >= '0' && c->in.p[c->i] <= '9')
        c->i++;
    return c->i - beg;
}

/* Up to 15 digits read back as they are, so that such a real is already in
 * its shortest form when it has no useless zeros and no exponent is due. */
static bool is_shortest(str s)
{
    size_t point = (size_t)str_find_char(s, '.');
    if (s.n > 16 || s.p[0] == '-' || memchr(s.p, 'e', s.n) ||
        memchr(s.p, 'E', s.n))
        return false;
    if (s.p[s.n - 1] == '0')
        return s.n == point + 2 && s.p[0] != '0';
    return s.p[0] != '0' || !str_starts(s, S("0.0000"));
}

/* A real, or an integer that needs more than 64 bits. */
static void put_real(struct buf *b, str s, bool has_point)
{
    if (has_point && is_shortest(s)) {
        buf_add(b, s);
        return;
    }
    char small[64], *text = s.n < sizeof small ? small : xmalloc(s.n + 1);
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    json_text_f64(b, strtod(text, NULL));
    if (text != small)
        free(text);
}

static bool fits_i64(str s)
{
    static const char max[] = "9223372036854775807";
    bool negative = s.p[0] == '-';
    str d = str_sub(s, negative, s.n);
    if (d.n != 19)
        return d.n < 19;
    int order = memcmp(d.p, max, 19);
    return order <= 0 || (negative && memcmp(d.p, max, 18) == 0 &&
                          d.p[18] == '8');
}

static bool number(struct compactor *c)
{
    size_t beg = c->i;
    bool point = false, exponent = false;
    if (peek(c) == '-')
        c->i++;
    bool zero = peek(c) == '0';
    size_t n = digits(c);
    if (n == 0 || (zero && n > 1))
        return fail(c, n ? "a number with a leading zero"
                         : "not a JSON value");
    if (peek(c) == '.') {
        point = true;
        c->i++;
        if (digits(c) == 0)
            return fail(c, "a number without digits behind its point");
    }
    if (peek(c) == 'e' || peek(c) == 'E') {
        exponent = true;
        c->i++;
        if (peek(c) == '+' || peek(c) == '-')
            c->i++;
        if (digits(c) == 0)
            return fail(c, "a number without digits in its exponent");
    }
    str s = str_sub(c->in, beg, c->i);
    if (point || exponent || !fits_i64(s))
        put_real(c->out, s, point);
    else
        buf_add(c->out, str_eq(s, S("-0")) ? S("0") : s);
    return true;
}

static bool word(struct compactor *c, str w)
{
    if (!str_starts(str_sub(c->in, c->i, c->in.n), w))
        return fail(c, "not a JSON value");
    buf_add(c->out, w);
    c->i += w.n;
    return true;
}

/* --- keys that come twice ------------------------------------------- */

static str key_text(const struct compactor *c, size_t k)
{
    return str_sub(buf_str(c->out), c->keys[k].beg, c->keys[k].end);
}

/* For each of the n keys from `first` on, which one has its name first. */
static bool find_firsts(const struct compactor *c, size_t first, size_t n,
                        uint32_t *firsts)
{
    size_t cap = 16;
    bool twice = false;
    while (cap < n * 2)
        cap *= 2;
    uint32_t *slots = xcalloc(cap, sizeof *slots);
    for (size_t i = 0; i < n; i++) {
        str name = key_text(c, first + i);
        size_t at = str_hash(name) & (cap - 1);
        while (slots[at] && !str_eq(name, key_text(c, first + slots[at] - 1)))
            at = (at + 1) & (cap - 1);
        twice |= slots[at] != 0;
        if (!slots[at])
            slots[at] = (uint32_t)i + 1;
        firsts[i] = slots[at] - 1;
    }
    free(slots);
    return twice;
}

/* Values of member i: from behind its colon to the next key's comma. */
static str member_text(const struct compactor *c, size_t first, size_t i)
{
    size_t k = first + i;
    size_t end = k + 1 < c->nkeys ? c->keys[k + 1].beg - 1 : c->out->n;
    return str_sub(buf_str(c->out), c->keys[k].end + 1, end);
}

/* Rewrites the innermost object, whose bracket is still open. */
static void drop_repeats(struct compactor *c, const struct level *l,
                         const uint32_t *firsts, uint32_t *lasts)
{
    size_t n = c->nkeys - l->first_key;
    struct buf b;
    buf_init(&b, c->out->n);
    for (size_t i = 0; i < n; i++)
        lasts[firsts[i]] = (uint32_t)i;
    for (size_t i = 0; i < n; i++) {
        if (firsts[i] != i)
            continue;
        buf_addc(&b, b.n ? ',' : '{');
        buf_add(&b, key_text(c, l->first_key + i));
        buf_addc(&b, ':');
        buf_add(&b, member_text(c, l->first_key, lasts[i]));
    }
    c->out->n = l->beg;
    buf_add(c->out, buf_str(&b));
    buf_release(&b);
}

static bool few_and_different(const struct compactor *c, size_t first)
{
    if (c->nkeys - first > 8)
        return false;
    for (size_t i = first + 1; i < c->nkeys; i++)
        for (size_t k = first; k < i; k++)
            if (str_eq(key_text(c, i), key_text(c, k)))
                return false;
    return true;
}

static void unite_keys(struct compactor *c, const struct level *l)
{
    size_t n = c->nkeys - l->first_key;
    if (!buf_ok(c->out) || few_and_different(c, l->first_key))
        return;
    uint32_t *firsts = xcalloc(n * 2, sizeof *firsts);
    if (find_firsts(c, l->first_key, n, firsts))
        drop_repeats(c, l, firsts, firsts + n);
    free(firsts);
}

/* --- structure ------------------------------------------------------- */

static void push_level(struct compactor *c, bool object)
{
    if (c->depth == c->levels_cap)
        c->levels = grow(c->levels, c->few_levels, &c->levels_cap,
                         sizeof *c->levels);
    c->levels[c->depth++] = (struct level){ c->out->n, c->nkeys, object };
}

static bool member_key(struct compactor *c)
{
    skip_blank(c);
    if (peek(c) != '"')
        return fail(c, "an object member without a key");
    size_t beg = c->out->n;
    if (!string(c))
        return false;
    if (c->nkeys == c->keys_cap)
        c->keys = grow(c->keys, c->few_keys, &c->keys_cap, sizeof *c->keys);
    c->keys[c->nkeys++] = (struct key){ beg, c->out->n };
    skip_blank(c);
    if (peek(c) != ':')
        return fail(c, "a key without a colon");
    c->i++;
    buf_addc(c->out, ':');
    return true;
}

static enum step close_level(struct compactor *c, char bracket)
{
    struct level *l = &c->levels[--c->depth];
    if (l->object) {
        unite_keys(c, l);
        c->nkeys = l->first_key;
    }
    c->i++;
    buf_addc(c->out, bracket);
    return HAVE_VALUE;
}

static enum step open_level(struct compactor *c, bool object)
{
    char close = object ? '}' : ']';
    if (c->depth == c->max_depth) {
        fail(c, "nested too deeply");
        return FAIL;
    }
    push_level(c, object);
    buf_addc(c->out, object ? '{' : '[');
    c->i++;
    skip_blank(c);
    if (peek(c) == close)
        return close_level(c, close);
    return object && !member_key(c) ? FAIL : WANT_VALUE;
}

static enum step value(struct compactor *c)
{
    bool ok;
    skip_blank(c);
    switch (peek(c)) {
    case '{': return open_level(c, true);
    case '[': return open_level(c, false);
    case '"': ok = string(c); break;
    case 't': ok = word(c, S("true")); break;
    case 'f': ok = word(c, S("false")); break;
    case 'n': ok = word(c, S("null")); break;
    default: ok = number(c); break;
    }
    return ok ? HAVE_VALUE : FAIL;
}

/* Behind a value inside a container. */
static enum step follow(struct compactor *c)
{
    bool object = c->levels[c->depth - 1].object;
    skip_blank(c);
    int ch = peek(c);
    if (ch == (object ? '}' : ']'))
        return close_level(c, (char)ch);
    if (ch != ',') {
        fail(c, ch < 0 ? "the text ends inside a container"
                       : "neither comma nor closing bracket");
        return FAIL;
    }
    c->i++;
    buf_addc(c->out, ',');
    return object && !member_key(c) ? FAIL : WANT_VALUE;
}

static bool document(struct compactor *c)
{
    enum step s = value(c);
    while (s != FAIL && buf_ok(c->out) && (s == WANT_VALUE || c->depth))
        s = s == WANT_VALUE ? value(c) : follow(c);
    if (s == FAIL)
        return false;
    if (!buf_ok(c->out))
        return fail(c, "the value is too long");
    skip_blank(c);
    return c->i == c->in.n || fail(c, "text behind the value");
}

static bool compact_valid(struct buf *out, str text, unsigned max_depth,
                          str *error)
{
    struct compactor c;
    size_t before = out->n;
    c.out = out;
    c.in = text;
    c.i = c.nkeys = c.depth = 0;
    c.error = NULL;
    c.keys = c.few_keys;
    c.keys_cap = FEW_KEYS;
    c.levels = c.few_levels;
    c.levels_cap = FEW_LEVELS;
    c.max_depth = max_depth;
    if (text.n < out->max - out->n)
        buf_reserve(out, text.n);
    bool ok = document(&c);
    if (!ok) {
        out->n = before;
        out->failed = false;
        if (error)
            *error = str_of(c.error);
    }
    if (c.keys != c.few_keys)
        free(c.keys);
    if (c.levels != c.few_levels)
        free(c.levels);
    return ok;
}

bool json_compact(struct buf *out, str text, unsigned max_depth, str *error)
{
    if (str_starts(text, S("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n);
    if (text.n > JSON_MAX_BYTES || out->failed) {
        if (error)
            *error = S("the text is longer than 16 MB");
        return false;
    }
    if (utf8_valid(text))
        return compact_valid(out, text, max_depth, error);
    struct buf repaired;
    buf_init(&repaired, text.n * 3);
    utf8_repair(&repaired, text);
    bool ok = compact_valid(out, buf_str(&repaired), max_depth, error);
    buf_release(&repaired);
    return ok;
}
