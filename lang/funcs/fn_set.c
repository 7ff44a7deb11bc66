/* fn_set.c - arrays as sets: union, intersection, difference, membership.
 *
 * Called by: the engine, through the rows at the end. Results keep the order
 * of first sight. 1 and 1.0 are the same element, "1" is another. Linear. */
#include "funcs.h"

#include <math.h>
#include <stdlib.h>

#include "dyn_int.h"

static void set_add_all(struct dyn_set *s, const struct value *v)
{
    struct json_iter it;
    str item;
    json_iter_init(&it, dyn_is_array(v) ? v->s : STR_NONE);
    while (json_next(&it, NULL, &item))
        set_add(s, item);
}

static void write_set(struct fn_ctx *cx, const struct dyn_set *s,
                      struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < s->n; i++)
        dyn_item(&b, s->v[i]);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void set_union(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct dyn_set s;
    bool any = false;
    set_init(&s);
    for (size_t i = 0; i < nin; i++) {
        any |= dyn_is_array(&in[i]);
        set_add_all(&s, &in[i]);
    }
    if (any)
        write_set(cx, &s, out);
    set_release(&s);
}

/* Keeps the elements of *s that are (or are not) in v. */
static void keep_common(struct dyn_set *s, const struct value *v, bool common)
{
    struct dyn_set other, kept;
    set_init(&other);
    set_init(&kept);
    set_add_all(&other, v);
    for (size_t i = 0; i < s->n; i++)
        if ((set_find(&other, s->v[i]) >= 0) == common)
            set_add(&kept, s->v[i]);
    set_release(&other);
    set_release(s);
    *s = kept;
}

static void set_intersect(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    struct dyn_set s;
    for (size_t i = 0; i < nin; i++)
        if (!dyn_is_array(&in[i]))
            return;
    set_init(&s);
    set_add_all(&s, &in[0]);
    for (size_t i = 1; i < nin; i++)
        keep_common(&s, &in[i], true);
    write_set(cx, &s, out);
    set_release(&s);
}

static void set_difference(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct dyn_set s;
    if (!dyn_is_array(&in[0]))
        return;
    set_init(&s);
    set_add_all(&s, &in[0]);
    for (size_t i = 1; i < nin; i++)
        keep_common(&s, &in[i], false);
    write_set(cx, &s, out);
    set_release(&s);
}

/* Intersection over union; NaN for two empty sets. */
static void jaccard_index(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    struct dyn_set a, b;
    size_t both = 0;
    (void)cx, (void)nin;
    if (!dyn_is_array(&in[0]) || !dyn_is_array(&in[1]))
        return;
    set_init(&a);
    set_init(&b);
    set_add_all(&a, &in[0]);
    set_add_all(&b, &in[1]);
    for (size_t i = 0; i < a.n; i++)
        both += set_find(&b, a.v[i]) >= 0;
    size_t all = a.n + b.n - both;
    dyn_set_real(out, all ? (double)both / (double)all : NAN);
    set_release(&a);
    set_release(&b);
}

/* --- membership ------------------------------------------------------ */

/* The set of the first array that a call site saw: `x in (list)` and the like
 * have a constant list. Lives in cx->keep. */
struct known_set {
    str text;
    struct dyn_set set;
};

enum { WORTH_KEEPING = 64 }; /* bytes; below, scanning is as fast */

static struct known_set *remember(struct fn_ctx *cx, str array)
{
    struct known_set *k = arena_zalloc(cx->keep, sizeof *k);
    struct value v = { .type = TYPE_DYNAMIC };
    struct dyn_set s;
    k->text = v.s = arena_str(cx->keep, array);
    set_init(&s);
    set_add_all(&s, &v);
    k->set = s;
    k->set.v = arena_array(cx->keep, s.n + 1, sizeof *s.v);
    k->set.slots = arena_array(cx->keep, s.nslots + 1, sizeof *s.slots);
    if (s.n) {
        memcpy(k->set.v, s.v, s.n * sizeof *s.v);
        memcpy(k->set.slots, s.slots, s.nslots * sizeof *s.slots);
    }
    set_release(&s);
    return k;
}

