/* json_in.h - JSON messages in: jansson, made forgiving where clients err.
 *
 * Called by: wire.c (contents), cmd_batch.c. */
#ifndef KERNEL_JSON_IN_H
#define KERNEL_JSON_IN_H

#include <jansson.h>

#include "base/str.h"

/* The object in `text`, or NULL. \u0000 is allowed. With `repair`, malformed
 * UTF-8 and lone surrogates become U+FFFD instead of failing the document.
 * New reference. */
json_t *json_object_in(str text, bool repair);

/* Members with a default for absent or unfit ones. Borrowed text. */
str json_member_text(const json_t *o, const char *key);
bool json_member_bool(const json_t *o, const char *key, bool or_else);
int64_t json_member_int(const json_t *o, const char *key, int64_t or_else);

#endif
