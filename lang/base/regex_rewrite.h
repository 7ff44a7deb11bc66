/* regex_rewrite.h - KQL's regular expressions in the words of RE2.
 *
 * KQL follows the syntax of Rust's regex crate, where \d \w \s know Unicode;
 * the engine has RE2, which knows ASCII there. What RE2 cannot do is refused
 * with a sentence. Left as RE2 has it: \b and \B see ASCII words only. */
#ifndef BASE_REGEX_REWRITE_H
#define BASE_REGEX_REWRITE_H

#include "buf.h"

enum { REGEX_MAX_BYTES = 64 << 10 };

/* Appends RE2's text for `pattern`. On false `error` has one sentence and what
 * was appended is of no use. A pattern that is wrong in both dialects may pass:
 * the engine reports it. */
bool regex_rewrite(struct buf *out, str pattern, struct buf *error);

/* Appends RE2's text for a replacement: \0 … \9, $0 … $9 and ${0} … ${9} stand
 * for groups (of `ngroups`; others are empty), any other character for
 * itself. */
void regex_rewrite_replacement(struct buf *out, str text, int ngroups);

/* Number of capturing groups of a pattern in either dialect. */
int regex_group_count(str pattern);

/* Appends `text` with everything escaped that means something in a pattern. */
void regex_quote(struct buf *out, str text);

#endif
