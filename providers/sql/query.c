/* query.c - stages of a pipeline as one SQL statement.
 *
 * Called by: the providers of this family.
 * Stages are gathered in one SELECT as long as SQL's own order of doing things
 * is that of the pipeline and nothing is computed twice; else what was
 * gathered becomes a subselect. Names that this file makes are c1, c2, …, s1,
 * …: engines cut, fold or confuse others. */
#include "query.h"

#include "expr.h"

enum { MAX_STAGES = 200 };

struct select {
    const struct sql_dialect *d;
    struct arena *arena;
    str from;
    struct buf where, group, order;
    bool distinct, limited;
    uint64_t limit;
    size_t ncols;
    struct sql_col *cols;
    unsigned ncol, nsub; /* names made */
    const char *mark;    /* begins the names, and no column's own */
    bool wider;          /* of the last stage */
};

/* ---- writing what was gathered ---- */

static str join(struct select *s, const char *word, const struct buf *b)
{
    return b->n ? arena_fmt(s->arena, " %s %.*s", word, STRF(buf_str(b)))
                : S("");
}

static void write_tail(struct select *s, struct buf *b)
{
    buf_adds(b, " FROM ");
    buf_add(b, s->from);
    buf_add(b, join(s, "WHERE", &s->where));
    buf_add(b, join(s, "GROUP BY", &s->group));
    buf_add(b, join(s, "ORDER BY", &s->order));
    if (s->limited)
        buf_addf(b, " LIMIT %llu", (unsigned long long)s->limit);
}

static void begin(struct select *s)
{
    buf_reset(&s->where);
    buf_reset(&s->group);
    buf_reset(&s->order);
    s->distinct = s->limited = false;
}

/* What was gathered becomes a subselect. */
static void nest(struct select *s)
{
    struct buf b;
    unsigned sub = ++s->nsub;
    struct sql_col *cols = arena_array(s->arena, s->ncols, sizeof *cols);
    buf_init(&b, s->d->max_text);
    buf_addf(&b, "(SELECT %s", s->distinct ? "DISTINCT " : "");
    for (size_t i = 0; i < s->ncols; i++) {
        str name = arena_fmt(s->arena, "%s%u", s->mark, ++s->ncol);
        buf_adds(&b, i ? ", " : "");
        buf_add(&b, s->cols[i].text);
        buf_addf(&b, " AS %.*s", STRF(name));
        cols[i] = s->cols[i];
        cols[i].text = name;
        cols[i].is_ref = true;
    }
    write_tail(s, &b);
    buf_addf(&b, ") AS s%u", sub);
    s->from = buf_ok(&b) ? buf_take(&b, s->arena) : STR_NONE;
    buf_release(&b);
    s->cols = cols;
    begin(s);
}

static bool write_whole(struct select *s, struct buf *b)
{
    if (!s->from.p)
        return false;
    buf_addf(b, "SELECT %s%s", s->distinct ? "DISTINCT " : "", s->d->lead);
    for (size_t i = 0; i < s->ncols; i++) {
        buf_adds(b, i ? ", " : "");
        s->d->output(b, &s->cols[i]);
    }
    write_tail(s, b);
    return buf_ok(b) && buf_ok(&s->where) && buf_ok(&s->group) &&
           buf_ok(&s->order) && b->n <= s->d->max_text;
}

/* ---- may a stage join what was gathered? ---- */

/* All columns that `e` names are there to be repeated. */
static bool only_refs(const struct sql_scope *s, const struct remote_expr *e)
{
    const struct sql_col *c =
        e->kind == REMOTE_COLUMN ? sql_find(s, e->name) : NULL;
    bool ok = e->kind != REMOTE_COLUMN || (c && c->is_ref);
    for (size_t i = 0; i < e->nargs && ok && e->kind == REMOTE_CALL; i++)
        ok = only_refs(s, e->args[i]);
    return ok;
}

static struct sql_scope scope(const struct select *s)
{
    return (struct sql_scope){ s->d, s->ncols, s->cols, false };
}

static bool is_open(const struct select *s)
{
    return !s->distinct && !s->limited && s->group.n == 0 && s->order.n == 0;
}

