/* groups.c - rows with equal keys get equal small numbers, and their order. */
#include "groups.h"

#include <math.h>

#include "base/xxh64.h"

enum { POLL_ROWS = 1 << 16 };

static bool stop_at(size_t i, const atomic_bool *cancel)
{
    return i % POLL_ROWS == 0 && cancel && atomic_load(cancel);
}

/* ---- hashing and comparing cells ---------------------------------------- */

/* NaN has many spellings and zero has two. */
static uint64_t real_bits(double d)
{
    uint64_t bits;
    d = isnan(d) ? NAN : d == 0 ? 0 : d;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static uint64_t mix(uint64_t h)
{
    h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
    return h ^ (h >> 32);
}

static uint64_t cell_hash(const struct column *c, size_t row, uint64_t seed)
{
    if (cell_is_null(c, row))
        return mix(seed + 1);
    if (type_is_text(c->type))
        return xxh64(c->s[row], seed);
    return mix(seed ^ (c->type == TYPE_REAL ? real_bits(c->d[row])
                                            : (uint64_t)c->i[row]));
}

static bool cells_equal(const struct column *c, size_t a, size_t b)
{
    bool null = cell_is_null(c, a);
    if (null || cell_is_null(c, b))
        return null == cell_is_null(c, b);
    if (type_is_text(c->type))
        return str_eq(c->s[a], c->s[b]);
    if (c->type == TYPE_REAL)
        return real_bits(c->d[a]) == real_bits(c->d[b]);
    return c->i[a] == c->i[b];
}

/* ---- the table ---------------------------------------------------------- */

struct keys {
    const struct frame *f;
    const struct group_key *by;
    uint64_t seed;
    LIST(uint32_t) first; /* by group */
    LIST(uint64_t) hash;  /* by group, so that growing reads no cells */
    uint32_t *slots;      /* group + 1, 0: free */
    size_t nslots;
};

static uint64_t key_hash(const struct keys *k, size_t row)
{
    uint64_t h = k->seed;
    for (size_t i = 0; i < k->by->n; i++)
        h = cell_hash(&k->f->cols[k->by->v[i]], row, h);
    return h;
}

static bool keys_equal(const struct keys *k, size_t a, size_t b)
{
    for (size_t i = 0; i < k->by->n; i++)
        if (!cells_equal(&k->f->cols[k->by->v[i]], a, b))
            return false;
    return true;
}

static void rehash(uint32_t **slots, size_t *nslots, const uint64_t *hash,
                   size_t n)
{
    *nslots = *nslots ? *nslots * 2 : 256;
    free(*slots);
    *slots = xcalloc(*nslots, sizeof **slots);
    for (size_t g = 0; g < n; g++) {
        size_t i = hash[g] & (*nslots - 1);
        while ((*slots)[i])
            i = (i + 1) & (*nslots - 1);
        (*slots)[i] = (uint32_t)g + 1;
    }
}

static uint32_t key_group(struct arena *a, struct keys *k, size_t row)
{
    if (2 * k->first.n >= k->nslots)
        rehash(&k->slots, &k->nslots, k->hash.v, k->first.n);
    uint64_t h = key_hash(k, row);
    size_t i = h & (k->nslots - 1);
    for (; k->slots[i]; i = (i + 1) & (k->nslots - 1)) {
        uint32_t g = k->slots[i] - 1;
        if (k->hash.v[g] == h && keys_equal(k, row, k->first.v[g]))
            return g;
    }
    k->slots[i] = (uint32_t)k->first.n + 1;
    PUSH(a, k->hash, h);
    PUSH(a, k->first, (uint32_t)row);
    return (uint32_t)k->first.n - 1;
}

enum status groups_make(struct arena *a, const struct frame *f,
                        const struct group_key *key, const atomic_bool *cancel,
                        struct groups *out)
{
    struct keys k = { .f = f, .by = key, .seed = str_hash(S("groups")) };
    enum status st = ST_OK;
    if (f->nrows > GROUPS_MAX_ROWS)
        BUG("%zu rows to group", f->nrows);
    out->of = arena_array(a, f->nrows, sizeof *out->of);
    for (size_t i = 0; i < f->nrows && st == ST_OK; i++) {
        out->of[i] = key_group(a, &k, i);
        if (stop_at(i, cancel))
            st = ST_CANCELLED;
    }
    out->nrows = f->nrows;
    out->n = k.first.n;
    out->first = k.first.v;
    free(k.slots);
    return st;
}

/* ---- texts -------------------------------------------------------------- */

void text_ids_release(struct text_ids *t)
{
    free(t->text);
    free(t->hash);
    free(t->slots);
    *t = (struct text_ids){ 0 };
}

static void text_ids_grow(struct text_ids *t)
{
    t->cap = t->cap ? t->cap * 2 : 128;
    t->text = xrealloc(t->text, t->cap * sizeof *t->text);
    t->hash = xrealloc(t->hash, t->cap * sizeof *t->hash);
    rehash(&t->slots, &t->nslots, t->hash, t->n);
}

uint32_t text_ids_add(struct text_ids *t, str s)
{
    if (t->n == t->cap)
        text_ids_grow(t);
    uint64_t h = xxh64(s, str_hash(S("texts")));
    size_t i = h & (t->nslots - 1);
    for (; t->slots[i]; i = (i + 1) & (t->nslots - 1)) {
        uint32_t id = t->slots[i] - 1;
        if (t->hash[id] == h && str_eq(t->text[id], s))
            return id;
    }
    t->text[t->n] = s;
    t->hash[t->n] = h;
    t->slots[i] = (uint32_t)t->n + 1;
    return (uint32_t)t->n++;
}

/* ---- order -------------------------------------------------------------- */

struct event {
    int64_t time;
    uint32_t row;
};

static bool in_order(const int64_t *t, const uint32_t *row, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (t[row[i]] < t[row[i - 1]])
            return false;
    return true;
}

/* One pass of a merge sort: runs of `width` from x to y. Taking the left one
 * of equals keeps rows of one time in order. */
static void merge_runs(struct event *y, const struct event *x, size_t n,
                       size_t width)
{
    for (size_t lo = 0; lo < n; lo += 2 * width) {
        size_t mid = lo + width < n ? lo + width : n;
        size_t hi = lo + 2 * width < n ? lo + 2 * width : n;
        size_t i = lo, j = mid;
        for (size_t k = lo; k < hi; k++)
            y[k] = i < mid && (j >= hi || x[i].time <= x[j].time) ? x[i++]
                                                                  : x[j++];
    }
}

bool sort_by_time(const int64_t *t, uint32_t *row, size_t n,
                  const atomic_bool *cancel)
{
    struct event *x = xmalloc(2 * n * sizeof *x), *y = x + n, *mem = x;
    bool done = true;
    for (size_t i = 0; i < n; i++)
        x[i] = (struct event){ t[row[i]], row[i] };
    for (size_t width = 1; width < n && done; width *= 2) {
        struct event *swap = x;
        merge_runs(y, x, n, width);
        x = y;
        y = swap;
        done = !(cancel && atomic_load(cancel));
    }
    for (size_t i = 0; i < n; i++)
        row[i] = x[i].row;
    free(mem);
    return done;
}

static void place_rows(struct arena *a, const struct groups *g,
                       const struct column *time, struct timeline *out)
{
    uint32_t *next = xcalloc(g->n + 1, sizeof *next);
    out->start = arena_array(a, g->n + 1, sizeof *out->start);
    out->row = arena_array(a, g->nrows, sizeof *out->row);
    for (size_t i = 0; i < g->nrows; i++)
        if (!time || !cell_is_null(time, i))
            next[g->of[i]]++;
    for (size_t k = 0, sum = 0; k <= g->n; k++) {
        size_t count = next[k];
        out->start[k] = next[k] = (uint32_t)sum;
        sum += count;
    }
    for (size_t i = 0; i < g->nrows; i++)
        if (!time || !cell_is_null(time, i))
            out->row[next[g->of[i]]++] = (uint32_t)i;
    free(next);
}

enum status timeline_make(struct arena *a, const struct groups *g,
                          const struct column *time, const atomic_bool *cancel,
                          struct timeline *out)
{
    out->time = time ? time->i : NULL;
    out->cancel = cancel;
    place_rows(a, g, time, out);
    for (size_t k = 0; time && k < g->n; k++) {
        uint32_t *row = out->row + out->start[k];
        size_t n = out->start[k + 1] - out->start[k];
        if (!in_order(time->i, row, n) &&
            !sort_by_time(time->i, row, n, cancel))
            return ST_CANCELLED;
        if (stop_at(k, cancel))
            return ST_CANCELLED;
    }
    return ST_OK;
}
