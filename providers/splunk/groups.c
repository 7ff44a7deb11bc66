/* groups.c - groups that Splunk made, once they are proved.
 *
 * Called by: splunk.c.
 * Asked once per connection is whether the language means what exact.c takes it
 * to. Then the search of a plan gives all groups, which are kept here until
 * the last one has come and all of them bear each other out: no event is in
 * doubt, no key was changed, none is missing, no warning was given. If not, or
 * if the search cannot be run, there is no source, and rows are read. */
#include "splunk.h"

#include "base/utf8.h"
#include "providers/answer/row_writer.h"

enum { MAX_GROUPS = 500000, MAX_BYTES = 256 << 20 };

struct group_source {
    struct source source;
    size_t nkeys, ncounts;
    const bool *counted; /* of a count: it has a column of its own */
    str *keys;       /* of all groups, one after another */
    int64_t *counts;
    size_t ngroups;
};

/* ---- rows as they come ---- */

struct taker {
    struct arena *arena;
    size_t ncols, bytes;
    LIST(str *) rows;
    bool all; /* none was left out */
};

static enum status take_rows(void *ctx, unsigned part, const struct frame *f)
{
    struct taker *t = ctx;
    (void)part;
    for (size_t r = 0; r < f->nrows; r++) {
        str *row = arena_array(t->arena, t->ncols, sizeof *row);
        for (size_t c = 0; c < t->ncols; c++) {
            row[c] = arena_str(t->arena, f->cols[c].s[r]);
            t->bytes += row[c].n + sizeof *row;
        }
        if (t->rows.n >= MAX_GROUPS || t->bytes > MAX_BYTES) {
            t->all = false;
            return ST_ENV;
        }
        PUSH(t->arena, t->rows, row);
    }
    return ST_OK;
}

static void take_reject(void *ctx, unsigned part, const struct reject *r)
{
    struct taker *t = ctx;
    (void)part;
    (void)r;
    t->all = false;
}

static void take_incomplete(void *ctx, enum completeness how, str why)
{
    struct taker *t = ctx;
    (void)how;
    (void)why;
    t->all = false;
}

/* Runs a search, quietly: what goes wrong is told when rows are read. */
static enum status collect(struct splunk *s, struct taker *t,
                           struct sp_collect *c, const struct remote_call *call)
{
    struct row_sink sink = { t, take_rows, take_reject, take_incomplete };
    struct diags ds;
    struct remote_call quiet = *call;
    bool clean = false;
    diags_init(&ds, t->arena);
    quiet.ds = &ds;
    t->ncols = c->ncols;
    t->all = true;
    c->sink = &sink;
    enum status st = sp_collect(s, c, &clean, &quiet);
    t->all = t->all && clean && st == ST_OK;
    return st == ST_CANCELLED ? st : ST_OK;
}

/* ---- the language ---- */

static enum status check_language(struct splunk *s,
                                  const struct remote_call *call)
{
    static const struct source_col ok = { { "shikra_ok", 9 }, TYPE_STRING };
    struct taker t = { .arena = arena_new() };
    struct buf b;
    if (s->language != SP_UNASKED) {
        arena_free(t.arena);
        return ST_OK;
    }
    buf_init(&b, SP_MAX_SEARCH);
    bool said = sp_check_search(&b);
    struct sp_collect c = { .search = buf_str(&b), .start = REMOTE_NO_START,
                            .end = REMOTE_NO_END, .ncols = 1, .cols = &ok };
    enum status st = collect(s, &t, &c, call);
    bool yes = said && t.all && t.rows.n == 1 &&
               str_eqz(t.rows.v[0][0], "yes");
    if (st == ST_OK)
        s->language = yes ? SP_AS_TAKEN : SP_OTHERWISE;
    buf_release(&b);
    arena_free(t.arena);
    return st;
}

/* ---- the proof ---- */

/* A whole number that doubles hold. */
static bool number(str s, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *out = *out * 10 + (s.p[i] - '0');
    }
    return s.n > 0 && s.n < 16;
}

/* Where things stand in a row. */
enum { AT_N, AT_DOUBT, AT_GROUPS, AT_TOTAL, AT_KEYS };

static bool key_holds(str key, str length, int64_t n, str *out)
{
    int64_t all;
    if (!number(length, &all) || !key.n)
        return false;
    bool none = str_eqz(key, SP_NONE);
    *out = none ? S("") : key;
    return all == (none ? 0 : n * (int64_t)utf8_count(key));
}

struct tally {
    int64_t events, total; /* so far; as every row has to tell */
};

