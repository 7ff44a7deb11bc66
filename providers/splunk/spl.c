/* spl.c - stages of a pipeline as SPL.
 *
 * Called by: the language (push), splunk.c.
 * Conditions become patterns of `where like(lower('field'), "…")`, which looks
 * at values and not, as a search term does, at words of the raw event. A
 * pattern holds harmless characters alone: whatever else a text has, letters
 * that fold in ways Splunk may not know included, is the wildcard %. So no
 * value can end its quotes, and every pattern finds all that KQL finds, and
 * perhaps more. Rows with several values in the field always come along. */
#include "splunk.h"

#include "base/ticks.h"
#include "providers/http/url.h"
#include "providers/stages.h"

enum { MAX_NEEDLE = 1000 };

struct planner {
    struct arena *arena;
    struct sp_plan *p;
    struct buf search;
    struct buf exact, doubt; /* of all filters: exact.c */
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
}

static bool only(str s, const char *more)
{
    bool ok = s.n > 0 && s.n < MAX_NEEDLE;
    for (size_t i = 0; i < s.n && ok; i++)
        ok = is_alnum(s.p[i]) || (s.p[i] && strchr(more, s.p[i]));
    return ok;
}

bool sp_is_field(str s)
{
    return only(s, "_.:{}@-");
}

/* ---- what a table is ---- */

/* In double quotes only what needs no escape; a '*' would be a wildcard. */
static bool quoted(struct buf *b, str s)
{
    buf_addc(b, '"');
    buf_add(b, s);
    buf_addc(b, '"');
    return only(s, "_.:/@ -");
}

bool sp_base_search(struct buf *b, str table)
{
    ptrdiff_t dot = str_find_char(table, '.');
    str first = str_sub(table, 0, dot < 0 ? table.n : (size_t)dot);
    str rest = dot < 0 ? S("") : str_sub(table, (size_t)dot + 1, table.n);
    if (rest.n && str_eqz(first, "saved")) {
        buf_adds(b, "| savedsearch ");
        return quoted(b, rest);
    }
    buf_adds(b, "search index=");
    bool ok = quoted(b, first);
    if (rest.n) {
        buf_adds(b, " sourcetype=");
        ok = quoted(b, rest) && ok;
    }
    return ok;
}

/* ---- conditions ---- */

str sp_field_of(const struct sp_plan *p, const struct remote_expr *e,
                enum type t)
{
    for (size_t i = 0; i < p->ncols && e->kind == REMOTE_COLUMN; i++)
        if (str_eq(p->cols[i].name, e->name) && p->cols[i].type == t)
            return p->theirs[i].name;
    return S("");
}

static void add_pattern(struct buf *b, str s, char how)
{
    char last = 0;
    if (how == 'c' || how == 'e')
        buf_addc(b, last = '%');
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        if (!(is_alnum(c) || (c && strchr(" ._,:/@=+-", c))) || c == 's' ||
            c == 'k')
            c = '%';
        if (c != '%' || last != '%')
            buf_addc(b, c);
        last = c;
    }
    if ((how == 'c' || how == 'p') && last != '%')
        buf_addc(b, '%');
}

/* Values here join several by newlines, and missing ones are "". */
static bool like(struct buf *b, str field, const struct remote_expr *v,
                 char how)
{
    if (!sp_is_field(field) || v->kind != REMOTE_LITERAL ||
        v->value.type != TYPE_STRING || v->value.null || !v->value.s.n ||
        v->value.s.n > MAX_NEEDLE)
        return false;
    buf_addf(b, "like(lower('%.*s'),\"", STRF(field));
    add_pattern(b, v->value.s, how);
    buf_addf(b, "\") OR mvcount('%.*s')>1", STRF(field));
    return true;
}

static char how_of(str name)
{
    static const struct {
        const char *name;
        char how;
    } known[] = {
        { "==", 'q' },          { "=~", 'q' },          { "contains", 'c' },
        { "contains_cs", 'c' }, { "has", 'c' },         { "has_cs", 'c' },
        { "startswith", 'p' },  { "startswith_cs", 'p' },
        { "endswith", 'e' },    { "endswith_cs", 'e' }, { "hasprefix", 'c' },
        { "hasprefix_cs", 'c' }, { "hassuffix", 'c' },
        { "hassuffix_cs", 'c' }, { "in", 'q' },         { "in~", 'q' },
        { "has_any", 'c' },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(name, known[i].name))
            return known[i].how;
    return 0;
}

static bool say(const struct sp_plan *p, struct buf *b,
                const struct remote_expr *e);

static bool say_logic(const struct sp_plan *p, struct buf *b,
                      const struct remote_expr *e, bool all)
{
    size_t said = 0;
    buf_addc(b, '(');
    for (size_t i = 0; i < e->nargs; i++) {
        size_t before = b->n;
        if (said)
            buf_adds(b, all ? " AND " : " OR ");
        if (say(p, b, e->args[i])) {
            said++;
            continue;
        }
        if (!all)
            return false;
        b->n = before;
    }
    buf_addc(b, ')');
    return said > 0;
}

