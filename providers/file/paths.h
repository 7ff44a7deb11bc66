/* paths.h - from the text in file("…") to files that may be read.
 *
 * Used by: file.c. Only regular files are taken, so that no pipe or device
 * can hang or feed the kernel. A path that is named may be a symbolic link; a
 * pattern does not follow any, because what it finds may have been planted. */
#ifndef FILE_PATHS_H
#define FILE_PATHS_H

#include "base/diag.h"
#include "base/status.h"
#include "member.h"

struct path_list {
    LIST(str) list;        /* sorted by bytes */
    struct arena *arena;
    size_t seen;           /* names looked at */
    size_t nlinks;         /* matches left out because they are links */
    bool full;             /* more than MAX_GLOB_FILES or MAX_GLOB_SEEN */
};

/* The files of one pattern: `*`, `?`, `[…]` within a name, `**` for any number
 * of folders. A name that exists as it stands is no pattern. */
NODISCARD enum status paths_expand(struct path_list *out, str pattern,
                                   struct span at, struct diags *ds);

/* A file as a member of unknown format. */
NODISCARD enum status path_find(struct member *out, str path, struct span at,
                                struct diags *ds);

#endif
