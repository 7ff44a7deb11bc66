/* decimal.h - 128-bit decimals between text and DuckDB's integer form.
 *
 * A decimal is stored as value * 10^scale in a signed 128-bit integer. */
#ifndef ENGINE_DECIMAL_H
#define ENGINE_DECIMAL_H

#include "base/buf.h"

__extension__ typedef __int128 int128; /* GNU C; what DECIMAL(38) needs */

enum { DECIMAL_SCALE = 10, DECIMAL_DIGITS = 38, DECIMAL_TEXT = 48 };

/* Plain digits without trailing zeros ("-0.5", "12"); the length. */
size_t decimal_text(int128 v, unsigned scale, char out[DECIMAL_TEXT]);
/* Reads [-+]digits[.digits] at DECIMAL_SCALE; further digits round half away
 * from zero. False: not such text, or more than 28 digits before the point. */
bool decimal_parse(str s, int128 *v);

#endif
