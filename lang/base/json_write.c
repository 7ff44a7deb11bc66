/* json_write.c - escaping and unescaping JSON strings.
 *
 * Called by: value_json, readers, messages. Renderers that embed data in a page
 * have html_json(). */
#include "json_write.h"

#include "utf8.h"

static void escape(struct buf *b, uint32_t c)
{
    switch (c) {
    case '"': buf_adds(b, "\\\""); break;
    case '\\': buf_adds(b, "\\\\"); break;
    case '\n': buf_adds(b, "\\n"); break;
    case '\r': buf_adds(b, "\\r"); break;
    case '\t': buf_adds(b, "\\t"); break;
    case '\b': buf_adds(b, "\\b"); break;
    case '\f': buf_adds(b, "\\f"); break;
    default: buf_addf(b, "\\u%04x", c); break;
    }
}

static bool needs_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0x7f || c >= 0x80;
}

void json_str(struct buf *b, str s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (i < s.n && !needs_escape((uint8_t)s.p[i]))
            i++;
        buf_add(b, str_sub(s, run, i));
        if (i == s.n)
            break;
        uint32_t c = utf8_next(s, &i);
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f ||
                 c == 0x2028 || c == 0x2029)
            escape(b, c);
        else
            buf_add_utf8(b, c);
    }
    buf_addc(b, '"');
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hex digits at s.p[i]; -1 when they are not there. */
static int32_t hex4(str s, size_t i)
{
    int32_t v = 0;
    if (i + 4 > s.n)
        return -1;
    for (size_t k = i; k < i + 4; k++) {
        int d = hex_digit(s.p[k]);
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

/* \uXXXX with s.p[i] at the first digit; joins surrogate pairs. */
static size_t unescape_u(struct buf *b, str s, size_t i)
{
    int32_t c = hex4(s, i);
    if (c < 0)
        return i;
    i += 4;
    if (c >= 0xD800 && c < 0xDC00 && i + 6 <= s.n && s.p[i] == '\\' &&
        s.p[i + 1] == 'u') {
        int32_t low = hex4(s, i + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            buf_add_utf8(b, 0x10000u + (((uint32_t)c - 0xD800) << 10) +
                                ((uint32_t)low - 0xDC00));
            return i + 6;
        }
    }
    buf_add_utf8(b, c >= 0xD800 && c < 0xE000 ? 0xFFFD : (uint32_t)c);
    return i;
}

void json_unquote(struct buf *b, str s)
{
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') {
        buf_add(b, s);
        return;
    }
    s = str_sub(s, 1, s.n - 1);
    for (size_t i = 0; i < s.n;) {
        size_t run = i;
        while (i < s.n && s.p[i] != '\\')
            i++;
        buf_add(b, str_sub(s, run, i));
        if (i + 1 >= s.n)
            break;
        char c = s.p[i + 1];
        i += 2;
        switch (c) {
        case 'n': buf_addc(b, '\n'); break;
        case 't': buf_addc(b, '\t'); break;
        case 'r': buf_addc(b, '\r'); break;
        case 'b': buf_addc(b, '\b'); break;
        case 'f': buf_addc(b, '\f'); break;
        case 'u': i = unescape_u(b, s, i); break;
        default: buf_addc(b, c); break;
        }
    }
}
