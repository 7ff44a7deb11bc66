/* op_firstseen.c - `T | firstseen by K over 30d`: what was not there before.
 *
 * A native step; lang/analytics/firstseen.c looks. */
#include "analytics/firstseen.h"
#include "base/ticks.h"
#include "hunt.h"

struct firstseen_args {
    struct span span;
    struct group_key keys;
    int64_t time, over;
};

static const struct hunt_out columns[] = {
    { "FirstSeen", TYPE_DATETIME },
    { "PreviousSeen", TYPE_DATETIME },
    { "IsNew", TYPE_BOOL },
    { "BaseComplete", TYPE_BOOL },
};

enum { NCOLUMNS = sizeof columns / sizeof *columns };

/* firstseen by K, … [over span] [with (time = Column)] */
static void firstseen_parse(struct parser *p, struct ast *op)
{
    hunt_parse_by(p, op, true);
    hunt_parse_word(p, op, "over");
    hunt_parse_with(p, op);
}

static struct node *firstseen_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    struct firstseen_args *s = NEW(b->arena, struct firstseen_args);
    const struct ast *over = ast_clause(op, "over");
    s->span = op->span;
    s->time = HUNT_NO_COLUMN;
    const struct hunt_option options[] = {
        { "time", HUNT_COLUMN, &s->time, 0, 0 },
        { "over", HUNT_SPAN, &s->over, 0, 0 },
    };
    bool ok = hunt_columns(b, ast_clause(op, "by"), &s->keys);
    ok = hunt_options(b, op, options, 2) && ok;
    if (over && over->kid)
        ok = hunt_span(b, over->kid, &s->over) && ok;
    if (!ok || !hunt_time(b, op, &s->time))
        return hunt_fail(b, op, in);
    struct node *n = hunt_annotate(b, op, s);
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

static void write_rows(struct frame *f, size_t first, const struct firstseen *s)
{
    struct column *c = &f->cols[first];
    bool *none[NCOLUMNS];
    for (size_t k = 0; k < NCOLUMNS; k++)
        none[k] = frame_nulls(f, first + k);
    for (size_t i = 0; i < f->nrows; i++) {
        uint8_t flags = s->flags[i];
        for (size_t k = 0; k < NCOLUMNS; k++)
            none[k][i] = !(flags & FIRSTSEEN_TIMED);
        none[1][i] = !(flags & FIRSTSEEN_AGAIN);
        c[0].i[i] = s->first[i];
        c[1].i[i] = s->previous[i];
        c[2].i[i] = (flags & FIRSTSEEN_NEW) != 0;
        c[3].i[i] = (flags & FIRSTSEEN_COMPLETE) != 0;
    }
}

/* The analyst would take a short base for many new things. */
static void warn_short(const struct firstseen_args *s,
                       const struct firstseen *f, struct diags *ds)
{
    struct buf begin, over;
    if (!f->unjudged)
        return;
    buf_init(&begin, 100);
    buf_init(&over, 100);
    ticks_format(&begin, f->begin);
    span_format(&over, s->over);
    struct diag *d = diag_warn(
        ds, DIAG_DATA, s->span,
        "%zu row%s without an earlier one lie%s less than %.*s after the "
        "beginning of the data, %.*s: they may not be new",
        f->unjudged, f->unjudged == 1 ? "" : "s", f->unjudged == 1 ? "s" : "",
        STRF(buf_str(&over)), STRF(buf_str(&begin)));
    diag_hint(ds, d, "| where IsNew and BaseComplete leaves them out");
    buf_release(&begin);
    buf_release(&over);
}

static enum status firstseen_step(const struct frame *in, const void *args,
                                  struct frame **out, const atomic_bool *cancel,
                                  struct diags *ds)
{
    const struct firstseen_args *s = args;
    struct groups g;
    struct timeline t;
    struct firstseen found;
    enum status st = hunt_rows(in, GROUPS_MAX_ROWS, "firstseen", s->span, ds);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    const struct column *time = &in->cols[s->time];
    st = groups_make(a, in, &s->keys, cancel, &g);
    if (st == ST_OK)
        st = timeline_make(a, &g, time, cancel, &t);
    if (st == ST_OK) {
        firstseen_make(a, &g, &t, s->over, &found);
        *out = hunt_frame(in, columns, NCOLUMNS);
        frame_set_rows(*out, in->nrows);
        write_rows(*out, in->ncols, &found);
        warn_short(s, &found, ds);
    }
    arena_free(a);
    return st;
}

const struct lang_op op_firstseen = {
    .name = "firstseen",
    .flags = OP_HUNTING,
    .usage = "T | firstseen by Key, … [over 30d] [with (time = Column)]",
    .summary =
        "Adds FirstSeen, PreviousSeen, IsNew and BaseComplete: a key is new "
        "when it was not seen in the time before (`over`, else ever). "
        "BaseComplete is false where the data does not reach back that far.",
    .example = "datatable(Program:string, Time:datetime)"
               "[\"a.exe\", datetime(2024-05-01), "
               "\"a.exe\", datetime(2024-05-20), "
               "\"b.exe\", datetime(2024-05-21)] "
               "| firstseen by Program over 10d | where IsNew",
    .parse = firstseen_parse,
    .bind = firstseen_bind,
    .run = firstseen_step,
};
