/* agg_collect.c - make_set, make_list, make_bag: many values become one.
 *
 * Called by: the engine, through the templates of aggs.def.
 *
 * A value may come with a sort key, a text that says where among the others it
 * belongs: the engine's own ORDER BY in an aggregate hands C functions a
 * vector of states that they cannot read. The rows are then put in order at
 * the end, and of equal values the first by key counts.
 *
 * Groups may be counted in millions, so a small collection is small: there are
 * no hash slots up to SMALL values. Nor are rows of a group neighbours: looking
 * each value up when it comes would miss the cache several times a row. Values
 * of sets and bags go to a log, and that is read when it is some times longer
 * than what it is compared with. */
#include "aggfns.h"

#include <stdlib.h>

#include "base/xxh64.h"
#include "dyn_int.h"

enum {
    SMALL = 8,
    FIRST_BYTES = 48,
    FIRST_ITEMS = 4,
    MAX_POOL = 4 * (DYN_MAX_BYTES >> 20), /* MB, of values with sort keys */
    FEW_GARBAGE = 1 << 16,
    PRUNE_SLACK = 64,
    LOG_TIMES = 4,
    LOG_SLACK = 128,
};

/* In the pool: the value (of a bag "key":value), then its sort key. */
struct item {
    uint32_t at;
    uint32_t n, nid, nkey; /* bytes: value, what makes it distinct, sort key */
    uint32_t hash;         /* of the first nid bytes */
};

struct collection {
    struct agg_state head;
    char *pool;
    size_t n, cap;
    size_t garbage; /* bytes of the pool that belong to no item */
    size_t max;     /* items in the result; known from the first row on */
    bool begun;
    struct item *items; /* in order of arrival */
    size_t count, room;
    uint32_t *slots; /* index + 1; NULL while there are few items */
    size_t nslots;   /* a power of two, at least twice count */
    char *log;       /* entries that were not looked up yet */
    size_t nlog, log_cap;
};

/* A value on its way in. nid 0: every value counts. */
struct entry {
    str value, key;
    size_t nid;
    uint32_t hash;
};

static str item_value(const struct collection *c, const struct item *t)
{
    return (str){ c->pool + t->at, t->n };
}

static str item_key(const struct collection *c, const struct item *t)
{
    return (str){ c->pool + t->at + t->n, t->nkey };
}

/* ---- memory ---- */

static void *resize(struct collection *c, void *p, size_t old, size_t bytes)
{
    c->head.held += bytes - old;
    return xrealloc(p, bytes);
}

static void begin(struct collection *c, const struct value *max)
{
    c->begun = true;
    c->max = max->i < 0               ? 0
             : max->i > DYN_MAX_ELEMS ? DYN_MAX_ELEMS
                                      : (size_t)max->i;
}

static void copy_in(struct collection *c, size_t at, str s)
{
    if (s.n)
        memcpy(c->pool + at, s.p, s.n);
}

/* Drops the garbage of the pool; items keep their order. */
static void compact(struct collection *c)
{
    size_t n = 0, cap = c->n - c->garbage + FIRST_BYTES;
    char *pool = xmalloc(cap);
    for (size_t i = 0; i < c->count; i++) {
        struct item *t = &c->items[i];
        memcpy(pool + n, c->pool + t->at, t->n + t->nkey);
        t->at = (uint32_t)n;
        n += t->n + t->nkey;
    }
    free(c->pool);
    c->head.held += cap - c->cap;
    c->pool = pool;
    c->n = n;
    c->cap = cap;
    c->garbage = 0;
}

