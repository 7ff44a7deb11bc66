/* file.h - the file reader for other providers: one file or several, and they
 * choose the members of archives.
 *
 * Used by: security_datasets/, local_data/. Everything else is as with
 * file("…"): limits, formats, columns, rejects. */
#ifndef FILE_FILE_H
#define FILE_FILE_H

#include <stdatomic.h>

#include "base/diag.h"
#include "base/status.h"
#include "registry/source.h"

/* Which members of an archive are wanted. Nothing is said of the others. */
struct file_choice {
    void *ctx;
    /* MUST: `name` as it stands in the archive, repaired for people. Those that
     * are encrypted cannot be read; whoever wants one gets an error. */
    bool (*wants)(void *ctx, str name, bool encrypted);
};

struct file_one {
    str path;
    const struct file_choice *choice;
    size_t ncols; /* declared columns; 0: detect */
    const struct source_col *cols;
    const atomic_bool *cancel;
    struct span span;
    /* The columns are some of those that detecting finds, and are found by
     * their names in CSV too. Else the first field is the first of them. */
    bool by_name;
    /* In place of `path`, when there are some: taken as they stand, whatever
     * looks like a pattern in them. */
    size_t npaths;
    const str *paths;
};

/* ST_OK: the caller owns *out. *damaged: bytes are missing or wrong, which was
 * warned of; also set on ST_ENV when the file cannot be unpacked. */
NODISCARD enum status file_open_one(struct source **out,
                                    const struct file_one *f, bool *damaged,
                                    struct diags *ds);

#endif