static bool say(const struct sp_plan *p, struct buf *b,
                const struct remote_expr *e)
{
    if (e->kind != REMOTE_CALL || e->nargs < 2)
        return false;
    if (str_eqz(e->name, "and") || str_eqz(e->name, "or"))
        return say_logic(p, b, e, str_eqz(e->name, "and"));
    char how = how_of(e->name);
    str field = sp_field_of(p, e->args[0], TYPE_STRING);
    if (!how || !field.n)
        return false;
    buf_addc(b, '(');
    for (size_t i = 1; i < e->nargs; i++) {
        buf_adds(b, i > 1 ? " OR " : "");
        if (!like(b, field, e->args[i], how))
            return false;
    }
    buf_addc(b, ')');
    return true;
}

/* A bound of _time, which Splunk knows before it reads any event. */
static bool bound(struct sp_plan *p, const struct remote_expr *e)
{
    if (e->kind != REMOTE_CALL || e->nargs != 2)
        return false;
    const struct remote_expr *v = e->args[1];
    char op = e->name.n ? e->name.p[0] : 0;
    if (!str_eqz(sp_field_of(p, e->args[0], TYPE_DATETIME), "_time") ||
        v->kind != REMOTE_LITERAL || v->value.null ||
        v->value.type != TYPE_DATETIME ||
        v->value.i > TICKS_MAX - TICKS_PER_DAY)
        return false;
    int64_t t = v->value.i, later = t + TICKS_PER_SEC;
    bool equal = str_eqz(e->name, "==");
    if (!equal && op != '<' && op != '>')
        return false;
    if ((equal || op == '>') && t > p->start)
        p->start = t;
    if ((equal || op == '<') && later < p->end)
        p->end = later;
    return true;
}

static bool between(struct sp_plan *p, const struct remote_expr *e)
{
    if (e->kind != REMOTE_CALL || e->nargs != 3 ||
        !str_eqz(e->name, "between"))
        return false;
    struct remote_expr *low[] = { e->args[0], e->args[1] };
    struct remote_expr *high[] = { e->args[0], e->args[2] };
    struct remote_expr from = { .kind = REMOTE_CALL, .name = S(">="),
                                .nargs = 2, .args = low };
    struct remote_expr to = { .kind = REMOTE_CALL, .name = S("<="),
                              .nargs = 2, .args = high };
    return bound(p, &from) && bound(p, &to);
}

/* ---- stages ---- */

/* A saved search counts over its own times. */
static bool say_wider(struct planner *w, const struct remote_expr *cond)
{
    struct sp_plan *p = w->p;
    size_t before = w->search.n;
    if (!p->saved && (bound(p, cond) || between(p, cond)))
        return true;
    buf_adds(&w->search, " | where ");
    if (say(p, &w->search, cond))
        return true;
    w->search.n = before;
    return false;
}

static bool say_exactly(struct planner *w, const struct remote_expr *cond)
{
    size_t before = w->exact.n;
    buf_adds(&w->exact, before ? " AND " : "");
    if (!w->p->saved && !w->p->inexact &&
        sp_exact(w->p, &w->exact, &w->doubt, cond))
        return true;
    w->exact.n = before;
    return false;
}

static enum remote_push add_where(struct planner *w,
                                  const struct remote_stage *st)
{
    struct sp_plan *p = w->p;
    if (p->limited || p->counts || p->grouped)
        return PUSH_NO;
    bool wider = say_wider(w, st->cond), exact = say_exactly(w, st->cond);
    p->filtered = true;
    p->inexact |= !exact;
    return exact ? PUSH_PROVABLE : wider ? PUSH_WIDER : PUSH_NO;
}

static enum remote_push add_project(struct planner *w,
                                    const struct remote_stage *st)
{
    struct sp_plan *p = w->p;
    struct source_col *cols =
        arena_array(w->arena, st->nassigns, sizeof *cols);
    struct source_col *theirs =
        arena_array(w->arena, st->nassigns, sizeof *theirs);
    if (p->counts || p->grouped)
        return PUSH_NO;
    for (size_t i = 0; i < st->nassigns; i++) {
        const struct remote_expr *e = st->assigns[i].e;
        size_t k = 0;
        while (k < p->ncols && !(e->kind == REMOTE_COLUMN &&
                                 str_eq(p->cols[k].name, e->name)))
            k++;
        if (k == p->ncols)
            return PUSH_NO;
        cols[i] = (struct source_col){ st->assigns[i].name, p->cols[k].type };
        theirs[i] = p->theirs[k];
        for (size_t m = 0; m < i; m++)
            if (str_eq(theirs[m].name, theirs[i].name))
                return PUSH_NO;
        if (!sp_is_field(theirs[i].name))
            return PUSH_NO;
    }
    p->all = false;
    p->cols = cols;
    p->theirs = theirs;
    p->ncols = st->nassigns;
    return PUSH_EXACT;
}

