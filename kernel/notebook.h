/* notebook.h - the cells of a script or of a notebook file.
 *
 * Called by: cmd_run.c. */
#ifndef KERNEL_NOTEBOOK_H
#define KERNEL_NOTEBOOK_H

#include "base/buf.h"

struct source_cell {
    str code;
    bool may_fail;   /* tagged raises-exception */
};

struct cells {
    LIST(struct source_cell) list;
};

/* A file whose name ends in .ipynb is a notebook: its code cells in order,
 * those tagged skip-execution left out. Any other file is one cell. "-" is
 * standard input. False: why says what is wrong. */
bool cells_read(struct cells *c, struct arena *a, const char *path,
                struct buf *why);
/* The code cells of a notebook document. */
bool cells_parse(struct cells *c, struct arena *a, str json, struct buf *why);

#endif