/* Afterwards a stage over these expressions may be added. */
static void make_room(struct select *s, const struct remote_stage *st)
{
    struct sql_scope sc = scope(s);
    bool refs = !st->cond || only_refs(&sc, st->cond);
    for (size_t i = 0; i < st->nkeys; i++)
        refs = refs && only_refs(&sc, st->keys[i].e);
    for (size_t i = 0; i < st->nassigns; i++)
        refs = refs && only_refs(&sc, st->assigns[i].e);
    for (size_t i = 0; i < st->norders; i++)
        refs = refs && only_refs(&sc, st->orders[i].e);
    if (!is_open(s) || !refs)
        nest(s);
}

/* ---- the stages ---- */

static bool add_where(struct select *s, const struct remote_stage *st)
{
    struct sql_scope sc = scope(s);
    if (s->where.n)
        buf_adds(&s->where, " AND ");
    bool ok = sql_expr(&sc, &s->where, st->cond, SQL_FILTER);
    s->wider = sc.wider;
    return ok;
}

static bool compute(struct select *s, const struct remote_assign *as,
                    enum sql_place place, struct sql_col *out)
{
    struct sql_scope sc = scope(s);
    struct buf b;
    buf_init(&b, s->d->max_text);
    bool ok = as->e->type != TYPE_DYNAMIC && as->e->type != TYPE_DECIMAL &&
              sql_expr(&sc, &b, as->e, place);
    *out = (struct sql_col){ .name = as->name, .type = as->e->type };
    if (ok)
        out->text = buf_take(&b, s->arena);
    buf_release(&b);
    return ok;
}

/* A column is handed on as it is; whatever else there is gets computed. */
static bool project_one(struct select *s, const struct remote_assign *as,
                        struct sql_col *out)
{
    struct sql_scope sc = scope(s);
    const struct sql_col *c =
        as->e->kind == REMOTE_COLUMN ? sql_find(&sc, as->e->name) : NULL;
    if (!c)
        return compute(s, as, SQL_VALUE, out);
    *out = *c;
    out->name = as->name;
    return true;
}

static bool add_project(struct select *s, const struct remote_stage *st)
{
    struct sql_col *cols = arena_array(s->arena, st->nassigns, sizeof *cols);
    for (size_t i = 0; i < st->nassigns; i++)
        if (!project_one(s, &st->assigns[i], &cols[i]))
            return false;
    s->cols = cols;
    s->ncols = st->nassigns;
    return true;
}

/* Equal reals may look different (0.0, -0.0), so they are no keys; neither is
 * a constant, which SQL takes for the place of a column. */
static bool add_keys(struct select *s, const struct remote_stage *st,
                     struct sql_col *cols)
{
    for (size_t i = 0; i < st->nkeys; i++) {
        enum type t = st->keys[i].e->type;
        if (t == TYPE_REAL || st->keys[i].e->kind == REMOTE_LITERAL ||
            !compute(s, &st->keys[i], SQL_VALUE, &cols[i]))
            return false;
    }
    return true;
}

static bool add_summarize(struct select *s, const struct remote_stage *st)
{
    size_t n = st->nkeys + st->nassigns;
    struct sql_col *cols = arena_array(s->arena, n, sizeof *cols);
    if (!add_keys(s, st, cols))
        return false;
    for (size_t i = 0; i < st->nassigns; i++)
        if (!compute(s, &st->assigns[i], SQL_AGGREGATE, &cols[st->nkeys + i]))
            return false;
    for (size_t i = 0; i < st->nkeys; i++) {
        buf_adds(&s->group, i ? ", " : "");
        buf_add(&s->group, cols[i].text);
    }
    s->cols = cols;
    s->ncols = n;
    /* Groups without aggregates are all that is different. */
    s->distinct = st->nassigns == 0;
    if (s->distinct)
        buf_reset(&s->group);
    return n > 0;
}

static bool add_distinct(struct select *s, const struct remote_stage *st)
{
    struct sql_col *cols = arena_array(s->arena, st->nkeys, sizeof *cols);
    if (!add_keys(s, st, cols))
        return false;
    s->cols = cols;
    s->ncols = st->nkeys;
    s->distinct = true;
    return true;
}

