/* op_beacons.c - `T | beacons by Src, Dst`: traffic that comes at regular
 * times.
 *
 * A native step over the keys and the time; lang/analytics/beacons.c judges
 * each pair. */
#include "analytics/beacons.h"

#include <math.h>

#include "base/ticks.h"
#include "hunt.h"

struct beacons_args {
    struct span span;
    struct group_key keys; /* of the narrow rows: 0 … n - 1, then the time */
    double threshold;
    struct beacons_opts opts;
};

static const struct hunt_out columns[] = {
    { "Period", TYPE_TIMESPAN }, { "Jitter", TYPE_REAL },
    { "Score", TYPE_REAL },      { "Events", TYPE_LONG },
    { "Coverage", TYPE_REAL },   { "PValue", TYPE_REAL },
    { "First", TYPE_DATETIME },  { "Last", TYPE_DATETIME },
};

enum { PERIOD, JITTER, SCORE, EVENTS, COVERAGE, PVALUE, FIRST, LAST, NCOLUMNS };

/* beacons by Src, Dst, … [with (time = Column, threshold = 0.001, …)] */
static void beacons_parse(struct parser *p, struct ast *op)
{
    hunt_parse_by(p, op, true);
    hunt_parse_with(p, op);
}

static struct node *beacons_bind(struct binder *b, const struct ast *op,
                                 struct node *in)
{
    struct beacons_args *s = NEW(b->arena, struct beacons_args);
    const struct ast *by = ast_clause(op, "by");
    int64_t time = HUNT_NO_COLUMN;
    *s = (struct beacons_args){
        .span = op->span,
        .threshold = 0.001,
        .opts = { .resolution = TICKS_PER_SEC, .min_events = 10 },
    };
    const struct hunt_option options[] = {
        { "time", HUNT_COLUMN, &time, 0, 0 },
        { "threshold", HUNT_REAL, &s->threshold, 0, 1 },
        { "resolution", HUNT_SPAN, &s->opts.resolution, 0, 0 },
        { "min_events", HUNT_LONG, &s->opts.min_events, BEACONS_MIN_EVENTS,
          1e9 },
    };
    bool ok = hunt_columns(b, by, &s->keys);
    ok = hunt_options(b, op, options, sizeof options / sizeof *options) && ok;
    if (!ok || !hunt_time(b, op, &time))
        return hunt_fail(b, op, in);
    struct node *n = hunt_extract(b, op, by, &s->keys, time);
    n->args = s;
    for (size_t i = 0; i < NCOLUMNS; i++)
        hunt_add(b, n, columns[i].name, columns[i].type);
    return n;
}

/* ---- the step ----------------------------------------------------------- */

struct found {
    uint32_t group;
    int64_t first, last;
    struct beacon b;
};

struct run {
    const struct beacons_args *s;
    const struct frame *in;
    const atomic_bool *cancel;
    struct groups g;
    struct timeline t;
    LIST(struct found) list;
};

static enum status judge_pairs(struct arena *a, struct run *r)
{
    struct beacons w = { .a = a, .opts = r->s->opts };
    const int64_t *time = r->t.time;
    int64_t *ticks = xmalloc((r->g.nrows + 1) * sizeof *ticks);
    enum status st = ST_OK;
    w.scratch = arena_new();
    for (size_t k = 0; k < r->g.n && st == ST_OK; k++) {
        const uint32_t *row = r->t.row + r->t.start[k];
        size_t n = r->t.start[k + 1] - r->t.start[k];
        struct found f = { .group = (uint32_t)k };
        for (size_t i = 0; i < n; i++)
            ticks[i] = time[row[i]];
        if ((int64_t)n >= r->s->opts.min_events) {
            beacon_find(&w, n, ticks, &f.b);
            f.first = ticks[0];
            f.last = ticks[n - 1];
            if (!isnan(f.b.period) && f.b.pvalue <= r->s->threshold)
                PUSH(a, r->list, f);
        }
        if (r->cancel && atomic_load(r->cancel))
            st = ST_CANCELLED;
    }
    arena_free(w.scratch);
    free(ticks);
    return st;
}

