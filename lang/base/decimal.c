/* decimal.c - KQL's decimal: 34 significant digits, exact in tens.
 *
 * Called by: the engine (cells), functions on decimals. */
#include "decimal.h"

enum { MOST_EXP_DIGITS = 6 };

static const uint64_t BASE = 100000000000000000u; /* 1e17: half of them */

/* 10^n, n up to 38. */
static uint128 ten(int n)
{
    static const uint64_t powers[] = {
        1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u,
        100000000u, 1000000000u, 10000000000u, 100000000000u,
        1000000000000u, 10000000000000u, 100000000000000u,
        1000000000000000u, 10000000000000000u, 100000000000000000u,
        1000000000000000000u, 10000000000000000000u,
    };
    return n < 20 ? powers[n] : (uint128)powers[19] * powers[n - 19];
}

/* `coef` times 10^(exp - 33), with any number of digits up to 38, rounded half
 * away from zero and put in order. False: too large. */
static bool settle(struct decimal *d, bool negative, int exp, uint128 coef)
{
    *d = (struct decimal){ .negative = negative };
    if (coef == 0)
        return true;
    while (coef < ten(DECIMAL_DIGITS - 1)) {
        coef *= 10;
        exp--;
    }
    int extra = 0;
    while (coef / ten(extra) >= ten(DECIMAL_DIGITS))
        extra++;
    if (extra) {
        uint128 cut = coef % ten(extra), half = ten(extra) / 2;
        coef /= ten(extra);
        exp += extra;
        coef += cut >= half;
        if (coef == ten(DECIMAL_DIGITS)) {
            coef /= 10;
            exp++;
        }
    }
    if (exp >= DECIMAL_MAX_EXP)
        return false;
    if (exp < -DECIMAL_MAX_EXP)
        return true;
    d->exp = exp;
    d->coef = coef;
    return true;
}

/* ---- text ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* e[-+]digits at s.p[*i]; absurdly large ones are cut, not wrapped. */
static bool take_exponent(str s, size_t *i, int *exp)
{
    int v = 0;
    size_t from;
    *exp = 0;
    if (*i == s.n || (s.p[*i] | 32) != 'e')
        return true;
    ++*i;
    bool minus = *i < s.n && s.p[*i] == '-';
    if (*i < s.n && (s.p[*i] == '-' || s.p[*i] == '+'))
        ++*i;
    for (from = *i; *i < s.n && is_digit(s.p[*i]); ++*i)
        if (*i - from < MOST_EXP_DIGITS)
            v = v * 10 + (s.p[*i] - '0');
    *exp = minus ? -v : v;
    return *i > from;
}

bool decimal_parse(str s, struct decimal *d)
{
    uint128 coef = 0;
    int kept = 0, point = 0, exp;
    bool digits = false, after = false;
    s = str_trim(s);
    bool minus = s.n && s.p[0] == '-';
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    for (; i < s.n && (is_digit(s.p[i]) || (s.p[i] == '.' && !after)); i++) {
        if (s.p[i] == '.') {
            after = true;
            continue;
        }
        digits = true;
        if (kept <= DECIMAL_DIGITS + 2) {
            coef = coef * 10 + (uint128)(s.p[i] - '0');
            kept += coef != 0;
            point -= after;
        } else {
            point += !after;
        }
    }
    if (!digits || !take_exponent(s, &i, &exp) || i != s.n)
        return false;
    if (point > 1000000 || point < -1000000)
        return false;
    return settle(d, minus, point + exp + DECIMAL_DIGITS - 1, coef);
}

size_t decimal_format(const struct decimal *d, char out[DECIMAL_TEXT])
{
    char digits[DECIMAL_DIGITS];
    uint128 c = d->coef;
    size_t n = 0;
    int last = DECIMAL_DIGITS - 1;
    for (int i = last; i >= 0; i--, c /= 10)
        digits[i] = (char)('0' + (int)(c % 10));
    while (last > 0 && digits[last] == '0')
        last--;
    if (d->coef == 0) {
        out[0] = '0';
        return 1;
    }
    if (d->negative)
        out[n++] = '-';
    if (d->exp < 0) {
        out[n++] = '0';
        out[n++] = '.';
        for (int i = -1; i > d->exp; i--)
            out[n++] = '0';
    }
    for (int i = 0; i <= last || i <= d->exp; i++) {
        if (i == d->exp + 1 && d->exp >= 0)
            out[n++] = '.';
        out[n++] = i <= last ? digits[i] : '0';
    }
    return n;
}

