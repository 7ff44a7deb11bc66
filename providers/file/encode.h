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

struct encode {
    struct member_list *members;  /* for what becomes large */
    enum encoding encoding;
    const atomic_bool *cancel;
    struct span span;
    struct diags *ds;
};

/* Replaces the bytes of `m` by their UTF-8 form when c->encoding, or a byte
 * order mark under ENCODING_GUESS, says that they are something else. Unpaired
 * surrogates become U+FFFD. */
NODISCARD enum status encode_utf8(struct encode *c, struct member *m);

#endif
