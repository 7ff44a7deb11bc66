/* utf8.h - code points, validity, repair, case folding, what a terminal shows.
 *
 * Everything stored in a table is valid UTF-8: readers repair on the way in.
 * Case folding is Unicode simple folding, the same in every locale. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "buf.h"

/* Decodes one code point of `s` at `*i` and moves on; a malformed sequence
 * yields U+FFFD and moves one byte (maximal subpart). *i < s.n needed. */
uint32_t utf8_next(str s, size_t *i);
size_t utf8_count(str s);                    /* code points */
bool utf8_valid(str s);
/* Appends s with every malformed sequence as U+FFFD; says if any was. */
bool utf8_repair(struct buf *b, str s);

uint32_t utf8_fold(uint32_t c);              /* simple case folding */
bool utf8_is_alnum(uint32_t c);              /* letter or digit, any script */
void utf8_lower(struct buf *b, str s);
void utf8_upper(struct buf *b, str s);

/* Text for a terminal or text/plain: control characters, bidirectional
 * overrides and zero-width marks become visible (\x1b, <U+202E>); tab stays
 * when `keep` names it. Malformed bytes become U+FFFD. */
void utf8_printable(struct buf *b, str s);
void utf8_printable_keep(struct buf *b, str s, const char *keep);
size_t utf8_width(str s);                    /* columns on a terminal */

/* Bytes of the white space at s[i], 0 when there is none: ASCII's, U+00A0,
 * U+1680, U+180E, U+2000 to U+200B (of zero width), U+2028, U+2029, U+202F,
 * U+205F, U+3000 and the byte order mark. */
size_t utf8_blank(str s, size_t i);

#endif
