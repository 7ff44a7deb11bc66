/* ticks_int.h - shared by ticks.c and span.c: digits, clocks, a cursor. */
#ifndef BASE_TICKS_INT_H
#define BASE_TICKS_INT_H

#include "ticks.h"

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* The digits after a decimal point as ticks; p moves behind them. Digits
 * after the seventh are read and dropped. */
static inline int64_t fraction(const char **p, const char *end)
{
    int64_t f = 0, scale = TICKS_PER_SEC;
    for (; *p < end && is_digit(**p); ++*p)
        if (scale > 1) {
            scale /= 10;
            f = f * 10 + (**p - '0');
        }
    return f * scale;
}

/* A text that is read piece by piece. */
struct cursor {
    const char *p, *end;
};

static inline bool at_end(const struct cursor *c)
{
    return c->p == c->end;
}

static inline bool take(struct cursor *c, char ch)
{
    if (at_end(c) || *c->p != ch)
        return false;
    c->p++;
    return true;
}

static inline bool take_blanks(struct cursor *c)
{
    const char *from = c->p;
    while (!at_end(c) && (*c->p == ' ' || *c->p == '\t'))
        c->p++;
    return c->p > from;
}

/* Between lo and hi digits. */
static inline bool take_number(struct cursor *c, int lo, int hi, int *out)
{
    int n = 0;
    for (*out = 0; n < hi && !at_end(c) && is_digit(*c->p); n++)
        *out = *out * 10 + (*c->p++ - '0');
    return n >= lo;
}

/* Writes `digits` decimal digits of v; returns where to go on. */
static inline char *put(char *p, unsigned v, int digits)
{
    for (int i = digits - 1; i >= 0; i--, v /= 10)
        p[i] = (char)('0' + v % 10);
    return p + digits;
}

static inline char *put_clock(char *p, const struct civil *c)
{
    p = put(p, (unsigned)c->hour, 2);
    *p++ = ':';
    p = put(p, (unsigned)c->minute, 2);
    *p++ = ':';
    return put(p, (unsigned)c->second, 2);
}

#endif
