/* op_sessions.c - `T | sessions by K timeout 20m`: which session a row is in.
 *
 * A native step; lang/analytics/sessions.c cuts. */
#include "analytics/sessions.h"
#include "base/ticks.h"
#include "hunt.h"

struct sessions_args {
    struct span span;
    struct group_key keys;
    int64_t time;
    struct sessions_opts opts;
};

static const struct hunt_out columns[] = {
    { "SessionId", TYPE_LONG },
    { "SessionStart", TYPE_DATETIME },
    { "SessionEnd", TYPE_DATETIME },
    { "SessionIndex", TYPE_LONG },
};

enum { NCOLUMNS = sizeof columns / sizeof *columns };

/* sessions [by K, …] [timeout span] [with (time = Column, longest = span)] */
static void sessions_parse(struct parser *p, struct ast *op)
{
    hunt_parse_by(p, op, false);
    hunt_parse_word(p, op, "timeout");
    hunt_parse_with(p, op);
}

static struct node *sessions_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    struct sessions_args *s = NEW(b->arena, struct sessions_args);
    const struct ast *timeout = ast_clause(op, "timeout");
    s->span = op->span;
    s->time = HUNT_NO_COLUMN;
    s->opts.timeout = 20 * TICKS_PER_MIN;
    const struct hunt_option options[] = {
        { "time", HUNT_COLUMN, &s->time, 0, 0 },
        { "timeout", HUNT_SPAN, &s->opts.timeout, 0, 0 },
        { "longest", HUNT_SPAN, &s->opts.longest, 0, 0 },
    };
    bool ok = hunt_columns(b, ast_clause(op, "by"), &s->keys);
    ok = hunt_options(b, op, options, 3) && ok;
    if (timeout && timeout->kid)
        ok = hunt_span(b, timeout->kid, &s->opts.timeout) && ok;
    if (!ok || !hunt_time(b, op, &s->time))
        return hunt_fail(b, op, in);
    struct node *n = hunt_annotate(b, op, s);
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

static void write_rows(struct frame *f, size_t first, const struct sessions *s)
{
    struct column *c = &f->cols[first];
    bool *none[NCOLUMNS];
    for (size_t k = 0; k < NCOLUMNS; k++)
        none[k] = frame_nulls(f, first + k);
    for (size_t i = 0; i < f->nrows; i++) {
        bool out = s->of[i] == (uint32_t)SESSIONS_NONE;
        for (size_t k = 0; k < NCOLUMNS; k++)
            none[k][i] = out;
        if (out)
            continue;
        c[0].i[i] = s->of[i] + (int64_t)1;
        c[1].i[i] = s->start[s->of[i]];
        c[2].i[i] = s->end[s->of[i]];
        c[3].i[i] = s->index[i] + (int64_t)1;
    }
}

static enum status sessions_step(const struct frame *in, const void *args,
                                 struct frame **out, const atomic_bool *cancel,
                                 struct diags *ds)
{
    const struct sessions_args *s = args;
    struct groups g;
    struct timeline t;
    struct sessions found;
    enum status st = hunt_rows(in, GROUPS_MAX_ROWS, "sessions", s->span, ds);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    st = groups_make(a, in, &s->keys, cancel, &g);
    if (st == ST_OK)
        st = timeline_make(a, &g, &in->cols[s->time], cancel, &t);
    if (st == ST_OK)
        st = sessions_make(a, &g, &t, &s->opts, &found);
    if (st == ST_OK) {
        *out = hunt_frame(in, columns, NCOLUMNS);
        frame_set_rows(*out, in->nrows);
        write_rows(*out, in->ncols, &found);
    }
    arena_free(a);
    return st;
}

const struct lang_op op_sessions = {
    .name = "sessions",
    .flags = OP_HUNTING,
    .usage = "T | sessions [by Key, …] [timeout 20m] "
             "[with (time = Column, longest = 8h)]",
    .summary =
        "Adds SessionId, SessionStart, SessionEnd and SessionIndex: events of "
        "one key belong together until it is quiet for longer than the "
        "timeout (20m) or the session is longer than `longest`.",
    .example = "datatable(User:string, Time:datetime)"
               "[\"ana\", datetime(2024-05-01 10:00), "
               "\"ana\", datetime(2024-05-01 10:05), "
               "\"ana\", datetime(2024-05-01 11:00)] "
               "| sessions by User timeout 20m",
    .parse = sessions_parse,
    .bind = sessions_bind,
    .run = sessions_step,
};
