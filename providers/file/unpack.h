/* unpack.h - compressed files and archives into members.
 *
 * Used by: file.c. Kinds are told by their first bytes, not by their names:
 * gzip, zstd, bzip2, xz; zip, 7z, tar. Names inside archives are only ever
 * shown, never used as paths. */
#ifndef FILE_UNPACK_H
#define FILE_UNPACK_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/status.h"
#include "file.h"
#include "member.h"

struct unpack {
    struct member_list *out;
    const struct file_choice *choice; /* NULL: all that is data by its name */
    uint64_t produced;        /* bytes, of all files so far */
    const atomic_bool *cancel;
    struct diags *ds;
    struct span span;
    str skipped;              /* a member that holds no data, for messages */
    size_t nskipped;
};

bool unpack_wanted(const struct member *m);

/* Takes `m` and appends what is in it to u->out: one member for a
 * compressed file, one per data file of an archive. */
NODISCARD enum status unpack_member(struct unpack *u, struct member *m);

#endif
