/* fn_row_session.c - row_window_session(): the session that a row is in.
 *
 * Called by: the binder. Where a session begins depends on where the one
 * before began, so this is no window of the engine but a native step, put
 * under the rows that are looked at. O(rows). */
#include "bind/bind.h"
#include "funcs.h"

enum { POLL = 4096 };

/* What the step reads: four hidden columns at the end of its input. */
enum { AT, FROM_FIRST, BETWEEN, RESTART, NREADS };

/* A limit that is null is no limit. */
static bool reaches(const struct column *limit, size_t row, int64_t distance)
{
    return !cell_is_null(limit, row) && distance >= limit->i[row];
}

static enum status run_sessions(const struct frame *in, const void *args,
                                struct frame **out, const atomic_bool *cancel,
                                struct diags *ds)
{
    const struct column *c = &in->cols[in->ncols - NREADS];
    struct frame *f = frame_extend(in, 1);
    size_t to = in->ncols;
    bool in_session = false;
    int64_t start = 0, last = 0;
    (void)args, (void)ds;
    frame_set_col(f, to, S("\001session"), TYPE_DATETIME);
    frame_set_rows(f, in->nrows);
    bool *none = frame_nulls(f, to);
    for (size_t i = 0; i < in->nrows; i++) {
        int64_t t = c[AT].i[i];
        if (i % POLL == 0 && atomic_load(cancel)) {
            frame_unref(f);
            return ST_CANCELLED;
        }
        none[i] = cell_is_null(&c[AT], i);
        bool restart = !cell_is_null(&c[RESTART], i) && c[RESTART].i[i];
        if (!in_session || restart || reaches(&c[FROM_FIRST], i, t - start) ||
            reaches(&c[BETWEEN], i, t - last))
            start = t;
        in_session = !none[i];
        last = t;
        f->cols[to].i[i] = start;
    }
    *out = f;
    return ST_OK;
}

static const struct lang_op step = {
    .name = "row_window_session",
    .run = run_sessions,
};

/* A HOST node over b->row, with the columns of its input and one more. */
static struct expr *add_step(struct binder *b, struct span at)
{
    struct node *n = node_new(b->arena, NODE_HOST, at, b->row);
    for (size_t i = 0; i < b->row->cols.n; i++)
        PUSH(b->arena, n->cols, b->row->cols.v[i]);
    struct col c = col_new(
        b, arena_fmt(b->arena, "\001session%u", b->next_id), TYPE_DATETIME,
        true);
    PUSH(b->arena, n->cols, c);
    n->op = &step;
    n->ordered = true;
    n->open = b->row->open;
    b->row = n;
    return ex_column(b, &c, at);
}

static struct expr *bind_session(struct binder *b, const struct ast *call,
                                 struct expr **args, size_t n)
{
    static const char *const names[NREADS] = { "at", "first", "between",
                                               "restart" };
    struct value no = { .type = TYPE_BOOL };
    struct expr *reads[NREADS] = { args[0], args[1], args[2],
                                   n > 3 ? args[3]
                                         : ex_literal(b, no, call->span) };
    if (!b->row || (!b->row->ordered && !b->row->open)) {
        struct diag *d = bind_error(b, DIAG_ORDER, call->span,
                                    "'row_window_session' needs ordered rows");
        diag_hint(b->ds, d, "put | sort by … or | serialize before it");
        return ex_error(b, call->span);
    }
    for (size_t i = 0; i < NREADS; i++)
        if (reads[i]->window)
            reads[i] = hoist(b, reads[i], names[i]);
    for (size_t i = 0; i < NREADS; i++)
        hoist(b, reads[i], names[i]);
    return add_step(b, call->span);
}

const struct lang_func funcs_row_session[] = {
    { .name = "row_window_session",
      .params = "datetime, timespan, timespan, bool?", .bind = bind_session,
      .usage = "row_window_session(time, max_from_first, max_between "
               "[, restart])",
      .summary = "The time at which the session of the row began; the rows "
                 "must be in order.",
      .example = "range t from datetime(2024-05-01) to datetime(2024-05-02) "
                 "step 8h | extend s = row_window_session(t, 12h, 9h)" },
};
const size_t nfuncs_row_session =
    sizeof funcs_row_session / sizeof *funcs_row_session;
