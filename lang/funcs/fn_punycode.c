/* fn_punycode.c - international domain names in ASCII (RFC 3492).
 *
 * Called by: the engine, through the rows at the end. What cannot be coded
 * gives "". Coding is quadratic in the distinct characters of a label, so text
 * is limited to MAX_LABEL. */
#include "funcs.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "dyn_int.h"

enum {
    BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700,
    FIRST_BIAS = 72, FIRST_CODE = 128,
    MAX_LABEL = 4096, /* bytes; a DNS label has 63 */
};

static uint32_t adapt(uint32_t delta, uint32_t n, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    for (delta += delta / n; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    if (k <= bias + T_MIN)
        return T_MIN;
    return k >= bias + T_MAX ? T_MAX : k - bias;
}

static char digit_char(uint32_t d)
{
    return (char)(d < 26 ? 'a' + d : '0' + (d - 26));
}

static uint32_t char_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0') + 26;
    c = (char)(c | 32);
    return c >= 'a' && c <= 'z' ? (uint32_t)(c - 'a') : BASE;
}

static void put_delta(struct buf *b, uint32_t q, uint32_t bias)
{
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (q < t)
            break;
        buf_addc(b, digit_char(t + (q - t) % (BASE - t)));
        q = (q - t) / (BASE - t);
    }
    buf_addc(b, digit_char(q));
}

/* The least code point of the label that is at least `from`. */
static uint32_t next_code(const uint32_t *c, size_t n, uint32_t from)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < n; i++)
        if (c[i] >= from && c[i] < least)
            least = c[i];
    return least;
}

/* With at most 4096 characters below 0x110000, delta stays below 2^32. */
static void encode(struct buf *b, const uint32_t *c, size_t n)
{
    uint32_t code = FIRST_CODE, delta = 0, bias = FIRST_BIAS;
    size_t basic = 0, done;
    for (size_t i = 0; i < n; i++)
        if (c[i] < FIRST_CODE) {
            buf_addc(b, (char)c[i]);
            basic++;
        }
    done = basic;
    if (basic)
        buf_addc(b, '-');
    while (done < n) {
        uint32_t next = next_code(c, n, code);
        uint64_t wide = delta + (uint64_t)(next - code) * (done + 1);
        if (wide > UINT32_MAX - MAX_LABEL) {
            b->failed = true;
            return;
        }
        delta = (uint32_t)wide;
        code = next;
        for (size_t i = 0; i < n; i++) {
            delta += c[i] < code;
            if (c[i] != code)
                continue;
            put_delta(b, delta, bias);
            bias = adapt(delta, (uint32_t)done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        code++;
    }
}

/* One number of variable length; false at a bad digit or overflow. */
static bool read_delta(str s, size_t *at, uint32_t bias, uint32_t *i)
{
    uint64_t weight = 1, sum = *i;
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t d = *at < s.n ? char_digit(s.p[(*at)++]) : BASE;
        uint32_t t = threshold(k, bias);
        if (d >= BASE)
            return false;
        sum += d * weight;
        if (sum > UINT32_MAX)
            return false;
        if (d < t)
            break;
        weight *= BASE - t;
        if (weight > UINT32_MAX)
            return false;
    }
    *i = (uint32_t)sum;
    return true;
}

/* Appends the code points to c, which has room for s.n of them. */
static bool decode(str s, uint32_t *c, size_t *n)
{
    uint32_t code = FIRST_CODE, i = 0, bias = FIRST_BIAS;
    size_t at = s.n;
    *n = 0;
    while (at > 0 && s.p[at - 1] != '-')
        at--;
    for (size_t k = 0; k + 1 < at; k++) {
        if (s.p[k] & 0x80)
            return false;
        c[(*n)++] = (uint8_t)s.p[k];
    }
    while (at < s.n) {
        uint32_t old = i, count = (uint32_t)*n + 1;
        if (!read_delta(s, &at, bias, &i))
            return false;
        bias = adapt(i - old, count, old == 0);
        if (i / count > 0x10FFFF - code)
            return false;
        code += i / count;
        i %= count;
        if (code >= 0xD800 && code < 0xE000)
            return false;
        memmove(c + i + 1, c + i, (*n - i) * sizeof *c);
        c[i++] = code;
        ++*n;
    }
    return true;
}

static bool encode_label(struct buf *b, str s)
{
    if (s.n > MAX_LABEL)
        return false;
    uint32_t *c = xcalloc(s.n + 1, sizeof *c);
    size_t n = 0;
    for (size_t i = 0; i < s.n;)
        c[n++] = utf8_next(s, &i);
    encode(b, c, n);
    free(c);
    return buf_ok(b);
}

static bool decode_label(struct buf *b, str s)
{
    if (s.n > MAX_LABEL)
        return false;
    uint32_t *c = xcalloc(s.n + 1, sizeof *c);
    size_t n;
    bool ok = decode(s, c, &n);
    for (size_t i = 0; ok && i < n; i++)
        buf_add_utf8(b, c[i]);
    free(c);
    return ok;
}

static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] & 0x80)
            return false;
    return true;
}

