/* group_plan.c - groups as SPL, with what proves them in every row.
 *
 * Called by: spl.c.
 * Keys are fields of text; aggregates are numbers of rows. `stats` drops events
 * without a key and counts those with several values several times, so a key
 * is made of each field that is always one text: its only value, or a word for
 * "none". Each group also tells how many of its events are in doubt and how
 * long its keys are together, and all groups tell how many they are: groups.c
 * believes nothing else. */
#include "splunk.h"

enum { MAX_KEYS = 20, MAX_COUNTS = 40 };

struct grouping {
    struct arena *arena;
    struct sp_plan *p;
    struct buf *doubt;
    str conds[MAX_COUNTS]; /* of countif; "" for count */
};

static bool key_of(struct grouping *g, const struct remote_expr *e, str *out)
{
    *out = sp_field_of(g->p, e, TYPE_STRING);
    if (!sp_provable(*out))
        return false;
    sp_doubt_several(g->doubt, *out);
    return true;
}

static bool count_of(struct grouping *g, const struct remote_expr *e, str *out)
{
    struct buf b;
    *out = S("");
    if (e->kind != REMOTE_CALL)
        return false;
    if (str_eqz(e->name, "count"))
        return e->nargs == 0;
    if (!str_eqz(e->name, "countif") || e->nargs != 1)
        return false;
    buf_init(&b, SP_MAX_SEARCH);
    bool ok = sp_exact(g->p, &b, g->doubt, e->args[0]);
    if (ok)
        *out = buf_take(&b, g->arena);
    buf_release(&b);
    return ok;
}

/* Keys that an event without a value has, too. */
static void add_keys(struct buf *b, const struct sp_plan *p)
{
    for (size_t i = 0; i < p->nkeys; i++) {
        str f = p->keys[i];
        buf_addf(b, "%sshikra_k%zu=if(mvcount(coalesce('%.*s',\"\"))=1 AND ",
                 i ? ", " : " | eval ", i, STRF(f));
        sp_add_present(b, f);
        buf_addf(b, ",'%.*s',\"" SP_NONE "\")", STRF(f));
    }
}

static void add_stats(struct buf *b, const struct grouping *g)
{
    const struct sp_plan *p = g->p;
    buf_addf(b, " | stats count as shikra_n, count(eval(%.*s)) as "
                "shikra_doubt",
             STRF(buf_str(g->doubt)));
    for (size_t i = 0; i < p->nkeys; i++)
        buf_addf(b, ", sum(eval(len(coalesce('%.*s',\"\")))) as shikra_l%zu",
                 STRF(p->keys[i]), i);
    for (size_t i = 0; i < p->ncounts; i++)
        if (p->counted[i])
            buf_addf(b, ", count(eval(%.*s)) as shikra_c%zu",
                     STRF(g->conds[i]), i);
    for (size_t i = 0; i < p->nkeys; i++)
        buf_addf(b, "%sshikra_k%zu", i ? ", " : " by ", i);
    buf_adds(b, " | eventstats count as shikra_groups, sum(shikra_n) as "
                "shikra_total");
}

static bool columns(struct grouping *g, const struct remote_stage *st,
                    struct source_col *cols)
{
    struct sp_plan *p = g->p;
    for (size_t i = 0; i < st->nkeys; i++) {
        cols[i] = (struct source_col){ st->keys[i].name, TYPE_STRING };
        if (!key_of(g, st->keys[i].e, &p->keys[i]))
            return false;
    }
    for (size_t i = 0; i < st->nassigns; i++) {
        cols[st->nkeys + i] = (struct source_col){ st->assigns[i].name,
                                                   TYPE_LONG };
        if (!count_of(g, st->assigns[i].e, &g->conds[i]))
            return false;
        p->counted[i] = g->conds[i].n > 0;
    }
    return true;
}

bool sp_plan_groups(struct sp_plan *p, struct arena *a,
                    const struct remote_stage *st, struct sp_texts *t)
{
    struct grouping g = { .arena = a, .p = p, .doubt = t->doubt };
    size_t n = st->nkeys + st->nassigns;
    if (st->nkeys > MAX_KEYS || st->nassigns > MAX_COUNTS || n == 0)
        return false;
    struct source_col *cols = arena_array(a, n, sizeof *cols);
    p->keys = arena_array(a, st->nkeys + 1, sizeof *p->keys);
    p->counted = arena_array(a, st->nassigns + 1, sizeof *p->counted);
    if (!columns(&g, st, cols) || t->doubt->n == 0)
        return false;
    p->grouped = true;
    p->nkeys = st->nkeys;
    p->ncounts = st->nassigns;
    p->ncols = n;
    p->cols = cols;
    if (t->exact->n)
        buf_addf(t->search, " | where (%.*s) OR %.*s",
                 STRF(buf_str(t->exact)), STRF(buf_str(t->doubt)));
    add_keys(t->search, p);
    add_stats(t->search, &g);
    return true;
}
