/* group_plan.c - groups and their aggregates, as far as they can be said.
 *
 * Called by: plan.c.
 * A key is a field whose values the index holds as they are, or a datetime in
 * bins of whole milliseconds. Aggregates are those that do not depend on the
 * order of rows and come out exact: numbers of rows, smallest and largest
 * numbers, sums of whole numbers. */
#include "elastic.h"

#include "base/ticks.h"

enum { MAX_PREDICATE = 64 << 10, MAX_KEYS = 30, MAX_METRICS = 60 };

struct grouping {
    struct elastic *e;
    struct arena *arena;
    struct es_plan *p;
};

/* ---- keys ---- */

static const struct es_field *time_field(const struct es_plan *p,
                                         const struct remote_expr *e)
{
    int at = es_plan_find(p, e);
    const struct es_field *f = at < 0 ? NULL : p->fields[at];
    return f && !p->bins[at] &&
                   (f->kind == ES_DATE || f->kind == ES_DATE_NANOS)
               ? f
               : NULL;
}

bool es_plan_bin(const struct es_plan *p, const struct remote_expr *e,
                 struct es_key *out)
{
    static const struct {
        const char *name;
        int64_t bin;
    } known[] = {
        { "startofday", TICKS_PER_DAY },
        { "bin", 0 },
        { "floor", 0 },
    };
    *out = (struct es_key){ NULL, 0 };
    if (e->kind != REMOTE_CALL || e->nargs == 0)
        return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct remote_expr *size = e->nargs == 2 ? e->args[1] : NULL;
        if (!str_eqz(e->name, known[i].name) ||
            e->nargs != (known[i].bin ? 1u : 2u))
            continue;
        out->field = time_field(p, e->args[0]);
        out->bin = known[i].bin;
        if (size && size->kind == REMOTE_LITERAL && !size->value.null &&
            size->value.type == TYPE_TIMESPAN)
            out->bin = size->value.i;
        return out->field && out->bin > 0 && out->bin % TICKS_PER_MS == 0;
    }
    return false;
}

static bool key_of(const struct grouping *g, const struct remote_expr *e,
                   struct es_key *out)
{
    int at = es_plan_find(g->p, e);
    if (at >= 0)
        *out = (struct es_key){ g->p->fields[at], g->p->bins[at] };
    else if (!es_plan_bin(g->p, e, out))
        return false;
    bool time = out->field && out->field->type == TYPE_DATETIME;
    if (!out->field || !es_provable(g->e, out->field) ||
        (time && !out->bin)) /* a moment may be cut to milliseconds there */
        return false;
    es_proof_field(&g->p->proof, out->field);
    return true;
}

/* ---- aggregates ---- */

static bool predicate(const struct grouping *g, const struct remote_expr *e,
                      struct es_metric *out)
{
    struct es_plan *p = g->p;
    struct es_scope s = { g->e, p->table, p->ncols, p->cols, p->fields };
    struct buf b;
    buf_init(&b, MAX_PREDICATE);
    bool ok = es_exact(&s, &b, &p->proof, e);
    out->query = ok ? buf_take(&b, g->arena) : S("");
    buf_release(&b);
    return ok;
}

static bool number(const struct grouping *g, const struct remote_expr *e,
                   struct es_metric *out)
{
    int at = es_plan_find(g->p, e);
    bool sum = out->kind == ES_SUM || out->kind == ES_AVG;
    const struct es_field *f = at < 0 ? NULL : g->p->fields[at];
    if (!f || g->p->bins[at] || !es_provable(g->e, f) ||
        (f->kind != ES_WHOLE && f->kind != ES_SMALL &&
         (f->kind != ES_DOUBLE || sum)))
        return false;
    out->field = f;
    es_proof_number(&g->p->proof, f, sum);
    return true;
}

static bool metric_of(const struct grouping *g, const struct remote_expr *e,
                      struct es_metric *out)
{
    static const struct {
        const char *name;
        enum es_metric_kind kind;
    } known[] = {
        { "count", ES_COUNT }, { "countif", ES_COUNTIF }, { "sum", ES_SUM },
        { "avg", ES_AVG },     { "min", ES_MIN },         { "max", ES_MAX },
    };
    *out = (struct es_metric){ .query = S("") };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (e->kind != REMOTE_CALL || !str_eqz(e->name, known[i].name))
            continue;
        out->kind = known[i].kind;
        if (out->kind == ES_COUNT)
            return e->nargs == 0;
        return e->nargs == 1 && (out->kind == ES_COUNTIF
                                     ? predicate(g, e->args[0], out)
                                     : number(g, e->args[0], out));
    }
    return false;
}

bool es_plan_groups(struct elastic *e, struct arena *a, struct es_plan *p,
                    const struct remote_stage *st)
{
    struct grouping g = { e, a, p };
    size_t n = st->nkeys + st->nassigns;
    if (st->nkeys > MAX_KEYS || st->nassigns > MAX_METRICS || n == 0)
        return false;
    struct source_col *cols = arena_array(a, n, sizeof *cols);
    p->keys = arena_array(a, n, sizeof *p->keys);
    p->metrics = arena_array(a, n, sizeof *p->metrics);
    for (size_t i = 0; i < st->nkeys; i++) {
        cols[i] = (struct source_col){ st->keys[i].name, st->keys[i].e->type };
        if (!key_of(&g, st->keys[i].e, &p->keys[i]))
            return false;
    }
    for (size_t i = 0; i < st->nassigns; i++) {
        cols[st->nkeys + i] = (struct source_col){ st->assigns[i].name,
                                                   st->assigns[i].e->type };
        if (!metric_of(&g, st->assigns[i].e, &p->metrics[i]))
            return false;
    }
    p->grouped = true;
    p->nkeys = st->nkeys;
    p->nmetrics = st->nassigns;
    p->ncols = n;
    p->cols = cols;
    return true;
}
