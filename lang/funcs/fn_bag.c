/* fn_bag.c - property bags: keys, merging, changing members.
 *
 * Called by: the engine, through the rows at the end. Keys that begin with
 * `$.` or `$[` are paths to inner members. */
#include "funcs.h"

#include <stdlib.h>

#include "dyn_int.h"
#include "json_path.h"

static void bag_keys(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct json_iter it;
    struct buf b;
    str key, value;
    (void)nin;
    if (!dyn_is_bag(&in[0]))
        return;
    json_iter_init(&it, in[0].s);
    dyn_begin(&b);
    buf_addc(&b, '[');
    while (json_next(&it, &key, &value))
        dyn_item(&b, key);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void end_bag(struct fn_ctx *cx, struct bag *bag, struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    bag_write(&b, bag);
    dyn_end(cx, &b, out);
    bag_release(bag);
}

/* The first value of a key stays. What is no bag is passed over. */
static void bag_merge(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct bag bag;
    bool any = false;
    bag_init(&bag);
    for (size_t i = 0; i < nin; i++) {
        any |= dyn_is_bag(&in[i]);
        if (dyn_is_bag(&in[i]))
            bag_put_all(&bag, in[i].s, false);
    }
    if (any)
        end_bag(cx, &bag, out);
    else
        bag_release(&bag);
}

static bool looks_like_path(str key)
{
    return key.n > 1 && key.p[0] == '$' && (key.p[1] == '.' || key.p[1] == '[');
}

/* A path of names only; a plain key is a path of one name. */
static bool name_path(struct fn_ctx *cx, str key, struct json_path *p)
{
    if (!looks_like_path(key)) {
        p->n = 1;
        p->v[0] = (struct path_step){ .key = key };
        return true;
    }
    if (!path_parse(cx->tmp, key, p) || p->n == 0)
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i].is_index)
            return false;
    return true;
}

static void bag_has_key(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct json_path p;
    str value;
    (void)nin;
    dyn_set_bool(out, dyn_is_bag(&in[0]) && name_path(cx, in[1].s, &p) &&
                          json_path_find(&p, in[0].s, &value));
}

/* --- removing --------------------------------------------------------- */

/* What bag_remove_keys takes away: outermost keys by literal, and paths. */
struct removal {
    struct dyn_set keys;
    struct json_path *paths;
    size_t npaths, cap;
};

enum { MAX_REMOVED_PATHS = 256 };

/* Paths that agree with the way so far have their bit set. */
struct path_bits {
    uint64_t w[MAX_REMOVED_PATHS / 64];
};

static str literal_of(struct fn_ctx *cx, str key)
{
    struct buf b;
    dyn_begin(&b);
    json_text_str(&b, key);
    str literal = buf_take(&b, cx->tmp);
    buf_release(&b);
    return literal;
}

static bool add_removed(struct fn_ctx *cx, struct removal *r, str key)
{
    struct json_path p;
    if (!name_path(cx, key, &p))
        return true;
    if (p.n == 1) {
        set_add(&r->keys, literal_of(cx, p.v[0].key));
        return true;
    }
    if (r->npaths == MAX_REMOVED_PATHS) {
        fn_fail(cx, "bag_remove_keys() takes at most %d paths",
                MAX_REMOVED_PATHS);
        return false;
    }
    for (size_t i = 0; i < p.n; i++)
        p.v[i].key = literal_of(cx, p.v[i].key);
    if (r->npaths == r->cap) {
        r->cap = r->cap ? r->cap * 2 : 4;
        r->paths = xrealloc(r->paths, r->cap * sizeof *r->paths);
    }
    r->paths[r->npaths++] = p;
    return true;
}

static bool read_removal(struct fn_ctx *cx, struct removal *r, str keys)
{
    struct json_iter it;
    str item;
    *r = (struct removal){ 0 };
    json_iter_init(&it, keys);
    while (json_next(&it, NULL, &item))
        if (json_kind(item) == JSON_STRING &&
            !add_removed(cx, r, dyn_text(cx, item)))
            return false;
    return true;
}

/* What becomes of a member: it goes, it stays, or paths go on inside. */
enum fate { GOES, STAYS, CHANGES };

/* `on` has the paths that led to this depth; *next those that go through
 * `key`. */
static enum fate fate_of(const struct removal *r, const struct path_bits *on,
                         size_t depth, str key, struct path_bits *next)
{
    enum fate fate = STAYS;
    *next = (struct path_bits){ 0 };
    if (depth == 0 && set_find(&r->keys, key) >= 0)
        return GOES;
    for (size_t i = 0; i < r->npaths; i++) {
        const struct json_path *p = &r->paths[i];
        if (!(on->w[i / 64] >> i % 64 & 1) || p->n <= depth ||
            !str_eq(p->v[depth].key, key))
            continue;
        if (p->n == depth + 1)
            return GOES;
        next->w[i / 64] |= (uint64_t)1 << i % 64;
        fate = CHANGES;
    }
    return fate;
}

/* Recursion ends with the longest path, at most PATH_MAX_STEPS deep. */
static void copy_without(struct buf *b, const struct removal *r,
                         const struct path_bits *on, size_t depth, str json)
{
    struct json_iter it;
    struct path_bits next;
    str key, value;
    if (!json_iter_init(&it, json) || !it.object) {
        buf_add(b, json);
        return;
    }
    buf_addc(b, '{');
    while (json_next(&it, &key, &value)) {
        enum fate fate = fate_of(r, on, depth, key, &next);
        if (fate == STAYS)
            dyn_member(b, key, value);
        if (fate != CHANGES)
            continue;
        dyn_key(b, key);
        copy_without(b, r, &next, depth + 1, value);
    }
    buf_addc(b, '}');
}