/* ---- arithmetic ---- */

/* |a| >= |b| */
static bool is_larger(const struct decimal *a, const struct decimal *b)
{
    if (a->coef == 0 || b->coef == 0)
        return b->coef == 0;
    return a->exp != b->exp ? a->exp > b->exp : a->coef >= b->coef;
}

bool decimal_add(const struct decimal *a, const struct decimal *b,
                 struct decimal *out)
{
    enum { GUARD = 4 };
    if (!is_larger(a, b)) {
        const struct decimal *swap = a;
        a = b;
        b = swap;
    }
    *out = *a;
    int shift = a->exp - b->exp;
    if (b->coef == 0 || shift > DECIMAL_DIGITS + GUARD)
        return true;
    uint128 big = a->coef * ten(GUARD), small = b->coef;
    uint128 by = shift > GUARD ? ten(shift - GUARD) : 1;
    bool rest = small % by != 0;
    small = small / by * ten(shift < GUARD ? GUARD - shift : 0);
    uint128 sum = a->negative == b->negative ? big + small
                                             : big - small - rest;
    return settle(out, a->negative, a->exp - GUARD, sum);
}

bool decimal_mul(const struct decimal *a, const struct decimal *b,
                 struct decimal *out)
{
    uint64_t ah = (uint64_t)(a->coef / BASE), al = (uint64_t)(a->coef % BASE);
    uint64_t bh = (uint64_t)(b->coef / BASE), bl = (uint64_t)(b->coef % BASE);
    uint128 mid = (uint128)ah * bl + (uint128)al * bh;
    uint128 low = (uint128)al * bl + mid % BASE * BASE;
    uint128 high = (uint128)ah * bh + mid / BASE + low / ten(DECIMAL_DIGITS);
    low %= ten(DECIMAL_DIGITS);
    /* Three digits more than are kept, so that they round. */
    uint128 coef = high * 1000 + low / ten(DECIMAL_DIGITS - 3);
    return settle(out, a->negative != b->negative,
                  a->exp + b->exp + 1 - 3, coef);
}

bool decimal_div(const struct decimal *a, const struct decimal *b,
                 struct decimal *out)
{
    uint128 rest = a->coef, coef = 0;
    int n = 0;
    if (b->coef == 0)
        return false;
    *out = *a;
    if (a->coef == 0)
        return true;
    for (; n < DECIMAL_DIGITS + 2; n++) {
        coef = coef * 10 + rest / b->coef;
        rest = rest % b->coef * 10;
    }
    return settle(out, a->negative != b->negative,
                  a->exp - b->exp - (n - 1) + DECIMAL_DIGITS - 1, coef);
}

bool decimal_mod(const struct decimal *a, const struct decimal *b,
                 struct decimal *out)
{
    if (b->coef == 0)
        return false;
    struct decimal r = *a, size = *b;
    size.negative = false;
    if (is_larger(a, b)) {
        uint128 rest = a->coef % b->coef;
        for (int i = a->exp - b->exp; i > 0; i--)
            rest = rest * 10 % b->coef;
        settle(&r, a->negative, b->exp, rest);
    }
    *out = r;
    return r.negative && r.coef ? decimal_add(&r, &size, out) : true;
}

/* ---- packed ---- */

int128 decimal_pack(const struct decimal *d)
{
    if (d->coef == 0)
        return 0;
    int128 step = d->exp + DECIMAL_MAX_EXP + 1;
    int128 v = step * (int128)ten(DECIMAL_DIGITS) + (int128)d->coef;
    return d->negative ? -v : v;
}

struct decimal decimal_unpack(int128 v)
{
    struct decimal d = { .negative = v < 0 };
    uint128 u = v < 0 ? -(uint128)v : (uint128)v;
    d.coef = u % ten(DECIMAL_DIGITS);
    if (d.coef)
        d.exp = (int)(u / ten(DECIMAL_DIGITS)) - DECIMAL_MAX_EXP - 1;
    return d;
}