static bool reserve(struct fn_ctx *cx, struct collection *c,
                    const struct entry *e)
{
    size_t more = e->value.n + e->key.n;
    size_t mb = e->key.n ? MAX_POOL : DYN_MAX_BYTES >> 20;
    if (c->garbage > FEW_GARBAGE && c->garbage > c->n / 2)
        compact(c);
    if (more > (mb << 20) - c->n) {
        fn_fail(cx, "the values of a group take more than %zu MB", mb);
        return false;
    }
    if (c->cap - c->n >= more)
        return true;
    size_t cap = c->cap ? c->cap * 2 : FIRST_BYTES;
    if (cap < c->n + more)
        cap = c->n + more;
    c->pool = resize(c, c->pool, c->cap, cap);
    c->cap = cap;
    return true;
}

/* ---- finding ---- */

/* Of what makes values distinct: 1.0 is 1. The seed differs from process to
 * process, so that nobody can prepare values that collide. */
static uint32_t hash_of(str id)
{
    char room[DYN_NORM_ROOM];
    uint64_t h = xxh64(dyn_norm(id, room), str_hash(S("")));
    return (uint32_t)(h ^ h >> 32);
}

static bool is_same(const struct collection *c, const struct item *t,
                    const struct entry *e)
{
    str id = { c->pool + t->at, t->nid };
    str other = { e->value.p, e->nid };
    return t->hash == e->hash && (str_eq(id, other) || dyn_equal(id, other));
}

static void slot_fill(struct collection *c, size_t i)
{
    size_t at = c->items[i].hash & (c->nslots - 1);
    while (c->slots[at])
        at = (at + 1) & (c->nslots - 1);
    c->slots[at] = (uint32_t)i + 1;
}

static struct item *find(const struct collection *c, const struct entry *e)
{
    for (size_t i = 0; !c->slots && i < c->count; i++)
        if (is_same(c, &c->items[i], e))
            return &c->items[i];
    if (!c->slots)
        return NULL;
    size_t at = e->hash & (c->nslots - 1);
    for (; c->slots[at]; at = (at + 1) & (c->nslots - 1))
        if (is_same(c, &c->items[c->slots[at] - 1], e))
            return &c->items[c->slots[at] - 1];
    return NULL;
}

static void rehash(struct collection *c)
{
    size_t n = c->room * 2;
    c->slots = resize(c, c->slots, c->nslots * sizeof *c->slots,
                      n * sizeof *c->slots);
    memset(c->slots, 0, n * sizeof *c->slots);
    c->nslots = n;
    for (size_t i = 0; i < c->count; i++)
        slot_fill(c, i);
}

/* ---- adding ---- */

static struct item *item_new(struct collection *c, const struct entry *e)
{
    if (c->count == c->room) {
        size_t room = c->room ? c->room * 2 : FIRST_ITEMS;
        c->items = resize(c, c->items, c->room * sizeof *c->items,
                          room * sizeof *c->items);
        c->room = room;
        if (e->nid && room > SMALL)
            rehash(c);
    }
    struct item *t = &c->items[c->count++];
    *t = (struct item){ .nid = (uint32_t)e->nid, .hash = e->hash };
    if (c->slots)
        slot_fill(c, c->count - 1);
    return t;
}

/* Puts the entry's bytes at the end of the pool. */
static void append(struct collection *c, struct item *t, const struct entry *e)
{
    t->at = (uint32_t)c->n;
    copy_in(c, c->n, e->value);
    copy_in(c, c->n + e->value.n, e->key);
    t->n = (uint32_t)e->value.n;
    t->nkey = (uint32_t)e->key.n;
    c->n += e->value.n + e->key.n;
}

/* The same value with a smaller sort key: of a bag the member changes. */
static void replace(struct fn_ctx *cx, struct collection *c, struct item *t,
                    const struct entry *e)
{
    size_t old = t->n + t->nkey, now = e->value.n + e->key.n;
    if (now > old && !reserve(cx, c, e))
        return;
    if (now <= old) { /* from the same place on */
        size_t end = c->n;
        c->n = t->at;
        append(c, t, e);
        c->n = end;
        c->garbage += old - now;
    } else {
        append(c, t, e);
        c->garbage += old;
    }
    t->nid = (uint32_t)e->nid;
}

