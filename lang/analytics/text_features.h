/* text_features.h - numbers that stand for a text when texts are compared.
 *
 * Called by: lang/funcs/fn_features.c.
 * Command lines of one program differ in names and numbers but seldom in shape:
 * how many delimiters they have, which ones, and the sum of their characters
 * tell shapes apart well enough for clustering, and cost one pass. */
#ifndef ANALYTICS_TEXT_FEATURES_H
#define ANALYTICS_TEXT_FEATURES_H

#include "base/str.h"

/* Sum of the code points; one that is malformed counts as U+FFFD. */
int64_t text_char_score(str s);
/* White space (Unicode's) and  - \ / . , " ' | & : ; % $ ( ) */
bool text_is_delimiter(uint32_t c);
int64_t text_delimiter_count(str s);
/* CRC-32 (ISO 3309, as zip and zlib) of all bytes, of the delimiters alone. */
uint32_t text_crc32(str s);
uint32_t text_delimiter_hash(str s);

#endif
