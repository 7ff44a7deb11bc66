/* json_write.h - JSON text out: the one place that escapes for JSON.
 *
 * For documents built by appending; jansson is used where a message is built
 * as a tree. Output is valid UTF-8. It is not made for the inside of <script>:
 * what stands here is also what a query compares with, so `</b>` stays. */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include "buf.h"

/* "…" with escapes; malformed UTF-8 becomes U+FFFD. */
void json_str(struct buf *b, str s);
/* The text of a JSON string literal (with its quotes). Lone surrogates become
 * U+FFFD. Anything that is not a literal is appended as it is. */
void json_unquote(struct buf *b, str literal);

#endif
