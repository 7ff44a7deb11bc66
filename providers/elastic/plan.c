/* plan.c - what the stages of a pipeline come to in one search.
 *
 * Called by: the language (push), elastic.c.
 * Every filter is said twice: wider than it is whatever the documents hold
 * (filter.c), and as it is for documents of which something is proved first
 * (exact.c). Rows are read by the first. A number of rows is exact as long as
 * there is no filter; groups, and rows of a filter, are so given proof. */
#include "elastic.h"

#include "providers/stages.h"

enum { MAX_QUERY = 256 << 10, MAX_CONDITIONS = 100 };

struct planner {
    struct elastic *e;
    struct arena *arena;
    struct es_plan *p;
    struct buf filters, exacts; /* conditions, with commas between */
    unsigned nfilters, nexacts;
};

static void all_columns(struct planner *w)
{
    struct es_plan *p = w->p;
    size_t n = p->table->fields.n;
    p->cols = arena_array(w->arena, n, sizeof *p->cols);
    p->fields = arena_array(w->arena, n, sizeof *p->fields);
    p->bins = arena_zalloc(w->arena, (n + 1) * sizeof *p->bins);
    for (size_t i = 0; i < n; i++) {
        const struct es_field *f = &p->table->fields.v[i];
        if (f->dropped)
            continue;
        p->fields[p->ncols] = f;
        p->cols[p->ncols++] = (struct source_col){ f->path, f->type };
    }
}

int es_plan_find(const struct es_plan *p, const struct remote_expr *e)
{
    for (size_t i = 0; i < p->ncols && e->kind == REMOTE_COLUMN; i++)
        if (str_eq(p->cols[i].name, e->name))
            return (int)i;
    return -1;
}

/* ---- conditions ---- */

static struct es_scope scope_of(const struct planner *w)
{
    const struct es_plan *p = w->p;
    return (struct es_scope){ w->e, p->table, p->ncols, p->cols, p->fields };
}

static bool say_wider(struct planner *w, const struct remote_expr *e)
{
    struct es_scope s = scope_of(w);
    size_t before = w->filters.n;
    buf_adds(&w->filters, w->nfilters ? "," : "");
    bool ok = es_filter(&s, &w->filters, e);
    if (ok)
        w->nfilters++;
    else
        w->filters.n = before;
    return ok;
}

static bool say_exactly(struct planner *w, const struct remote_expr *e)
{
    struct es_scope s = scope_of(w);
    size_t before = w->exacts.n;
    buf_adds(&w->exacts, w->nexacts ? "," : "");
    bool ok = !w->p->inexact && es_has_points(w->e) &&
              es_exact(&s, &w->exacts, &w->p->proof, e);
    if (ok)
        w->nexacts++;
    else
        w->exacts.n = before;
    return ok;
}

static enum remote_push add_where(struct planner *w,
                                  const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    if (p->limited || p->counts || p->grouped ||
        w->nfilters + w->nexacts >= MAX_CONDITIONS)
        return PUSH_NO;
    bool wider = say_wider(w, st->cond), exact = say_exactly(w, st->cond);
    p->filtered = true;
    p->inexact |= !exact;
    return exact ? PUSH_PROVABLE : wider ? PUSH_WIDER : PUSH_NO;
}

/* ---- columns ---- */

/* One column of a projection. False: rows as they are read do not have it. */
static bool project_one(struct planner *w, const struct remote_expr *e,
                        size_t to, struct es_plan *out)
{
    const struct es_plan *p = w->p;
    struct es_key key;
    int at = es_plan_find(p, e);
    out->cols[to].type = at < 0 ? e->type : p->cols[at].type;
    out->fields[to] = at < 0 ? NULL : p->fields[at];
    out->bins[to] = at < 0 ? 0 : p->bins[at];
    if (at < 0 && es_plan_bin(p, e, &key)) {
        out->fields[to] = key.field;
        out->bins[to] = key.bin;
    }
    bool again = false; /* a field comes once in a row */
    for (size_t k = 0; k < to; k++)
        again |= out->fields[k] == out->fields[to];
    return out->fields[to] && !out->bins[to] && !again;
}

