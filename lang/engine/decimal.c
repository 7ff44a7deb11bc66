/* decimal.c - text of a decimal, and back.
 *
 * Called by: cells.c, for DECIMAL(38,10) columns. */
#include "decimal.h"

enum { WHOLE_DIGITS = DECIMAL_DIGITS - DECIMAL_SCALE };

size_t decimal_text(int128 v, unsigned scale, char out[DECIMAL_TEXT])
{
    __extension__ unsigned __int128 u = v < 0 ? -(unsigned __int128)v
                                              : (unsigned __int128)v;
    while (scale > 0 && u % 10 == 0) {
        u /= 10;
        scale--;
    }
    char rev[DECIMAL_TEXT];
    size_t n = 0, len = 0;
    for (unsigned digit = 0; u || digit <= scale; digit++) {
        if (digit && digit == scale)
            rev[n++] = '.';
        rev[n++] = (char)('0' + (int)(u % 10));
        u /= 10;
    }
    if (v < 0)
        rev[n++] = '-';
    while (n)
        out[len++] = rev[--n];
    return len;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool decimal_parse(str s, int128 *out)
{
    size_t i = 0, whole = 0, fraction = 0;
    int128 v = 0;
    bool negative = s.n && s.p[0] == '-', any = false, up = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        i++;
    for (; i < s.n && is_digit(s.p[i]); i++, any = true) {
        v = v * 10 + (s.p[i] - '0');
        whole += v != 0;
        if (whole > WHOLE_DIGITS)
            return false;
    }
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && is_digit(s.p[i]); i++, any = true) {
            if (fraction == DECIMAL_SCALE)
                up = s.p[i] >= '5';
            else if (fraction < DECIMAL_SCALE)
                v = v * 10 + (s.p[i] - '0');
            fraction++;
        }
    if (!any || i != s.n)
        return false;
    for (; fraction < DECIMAL_SCALE; fraction++)
        v *= 10;
    v += up;
    *out = negative ? -v : v;
    return true;
}
