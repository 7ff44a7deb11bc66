/* encode.h - members in another encoding than UTF-8 become UTF-8.
 *
 * Used by: file.c. Windows tools write UTF-16 with a byte order mark. */
#ifndef FILE_ENCODE_H
#define FILE_ENCODE_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/status.h"
#include "member.h"
#include "options.h"

/* Replaces the bytes of `m` by their UTF-8 form when `e`, or a byte order mark
 * under ENCODING_GUESS, says that they are something else. Unpaired surrogates
 * become U+FFFD. */
NODISCARD enum status encode_utf8(struct member *m, enum encoding e,
                                  const atomic_bool *cancel, struct span at,
                                  struct diags *ds);

#endif