/* Columns as they are, each once; others only a group may need. */
static enum remote_push add_project(struct planner *w,
                                    const struct remote_stage *st)
{
    struct es_plan *p = w->p, out = *p;
    size_t n = st->nassigns;
    if (p->counts || p->grouped)
        return PUSH_NO;
    out.cols = arena_array(w->arena, n, sizeof *out.cols);
    out.fields = arena_array(w->arena, n, sizeof *out.fields);
    out.bins = arena_array(w->arena, n, sizeof *out.bins);
    for (size_t i = 0; i < n; i++) {
        out.cols[i].name = st->assigns[i].name;
        out.computed |= !project_one(w, st->assigns[i].e, i, &out);
    }
    if (out.computed && (p->limited || !es_has_points(w->e)))
        return PUSH_NO;
    out.all = false;
    out.ncols = n;
    *p = out;
    return p->computed ? PUSH_PROVABLE : PUSH_EXACT;
}

/* ---- groups and numbers of rows ---- */

static enum remote_push add_groups(struct planner *w,
                                   const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    if (p->counts || p->grouped || p->limited)
        return PUSH_NO;
    if (stage_is_count(st) && !p->filtered) {
        p->counts = true;
        p->ncols = 1;
        p->cols = NEW(w->arena, struct source_col);
        p->cols[0] = (struct source_col){ st->assigns[0].name, TYPE_LONG };
        return PUSH_EXACT;
    }
    if (p->inexact || !es_has_points(w->e) ||
        !es_plan_groups(w->e, w->arena, p, st))
        return PUSH_NO;
    return PUSH_PROVABLE;
}

static enum remote_push add_take(struct planner *w,
                                 const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    bool some = p->filtered && !p->grouped;
    if (p->counts || (p->computed && !p->grouped) ||
        (some && (p->inexact || st->count > ES_MAX_PAGE)))
        return PUSH_NO;
    if (!p->limited || st->count < p->limit)
        p->limit = st->count;
    p->limited = true;
    return some ? PUSH_PROVABLE : PUSH_EXACT;
}

static enum remote_push add_stage(struct planner *w,
                                  const struct remote_stage *st)
{
    switch (st->kind) {
    case REMOTE_WHERE: return add_where(w, st);
    case REMOTE_PROJECT: return add_project(w, st);
    case REMOTE_SUMMARIZE:
    case REMOTE_DISTINCT: return add_groups(w, st);
    case REMOTE_TAKE: return add_take(w, st);
    default: return PUSH_NO;
    }
}

static str all_of(struct arena *a, const struct buf *conditions)
{
    return conditions->n ? arena_fmt(a, "{\"bool\":{\"filter\":[%.*s]}}",
                                     STRF(buf_str(conditions)))
                         : S("");
}

void es_plan(struct elastic *e, const struct remote_query *q, struct arena *a,
             struct es_plan *p)
{
    es_plan_known(e, q, a, NULL, p);
}

void es_plan_known(struct elastic *e, const struct remote_query *q,
                   struct arena *a, const str *known, struct es_plan *p)
{
    struct planner w = { .e = e, .arena = a, .p = p };
    *p = (struct es_plan){ .table = es_table_find(e, q->table), .all = true,
                           .last = PUSH_NO,
                           .proof = { .arena = a, .known = known } };
    if (!p->table)
        return;
    buf_init(&w.filters, MAX_QUERY);
    buf_init(&w.exacts, MAX_QUERY);
    all_columns(&w);
    for (size_t i = 0; i < q->nstages; i++)
        p->last = add_stage(&w, &q->stages[i]);
    if (!buf_ok(&w.filters) || !buf_ok(&w.exacts))
        p->last = PUSH_NO;
    p->query = all_of(a, &w.filters);
    p->exact = all_of(a, &w.exacts);
    buf_release(&w.filters);
    buf_release(&w.exacts);
}

bool es_plan_needs_proof(const struct es_plan *p)
{
    return p->grouped || (p->limited && p->filtered);
}

enum remote_push es_push(struct remote *r, const struct remote_query *q,
                         const struct remote_stage *next)
{
    struct arena *a = arena_new();
    struct remote_query longer = *q;
    struct remote_stage *all =
        arena_array(a, q->nstages + 1, sizeof *all);
    struct es_plan p;
    for (size_t i = 0; i < q->nstages; i++)
        all[i] = q->stages[i];
    all[longer.nstages++] = *next;
    longer.stages = all;
    es_plan(r->impl, &longer, a, &p);
    arena_free(a);
    return p.last;
}
