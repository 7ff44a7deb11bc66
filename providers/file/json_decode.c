/* json_decode.c - unescapes strings, repairs UTF-8, converts numbers.
 *
 * Called by: json_read.c for keys with escapes, fill.c for stored values. */
#include "json_decode.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "cell.h"
#include "json_scan.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static uint32_t hex4(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        v = v * 16 + (uint32_t)(is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    return v;
}

/* The code point of \uXXXX or of a pair of them; moves *i over it. */
static uint32_t unicode_escape(str raw, size_t *i)
{
    uint32_t c = hex4(raw.p + *i + 2);
    *i += 6;
    if (c < 0xD800 || c > 0xDFFF)
        return c;
    if (c > 0xDBFF || *i + 6 > raw.n || raw.p[*i] != '\\' ||
        raw.p[*i + 1] != 'u')
        return 0xFFFD;
    uint32_t low = hex4(raw.p + *i + 2);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    *i += 6;
    return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
}

static char short_escape(char c)
{
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

/* Copies up to the next backslash or the end; returns how much. Whole blocks
 * are written, so `out` has room for SCAN_BLOCK more bytes. */
static size_t copy_plain(char *out, const char *p, size_t n)
{
    size_t i = 0;
    for (; n - i >= SCAN_BLOCK; i += SCAN_BLOCK) {
        unsigned hit = copy_block(out + i, p + i);
        if (hit)
            return i + (size_t)__builtin_ctz(hit);
    }
    for (; i < n && p[i] != '\\'; i++)
        out[i] = p[i];
    return i;
}

static size_t put_utf8(char *out, uint32_t c)
{
    struct buf b = { .p = out, .cap = 4, .max = 4 };
    buf_add_utf8(&b, c);
    return b.n;
}

/* Every escape is longer than what it stands for. */
static size_t unescape(char *out, str raw, bool *replaced)
{
    size_t i = 0, n = 0;
    for (;;) {
        size_t plain = copy_plain(out + n, raw.p + i, raw.n - i);
        i += plain;
        n += plain;
        if (i >= raw.n)
            return n;
        if (raw.p[i + 1] != 'u') {
            out[n++] = short_escape(raw.p[i + 1]);
            i += 2;
            continue;
        }
        bool surrogate = (raw.p[i + 2] | 32) == 'd';
        uint32_t c = unicode_escape(raw, &i);
        *replaced |= surrogate && c == 0xFFFD;
        n += put_utf8(out + n, c);
    }
}

/* Escapes make whole characters, so repairing after them changes nothing that
 * repairing before them would not. */
bool json_decode(struct buf *out, str raw, unsigned flags)
{
    bool replaced = false;
    size_t from = out->n;
    if (!(flags & CELL_ESCAPED) && !(flags & CELL_HIGH)) {
        buf_add(out, raw);
        return false;
    }
    if (!(flags & CELL_ESCAPED))
        return utf8_repair(out, raw);
    if (!buf_reserve(out, raw.n + SCAN_BLOCK))
        return false;
    out->n += unescape(out->p + from, raw, &replaced);
    str text = str_sub(buf_str(out), from, out->n);
    if (!(flags & CELL_HIGH) || utf8_valid(text))
        return replaced;
    struct buf repaired;
    buf_init(&repaired, out->max);
    utf8_repair(&repaired, text);
    out->n = from;
    buf_add(out, buf_str(&repaired));
    buf_release(&repaired);
    return true;
}

/* Powers of ten that a double holds exactly. */
static const double EXACT_TENS[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* Clinger's fast path: up to 15 digits and a small exponent make one exact
 * division or multiplication; anything else is for strtod. */
double json_real(str text)
{
    size_t i = text.n && text.p[0] == '-';
    int digits = 0, point = 0;
    bool seen_point = false;
    int64_t v = 0;
    for (; i < text.n && digits <= 15; i++) {
        char c = text.p[i];
        if (c == '.') {
            seen_point = true;
        } else if (is_digit(c)) {
            v = v * 10 + (c - '0');
            digits += v != 0;
            point += seen_point;
        } else {
            break;
        }
    }
    if (i < text.n || digits > 15 || point > 22)
        return strtod(text.p, NULL);
    double d = (double)v / EXACT_TENS[point];
    return text.p[0] == '-' ? -d : d;
}