static bool add_sort(struct select *s, const struct remote_stage *st)
{
    for (size_t i = 0; i < st->norders; i++) {
        const struct remote_order *o = &st->orders[i];
        struct remote_assign as = { S(""), o->e };
        struct sql_col c;
        if (o->e->kind == REMOTE_LITERAL || o->e->type == TYPE_BOOL ||
            (o->e->type == TYPE_REAL && !s->d->sorts_reals) ||
            !compute(s, &as, SQL_VALUE, &c))
            return false;
        buf_addf(&s->order, "%s%.*s %s NULLS %s", i ? ", " : "", STRF(c.text),
                 o->desc ? "DESC" : "ASC", o->nulls_first ? "FIRST" : "LAST");
    }
    return true;
}

static bool add_take(struct select *s, const struct remote_stage *st)
{
    s->limited = true;
    s->limit = st->count;
    return st->count <= INT64_MAX;
}

static bool add_stage(struct select *s, const struct remote_stage *st)
{
    s->wider = false;
    if (st->kind == REMOTE_TAKE) {
        if (s->limited)
            nest(s);
        return add_take(s, st);
    }
    make_room(s, st);
    switch (st->kind) {
    case REMOTE_WHERE: return add_where(s, st);
    case REMOTE_PROJECT: return add_project(s, st);
    case REMOTE_SUMMARIZE: return add_summarize(s, st);
    case REMOTE_DISTINCT: return add_distinct(s, st);
    case REMOTE_SORT: return add_sort(s, st);
    default: return false;
    }
}

/* ---- the face ---- */

const struct sql_table *sql_known_find(const struct sql_known *first, str name)
{
    for (; first; first = first->next)
        if (str_eq(first->name, name))
            return &first->table;
    return NULL;
}

/* No column of the table may be taken for one of ours. */
static const char *free_mark(struct arena *a, const struct sql_table *t)
{
    str mark = S("c");
    for (size_t i = 0; i < t->ncols; i++)
        if (str_starts(t->cols[i].name, mark)) {
            mark = arena_fmt(a, "%.*s_", STRF(mark));
            i = (size_t)-1; /* from the first column again */
        }
    return arena_cstr(a, mark);
}

static void gather(struct select *s, const struct sql_pipeline *p,
                   struct arena *a)
{
    const struct sql_table *t = p->table;
    *s = (struct select){ .d = p->d, .arena = a, .from = t->from,
                          .ncols = t->ncols, .mark = free_mark(a, t) };
    s->cols = arena_array(a, t->ncols, sizeof *s->cols);
    for (size_t i = 0; i < t->ncols; i++)
        s->cols[i] = t->cols[i];
    buf_init(&s->where, p->d->max_text);
    buf_init(&s->group, p->d->max_text);
    buf_init(&s->order, p->d->max_text);
}

enum remote_push sql_query(const struct sql_pipeline *p, struct arena *a,
                           struct buf *b, struct sql_output *out)
{
    struct select s;
    bool ok = p->q->nstages <= MAX_STAGES;
    gather(&s, p, a);
    for (size_t i = 0; i < p->q->nstages && ok; i++)
        ok = add_stage(&s, &p->q->stages[i]);
    ok = ok && write_whole(&s, b);
    if (out)
        *out = (struct sql_output){ s.ncols, s.cols };
    buf_release(&s.where);
    buf_release(&s.group);
    buf_release(&s.order);
    return !ok ? PUSH_NO : s.wider ? PUSH_WIDER : PUSH_EXACT;
}

enum remote_push sql_push(const struct sql_pipeline *p,
                          const struct remote_stage *next)
{
    struct arena *a = arena_new();
    struct remote_query q = *p->q;
    struct sql_pipeline longer = { p->d, p->table, &q };
    struct remote_stage *all = arena_array(a, q.nstages + 1, sizeof *all);
    struct buf b;
    for (size_t i = 0; i < q.nstages; i++)
        all[i] = q.stages[i];
    all[q.nstages++] = *next;
    q.stages = all;
    buf_init(&b, p->d->max_text);
    enum remote_push answer = sql_query(&longer, a, &b, NULL);
    buf_release(&b);
    arena_free(a);
    return answer;
}
