/* host.h - the tables of this machine, and where they come from.
 *
 * Used by: the files of this folder; tests open a source over a made-up tree
 * instead of /proc. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "proc.h"
#include "providers/answer/row_writer.h"
#include "registry/source.h"

struct host_roots {
    const char *proc;    /* "/proc" */
    const char *wtmp;    /* "/var/log/wtmp" */
    const char *passwd;  /* file of user names; NULL: ask the system */
};

/* What one reading of a table works with. */
struct host {
    struct host_roots roots;
    struct proc proc;
    struct users users;
    struct row_writer rows;
    struct arena *tmp;          /* of the current row */
    const atomic_bool *cancel;
    struct diags *ds;
};

struct host_table {
    const char *name, *summary;
    size_t ncols;
    const struct source_col *cols;
    enum status (*read)(struct host *h);
};

extern const struct host_table host_processes, host_connections, host_logons;

enum status host_open_at(struct source **out, const struct source_request *rq,
                         const struct host_roots *roots, struct diags *ds);

static inline bool host_cancelled(const struct host *h)
{
    return h->cancel && atomic_load(h->cancel);
}

#endif
