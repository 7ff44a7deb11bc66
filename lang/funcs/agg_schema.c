/* agg_schema.c - buildschema: what dynamic values look like.
 *
 * Called by: the engine, through the template of aggs.def.
 *
 * The result names for every place the types that were there: "long", or
 * ["long","string"] for several; a bag's members by name; an array's elements
 * under `indexer`. A place that held null only, or an array without elements,
 * is []. */
#include "aggfns.h"

#include <stdlib.h>

#include "base/xxh64.h"
#include "dyn_int.h"

enum { FIRST_PLACES = 16, NTYPES_SEEN = 4, MAX_PLACES = 1 << 20 };

static const char *const type_words[] = { "\"bool\"", "\"long\"", "\"double\"",
                                          "\"string\"" };

/* One place in the values. Index 0 is the whole value; 0 also means none. */
struct place {
    uint32_t parent, next, first, last; /* next sibling, first and last child */
    uint32_t name_at, name_n, hash;     /* literal in the pool */
    uint8_t types[NTYPES_SEEN];         /* index in type_words + 1 */
    bool bag;                           /* was a bag or an array */
};

struct schema {
    struct agg_state head;
    struct place *v;
    size_t n, cap;
    uint32_t *slots; /* index; 0: free. By parent and name */
    size_t nslots;   /* a power of two, twice cap */
    struct buf names;
};

static void count_held(struct schema *s)
{
    s->head.held = s->cap * sizeof *s->v + s->nslots * sizeof *s->slots +
                   s->names.cap;
}

static uint32_t hash_of(uint32_t parent, str name)
{
    uint64_t h = xxh64(name, str_hash(S("")) + parent);
    return (uint32_t)(h ^ h >> 32);
}

static void fill_slot(struct schema *s, size_t i)
{
    size_t at = s->v[i].hash & (s->nslots - 1);
    while (s->slots[at])
        at = (at + 1) & (s->nslots - 1);
    s->slots[at] = (uint32_t)i;
}

static void grow(struct schema *s)
{
    s->cap = s->cap ? s->cap * 2 : FIRST_PLACES;
    s->v = xrealloc(s->v, s->cap * sizeof *s->v);
    s->nslots = s->cap * 2;
    free(s->slots);
    s->slots = xcalloc(s->nslots, sizeof *s->slots);
    for (size_t i = 1; i < s->n; i++)
        fill_slot(s, i);
}

static size_t place_new(struct fn_ctx *cx, struct schema *s)
{
    if (s->n >= MAX_PLACES) {
        fn_fail(cx, "a schema of more than %d places", MAX_PLACES);
        return 0;
    }
    if (s->n == s->cap)
        grow(s);
    s->v[s->n] = (struct place){ 0 };
    return s->n++;
}

static str place_name(const struct schema *s, const struct place *p)
{
    return (str){ s->names.p + p->name_at, p->name_n };
}

/* The place of that name below another, made when it is new; 0 after a
 * failure. */
static uint32_t child(struct fn_ctx *cx, struct schema *s, uint32_t parent,
                      str name)
{
    uint32_t hash = hash_of(parent, name);
    size_t at = hash & (s->nslots - 1);
    for (; s->slots[at]; at = (at + 1) & (s->nslots - 1)) {
        const struct place *p = &s->v[s->slots[at]];
        if (p->hash == hash && p->parent == parent &&
            str_eq(place_name(s, p), name))
            return s->slots[at];
    }
    uint32_t i = (uint32_t)place_new(cx, s);
    if (i == 0)
        return 0;
    s->v[i].parent = parent;
    s->v[i].hash = hash;
    s->v[i].name_at = (uint32_t)s->names.n;
    s->v[i].name_n = (uint32_t)name.n;
    buf_add(&s->names, name);
    if (!buf_ok(&s->names))
        fn_fail(cx, "a schema whose names take more than %d MB",
                DYN_MAX_BYTES >> 20);
    fill_slot(s, i);
    struct place *up = &s->v[parent];
    if (up->last)
        s->v[up->last].next = i;
    else
        up->first = i;
    up->last = i;
    return i;
}

