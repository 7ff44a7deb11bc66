/* json_value.h - one scalar to and from the stored spelling of JSON.
 *
 * The spelling is described in json_text.h. Writers append to a buf and report
 * its ceiling there. */
#ifndef BASE_JSON_VALUE_H
#define BASE_JSON_VALUE_H

#include "type.h"

/* One ASCII character inside a literal, escaped when it must be. */
void json_put_char(struct buf *b, uint32_t ch);
/* A string literal in the stored spelling; malformed UTF-8 becomes U+FFFD. */
void json_text_str(struct buf *b, str s);
/* A real in the stored spelling. */
void json_text_f64(struct buf *b, double v);
/* Any scalar: bool, int, long and real as such, all other types as a string
 * in tostring()'s form; null as null, dynamic as it is. */
void json_text_value(struct buf *b, const struct value *v);

/* The scalar that stored text holds: *out becomes null (of type dynamic), a
 * bool, a long, a real or a string. A string's s is what stands between the
 * quotes, still escaped (json_unquote on the literal gives the text proper).
 * False for arrays and bags. */
bool json_scalar(str canonical, struct value *out);

#endif