static bool is_member(struct fn_ctx *cx, str array, str value)
{
    struct known_set *k = cx->cache;
    struct json_iter it;
    str item;
    if (!k && array.n > WORTH_KEEPING)
        cx->cache = k = remember(cx, array);
    if (k && str_eq(k->text, array))
        return set_find(&k->set, value) >= 0;
    json_iter_init(&it, array);
    while (json_next(&it, NULL, &item))
        if (dyn_equal(item, value))
            return true;
    return false;
}

static void set_has(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    (void)nin;
    if (dyn_is_array(&in[0]))
        dyn_set_bool(out, is_member(cx, in[0].s,
                                    in[1].null ? S("null") : in[1].s));
}

/* `x in (array)`: x, array. Null compared with null is null, as for ==. What
 * is no array is compared as one value. */
static void in_array(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    (void)nin;
    if (in[1].null) {
        if (!in[0].null)
            dyn_set_bool(out, false);
        return;
    }
    str x = in[0].null ? S("null") : in[0].s;
    bool found = dyn_is_array(&in[1]) ? is_member(cx, in[1].s, x)
                                      : dyn_equal(in[1].s, x);
    if (!in[0].null || !found)
        dyn_set_bool(out, found);
}

const struct lang_func funcs_set[] = {
    { .name = "set_union", .params = "dynamic, dynamic*", .ret = TYPE_DYNAMIC,
      .row = set_union, .flags = FN_NULLS | FN_MAYNULL,
      .usage = "set_union(array, array, …)",
      .summary = "The distinct elements of all arrays.",
      .example = "print set_union(dynamic([1, 2]), dynamic([2, 3]))" },
    { .name = "set_intersect", .params = "dynamic, dynamic*",
      .ret = TYPE_DYNAMIC, .row = set_intersect,
      .flags = FN_NULLS | FN_MAYNULL,
      .usage = "set_intersect(array, array, …)",
      .summary = "The distinct elements that every array has.",
      .example = "print set_intersect(dynamic([1, 2, 3]), dynamic([3, 2]))" },
    { .name = "set_difference", .params = "dynamic, dynamic*",
      .ret = TYPE_DYNAMIC, .row = set_difference,
      .flags = FN_NULLS | FN_MAYNULL,
      .usage = "set_difference(array, array, …)",
      .summary = "The distinct elements of the first array that no other has.",
      .example = "print set_difference(dynamic([1, 2, 3]), dynamic([2]))" },
    { .name = "jaccard_index", .params = "dynamic, dynamic",
      .ret = TYPE_REAL, .row = jaccard_index, .flags = FN_MAYNULL,
      .usage = "jaccard_index(array, array)",
      .summary = "How alike two sets are: shared elements by all elements.",
      .example = "print jaccard_index(dynamic([1, 2, 3]), dynamic([2, 3]))" },
    { .name = "k_set_has_element", .params = "dynamic, dynamic",
      .ret = TYPE_BOOL, .row = set_has,
      .flags = FN_HIDDEN | FN_NULLS | FN_MAYNULL,
      .usage = "k_set_has_element(array, value)",
      .summary = "What set_has_element() runs as.",
      .example = "print set_has_element(dynamic([1, 2]), 2)" },
    { .name = "k_in_array", .params = "dynamic, dynamic", .ret = TYPE_BOOL,
      .row = in_array, .flags = FN_HIDDEN | FN_NULLS | FN_MAYNULL,
      .usage = "k_in_array(value, array)",
      .summary = "What `value in (array)` runs as.",
      .example = "print 2 in (dynamic([1, 2]))" },
};
const size_t nfuncs_set = ROWS(funcs_set);
