/* answer.h - small JSON answers, member by member.
 *
 * Called by: auth_*.c, providers for everything but rows. Texts of an answer
 * are views or live in the arena; a member that is missing or of another type
 * reads as "". Numbers may come as texts: many services send them so. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "base/json_text.h"

/* The answer in the stored spelling, in `a`; false: it is not JSON, or deeper
 * or longer than json_text.h allows. */
bool reply_json(struct arena *a, str body, str *json);
/* A member of an object by a path of names, "error.code"; "" when missing. */
str answer_at(str json, const char *path);
/* The same as plain text; a number as its digits. */
str answer_text(struct arena *a, str json, const char *path);
/* A whole number, or a text that is one. */
bool answer_long(struct arena *a, str json, const char *path, int64_t *out);

#endif