static enum remote_push add_groups(struct planner *w,
                                   const struct remote_stage *st)
{
    struct sp_plan *p = w->p;
    if (p->counts || p->grouped || p->limited)
        return PUSH_NO;
    if (p->filtered || !stage_is_count(st)) {
        struct sp_texts t = { &w->search, &w->exact, &w->doubt };
        return !p->saved && !p->inexact && sp_plan_groups(p, w->arena, st, &t)
                   ? PUSH_PROVABLE
                   : PUSH_NO;
    }
    struct source_col *cols = arena_array(w->arena, 2, sizeof *cols);
    cols[0] = (struct source_col){ st->assigns[0].name, TYPE_LONG };
    cols[1] = (struct source_col){ S("n"), TYPE_LONG };
    buf_adds(&w->search, " | stats count as n");
    p->counts = true;
    p->ncols = 1;
    p->cols = cols;
    p->theirs = cols + 1;
    return PUSH_EXACT;
}

static enum remote_push add_take(struct planner *w,
                                 const struct remote_stage *st)
{
    if (w->p->counts || w->p->grouped || w->p->filtered || st->count == 0)
        return PUSH_NO;
    buf_addf(&w->search, " | head %llu", (unsigned long long)st->count);
    w->p->limited = true;
    return PUSH_EXACT;
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

/* `fields` keeps _time and _raw unless it is told not to. */
static void add_fields(struct planner *w)
{
    struct sp_plan *p = w->p;
    bool time = false, raw = false;
    if (p->all || p->counts || p->grouped)
        return;
    buf_adds(&w->search, " | fields ");
    for (size_t i = 0; i < p->ncols; i++) {
        str name = p->theirs[i].name;
        buf_adds(&w->search, i ? ", \"" : "\"");
        buf_add(&w->search, name); /* harmless: sp_is_field */
        buf_addc(&w->search, '"');
        time |= str_eqz(name, "_time");
        raw |= str_eqz(name, "_raw");
    }
    if (!time || !raw)
        buf_addf(&w->search, " | fields - %s%s%s", time ? "" : "_time",
                 time || raw ? "" : ", ", raw ? "" : "_raw");
}

void sp_plan(struct splunk *s, const struct remote_query *q, struct arena *a,
             struct sp_plan *p)
{
    struct planner w = { .arena = a, .p = p };
    const struct sp_table *t = s->tables;
    while (t && !str_eq(t->name, q->table))
        t = t->next;
    *p = (struct sp_plan){ .all = true, .start = REMOTE_NO_START,
                           .end = REMOTE_NO_END, .last = PUSH_NO,
                           .search = S("") };
    if (!t)
        return;
    p->saved = str_starts(q->table, S("saved."));
    p->ncols = t->ncols;
    p->cols = p->theirs = t->cols;
    buf_init(&w.search, SP_MAX_SEARCH);
    buf_init(&w.exact, SP_MAX_SEARCH);
    buf_init(&w.doubt, SP_MAX_SEARCH);
    bool ok = sp_base_search(&w.search, q->table);
    for (size_t i = 0; i < q->nstages; i++)
        p->last = add_stage(&w, &q->stages[i]);
    add_fields(&w);
    if (!ok || !buf_ok(&w.search) || !buf_ok(&w.exact) || !buf_ok(&w.doubt))
        p->last = PUSH_NO;
    else
        p->search = buf_take(&w.search, a);
    buf_release(&w.search);
    buf_release(&w.exact);
    buf_release(&w.doubt);
}

enum remote_push sp_push(struct remote *r, const struct remote_query *q,
                         const struct remote_stage *next)
{
    struct arena *a = arena_new();
    struct remote_query longer = *q;
    struct remote_stage *all = arena_array(a, q->nstages + 1, sizeof *all);
    struct sp_plan p;
    for (size_t i = 0; i < q->nstages; i++)
        all[i] = q->stages[i];
    all[longer.nstages++] = *next;
    longer.stages = all;
    sp_plan(r->impl, &longer, a, &p);
    arena_free(a);
    return p.last;
}

static void add_epoch(struct buf *form, const char *name, int64_t ticks)
{
    char text[40];
    int n = snprintf(text, sizeof text, "%lld",
                     (long long)((ticks - TICKS_UNIX_EPOCH) / TICKS_PER_SEC));
    form_field(form, name, (str){ text, (size_t)n });
}

/* Seconds, and rather one too many. */
void sp_add_times(struct buf *form, int64_t start, int64_t end)
{
    if (start != REMOTE_NO_START && start > TICKS_UNIX_EPOCH)
        add_epoch(form, "earliest_time", start);
    if (end != REMOTE_NO_END && end < TICKS_MAX - TICKS_PER_DAY)
        add_epoch(form, "latest_time",
                  (end < TICKS_UNIX_EPOCH ? TICKS_UNIX_EPOCH : end) +
                      TICKS_PER_SEC - 1);
}