/* Only labels with other than ASCII are coded, and marked with xn--. */
static bool encode_in_domain(struct buf *b, str label)
{
    if (is_ascii(label)) {
        buf_add(b, label);
        return true;
    }
    buf_add(b, S("xn--"));
    return encode_label(b, label);
}

static bool decode_in_domain(struct buf *b, str label)
{
    if (label.n >= 4 && str_ieqz(str_sub(label, 0, 4), "xn--"))
        return decode_label(b, str_sub(label, 4, label.n));
    buf_add(b, label);
    return true;
}

/* The place behind the dot at `i`, or `i` where there is none. East Asian
 * full stops count as dots (RFC 3490, section 3.1). */
static size_t behind_dot(str s, size_t i)
{
    static const char *const dots[] = { ".", "\xe3\x80\x82", "\xef\xbc\x8e",
                                        "\xef\xbd\xa1" };
    for (size_t k = 0; k < ROWS(dots); k++)
        if (str_starts(str_sub(s, i, s.n), str_of(dots[k])))
            return i + strlen(dots[k]);
    return i;
}

static void each_label(struct fn_ctx *cx, str s, bool (*f)(struct buf *, str),
                       struct value *out)
{
    struct buf b;
    bool ok = true;
    dyn_begin(&b);
    for (size_t i = 0; ok && i <= s.n;) {
        size_t end = i, next = i;
        while (end < s.n && (next = behind_dot(s, end)) == end)
            end++;
        ok = f(&b, str_sub(s, i, end));
        if (end < s.n)
            buf_addc(&b, '.');
        i = end < s.n ? next : s.n + 1;
    }
    if (ok)
        dyn_end(cx, &b, out);
    buf_release(&b);
}

static void one_label(struct fn_ctx *cx, str s, bool (*f)(struct buf *, str),
                      struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    if (f(&b, s))
        dyn_end(cx, &b, out);
    buf_release(&b);
}

static void from_string(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    (void)nin;
    one_label(cx, in[0].s, encode_label, out);
}

static void to_string(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    (void)nin;
    one_label(cx, in[0].s, decode_label, out);
}

static void domain_decode(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    (void)nin;
    each_label(cx, in[0].s, decode_in_domain, out);
}

static void domain_encode(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    (void)nin;
    each_label(cx, in[0].s, encode_in_domain, out);
}

/* KQL's names: the domain function "from string" reads the coded form. */
const struct lang_func funcs_punycode[] = {
    { .name = "punycode_from_string", .params = "string",
      .ret = TYPE_STRING, .row = from_string,
      .usage = "punycode_from_string(text)",
      .summary = "The text in Punycode, without the mark xn--.",
      .example = "print punycode_from_string('académie')" },
    { .name = "punycode_to_string", .params = "string", .ret = TYPE_STRING,
      .row = to_string, .usage = "punycode_to_string(punycode)",
      .summary = "The text behind Punycode without the mark xn--.",
      .example = "print punycode_to_string('acadmie-eya')" },
    { .name = "punycode_domain_from_string", .params = "string",
      .ret = TYPE_STRING, .row = domain_decode,
      .usage = "punycode_domain_from_string(domain)",
      .summary = "A domain name with its xn-- labels decoded.",
      .example = "print punycode_domain_from_string('xn--bcher-kva.example')" },
    { .name = "punycode_domain_to_string", .params = "string",
      .ret = TYPE_STRING, .row = domain_encode,
      .usage = "punycode_domain_to_string(domain)",
      .summary = "A domain name in ASCII, its other labels as xn--.",
      .example = "print punycode_domain_to_string('bücher.example')" },
};
const size_t nfuncs_punycode = ROWS(funcs_punycode);