static bool row_holds(struct group_source *g, const str *row, size_t at,
                      struct tally *tally)
{
    int64_t n, doubt, t, all;
    if (!number(row[AT_N], &n) || !number(row[AT_DOUBT], &doubt) ||
        !number(row[AT_TOTAL], &t) || !number(row[AT_GROUPS], &all) ||
        doubt != 0 || t != tally->total || all != (int64_t)g->ngroups ||
        (g->nkeys && n == 0))
        return false;
    tally->events += n;
    for (size_t i = 0; i < g->nkeys; i++)
        if (!key_holds(row[AT_KEYS + i], row[AT_KEYS + g->nkeys + i], n,
                       &g->keys[at * g->nkeys + i]))
            return false;
    const str *counts = row + AT_KEYS + 2 * g->nkeys;
    for (size_t i = 0; i < g->ncounts; i++) {
        int64_t *c = &g->counts[at * g->ncounts + i];
        if (!number(g->counted[i] ? *counts++ : row[AT_N], c) || *c > n)
            return false;
    }
    return true;
}

/* No group, where there are keys, is what `stats` gives of no event. */
static bool holds(struct group_source *g, const struct taker *t)
{
    struct tally tally = { 0, 0 };
    size_t n = t->rows.n;
    if (!t->all || (n == 0 && !g->nkeys))
        return false;
    if (n && !number(t->rows.v[0][AT_TOTAL], &tally.total))
        return false;
    g->ngroups = n;
    for (size_t i = 0; i < n; i++)
        if (!row_holds(g, t->rows.v[i], i, &tally))
            return false;
    return tally.events == tally.total;
}

/* ---- the source ---- */

static enum status groups_read(struct source *src, unsigned part,
                               struct row_sink *sink,
                               const atomic_bool *cancel, struct diags *ds)
{
    struct group_source *g = src->impl;
    struct row_writer w;
    enum status st = ST_OK;
    (void)ds;
    row_writer_init(&w, sink, part, src->ncols, src->cols);
    w.cancel = cancel;
    for (size_t r = 0; st == ST_OK && r < g->ngroups; r++) {
        for (size_t i = 0; i < g->nkeys; i++)
            row_writer_text(&w, i, g->keys[r * g->nkeys + i]);
        for (size_t i = 0; i < g->ncounts; i++)
            row_writer_int(&w, g->nkeys + i, g->counts[r * g->ncounts + i]);
        st = row_writer_next(&w);
    }
    if (st == ST_OK)
        st = row_writer_flush(&w);
    row_writer_release(&w);
    return st;
}

static void groups_close(struct source *src)
{
    arena_free(src->arena);
}

static struct source_col *wanted(struct arena *a, const struct sp_plan *p,
                                 size_t *n)
{
    struct source_col *cols = arena_array(
        a, AT_KEYS + 2 * p->nkeys + p->ncounts, sizeof *cols);
    static const char *const first[] = { "shikra_n", "shikra_doubt",
                                         "shikra_groups", "shikra_total" };
    *n = 0;
    for (size_t i = 0; i < AT_KEYS; i++)
        cols[(*n)++].name = str_of(first[i]);
    for (size_t i = 0; i < 2 * p->nkeys; i++)
        cols[(*n)++].name = arena_fmt(a, "shikra_%c%zu",
                                      i < p->nkeys ? 'k' : 'l',
                                      i % p->nkeys);
    for (size_t i = 0; i < p->ncounts; i++)
        if (p->counted[i])
            cols[(*n)++].name = arena_fmt(a, "shikra_c%zu", i);
    for (size_t i = 0; i < *n; i++)
        cols[i].type = TYPE_STRING;
    return cols;
}

static struct group_source *source_of(struct arena *a, const struct sp_plan *p)
{
    struct group_source *g = NEW(a, struct group_source);
    struct source_col *cols = arena_array(a, p->ncols, sizeof *cols);
    for (size_t i = 0; i < p->ncols; i++)
        cols[i] = (struct source_col){ arena_str(a, p->cols[i].name),
                                       p->cols[i].type };
    *g = (struct group_source){ .nkeys = p->nkeys, .ncounts = p->ncounts,
                                .counted = p->counted };
    g->source = (struct source){
        .arena = a, .ncols = p->ncols, .cols = cols, .nparts = 1, .impl = g,
        .read = groups_read, .close = groups_close,
    };
    return g;
}

enum status sp_open_groups(struct splunk *s, const struct remote_query *q,
                           const struct sp_plan *p, struct source **out,
                           const struct remote_call *call)
{
    struct sp_collect c = { .search = p->search, .start = p->start,
                            .end = p->end };
    (void)q;
    *out = NULL;
    enum status st = check_language(s, call);
    if (st != ST_OK || s->language != SP_AS_TAKEN)
        return st;
    struct taker t = { .arena = arena_new() };
    struct group_source *g = source_of(t.arena, p);
    c.cols = wanted(t.arena, p, &c.ncols);
    st = collect(s, &t, &c, call);
    g->keys = arena_array(t.arena, t.rows.n * g->nkeys + 1, sizeof *g->keys);
    g->counts = arena_array(t.arena, t.rows.n * g->ncounts + 1,
                            sizeof *g->counts);
    if (st == ST_OK && holds(g, &t))
        *out = &g->source;
    else
        arena_free(t.arena);
    return st;
}
