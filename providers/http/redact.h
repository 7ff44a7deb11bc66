/* redact.h - the secrets of a session, and texts with them crossed out.
 *
 * Called by: whoever learns a secret (config, auth_*.c) adds it; whatever may
 * reach a screen, a log or a recording goes through secrets_scrub. Safe to be
 * called from several threads. */
#ifndef HTTP_REDACT_H
#define HTTP_REDACT_H

#include "base/buf.h"

struct secrets;

struct secrets *secrets_new(void);
void secrets_free(struct secrets *s); /* wipes; NULL is fine */

/* From now on the value is crossed out, as it is and in the spellings in which
 * it travels: percent-encoded, in JSON, in HTML, in base64. Values shorter
 * than SECRET_MIN bytes are not kept: they would cross out ordinary words. */
enum { SECRET_MIN = 6 };
void secrets_add(struct secrets *s, str value);

/* Appends `text` with every secret replaced by "***". Linear in the text times
 * the number of different first bytes' candidates; `s` MAY be NULL. */
void secrets_scrub(struct secrets *s, struct buf *out, str text);
/* True when scrubbing would change the text. */
bool secrets_in(struct secrets *s, str text);

#endif
