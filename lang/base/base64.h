/* base64.h - the base64 alphabet of RFC 4648, section 4.
 *
 * Strict about padding, lenient about blanks and line breaks between the
 * characters, as mail and PowerShell wrap them. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "buf.h"

void base64_encode(struct buf *b, str bytes);
/* Appends the bytes; false, and nothing of use appended, for text that is no
 * base64 or when `b` is full. */
bool base64_decode(struct buf *b, str text);

#endif
