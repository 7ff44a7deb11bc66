/* json_text.h - JSON text in its one stored spelling.
 *
 * Every dynamic value of the program is text that json_compact or the writers
 * below made. The spelling is unique, so that equal strings have equal bytes:
 *   - no blanks; members in the order they came, each key once
 *   - strings escape only ", \ and control characters (\b \t \n \f \r, else
 *     \u00xx); everything else is UTF-8
 *   - an integer that fits 64 bits keeps its digits (-0 is 0); every other
 *     number is a real in the shortest form that reads back, with ".0" when it
 *     has neither point nor exponent; 1 and 1.0 stay different
 *   - numbers beyond a double's range and NaN are the strings "Infinity",
 *     "-Infinity", "NaN"
 * JSON null at the top means KQL's null; inside containers it is `null`. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "json_value.h"
#include "json_walk.h"

enum { JSON_MAX_DEPTH = 512, JSON_MAX_BYTES = 16 << 20 };

/* Appends the stored spelling of `text` (RFC 8259; blanks around it and a byte
 * order mark are fine). Malformed UTF-8 and lone surrogates become U+FFFD. Of
 * a repeated key the last value is kept, in the first one's place. On false
 * `out` is as before and *error (MAY be NULL) a sentence that needs no
 * freeing: not JSON, nested deeper than `max_depth`, longer than
 * JSON_MAX_BYTES, or `out` is full. Linear in the text, apart from repeated
 * keys: those cost one more copy of each object around them that has some. */
bool json_compact(struct buf *out, str text, unsigned max_depth, str *error);

#endif
