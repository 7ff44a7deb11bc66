/* op_cluster.c - `T | cluster C, D`: rows that are like each other.
 *
 * A native step; lang/analytics/dbscan.c finds the clusters. */
#include "analytics/dbscan.h"

#include <math.h>

#include "points.h"

struct cluster_args {
    struct span span;
    struct group_key cols;
    enum scaling scaling;
    enum kd_metric metric;
    int64_t min_points;
    struct dbscan_opts opts;
};

static const struct hunt_out columns[] = {
    { "ClusterId", TYPE_LONG },
    { "ClusterSize", TYPE_LONG },
    { "Exemplar", TYPE_BOOL },
};

enum { ID, SIZE, EXEMPLAR, NCOLUMNS };
enum { MAX_POINTS = 1 << 26 };

/* cluster C, … [with (eps = 0.5, min_points = 5, scale = "zscore", …)] */
static void cluster_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
    hunt_parse_with(p, op);
}

static bool read_metric(struct binder *b, const struct ast *op, str word,
                        enum kd_metric *m)
{
    if (str_ieqz(word, "euclidean") || str_ieqz(word, "manhattan")) {
        *m = str_ieqz(word, "manhattan") ? KD_MANHATTAN : KD_EUCLIDEAN;
        return true;
    }
    struct diag *d = bind_error(b, DIAG_OPTION, op->span,
                                "no metric is called '%.*s'", STRF(word));
    diag_hint(b->ds, d, "euclidean, manhattan");
    return false;
}

static struct node *cluster_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    struct cluster_args *c = NEW(b->arena, struct cluster_args);
    str scale = S("zscore"), metric = S("euclidean");
    *c = (struct cluster_args){ .span = op->span,
                                .min_points = 5,
                                .opts = { .eps = 0.5 } };
    const struct hunt_option options[] = {
        { "eps", HUNT_REAL, &c->opts.eps, 1e-300, 1e300 },
        { "min_points", HUNT_LONG, &c->min_points, 1, 1e9 },
        { "scale", HUNT_TEXT, &scale, 0, 0 },
        { "metric", HUNT_TEXT, &metric, 0, 0 },
    };
    bool ok = hunt_columns(b, op, &c->cols);
    ok = hunt_options(b, op, options, sizeof options / sizeof *options) && ok;
    ok = points_scaling(b, op, scale, &c->scaling) && ok;
    ok = read_metric(b, op, metric, &c->metric) && ok;
    if (!ok || !points_fit(b, op, &c->cols, KDTREE_MAX_DIM))
        return hunt_fail(b, op, in);
    c->opts.min_points = (size_t)c->min_points;
    struct node *n = hunt_annotate(b, op, c);
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return settle(b, n);
}

/* ---- the step ----------------------------------------------------------- */

struct group {
    int64_t size;
    size_t exemplar; /* the point nearest to the middle */
    double distance;
};

struct run {
    const struct cluster_args *c;
    struct arena *a;
    struct points p;
    struct dbscan found;
    struct group *group;
    double *middle; /* dim for each cluster */
};

static void find_middles(struct run *r)
{
    size_t dim = r->p.dim;
    for (size_t i = 0; i < r->p.n; i++) {
        int32_t k = r->found.cluster[i];
        if (k == DBSCAN_NOISE)
            continue;
        r->group[k].size++;
        for (size_t d = 0; d < dim; d++)
            r->middle[(size_t)k * dim + d] += r->p.x[i * dim + d];
    }
    for (size_t k = 0; k < r->found.n; k++)
        for (size_t d = 0; d < dim; d++)
            r->middle[k * dim + d] /= (double)r->group[k].size;
}

/* Of those equally near the first row is the exemplar. */
static void find_exemplars(struct run *r)
{
    struct kd_points p = { r->p.n, r->p.dim, r->p.x, r->c->metric };
    r->group = arena_zalloc(r->a, (r->found.n + 1) * sizeof *r->group);
    r->middle =
        arena_zalloc(r->a, (r->found.n + 1) * p.dim * sizeof *r->middle);
    for (size_t k = 0; k < r->found.n; k++)
        r->group[k].distance = INFINITY;
    find_middles(r);
    for (size_t i = 0; i < p.n; i++) {
        int32_t k = r->found.cluster[i];
        if (k == DBSCAN_NOISE)
            continue;
        double d =
            kd_distance(&p, p.x + i * p.dim, r->middle + (size_t)k * p.dim);
        if (d < r->group[k].distance) {
            r->group[k].distance = d;
            r->group[k].exemplar = i;
        }
    }
}

static void write_rows(struct run *r, struct frame *f)
{
    struct column *c = &f->cols[f->ncols - NCOLUMNS];
    for (size_t k = 0; k < NCOLUMNS; k++)
        memset(frame_nulls(f, f->ncols - NCOLUMNS + k), true,
               f->nrows * sizeof(bool));
    for (size_t i = 0; i < r->p.n; i++) {
        size_t row = r->p.row[i];
        int32_t k = r->found.cluster[i];
        bool noise = k == DBSCAN_NOISE;
        for (size_t j = 0; j < NCOLUMNS; j++)
            c[j].null[row] = false;
        c[ID].i[row] = k;
        c[SIZE].i[row] = noise ? 1 : r->group[k].size;
        c[EXEMPLAR].i[row] = noise || r->group[k].exemplar == i;
    }
}

static enum status cluster_step(const struct frame *in, const void *args,
                                struct frame **out, const atomic_bool *cancel,
                                struct diags *ds)
{
    const struct cluster_args *c = args;
    struct run r = { .c = c };
    enum status st = hunt_rows(in, MAX_POINTS, "cluster", c->span, ds);
    if (st != ST_OK)
        return st;
    r.a = arena_new();
    st = points_read(r.a, in, &c->cols, cancel, &r.p);
    if (st == ST_OK) {
        points_scale(&r.p, c->scaling);
        struct kd_points p = { r.p.n, r.p.dim, r.p.x, c->metric };
        st = dbscan_run(r.a, &p, &c->opts, cancel, &r.found);
    }
    if (st == ST_OK) {
        find_exemplars(&r);
        *out = hunt_frame(in, columns, NCOLUMNS);
        frame_set_rows(*out, in->nrows);
        write_rows(&r, *out);
    }
    arena_free(r.a);
    return st;
}

const struct lang_op op_cluster = {
    .name = "cluster",
    .flags = OP_HUNTING,
    .usage = "T | cluster Column, … [with (eps = 0.5, min_points = 5, "
             "scale = \"zscore\", metric = \"euclidean\")]",
    .summary =
        "Adds ClusterId, ClusterSize and Exemplar (DBSCAN): rows with "
        "min_points rows within eps of them belong together, noise has "
        "ClusterId -1. Exemplar is true for one row of each cluster and for "
        "all noise. Columns are scaled to mean 0 and deviation 1 unless "
        "`scale` says none, unit or minmax.",
    .example = "range i from 0 to 20 step 1 "
               "| extend x = iff(i == 20, 9.0, todouble(i % 2)), y = 1.0 "
               "| cluster x, y with (scale = \"none\") | where Exemplar",
    .parse = cluster_parse,
    .bind = cluster_bind,
    .run = cluster_step,
};
