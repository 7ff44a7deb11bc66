/* provenance.c - columns that say where each row came from.
 *
 * Called by: bind_asked.c, for each part of the rows. They are constants of
 * the part, so they cost nothing until the rows of several parts meet. */
#include "bind.h"

#include "bind_int.h"

static struct value text_value(str s)
{
    return (struct value){ .type = TYPE_STRING, .s = s };
}

/* A bound of a time range; none is null. */
static struct value time_value(int64_t ticks)
{
    bool none = ticks == REMOTE_NO_START || ticks == REMOTE_NO_END;
    return (struct value){ .type = TYPE_DATETIME, .null = none,
                           .i = none ? 0 : ticks };
}

void provenance_add(struct binder *b, const struct asked *a,
                    struct ask_part *part)
{
    const struct remote *r = part->remote;
    const struct remote_query *q = part->query;
    const struct source_option all[] = {
        { S("Connection"), text_value(r->alias) },
        { S("SourceProvider"), text_value(str_of(r->provider->name)) },
        { S("SourcePlace"), text_value(r->where) },
        { S("SourceName"), text_value(a->name) },
        { S("SourceStart"), time_value(q->from) },
        { S("SourceEnd"), time_value(q->to) },
        { S("SourceAsked"), time_value(b->now) },
    };
    size_t n = sizeof all / sizeof *all;
    part->added = (struct const_cols){
        n, arena_array(b->arena, n, sizeof *part->added.v)
    };
    for (size_t i = 0; i < n; i++)
        part->added.v[i] = all[i];
}

bool provenance_option(struct binder *b, const struct ast *named, bool *on)
{
    struct value v;
    if (!bind_value(b, named->kid, &v))
        return false;
    *on = v.type == TYPE_BOOL && !v.null && v.i;
    if (v.type == TYPE_BOOL && !v.null)
        return true;
    bind_error(b, DIAG_TYPE, named->span, "provenance is true or false");
    return false;
}
