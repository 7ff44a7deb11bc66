/* fn_dynamic.c - making, reading and converting dynamic values.
 *
 * Called by: the engine, through the rows at the end. The names that begin
 * with k_ are what the compiler emits for paths, literals and packing. */
#include "funcs.h"

#include "dyn_int.h"

/* --- paths ----------------------------------------------------------- */

static void path_key(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    str value;
    (void)cx, (void)nin;
    if (json_get_key(in[0].s, in[1].s, &value))
        dyn_set(out, value);
}

static void path_index(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    str value;
    (void)cx, (void)nin;
    if (json_get_index(in[0].s, in[1].i, &value))
        dyn_set(out, value);
}

/* d[k] where k is itself dynamic: a string is a key, a long an index. */
static void path_any(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct value k;
    str value;
    (void)nin;
    if (!json_scalar(in[1].s, &k) || k.null)
        return;
    if (k.type == TYPE_STRING) {
        if (json_get_key(in[0].s, dyn_text(cx, in[1].s), &value))
            dyn_set(out, value);
    } else if (k.type == TYPE_LONG) {
        if (json_get_index(in[0].s, k.i, &value))
            dyn_set(out, value);
    }
}

/* --- conversion ------------------------------------------------------ */

static void to_dynamic(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct buf b;
    (void)nin;
    dyn_begin(&b);
    json_text_value(&b, &in[0]);
    dyn_end(cx, &b, out);
}

static void parse_json(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct buf b;
    (void)nin;
    if (in[0].s.n == 0)
        return;
    dyn_begin(&b);
    if (!json_compact(&b, in[0].s, JSON_MAX_DEPTH, NULL))
        json_text_str(&b, in[0].s);
    dyn_end(cx, &b, out);
}

static void text_of(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    (void)nin;
    out->null = false;
    out->s = dyn_text(cx, in[0].s);
}

static void type_of(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    static const char *const names[] = {
        [JSON_NONE] = "null",     [JSON_NULL] = "null",
        [JSON_BOOL] = "bool",     [JSON_LONG] = "long",
        [JSON_REAL] = "double",   [JSON_STRING] = "string",
        [JSON_ARRAY] = "array",   [JSON_OBJECT] = "dictionary",
    };
    (void)cx, (void)nin;
    out->null = false;
    out->s = str_of(names[in[0].null ? JSON_NULL : json_kind(in[0].s)]);
}

static void to_json(struct fn_ctx *cx, const struct value *in, size_t nin,
                    struct value *out)
{
    struct buf b;
    (void)nin;
    if (json_kind(in[0].s) < JSON_ARRAY) {
        text_of(cx, in, nin, out);
        return;
    }
    dyn_begin(&b);
    dyn_sort_keys(&b, in[0].s);
    dyn_end(cx, &b, out);
}

/* --- packing --------------------------------------------------------- */

static void pack_array(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < nin; i++)
        dyn_item(&b, in[i].null ? STR_NONE : in[i].s);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* The literal of a key that may come as any JSON. */
static str key_literal(struct fn_ctx *cx, const struct value *v)
{
    if (!v->null && json_kind(v->s) == JSON_STRING)
        return v->s;
    struct buf b;
    dyn_begin(&b);
    json_text_str(&b, v->null ? S("") : v->s);
    str literal = buf_take(&b, cx->tmp);
    buf_release(&b);
    return literal;
}

static void pack(struct fn_ctx *cx, const struct value *in, size_t nin,
                 bool all, struct value *out)
{
    struct buf b;
    struct bag bag;
    if (nin % 2) {
        fn_fail(cx, "bag_pack() needs a value for every key");
        return;
    }
    bag_init(&bag);
    for (size_t i = 0; i < nin; i += 2) {
        str value = in[i + 1].null ? STR_NONE : in[i + 1].s;
        if (all || (value.n && !str_eq(value, S("\"\""))))
            bag_put(&bag, key_literal(cx, &in[i]), value, true);
    }
    dyn_begin(&b);
    bag_write(&b, &bag);
    dyn_end(cx, &b, out);
    bag_release(&bag);
}

static void pack_bag(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    pack(cx, in, nin, true, out);
}

static void pack_nonempty(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    pack(cx, in, nin, false, out);
}

/* --- rows ------------------------------------------------------------ */

#define TO_DYNAMIC(type)                                                     \
    { .name = "k_dyn", .params = type, .ret = TYPE_DYNAMIC,                  \
      .row = to_dynamic, .flags = FN_HIDDEN, .usage = "k_dyn(value)",        \
      .summary = "The value as a dynamic value.",                            \
      .example = "print dynamic([1])" }

