/* fn_collect.c - how a dynamic value becomes rows again.
 *
 * Called by: the engine, for mv-expand and its like. An array may come longer
 * than a dynamic value may be; what these give is within the limits. */
#include "funcs.h"

#include "dyn_int.h"

static size_t cap_of(const struct value *max)
{
    if (max->null || max->i > DYN_MAX_ELEMS)
        return DYN_MAX_ELEMS;
    return max->i < 0 ? 0 : (size_t)max->i;
}

/* The first `max` elements. */
static void list_cap(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct json_iter it;
    struct buf b;
    str item;
    size_t n = 0, max = cap_of(&in[1]);
    (void)nin;
    dyn_begin(&b);
    buf_addc(&b, '[');
    json_iter_init(&it, in[0].null ? STR_NONE : in[0].s);
    for (; n < max && json_next(&it, NULL, &item); n++)
        dyn_item(&b, item);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* What mv-expand makes rows of: an array's elements, a bag's members as bags
 * of one or as [key,value], else the value itself, null too. */
static void expand(struct fn_ctx *cx, const struct value *v, bool pairs,
                   struct value *out)
{
    struct json_iter it;
    struct buf b;
    str key, value;
    if (dyn_is_array(v)) {
        dyn_set(out, v->s);
        return;
    }
    dyn_begin(&b);
    buf_addc(&b, '[');
    if (!dyn_is_bag(v))
        dyn_item(&b, v->null ? STR_NONE : v->s);
    json_iter_init(&it, dyn_is_bag(v) ? v->s : STR_NONE);
    while (json_next(&it, &key, &value)) {
        if (b.n > 1)
            buf_addc(&b, ',');
        buf_addc(&b, pairs ? '[' : '{');
        buf_add(&b, key);
        buf_addc(&b, pairs ? ',' : ':');
        buf_add(&b, value);
        buf_addc(&b, pairs ? ']' : '}');
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void expand_bags(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    (void)nin;
    expand(cx, &in[0], false, out);
}

static void expand_pairs(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    (void)nin;
    expand(cx, &in[0], true, out);
}

const struct lang_func funcs_collect[] = {
    { .name = "k_list_cap", .params = "dynamic, long", .ret = TYPE_DYNAMIC,
      .row = list_cap, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_list_cap(array, max)",
      .summary = "The first elements of an array.",
      .example = "print d = dynamic([1, 2]) | mv-expand d limit 1" },
    { .name = "k_expand", .params = "dynamic", .ret = TYPE_DYNAMIC,
      .row = expand_bags, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_expand(value)",
      .summary = "The array that mv-expand makes rows of.",
      .example = "print d = dynamic([1, 2]) | mv-expand d" },
    { .name = "k_expand_array", .params = "dynamic", .ret = TYPE_DYNAMIC,
      .row = expand_pairs, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_expand_array(value)",
      .summary = "The same with a bag's members as [key, value].",
      .example = "print d = dynamic({\"a\": 1}) | mv-expand kind=array d" },
};
const size_t nfuncs_collect = ROWS(funcs_collect);
