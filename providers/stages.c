/* stages.c - what several providers ask about a stage of a pipeline.
 *
 * Called by: elastic/, splunk/, local_data/, security_datasets/. */
#include "stages.h"

bool stage_is_count(const struct remote_stage *st)
{
    if (st->kind != REMOTE_SUMMARIZE || st->nkeys || st->nassigns != 1)
        return false;
    const struct remote_expr *e = st->assigns[0].e;
    return e->kind == REMOTE_CALL && !e->nargs && str_eqz(e->name, "count");
}

bool stage_is_columns(const struct remote_stage *st)
{
    if (st->kind != REMOTE_PROJECT)
        return false;
    for (size_t i = 0; i < st->nassigns; i++)
        if (st->assigns[i].e->kind != REMOTE_COLUMN ||
            !str_eq(st->assigns[i].e->name, st->assigns[i].name))
            return false;
    return true;
}

static const struct text_place places[] = {
    { "=~", false, false, false, false },
    { "contains", true, true, false, false },
    { "startswith", false, true, false, false },
    { "endswith", true, false, false, false },
    { "has", true, true, true, true },
    { "hasprefix", true, true, true, false },
    { "hassuffix", true, true, false, true },
};

const struct text_place *text_place_of(str name, bool *fold)
{
    *fold = !(name.n > 3 && str_eqz(str_sub(name, name.n - 3, name.n), "_cs"));
    if (!*fold)
        name.n -= 3;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (str_eqz(name, places[i].name))
            return &places[i];
    return NULL;
}
