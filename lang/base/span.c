/* span.c - the texts of timespans.
 *
 * Called by: literals, conversions, writers. */
#include "ticks.h"

#include "ticks_int.h"

static const struct {
    const char *names; /* between blanks */
    int64_t ticks;     /* of `per` units */
    int per;
} units[] = {
    { " d day days ", TICKS_PER_DAY, 1 },
    { " h hr hrs hour hours ", TICKS_PER_HOUR, 1 },
    { " m min minute minutes ", TICKS_PER_MIN, 1 },
    { " s sec second seconds ", TICKS_PER_SEC, 1 },
    { " ms milli millis millisecond milliseconds ", TICKS_PER_MS, 1 },
    { " micro micros microsecond microseconds ", TICKS_PER_US, 1 },
    { " nano nanos nanosecond nanoseconds ", 1, 100 },
    { " tick ticks ", 1, 1 },
};

static int find_unit(str word)
{
    char key[24];
    if (word.n == 0 || word.n > sizeof key - 2 || memchr(word.p, ' ', word.n))
        return -1;
    key[0] = key[word.n + 1] = ' ';
    memcpy(key + 1, word.p, word.n);
    for (int i = 0; i < (int)(sizeof units / sizeof *units); i++)
        if (memmem(units[i].names, strlen(units[i].names), key, word.n + 2))
            return i;
    return -1;
}

/* Ticks of a fraction of a unit. Dividing after every digit, last one first,
 * rounds down exactly as one long division would. */
static int64_t unit_fraction(str digits, int64_t unit)
{
    int64_t f = 0;
    size_t n = digits.n > 18 ? 18 : digits.n;
    while (n-- > 0)
        f = ((digits.p[n] - '0') * unit + f) / 10;
    return f;
}

static str take_digits(struct cursor *c)
{
    const char *from = c->p;
    while (!at_end(c) && is_digit(*c->p))
        c->p++;
    return (str){ from, (size_t)(c->p - from) };
}

static bool whole_number(str digits, int64_t *v)
{
    *v = 0;
    for (size_t i = 0; i < digits.n; i++)
        if (__builtin_mul_overflow(*v, 10, v) ||
            __builtin_add_overflow(*v, digits.p[i] - '0', v))
            return false;
    return true;
}

static bool parse_unsigned_literal(struct cursor c, int64_t *t)
{
    str whole = take_digits(&c), part = STR_NONE;
    if (take(&c, '.'))
        part = take_digits(&c);
    if (whole.n + part.n == 0)
        return false;
    int u = find_unit((str){ c.p, (size_t)(c.end - c.p) });
    int64_t v;
    if (u < 0 || !whole_number(whole, &v) ||
        __builtin_mul_overflow(v, units[u].ticks, &v))
        return false;
    v /= units[u].per;
    if (units[u].per == 1)
        return !__builtin_add_overflow(v, unit_fraction(part, units[u].ticks),
                                       t);
    *t = v;
    return true;
}

enum { MAX_SPAN_DAYS = 10675199 }; /* what 64 bits hold, and some hours */

/* [d.]hh:mm[:ss[.fffffff]] or a number of days. Negative: one tick more than
 * 64 bits hold, which is right behind a minus only. */
static bool parse_unsigned_clock(struct cursor c, int64_t *t)
{
    int days = 0;
    struct cursor from = c;
    struct civil clock = { 0 };
    if (!take_number(&c, 1, 8, &days))
        return false;
    if (at_end(&c)) {
        if (days <= MAX_SPAN_DAYS)
            *t = days * TICKS_PER_DAY;
        return days <= MAX_SPAN_DAYS;
    }
    if (!take(&c, '.')) {
        days = 0;
        c = from;
    }
    if (take_number(&c, 1, 2, &clock.hour) && take(&c, ':') &&
        take_number(&c, 1, 2, &clock.minute)) {
        if (take(&c, ':') && !take_number(&c, 1, 2, &clock.second))
            return false;
        if (c.end - c.p > 1 && take(&c, '.'))
            clock.fraction = (int)fraction(&c.p, c.end);
        int seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second;
        if (days > MAX_SPAN_DAYS || !at_end(&c) || clock.hour > 23 ||
            clock.minute > 59 || clock.second > 59)
            return false;
        uint64_t u = (uint64_t)days * TICKS_PER_DAY +
                     (uint64_t)seconds * TICKS_PER_SEC +
                     (uint64_t)clock.fraction;
        *t = (int64_t)u;
        return u <= (uint64_t)INT64_MAX + 1;
    }
    return false;
}

static bool parse_span(str s, bool clock, int64_t *t)
{
    struct cursor c = { s.p, s.p + s.n };
    bool negative = take(&c, '-');
    if (!negative)
        take(&c, '+');
    if (!(clock && parse_unsigned_clock(c, t)) && !parse_unsigned_literal(c, t))
        return false;
    if (*t == INT64_MIN && !negative)
        return false;
    if (negative)
        *t = (int64_t)(0 - (uint64_t)*t);
    return true;
}

bool span_parse_literal(str s, int64_t *t)
{
    return parse_span(s, false, t);
}

bool span_parse(str s, int64_t *t)
{
    return parse_span(str_trim(s), true, t);
}

void span_format(struct buf *b, int64_t t)
{
    uint64_t u = t < 0 ? 0 - (uint64_t)t : (uint64_t)t;
    uint64_t days = u / TICKS_PER_DAY, rest = u % TICKS_PER_DAY;
    unsigned seconds = (unsigned)(rest / TICKS_PER_SEC);
    unsigned frac = (unsigned)(rest % TICKS_PER_SEC);
    struct civil c = { .hour = (int)(seconds / 3600),
                       .minute = (int)(seconds / 60 % 60),
                       .second = (int)(seconds % 60) };
    char text[24], *p = put_clock(text, &c);
    if (frac) {
        *p++ = '.';
        p = put(p, frac, 7);
    }
    if (t < 0)
        buf_addc(b, '-');
    if (days) {
        buf_add_i64(b, (int64_t)days);
        buf_addc(b, '.');
    }
    buf_add(b, (str){ text, (size_t)(p - text) });
}
