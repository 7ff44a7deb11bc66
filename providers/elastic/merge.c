/* merge.c - groups that are one here and several there.
 *
 * Called by: groups.c.
 * A document without a text and one whose text is empty are in two groups of
 * the cluster; here both have "". Groups with such a key wait until all have
 * been seen; the others pass by. */
#include "merge.h"

#include "base/xxh64.h"

enum { MAX_MERGED = 20000000, FIRST_SLOTS = 64 };

struct group {
    str name; /* its keys, written one after the other */
    uint64_t hash;
    struct cell *keys;
    struct es_tally *tallies;
};

struct es_merge {
    struct arena *arena;
    const struct es_plan *plan;
    LIST(struct group) groups;
    uint32_t *slots; /* number of a group + 1; 0: free */
    size_t nslots;
    struct buf name;
};

struct es_merge *es_merge_new(const struct es_plan *p)
{
    struct es_merge *m = xcalloc(1, sizeof *m);
    m->arena = arena_new();
    m->plan = p;
    m->nslots = FIRST_SLOTS;
    m->slots = xcalloc(m->nslots, sizeof *m->slots);
    buf_init(&m->name, ES_MAX_ANSWER);
    return m;
}

void es_merge_free(struct es_merge *m)
{
    buf_release(&m->name);
    free(m->slots);
    arena_free(m->arena);
    free(m);
}

static bool is_empty_text(const struct es_merge *m, size_t i,
                          const struct cell *c)
{
    return m->plan->cols[i].type == TYPE_STRING &&
           (c->kind == CELL_NULL || (c->kind == CELL_STRING && c->n == 0));
}

static void name_group(struct es_merge *m, const struct cell *keys)
{
    buf_reset(&m->name);
    for (size_t i = 0; i < m->plan->nkeys; i++) {
        const struct cell *c = &keys[i];
        if (is_empty_text(m, i, c)) {
            buf_addc(&m->name, 'e');
            continue;
        }
        buf_addf(&m->name, "%d:", c->kind);
        if (c->kind == CELL_INT)
            buf_add_i64(&m->name, c->i);
        else
            buf_addf(&m->name, "%u:", c->n);
        if (c->kind != CELL_INT && c->n)
            buf_add(&m->name, (str){ c->p, c->n });
        buf_addc(&m->name, ';');
    }
}

static uint32_t *slot_of(const struct es_merge *m, str name, uint64_t hash)
{
    size_t at = hash & (m->nslots - 1);
    while (m->slots[at]) {
        const struct group *g = &m->groups.v[m->slots[at] - 1];
        if (g->hash == hash && str_eq(g->name, name))
            break;
        at = (at + 1) & (m->nslots - 1);
    }
    return &m->slots[at];
}

static void grow(struct es_merge *m)
{
    free(m->slots);
    m->nslots *= 2;
    m->slots = xcalloc(m->nslots, sizeof *m->slots);
    for (size_t i = 0; i < m->groups.n; i++) {
        const struct group *g = &m->groups.v[i];
        *slot_of(m, g->name, g->hash) = (uint32_t)i + 1;
    }
}

static struct cell kept(struct es_merge *m, const struct cell *c)
{
    struct cell copy = *c;
    if (c->p && c->n)
        copy.p = arena_str(m->arena, (str){ c->p, c->n }).p;
    return copy;
}

static void keep(struct es_merge *m, uint32_t *slot, uint64_t hash,
                 const struct cell *keys, const struct es_tally *tallies)
{
    size_t nkeys = m->plan->nkeys, n = m->plan->nmetrics;
    struct group g = { arena_str(m->arena, buf_str(&m->name)), hash,
                       arena_array(m->arena, nkeys, sizeof *g.keys),
                       arena_array(m->arena, n + 1, sizeof *g.tallies) };
    for (size_t i = 0; i < nkeys; i++)
        g.keys[i] = kept(m, &keys[i]);
    for (size_t i = 0; i < n; i++)
        g.tallies[i] = tallies[i];
    PUSH(m->arena, m->groups, g);
    *slot = (uint32_t)m->groups.n;
    if (2 * m->groups.n > m->nslots)
        grow(m);
}

static void add_up(const struct es_metric *metric, struct es_tally *to,
                   const struct es_tally *more)
{
    bool first = to->n == 0;
    switch (metric->kind) {
    case ES_COUNT:
    case ES_COUNTIF: break;
    case ES_SUM:
    case ES_AVG: to->v += more->v; break;
    case ES_MIN:
        if (more->n && (first || more->v < to->v))
            to->v = more->v;
        break;
    case ES_MAX:
        if (more->n && (first || more->v > to->v))
            to->v = more->v;
        break;
    }
    to->n += more->n;
}

enum es_merged es_merge_add(struct es_merge *m, const struct cell *keys,
                            const struct es_tally *tallies)
{
    bool any = false;
    for (size_t i = 0; i < m->plan->nkeys; i++)
        any |= is_empty_text(m, i, &keys[i]);
    if (!any)
        return ES_ALONE;
    name_group(m, keys);
    if (!buf_ok(&m->name) || m->groups.n >= MAX_MERGED)
        return ES_MERGE_FULL;
    uint64_t hash = xxh64(buf_str(&m->name), 0);
    uint32_t *slot = slot_of(m, buf_str(&m->name), hash);
    if (*slot == 0) {
        keep(m, slot, hash, keys, tallies);
        return ES_MERGED;
    }
    const struct group *g = &m->groups.v[*slot - 1];
    for (size_t i = 0; i < m->plan->nmetrics; i++)
        add_up(&m->plan->metrics[i], &g->tallies[i], &tallies[i]);
    return ES_MERGED;
}

bool es_merge_get(const struct es_merge *m, size_t i, const struct cell **keys,
                  const struct es_tally **tallies)
{
    if (i >= m->groups.n)
        return false;
    *keys = m->groups.v[i].keys;
    *tallies = m->groups.v[i].tallies;
    return true;
}