static void add_type(struct place *p, unsigned type)
{
    size_t i = 0;
    while (p->types[i] && p->types[i] != type)
        i++;
    p->types[i] = (uint8_t)type;
}

/* As deep as JSON may be nested. */
static void add_value(struct fn_ctx *cx, struct schema *s, uint32_t at,
                      str json)
{
    struct json_iter it;
    str key, value;
    enum json_kind kind = json_kind(json);
    if (kind >= JSON_BOOL && kind <= JSON_STRING)
        add_type(&s->v[at], kind - JSON_BOOL + 1);
    if (kind != JSON_ARRAY && kind != JSON_OBJECT)
        return;
    s->v[at].bag = true;
    uint32_t items = kind == JSON_ARRAY ? child(cx, s, at, S("\"`indexer`\""))
                                        : 0;
    json_iter_init(&it, json);
    while (!cx->error.n && json_next(&it, &key, &value)) {
        uint32_t to = kind == JSON_ARRAY ? items : child(cx, s, at, key);
        if (to)
            add_value(cx, s, to, value);
    }
}

static void begin(struct fn_ctx *cx, struct schema *s)
{
    if (s->n)
        return;
    buf_init(&s->names, DYN_MAX_BYTES);
    place_new(cx, s);
}

static void schema_step(struct fn_ctx *cx, void *state, const struct value *in,
                        size_t nin)
{
    struct schema *s = state;
    (void)nin;
    begin(cx, s);
    add_value(cx, s, 0, in[0].s);
    count_held(s);
}

/* Places come after the ones they are in, so one pass finds them. */
static void schema_combine(struct fn_ctx *cx, void *into, void *from)
{
    struct schema *s = into;
    const struct schema *other = from;
    uint32_t *to = xcalloc(other->n, sizeof *to);
    for (size_t i = 0; i < other->n && !cx->error.n; i++) {
        const struct place *p = &other->v[i];
        if (i)
            to[i] = child(cx, s, to[p->parent], place_name(other, p));
        for (size_t k = 0; k < NTYPES_SEEN && p->types[k]; k++)
            add_type(&s->v[to[i]], p->types[k]);
        s->v[to[i]].bag |= p->bag;
    }
    free(to);
    count_held(s);
}

static void write_place(struct buf *b, const struct schema *s, uint32_t at)
{
    const struct place *p = &s->v[at];
    bool several = p->types[1] || (p->types[0] && p->bag);
    bool none = !p->types[0] && !p->bag;
    if (several || none)
        buf_addc(b, '[');
    for (size_t k = 0; k < NTYPES_SEEN && p->types[k]; k++) {
        buf_adds(b, k ? "," : "");
        buf_adds(b, type_words[p->types[k] - 1]);
    }
    if (p->bag) {
        buf_adds(b, p->types[0] ? ",{" : "{");
        for (uint32_t c = p->first; c; c = s->v[c].next) {
            dyn_key(b, place_name(s, &s->v[c]));
            write_place(b, s, c);
        }
        buf_addc(b, '}');
    }
    if (several || none)
        buf_addc(b, ']');
}

static void schema_finish(struct fn_ctx *cx, void *state, struct value *out)
{
    struct schema *s = state;
    struct buf b;
    if (s->n == 0)
        return;
    dyn_begin(&b);
    write_place(&b, s, 0);
    dyn_end(cx, &b, out);
}

static void schema_release(void *state)
{
    struct schema *s = state;
    free(s->v);
    free(s->slots);
    buf_release(&s->names);
}

const struct lang_aggfn aggfns_schema[] = {
    { .name = "k_agg_schema",
      .params = "dynamic",
      .ret = TYPE_DYNAMIC,
      .state_size = sizeof(struct schema),
      .step = schema_step,
      .combine = schema_combine,
      .finish = schema_finish,
      .release = schema_release },
};
const size_t naggfns_schema = ROWS(aggfns_schema);