static void bag_remove_keys(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    struct removal r;
    struct path_bits all;
    struct buf b;
    (void)nin;
    if (!dyn_is_bag(&in[0]))
        return;
    memset(&all, 0xff, sizeof all);
    if (read_removal(cx, &r, in[1].s)) {
        dyn_begin(&b);
        copy_without(&b, &r, &all, 0, in[0].s);
        dyn_end(cx, &b, out);
    }
    free(r.paths);
    set_release(&r.keys);
}

/* --- setting ---------------------------------------------------------- */

/* A path and the value to put at its end. */
struct setting {
    struct json_path path;
    str value;
};

static void set_member(struct buf *b, const struct setting *s, size_t depth,
                       str json);

/* The value, or the changed inner bag. */
static void put_changed(struct buf *b, const struct setting *s, size_t depth,
                        str inner)
{
    if (depth + 1 == s->path.n)
        buf_add(b, s->value);
    else
        set_member(b, s, depth + 1, inner);
}

/* Writes bag `json` (another kind counts as empty) with the member at the rest
 * of the path set. */
static void set_member(struct buf *b, const struct setting *s, size_t depth,
                       str json)
{
    struct json_iter it;
    struct buf literal;
    str key, old;
    bool done = false;
    buf_init(&literal, DYN_MAX_BYTES);
    json_text_str(&literal, s->path.v[depth].key);
    json_iter_init(&it, json_kind(json) == JSON_OBJECT ? json : STR_NONE);
    buf_addc(b, '{');
    while (json_next(&it, &key, &old)) {
        bool hit = str_eq(key, buf_str(&literal));
        dyn_key(b, key);
        if (hit)
            put_changed(b, s, depth, old);
        else
            buf_add(b, old);
        done |= hit;
    }
    if (!done) {
        dyn_key(b, buf_str(&literal));
        put_changed(b, s, depth, STR_NONE);
    }
    buf_addc(b, '}');
    buf_release(&literal);
}

static void bag_set_key(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct setting s = { .value = in[2].null ? S("null") : in[2].s };
    struct buf b;
    (void)nin;
    if (!dyn_is_bag(&in[0]) || !name_path(cx, in[1].s, &s.path))
        return;
    dyn_begin(&b);
    set_member(&b, &s, 0, in[0].s);
    dyn_end(cx, &b, out);
}

/* Keys that are no strings are passed over, with their values. */
static void bag_zip(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    struct json_iter keys, values;
    struct bag bag;
    str key, value;
    (void)nin;
    if (!dyn_is_array(&in[0]))
        return;
    bool list = dyn_is_array(&in[1]);
    bag_init(&bag);
    json_iter_init(&keys, in[0].s);
    json_iter_init(&values, in[1].s);
    while (json_next(&keys, NULL, &key)) {
        if (!list || !json_next(&values, NULL, &value))
            value = STR_NONE;
        if (json_kind(key) == JSON_STRING)
            bag_put(&bag, key, value, true);
    }
    end_bag(cx, &bag, out);
}

const struct lang_func funcs_bag[] = {
    { .name = "bag_keys", .params = "dynamic", .ret = TYPE_DYNAMIC,
      .row = bag_keys, .flags = FN_MAYNULL, .usage = "bag_keys(bag)",
      .summary = "The names of the members; null for what is no bag.",
      .example = "print bag_keys(dynamic({\"a\": 1, \"b\": 2}))" },
    { .name = "bag_merge", .params = "dynamic, dynamic*",
      .ret = TYPE_DYNAMIC, .row = bag_merge, .flags = FN_NULLS | FN_MAYNULL,
      .usage = "bag_merge(bag, bag, …)",
      .summary = "One bag of all members; of a repeated key the first value "
                 "stays.",
      .example = "print bag_merge(dynamic({\"a\": 1}), dynamic({\"b\": 2}))" },
    { .name = "bag_has_key", .params = "dynamic, string", .ret = TYPE_BOOL,
      .row = bag_has_key, .usage = "bag_has_key(bag, key)",
      .summary = "Whether a bag has a member; $.a.b looks inside.",
      .example = "print bag_has_key(dynamic({\"a\": {\"b\": 1}}), '$.a.b')" },
    { .name = "bag_remove_keys", .params = "dynamic, dynamic",
      .ret = TYPE_DYNAMIC, .row = bag_remove_keys, .flags = FN_MAYNULL,
      .usage = "bag_remove_keys(bag, keys)",
      .summary = "The bag without some members; $.a.b names an inner one.",
      .example = "print bag_remove_keys(dynamic({\"a\": 1, \"b\": 2}), "
                 "dynamic(['a']))" },
    { .name = "bag_zip", .params = "dynamic, dynamic", .ret = TYPE_DYNAMIC,
      .row = bag_zip, .flags = FN_MAYNULL, .usage = "bag_zip(keys, values)",
      .summary = "A bag of an array of keys and an array of values.",
      .example = "print bag_zip(dynamic(['a', 'b']), dynamic([1, 2]))" },
    { .name = "k_bag_set_key", .params = "dynamic, string, dynamic",
      .ret = TYPE_DYNAMIC, .row = bag_set_key,
      .flags = FN_HIDDEN | FN_NULLS | FN_MAYNULL,
      .usage = "k_bag_set_key(bag, key, value)",
      .summary = "What bag_set_key() runs as.",
      .example = "print bag_set_key(dynamic({\"a\": 1}), 'b', 2)" },
};
const size_t nfuncs_bag = ROWS(funcs_bag);
