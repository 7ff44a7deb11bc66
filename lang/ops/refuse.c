/* refuse.c - operators that are known by name and not run.
 *
 * Called by: op_facet.c, op_fork.c. */
#include "refuse.h"

struct node *refuse_bind(struct binder *b, const struct ast *op,
                         const char *hint)
{
    struct span at = { op->span.beg,
                       op->span.beg + (uint32_t)strlen(op->op->name) };
    struct diag *d = bind_error(b, DIAG_UNSUPPORTED, at,
                                "'%s' gives several tables: it stands at the "
                                "end of a query that is shown",
                                op->op->name);
    diag_hint(b->ds, d, "%s", hint);
    return NULL;
}
