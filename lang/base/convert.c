/* convert.c - reading numbers, bools and guids out of text.
 *
 * Called by: conversion functions, readers of typed columns. Independent of
 * the locale; never allocates. */
#include "convert.h"

#include <math.h>

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
    if (is_digit(c))
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Digits after 0x; false when there is none or they do not fit `max` many. */
static bool hex_number(str s, size_t max, uint64_t *v)
{
    s = str_sub(s, 2, s.n);
    while (s.n > 1 && s.p[0] == '0')
        s.p++, s.n--;
    if (s.n == 0 || s.n > max)
        return false;
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        int d = hex_digit(s.p[i]);
        if (d < 0)
            return false;
        *v = *v << 4 | (uint64_t)d;
    }
    return true;
}

static bool is_hex(str s)
{
    return s.n > 2 && s.p[0] == '0' && (s.p[1] | 32) == 'x';
}

static bool decimal_number(str s, int64_t *out)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    bool negative = i && s.p[0] == '-';
    int64_t v = 0;
    if (i == s.n)
        return false;
    for (; i < s.n; i++) {
        int d = negative ? '0' - s.p[i] : s.p[i] - '0';
        if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, d, &v))
            return false;
    }
    *out = v;
    return true;
}

bool text_to_long(str s, int64_t *out)
{
    s = str_trim(s);
    uint64_t bits;
    if (!is_hex(s))
        return decimal_number(s, out);
    if (!hex_number(s, 16, &bits))
        return false;
    *out = (int64_t)bits;
    return true;
}

bool text_to_int(str s, int64_t *out)
{
    s = str_trim(s);
    uint64_t bits;
    int64_t v;
    if (is_hex(s)) {
        if (!hex_number(s, 8, &bits))
            return false;
        *out = (int32_t)(uint32_t)bits;
        return true;
    }
    if (!decimal_number(s, &v) || v < INT32_MIN || v > INT32_MAX)
        return false;
    *out = v;
    return true;
}

/* The words for what is no number of digits. */
static bool special_real(str s, double *out)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    str word = str_sub(s, i, s.n);
    bool infinite = str_eq(word, S("inf")) || str_eq(word, S("Inf")) ||
                    str_ieq(word, S("infinity"));
    if (!infinite && !str_ieq(word, S("nan")))
        return false;
    *out = infinite ? (s.p[0] == '-' ? -INFINITY : INFINITY) : NAN;
    return true;
}

/* A number in pieces: digits * 10^exponent. */
struct pieces {
    uint64_t digits;    /* the first 19 significant ones */
    int ndigits;
    int64_t exponent;
};

/* Whether s is [+-]digits[.digits][e[+-]digits]. */
static bool take_real(str s, struct pieces *p)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    bool point = false, any = false;
    *p = (struct pieces){ 0 };
    for (; i < s.n && (is_digit(s.p[i]) || (s.p[i] == '.' && !point)); i++) {
        if (s.p[i] == '.') {
            point = true;
            continue;
        }
        any = true;
        p->exponent -= point;
        if (p->ndigits < 19)
            p->digits = p->digits * 10 + (uint64_t)(s.p[i] - '0');
        else
            p->exponent++;
        p->ndigits += p->ndigits > 0 || s.p[i] != '0';
    }
    if (!any || i == s.n)
        return any;
    int64_t e;
    if ((s.p[i] | 32) != 'e' || !decimal_number(str_sub(s, i + 1, s.n), &e))
        return false;
    p->exponent += e > 1000000 ? 1000000 : e < -1000000 ? -1000000 : e;
    return true;
}

/* Exact powers of ten of a double. */
static const double powers[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

enum { MAX_REAL_TEXT = 800 }; /* digits beyond these cannot change a double */

/* The C library, for what one multiplication cannot give exactly. */
static double slow_real(str s)
{
    char text[MAX_REAL_TEXT + 1];
    size_t n = s.n < MAX_REAL_TEXT ? s.n : MAX_REAL_TEXT;
    memcpy(text, s.p, n);
    text[n] = 0;
    return strtod(text, NULL);
}

bool text_to_real(str s, double *out)
{
    struct pieces p;
    s = str_trim(s);
    if (!take_real(s, &p))
        return special_real(s, out);
    double sign = s.p[0] == '-' ? -1 : 1;
    if (p.digits < 1ull << 53 && p.ndigits < 19 && p.exponent >= -22 &&
        p.exponent <= 22) {
        double d = (double)p.digits;
        *out = sign * (p.exponent < 0 ? d / powers[-p.exponent]
                                      : d * powers[p.exponent]);
        return true;
    }
    if (s.n > MAX_REAL_TEXT) { /* a monster: 19 digits and the exponent do */
        char text[64];
        int n = snprintf(text, sizeof text, "%llue%lld",
                         (unsigned long long)p.digits, (long long)p.exponent);
        *out = sign * slow_real((str){ text, (size_t)n });
        return true;
    }
    *out = slow_real(s);
    return true;
}

bool text_to_bool(str s, bool *out)
{
    int64_t v;
    if (str_ieq(s, S("true")))
        *out = true;
    else if (str_ieq(s, S("false")))
        *out = false;
    else if (decimal_number(s, &v))
        *out = v != 0;
    else
        return false;
    return true;
}

bool text_to_guid(str s, char out[GUID_TEXT])
{
    static const uint8_t dash_after[] = { 8, 12, 16, 20 };
    s = str_trim(s);
    if (s.n > 2 && ((s.p[0] == '{' && s.p[s.n - 1] == '}') ||
                    (s.p[0] == '(' && s.p[s.n - 1] == ')')))
        s = str_sub(s, 1, s.n - 1);
    size_t i = 0, k = 0, group = 0;
    char text[GUID_TEXT];
    for (size_t digit = 0; digit < 32; digit++) {
        if (group < 4 && digit == dash_after[group]) {
            text[k++] = '-';
            group++;
        }
        i += digit && i < s.n && s.p[i] == '-';
        int d = i < s.n ? hex_digit(s.p[i++]) : -1;
        if (d < 0)
            return false;
        text[k++] = "0123456789abcdef"[d];
    }
    if (i != s.n)
        return false;
    memcpy(out, text, GUID_TEXT);
    return true;
}

bool real_to_long(double d, int64_t *out)
{
    /* 2^63 is a double, the largest long is not. */
    if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0))
        return false;
    *out = (int64_t)d;
    return true;
}
