/* spool.h - the engine's private folder: the only one DuckDB may touch.
 *
 * DuckDB runs without access to files, except for this folder, where what it
 * writes appears first, and one beside it for spilled data. A file to be read
 * is lent to a reader of its own as a symbolic link to an open descriptor of
 * this process: nothing is copied, the name has no wildcards, and a file that
 * is swapped after the check does not matter. */
#ifndef ENGINE_SPOOL_H
#define ENGINE_SPOOL_H

#include "base/diag.h"
#include "base/status.h"

struct spool {
    char *root;         /* /tmp/shikra-XXXXXX, 0700; NULL: not made */
    char *files;        /* root/files: what DuckDB may read and write */
    char *spill;        /* root/spill: DuckDB's temporary data */
    int lock_fd;        /* flock on root/lock: this folder is in use */
    unsigned long count; /* names given */
};

/* Also removes folders that killed processes of this user left behind. */
NODISCARD enum status spool_init(struct spool *s, struct diags *ds);
void spool_release(struct spool *s);    /* removes the folder */

/* A fresh name in the folder for DuckDB's files; the caller frees it. Not
 * thread-safe. */
char *spool_name(struct spool *s);

/* A link under a fresh name to an open descriptor of this process. */
struct loan {
    char *path;
};
/* False with errno when the link cannot be made. */
bool loan_init(struct loan *l, struct spool *s, int fd);
void loan_release(struct loan *l);

#endif
