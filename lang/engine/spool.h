/* spool.h - the engine's private folder: the only one DuckDB may touch.
 *
 * DuckDB runs without access to files, except for this folder. A file of the
 * user is lent to it as a symbolic link in there to an open descriptor of this
 * process, so nothing is copied and a file swapped after the check does not
 * matter. Spilled data goes to a folder beside it. */
#ifndef ENGINE_SPOOL_H
#define ENGINE_SPOOL_H

#include "base/diag.h"
#include "base/status.h"

struct spool {
    char *root;         /* /tmp/shikra-XXXXXX, 0700; NULL: not made */
    char *files;        /* root/files: what DuckDB may read and write */
    char *spill;        /* root/spill: DuckDB's temporary data */
    int lock_fd;        /* flock on root/lock: this folder is in use */
    unsigned long count; /* links made, for their names */
};

/* Also removes folders that killed processes of this user left behind. */
NODISCARD enum status spool_init(struct spool *s, struct diags *ds);
void spool_release(struct spool *s);    /* removes the folder */

/* A link in the spool folder to an open descriptor of this process. */
struct loan {
    char *path;
};
/* False with errno when the link cannot be made. Not thread-safe. */
bool loan_init(struct loan *l, struct spool *s, int fd);
void loan_release(struct loan *l);

#endif
