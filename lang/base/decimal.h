/* decimal.h - KQL's decimal: 34 significant digits, exact in tens.
 *
 * As IEEE 754's decimal128 counts, with a smaller range: numbers from 1e100 on
 * do not exist here, those below 1e-100 are zero. The text of one is plain
 * digits, without exponent and without zeros at the end ("-0.5", "12"). */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include "buf.h"

__extension__ typedef __int128 int128; /* GNU C */
__extension__ typedef unsigned __int128 uint128;

enum { DECIMAL_DIGITS = 34, DECIMAL_MAX_EXP = 100, DECIMAL_TEXT = 144 };

struct decimal {
    bool negative;
    int exp;      /* of the first digit: 1.5 has 0, 0.01 has -2 */
    uint128 coef; /* DECIMAL_DIGITS digits, the first not 0; or 0 */
};

/* [-+]digits[.digits][e[-+]digits], white space around it. Digits beyond the
 * 34th round half away from zero. False: not such text, or too large. */
bool decimal_parse(str s, struct decimal *d);
size_t decimal_format(const struct decimal *d, char out[DECIMAL_TEXT]);

/* False: the result is too large, or there is none (division by zero). */
bool decimal_add(const struct decimal *a, const struct decimal *b,
                 struct decimal *out);
bool decimal_mul(const struct decimal *a, const struct decimal *b,
                 struct decimal *out);
bool decimal_div(const struct decimal *a, const struct decimal *b,
                 struct decimal *out);
/* Euclidean: from 0 to below |b|. */
bool decimal_mod(const struct decimal *a, const struct decimal *b,
                 struct decimal *out);

/* A number of 38 digits that sorts as the decimal does; equal decimals have
 * the same, and a changed sign changes its sign. */
int128 decimal_pack(const struct decimal *d);
struct decimal decimal_unpack(int128 v);

#endif
