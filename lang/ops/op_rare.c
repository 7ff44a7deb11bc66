/* op_rare.c - `T | rare C, D [by K]`: how often the values of a row occur.
 *
 * A native step, because every row is kept in its place: two passes over the
 * rows, one to count and one to write. */
#include "analytics/groups.h"
#include "hunt.h"

struct rare_args {
    struct span span;
    struct group_key all; /* keys, then values */
    struct group_key keys;
    double threshold;
};

static const struct hunt_out columns[] = {
    { "Count", TYPE_LONG },
    { "Share", TYPE_REAL },
    { "IsRare", TYPE_BOOL },
};

enum { NCOLUMNS = sizeof columns / sizeof *columns };

/* rare C, … [by K, …] [with (threshold = share)] */
static void rare_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
    hunt_parse_by(p, op, false);
    hunt_parse_with(p, op);
}

static void join_columns(struct binder *b, struct rare_args *s,
                         const struct group_key *keys,
                         const struct group_key *values)
{
    s->keys = *keys;
    s->all.n = keys->n + values->n;
    s->all.v = arena_array(b->arena, s->all.n, sizeof *s->all.v);
    for (size_t i = 0; i < s->all.n; i++)
        s->all.v[i] = i < keys->n ? keys->v[i] : values->v[i - keys->n];
}

static struct node *rare_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    struct rare_args *s = NEW(b->arena, struct rare_args);
    struct group_key keys, values;
    s->span = op->span;
    s->threshold = 0.01;
    const struct hunt_option options[] = {
        { "threshold", HUNT_REAL, &s->threshold, 0, 1 },
    };
    bool ok = hunt_columns(b, op, &values);
    ok = hunt_columns(b, ast_clause(op, "by"), &keys) && ok;
    ok = hunt_options(b, op, options, 1) && ok;
    if (!ok)
        return hunt_fail(b, op, in);
    join_columns(b, s, &keys, &values);
    struct node *n = hunt_annotate(b, op, s);
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

static int64_t *count_rows(struct arena *a, const struct groups *g)
{
    int64_t *count = arena_zalloc(a, (g->n + 1) * sizeof *count);
    for (size_t i = 0; i < g->nrows; i++)
        count[g->of[i]]++;
    return count;
}

static void write_rows(struct arena *a, struct frame *f,
                       const struct rare_args *s, const struct groups *all,
                       const struct groups *keys)
{
    struct column *c = &f->cols[f->ncols - NCOLUMNS];
    const int64_t *count = count_rows(a, all), *of = count_rows(a, keys);
    for (size_t i = 0; i < f->nrows; i++) {
        c[0].i[i] = count[all->of[i]];
        c[1].d[i] = (double)c[0].i[i] / (double)of[keys->of[i]];
        c[2].i[i] = c[1].d[i] <= s->threshold;
    }
}

static enum status rare_step(const struct frame *in, const void *args,
                             struct frame **out, const atomic_bool *cancel,
                             struct diags *ds)
{
    const struct rare_args *s = args;
    struct groups all, keys;
    enum status st = hunt_rows(in, GROUPS_MAX_ROWS, "rare", s->span, ds);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    st = groups_make(a, in, &s->all, cancel, &all);
    if (st == ST_OK)
        st = groups_make(a, in, &s->keys, cancel, &keys);
    if (st == ST_OK) {
        *out = hunt_frame(in, columns, NCOLUMNS);
        frame_set_rows(*out, in->nrows);
        write_rows(a, *out, s, &all, &keys);
    }
    arena_free(a);
    return st;
}

const struct lang_op op_rare = {
    .name = "rare",
    .flags = OP_HUNTING,
    .usage = "T | rare Column, … [by Key, …] [with (threshold = 0.01)]",
    .summary =
        "Adds Count, Share and IsRare: how many rows have the values of this "
        "one, among those of its key; rare is a share of at most `threshold`.",
    .example = "range i from 1 to 200 step 1 "
               "| extend Program = iff(i == 7, \"odd.exe\", \"usual.exe\") "
               "| rare Program | where IsRare",
    .parse = rare_parse,
    .bind = rare_bind,
    .run = rare_step,
};