static int by_score(const void *x, const void *y)
{
    const struct found *a = x, *b = y;
    if (a->b.score != b->b.score)
        return a->b.score > b->b.score ? -1 : 1;
    if (a->b.pvalue != b->b.pvalue)
        return a->b.pvalue < b->b.pvalue ? -1 : 1;
    return a->group < b->group ? -1 : a->group > b->group;
}

static void write_keys(const struct run *r, struct frame *f)
{
    for (size_t k = 0; k < r->s->keys.n; k++) {
        const struct column *c = &r->in->cols[k];
        for (size_t i = 0; i < f->nrows; i++) {
            struct value v = cell_value(c, r->g.first[r->list.v[i].group]);
            cell_set(f, k, i, &v);
        }
    }
}

static void write_rows(const struct run *r, struct frame *f)
{
    struct column *c = &f->cols[r->s->keys.n];
    for (size_t i = 0; i < f->nrows; i++) {
        const struct found *x = &r->list.v[i];
        c[PERIOD].i[i] = llround(x->b.period * (double)TICKS_PER_SEC);
        c[JITTER].d[i] = x->b.jitter;
        c[SCORE].d[i] = x->b.score;
        c[EVENTS].i[i] = r->t.start[x->group + 1] - r->t.start[x->group];
        c[COVERAGE].d[i] = x->b.coverage;
        c[PVALUE].d[i] = x->b.pvalue;
        c[FIRST].i[i] = x->first;
        c[LAST].i[i] = x->last;
    }
}

static struct frame *make_frame(struct run *r)
{
    size_t nkeys = r->s->keys.n;
    struct frame *f = frame_new(nkeys + NCOLUMNS);
    for (size_t k = 0; k < nkeys; k++)
        frame_set_col(f, k, r->in->cols[k].name, r->in->cols[k].type);
    for (size_t k = 0; k < NCOLUMNS; k++)
        frame_set_col(f, nkeys + k, str_of(columns[k].name), columns[k].type);
    frame_set_rows(f, r->list.n);
    f->completeness = r->in->completeness;
    if (r->list.n)
        qsort(r->list.v, r->list.n, sizeof *r->list.v, by_score);
    write_keys(r, f);
    write_rows(r, f);
    return f;
}

static enum status beacons_step(const struct frame *in, const void *args,
                                struct frame **out, const atomic_bool *cancel,
                                struct diags *ds)
{
    const struct beacons_args *s = args;
    struct run r = { .s = s, .in = in, .cancel = cancel };
    enum status st = hunt_rows(in, GROUPS_MAX_ROWS, "beacons", s->span, ds);
    if (st != ST_OK)
        return st;
    struct arena *a = arena_new();
    st = groups_make(a, in, &s->keys, cancel, &r.g);
    if (st == ST_OK)
        st = timeline_make(a, &r.g, &in->cols[s->keys.n], cancel, &r.t);
    if (st == ST_OK)
        st = judge_pairs(a, &r);
    if (st == ST_OK)
        *out = make_frame(&r);
    arena_free(a);
    return st;
}

const struct lang_op op_beacons = {
    .name = "beacons",
    .flags = OP_HUNTING,
    .usage = "T | beacons by Source, Destination, … [with (time = Column, "
             "threshold = 0.001, min_events = 10, resolution = 1s)]",
    .summary =
        "Pairs whose events come at regular times, most regular first: Period, "
        "Jitter (0 a clock, 0.25 chance), Score, Events, Coverage (share of "
        "the periods with an event), PValue (at most `threshold`), First and "
        "Last. Jitter, gaps and other traffic are tolerated.",
    .example = "range i from 0 to 199 step 1 "
               "| project Src = \"ws1\", Dst = \"c2.example\", "
               "Time = datetime(2024-05-01) + i * 1m + (i * 7 % 5) * 1s "
               "| beacons by Src, Dst",
    .parse = beacons_parse,
    .bind = beacons_bind,
    .run = beacons_step,
};
