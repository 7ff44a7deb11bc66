/* plan.c - what the stages of a pipeline come to in one search.
 *
 * Called by: the language (push), elastic.c.
 * Filters are only ever wider, so a number of rows or a count is exact as long
 * as there is none. */
#include "elastic.h"

enum { MAX_QUERY = 256 << 10, MAX_CONDITIONS = 100 };

struct planner {
    struct elastic *e;
    struct arena *arena;
    struct es_plan *p;
    struct buf filters;
    unsigned nfilters;
};

static void all_columns(struct planner *w)
{
    struct es_plan *p = w->p;
    size_t n = p->table->fields.n;
    p->cols = arena_array(w->arena, n, sizeof *p->cols);
    p->fields = arena_array(w->arena, n, sizeof *p->fields);
    for (size_t i = 0; i < n; i++) {
        const struct es_field *f = &p->table->fields.v[i];
        if (f->dropped)
            continue;
        p->fields[p->ncols] = f;
        p->cols[p->ncols++] = (struct source_col){ f->path, f->type };
    }
}

static int find(const struct es_plan *p, const struct remote_expr *e)
{
    for (size_t i = 0; i < p->ncols && e->kind == REMOTE_COLUMN; i++)
        if (str_eq(p->cols[i].name, e->name))
            return (int)i;
    return -1;
}

static enum remote_push add_where(struct planner *w,
                                  const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    struct es_scope s = { w->e, p->table, p->ncols, p->cols, p->fields };
    size_t before = w->filters.n;
    if (p->limited || p->counts || w->nfilters >= MAX_CONDITIONS)
        return PUSH_NO;
    buf_adds(&w->filters, w->nfilters ? "," : "");
    if (!es_filter(&s, &w->filters, st->cond)) {
        w->filters.n = before;
        return PUSH_NO;
    }
    p->filtered = true;
    w->nfilters++;
    return PUSH_WIDER;
}

/* Only columns as they are, each once. */
static enum remote_push add_project(struct planner *w,
                                    const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    size_t n = st->nassigns;
    struct source_col *cols = arena_array(w->arena, n, sizeof *cols);
    const struct es_field **fields = arena_array(w->arena, n, sizeof *fields);
    if (p->counts)
        return PUSH_NO;
    for (size_t i = 0; i < n; i++) {
        int at = find(p, st->assigns[i].e);
        if (at < 0)
            return PUSH_NO;
        cols[i] = (struct source_col){ st->assigns[i].name, p->cols[at].type };
        fields[i] = p->fields[at];
        for (size_t k = 0; k < i; k++)
            if (fields[k] == fields[i])
                return PUSH_NO;
    }
    p->all = false;
    p->ncols = n;
    p->cols = cols;
    p->fields = fields;
    return PUSH_EXACT;
}

/* count() of everything. */
static enum remote_push add_summarize(struct planner *w,
                                      const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    if (p->counts || p->filtered || p->limited || st->nkeys ||
        st->nassigns != 1)
        return PUSH_NO;
    const struct remote_expr *e = st->assigns[0].e;
    if (e->kind != REMOTE_CALL || e->nargs || !str_eqz(e->name, "count"))
        return PUSH_NO;
    p->counts = true;
    p->ncols = 1;
    p->cols = NEW(w->arena, struct source_col);
    p->cols[0] = (struct source_col){ st->assigns[0].name, TYPE_LONG };
    return PUSH_EXACT;
}

static enum remote_push add_take(struct planner *w,
                                 const struct remote_stage *st)
{
    struct es_plan *p = w->p;
    if (p->counts || p->filtered)
        return PUSH_NO;
    if (!p->limited || st->count < p->limit)
        p->limit = st->count;
    p->limited = true;
    return PUSH_EXACT;
}

static enum remote_push add_stage(struct planner *w,
                                  const struct remote_stage *st)
{
    switch (st->kind) {
    case REMOTE_WHERE: return add_where(w, st);
    case REMOTE_PROJECT: return add_project(w, st);
    case REMOTE_SUMMARIZE: return add_summarize(w, st);
    case REMOTE_TAKE: return add_take(w, st);
    default: return PUSH_NO;
    }
}

void es_plan(struct elastic *e, const struct remote_query *q, struct arena *a,
             struct es_plan *p)
{
    struct planner w = { .e = e, .arena = a, .p = p };
    *p = (struct es_plan){ .table = es_table_find(e, q->table), .all = true,
                           .query = S(""), .last = PUSH_NO };
    if (!p->table)
        return;
    buf_init(&w.filters, MAX_QUERY);
    all_columns(&w);
    for (size_t i = 0; i < q->nstages; i++)
        p->last = add_stage(&w, &q->stages[i]);
    if (!buf_ok(&w.filters))
        p->last = PUSH_NO;
    else if (w.nfilters)
        p->query = arena_fmt(a, "{\"bool\":{\"filter\":[%.*s]}}",
                             STRF(buf_str(&w.filters)));
    buf_release(&w.filters);
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
