/* base64.c - bytes to base64 and back.
 *
 * Called by: the base64 and compression functions. */
#include "base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *b, str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    if (!buf_reserve(b, (s.n + 2) / 3 * 4))
        return;
    for (size_t i = 0; i < s.n; i += 3) {
        size_t left = s.n - i;
        uint32_t v = (uint32_t)p[i] << 16;
        v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
        v |= left > 2 ? p[i + 2] : 0;
        buf_addc(b, alphabet[v >> 18]);
        buf_addc(b, alphabet[v >> 12 & 63]);
        buf_addc(b, left > 1 ? alphabet[v >> 6 & 63] : '=');
        buf_addc(b, left > 2 ? alphabet[v & 63] : '=');
    }
}

/* 0 … 63; -1 for a blank or line break, -2 for anything else. */
static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '/')
        return c == '+' ? 62 : 63;
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' ? -1 : -2;
}

bool base64_decode(struct buf *b, str s)
{
    uint32_t v = 0;
    size_t n = 0, padding = 0;
    for (size_t i = 0; i < s.n; i++) {
        int d = s.p[i] == '=' ? 0 : digit(s.p[i]);
        if (d == -1)
            continue;
        padding += s.p[i] == '=';
        if (d == -2 || padding > 2 || (padding && s.p[i] != '='))
            return false;
        v = v << 6 | (uint32_t)d;
        if (++n % 4)
            continue;
        buf_addc(b, (char)(v >> 16));
        if (padding < 2)
            buf_addc(b, (char)(v >> 8));
        if (padding < 1)
            buf_addc(b, (char)v);
        if (padding && i + 1 < s.n && str_trim(str_sub(s, i + 1, s.n)).n)
            return false;
    }
    return n % 4 == 0 && buf_ok(b);
}
