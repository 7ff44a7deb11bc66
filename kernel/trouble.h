/* trouble.h - diagnostics of a cell as Jupyter's error: name, value, traceback.
 *
 * Called by: on_execute.c, cmd_run.c. */
#ifndef KERNEL_TROUBLE_H
#define KERNEL_TROUBLE_H

#include "base/diag.h"
#include "base/status.h"

struct trouble {
    str ename;      /* the first code: E0201 */
    str evalue;     /* its sentence and place, plain */
    str traceback;  /* JSON array of coloured lines, every diagnostic */
};

/* `st` is not ST_OK or ds has errors. Text lives in the arena. */
void trouble_of(struct trouble *t, struct arena *a, enum status st,
                const struct diags *ds, str src);

/* "ename":…,"evalue":…,"traceback":…  without braces. */
void trouble_json(struct buf *b, const struct trouble *t);

/* The warnings, as text for stderr. */
void trouble_warnings(struct buf *b, const struct diags *ds, str src);

#endif
