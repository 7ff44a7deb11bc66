/* json_decode.h - from the raw text of a JSON value to the value.
 *
 * Used by: json_read.c (keys), fill.c (cells). The text has been validated. */
#ifndef FILE_JSON_DECODE_H
#define FILE_JSON_DECODE_H

#include "base/buf.h"

/* Appends the text of a string's raw bytes: escapes decoded, lone surrogates
 * and bytes that are not UTF-8 as U+FFFD. Says if anything was replaced. Asks
 * `out` for at most 3 * raw.n bytes, or raw.n + JSON_DECODE_SLACK. */
enum { JSON_DECODE_SLACK = 16 };
bool json_decode(struct buf *out, str raw, unsigned flags);

/* The double of a JSON number's text, which a zero byte or any character that
 * cannot continue it follows. */
double json_real(str text);

#endif