static int by_key(const void *a, const void *b, void *ctx)
{
    const struct collection *c = ctx;
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    int d = str_cmp(item_key(c, &c->items[i]), item_key(c, &c->items[k]));
    return d ? d : i < k ? -1 : i > k;
}

/* The items' indices as the result has them. The caller frees. */
static uint32_t *in_order(struct collection *c)
{
    uint32_t *v = xmalloc(c->count * sizeof *v);
    bool keyed = c->count && c->items[0].nkey;
    for (size_t i = 0; i < c->count; i++)
        v[i] = (uint32_t)i;
    if (keyed)
        qsort_r(v, c->count, sizeof *v, by_key, c);
    return v;
}

static int by_index(const void *a, const void *b)
{
    uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
    return i < k ? -1 : i > k;
}

/* Forgets all items that are not among the first `max`: others have come
 * before them and will not go. */
static void prune(struct collection *c)
{
    uint32_t *v = in_order(c);
    qsort(v, c->max, sizeof *v, by_index);
    for (size_t i = c->max; i < c->count; i++)
        c->garbage += c->items[v[i]].n + c->items[v[i]].nkey;
    for (size_t i = 0; i < c->max; i++)
        c->items[i] = c->items[v[i]];
    c->count = c->max;
    free(v);
    if (c->slots)
        rehash(c);
}

static void place(struct fn_ctx *cx, struct collection *c, struct entry *e)
{
    if (!e->key.n && c->count >= c->max)
        return;
    if (e->nid) {
        e->hash = hash_of((str){ e->value.p, e->nid });
        struct item *t = find(c, e);
        if (t && e->key.n && str_cmp(e->key, item_key(c, t)) < 0)
            replace(cx, c, t, e);
        if (t)
            return;
    }
    if (c->count >= 2 * c->max + PRUNE_SLACK)
        prune(c);
    if (reserve(cx, c, e))
        append(c, item_new(c, e), e);
}

/* ---- the log ---- */

static void log_bytes(struct collection *c, const void *p, size_t n)
{
    if (n)
        memcpy(c->log + c->nlog, p, n);
    c->nlog += n;
}

static void log_add(struct collection *c, const struct entry *e)
{
    const uint32_t head[3] = { (uint32_t)e->value.n, (uint32_t)e->nid,
                               (uint32_t)e->key.n };
    size_t more = sizeof head + e->value.n + e->key.n;
    if (c->log_cap - c->nlog < more) {
        size_t cap = c->log_cap ? c->log_cap * 2 : FIRST_BYTES;
        if (cap < c->nlog + more)
            cap = c->nlog + more;
        c->log = resize(c, c->log, c->log_cap, cap);
        c->log_cap = cap;
    }
    log_bytes(c, head, sizeof head);
    log_bytes(c, e->value.p, e->value.n);
    log_bytes(c, e->key.p, e->key.n);
}

static void log_read(struct fn_ctx *cx, struct collection *c)
{
    uint32_t head[3];
    for (size_t i = 0; i < c->nlog && !cx->error.n;) {
        memcpy(head, c->log + i, sizeof head);
        const char *p = c->log + i + sizeof head;
        struct entry e = { { p, head[0] }, { p + head[0], head[2] }, head[1],
                           0 };
        place(cx, c, &e);
        i += sizeof head + head[0] + head[2];
    }
    c->nlog = 0;
}

static void enter(struct fn_ctx *cx, struct collection *c, struct entry *e)
{
    if (c->max == 0 || (!e->key.n && c->count >= c->max))
        return;
    if (!e->nid) {
        place(cx, c, e);
        return;
    }
    log_add(c, e);
    if (c->nlog > LOG_TIMES * (c->n - c->garbage) + LOG_SLACK)
        log_read(cx, c);
}

/* ---- the three of them ---- */