#define PARSE(word, flag)                                                    \
    { .name = word, .params = "string", .ret = TYPE_DYNAMIC,                 \
      .row = parse_json, .flags = FN_MAYNULL | flag,                         \
      .usage = word "(text)",                                                \
      .summary = "The value that JSON text stands for; other text stays a "  \
                 "string, empty text is null.",                              \
      .example = "print " word "('{\"a\": [1, 2]}').a[1]" },                 \
    { .name = word, .params = "dynamic", .ret = TYPE_DYNAMIC, .sql = "$1",   \
      .flags = FN_NULLS | flag, .usage = word "(value)",                     \
      .summary = "A dynamic value as it is.",                                \
      .example = "print " word "(dynamic([1]))" }

const struct lang_func funcs_dynamic[] = {
    { .name = "k_path_key", .params = "dynamic, string", .ret = TYPE_DYNAMIC,
      .row = path_key, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_path_key(bag, key)",
      .summary = "The member of a bag, null when there is none.",
      .example = "print dynamic({\"a\": 1}).a" },
    { .name = "k_path_index", .params = "dynamic, long", .ret = TYPE_DYNAMIC,
      .row = path_index, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_path_index(array, index)",
      .summary = "The element of an array, from its end when negative.",
      .example = "print dynamic([1, 2])[-1]" },
    { .name = "k_path_any", .params = "dynamic, dynamic", .ret = TYPE_DYNAMIC,
      .row = path_any, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_path_any(value, key)",
      .summary = "Member or element by a key known only at run time.",
      .example = "print dynamic({\"a\": 1})[tostring(dynamic(\"a\"))]" },
    TO_DYNAMIC("string"), TO_DYNAMIC("long"), TO_DYNAMIC("int"),
    TO_DYNAMIC("real"), TO_DYNAMIC("bool"), TO_DYNAMIC("datetime"),
    TO_DYNAMIC("timespan"), TO_DYNAMIC("guid"), TO_DYNAMIC("decimal"),
    { .name = "k_dyn", .params = "dynamic", .ret = TYPE_DYNAMIC, .sql = "$1",
      .flags = FN_HIDDEN | FN_NULLS, .usage = "k_dyn(value)",
      .summary = "A dynamic value as it is.",
      .example = "print dynamic([1])" },
    { .name = "k_dyn_text", .params = "dynamic", .ret = TYPE_STRING,
      .row = text_of, .flags = FN_HIDDEN, .usage = "k_dyn_text(value)",
      .summary = "A JSON string as bare text, other values as compact JSON.",
      .example = "print tostring(dynamic({\"a\": 1}))" },
    { .name = "k_gettype", .params = "dynamic", .ret = TYPE_STRING,
      .row = type_of, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_gettype(value)",
      .summary = "The run-time type of a dynamic value.",
      .example = "print gettype(dynamic([1]))" },
    { .name = "k_parse_json", .params = "string", .ret = TYPE_DYNAMIC,
      .row = parse_json, .flags = FN_HIDDEN | FN_MAYNULL,
      .usage = "k_parse_json(text)",
      .summary = "The value that JSON text stands for.",
      .example = "print parse_json('[1]')" },
    PARSE("parse_json", 0), PARSE("todynamic", 0),
    PARSE("parsejson", FN_HIDDEN), PARSE("toobject", FN_HIDDEN),
    { .name = "dynamic_to_json", .params = "dynamic", .ret = TYPE_STRING,
      .row = to_json, .usage = "dynamic_to_json(value)",
      .summary = "JSON text that is the same for equal values: the members of "
                 "bags are sorted by name.",
      .example = "print dynamic_to_json(dynamic({\"b\": 1, \"a\": 2}))" },
    { .name = "k_bag", .params = "dynamic*", .ret = TYPE_DYNAMIC,
      .row = pack_bag, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_bag(key, value, …)",
      .summary = "A property bag of keys and values in turn; of a repeated "
                 "key the last value stays.",
      .example = "print bag_pack('host', 'WS01', 'pid', 4)" },
    { .name = "k_bag_nonempty", .params = "dynamic*", .ret = TYPE_DYNAMIC,
      .row = pack_nonempty, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_bag_nonempty(key, value, …)",
      .summary = "A property bag without null and empty values.",
      .example = "print a = 1, b = '' | project pack_all(true)" },
    { .name = "k_pack_array", .params = "dynamic*", .ret = TYPE_DYNAMIC,
      .row = pack_array, .flags = FN_HIDDEN | FN_NULLS,
      .usage = "k_pack_array(value, …)",
      .summary = "An array of the values, null for null.",
      .example = "print pack_array(1, 'two', true)" },
};
const size_t nfuncs_dynamic = ROWS(funcs_dynamic);
