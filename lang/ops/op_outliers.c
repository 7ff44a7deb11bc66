/* op_outliers.c - `T | outliers C, D`: rows that are unlike the others.
 *
 * A native step; lang/analytics/iforest.c scores. */
#include "analytics/iforest.h"

#include <math.h>

#include "analytics/series_stats.h"
#include "points.h"

struct outliers_args {
    struct span span;
    struct group_key cols;
    int64_t trees, sample, features, seed, train;
    double contamination;
};

static const struct hunt_out columns[] = {
    { "OutlierScore", TYPE_REAL },
    { "IsOutlier", TYPE_BOOL },
};

enum { SCORE, OUTLIER, NCOLUMNS };
enum { MAX_POINTS = 1 << 27 };

/* outliers C, … [with (contamination = 0.05, trees = 100, …)] */
static void outliers_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
    hunt_parse_with(p, op);
}

static struct node *outliers_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    static const enum type truth[] = { TYPE_BOOL, TYPE_ERROR };
    struct outliers_args *o = NEW(b->arena, struct outliers_args);
    *o = (struct outliers_args){ .span = op->span,
                                 .trees = 100,
                                 .sample = 256,
                                 .seed = 42,
                                 .train = HUNT_NO_COLUMN,
                                 .contamination = 0.05 };
    const struct hunt_option options[] = {
        { "contamination", HUNT_REAL, &o->contamination, 0, 0.5 },
        { "trees", HUNT_LONG, &o->trees, 1, IFOREST_MAX_TREES },
        { "sample", HUNT_LONG, &o->sample, 2, IFOREST_MAX_SAMPLE },
        { "features", HUNT_LONG, &o->features, 0, IFOREST_MAX_DIM },
        { "seed", HUNT_LONG, &o->seed, 0, 0 },
        { "train", HUNT_COLUMN, &o->train, 0, 0 },
    };
    bool ok = hunt_columns(b, op, &o->cols);
    ok = hunt_options(b, op, options, sizeof options / sizeof *options) && ok;
    if (!ok || !points_fit(b, op, &o->cols, IFOREST_MAX_DIM) ||
        (o->train >= 0 && !hunt_type(b, (uint32_t)o->train, op, truth)))
        return hunt_fail(b, op, in);
    struct node *n = hunt_annotate(b, op, o);
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

/* ---- the step ----------------------------------------------------------- */

struct run {
    const struct outliers_args *o;
    const struct frame *in;
    struct arena *a;
    struct points p;
    struct iforest_in forest;
    double *score;
    double limit; /* above it is an outlier */
};

static void choose_learners(struct run *r)
{
    uint32_t *learn = arena_array(r->a, r->p.n, sizeof *learn);
    const struct column *c = &r->in->cols[r->o->train];
    r->forest.nlearn = 0;
    for (size_t i = 0; i < r->p.n; i++)
        if (!cell_is_null(c, r->p.row[i]) && c->i[r->p.row[i]])
            learn[r->forest.nlearn++] = (uint32_t)i;
    r->forest.learn = learn;
}

/* The share of contamination among what was learnt from lies above it. */
static void set_limit(struct run *r)
{
    size_t n = r->forest.learn ? r->forest.nlearn : r->p.n;
    double *v = arena_array(r->a, n + 1, sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = r->score[r->forest.learn ? r->forest.learn[i] : i];
    r->limit = n ? series_quantile(n, v, 1 - r->o->contamination) : INFINITY;
}

static void write_rows(struct run *r, struct frame *f)
{
    struct column *c = &f->cols[f->ncols - NCOLUMNS];
    for (size_t k = 0; k < NCOLUMNS; k++)
        memset(frame_nulls(f, f->ncols - NCOLUMNS + k), true,
               f->nrows * sizeof(bool));
    for (size_t i = 0; i < r->p.n; i++) {
        size_t row = r->p.row[i];
        c[SCORE].null[row] = c[OUTLIER].null[row] = false;
        c[SCORE].d[row] = r->score[i];
        c[OUTLIER].i[row] = r->score[i] > r->limit;
    }
}

static enum status score_points(struct run *r, const atomic_bool *cancel)
{
    const struct outliers_args *o = r->o;
    struct iforest_opts opts = {
        .trees = (size_t)o->trees,
        .sample = (size_t)o->sample,
        .features = (size_t)o->features,
        .seed = (uint64_t)o->seed,
    };
    r->forest =
        (struct iforest_in){ .n = r->p.n, .dim = r->p.dim, .x = r->p.x };
    if (o->train >= 0)
        choose_learners(r);
    r->score = arena_array(r->a, r->p.n, sizeof *r->score);
    enum status st = iforest_run(&r->forest, &opts, cancel, r->score);
    if (st == ST_OK)
        set_limit(r);
    return st;
}

static enum status outliers_step(const struct frame *in, const void *args,
                                 struct frame **out, const atomic_bool *cancel,
                                 struct diags *ds)
{
    const struct outliers_args *o = args;
    struct run r = { .o = o, .in = in };
    enum status st = hunt_rows(in, MAX_POINTS, "outliers", o->span, ds);
    if (st != ST_OK)
        return st;
    r.a = arena_new();
    st = points_read(r.a, in, &o->cols, cancel, &r.p);
    if (st == ST_OK)
        st = score_points(&r, cancel);
    if (st == ST_OK) {
        *out = hunt_frame(in, columns, NCOLUMNS);
        frame_set_rows(*out, in->nrows);
        write_rows(&r, *out);
    }
    arena_free(r.a);
    return st;
}

const struct lang_op op_outliers = {
    .name = "outliers",
    .flags = OP_HUNTING,
    .usage = "T | outliers Column, … [with (contamination = 0.05, trees = 100, "
             "sample = 256, features = 0, seed = 42, train = Condition)]",
    .summary =
        "Adds OutlierScore (isolation forest: near 1 unlike the others, 0.5 "
        "and below usual) and IsOutlier, which the given share of rows is at "
        "most. The seed makes it repeatable; `train` learns from some rows "
        "only.",
    .example = "range i from 0 to 99 step 1 "
               "| extend x = iff(i == 77, 50.0, todouble(i % 7)) "
               "| outliers x with (contamination = 0.01) | where IsOutlier",
    .parse = outliers_parse,
    .bind = outliers_bind,
    .run = outliers_step,
};