/* Arrays are taken apart, one level deep, by make_list as by make_set. An
 * element of a set is known by its value. */
static void add_all(struct fn_ctx *cx, struct collection *c, str json,
                    str key, bool once)
{
    struct json_iter it;
    struct entry e = { .value = json, .key = key, .nid = once ? json.n : 0 };
    if (json_kind(json) != JSON_ARRAY) {
        enter(cx, c, &e);
        return;
    }
    json_iter_init(&it, json);
    while (!cx->error.n && json_next(&it, NULL, &e.value)) {
        e.nid = once ? e.value.n : 0;
        enter(cx, c, &e);
    }
}

static void list_add_all(struct fn_ctx *cx, struct collection *c, str json,
                         str key)
{
    add_all(cx, c, json, key, false);
}

static void set_add_all(struct fn_ctx *cx, struct collection *c, str json,
                        str key)
{
    add_all(cx, c, json, key, true);
}

static void bag_add_all(struct fn_ctx *cx, struct collection *c, str json,
                        str key)
{
    struct json_iter it;
    struct entry e = { .key = key };
    str name, value;
    json_iter_init(&it, json);
    while (it.object && !cx->error.n && json_next(&it, &name, &value)) {
        e.value = (str){ name.p, (size_t)(value.p + value.n - name.p) };
        e.nid = name.n;
        enter(cx, c, &e);
    }
}

#define STEP(name, add)                                      \
    static void name(struct fn_ctx *cx, void *state,         \
                     const struct value *in, size_t nin)     \
    {                                                        \
        struct collection *c = state;                        \
        if (!c->begun)                                       \
            begin(c, &in[1]);                                \
        add(cx, c, in[0].s, nin > 2 ? in[2].s : STR_NONE);   \
    }
STEP(list_step, list_add_all)
STEP(set_step, set_add_all)
STEP(bag_step, bag_add_all)

static void combine(struct fn_ctx *cx, void *into, void *from)
{
    struct collection *o = from;
    log_read(cx, o);
    for (size_t i = 0; i < o->count && !cx->error.n; i++) {
        const struct item *t = &o->items[i];
        struct entry e = { item_value(o, t), item_key(o, t), t->nid, 0 };
        enter(cx, into, &e);
    }
}

static void write_all(struct fn_ctx *cx, struct collection *c, bool bag,
                      struct value *out)
{
    struct buf b;
    log_read(cx, c);
    uint32_t *v = in_order(c);
    size_t n = c->count < c->max ? c->count : c->max;
    dyn_begin(&b);
    buf_addc(&b, bag ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_addc(&b, ',');
        buf_add(&b, item_value(c, &c->items[v[i]]));
    }
    buf_addc(&b, bag ? '}' : ']');
    dyn_end(cx, &b, out);
    free(v);
}

static void array_finish(struct fn_ctx *cx, void *state, struct value *out)
{
    write_all(cx, state, false, out);
}

static void bag_finish(struct fn_ctx *cx, void *state, struct value *out)
{
    write_all(cx, state, true, out);
}

static void collect_release(void *state)
{
    struct collection *c = state;
    free(c->pool);
    free(c->items);
    free(c->slots);
    free(c->log);
}

#define COLLECT(fn, step_fn, finish_fn)           \
    { .name = fn,                                 \
      .params = "dynamic, long, string?",         \
      .ret = TYPE_DYNAMIC,                        \
      .state_size = sizeof(struct collection), \
      .step = step_fn,                            \
      .combine = combine,                         \
      .finish = finish_fn,                        \
      .release = collect_release }

const struct lang_aggfn aggfns_collect[] = {
    COLLECT("k_agg_list", list_step, array_finish),
    COLLECT("k_agg_set", set_step, array_finish),
    COLLECT("k_agg_bag", bag_step, bag_finish),
};
const size_t naggfns_collect = ROWS(aggfns_collect);
