/* stages.c - what several providers ask about a stage of a pipeline.
 *
 * Called by: elastic/plan.c, splunk/spl.c. */
#include "stages.h"

bool stage_is_count(const struct remote_stage *st)
{
    if (st->kind != REMOTE_SUMMARIZE || st->nkeys || st->nassigns != 1)
        return false;
    const struct remote_expr *e = st->assigns[0].e;
    return e->kind == REMOTE_CALL && !e->nargs && str_eqz(e->name, "count");
}
