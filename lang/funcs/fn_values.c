/* fn_values.c - functions that take a value of any type beside a dynamic one.
 *
 * Called by: the binder. Each turns such arguments into dynamic values and
 * calls the row of the same name with k_ in front. */
#include "funcs.h"

#include "bind/bind.h"

static struct span place_of(const struct ast *call)
{
    return call ? call->span : NO_SPAN;
}

/* Bit i of `which` set: argument i may have any type. */
static void to_dynamic(struct binder *b, struct expr **args, size_t n,
                       unsigned which)
{
    for (size_t i = 0; i < n && i < 32; i++)
        if (which >> i & 1)
            args[i] = coerce(b, args[i], TYPE_DYNAMIC);
}

#define HOOK(fn, name, which)                                                \
    static struct expr *fn(struct binder *b, const struct ast *call,         \
                           struct expr **args, size_t n)                     \
    {                                                                        \
        to_dynamic(b, args, n, which);                                       \
        return bind_call_args(b, S(name), place_of(call), call, args, n);    \
    }

HOOK(array_index_of, "k_array_index_of", 1u << 1)
HOOK(set_has_element, "k_set_has_element", 1u << 1)
HOOK(array_iff, "k_array_iff", 3u << 1)
HOOK(shift_left, "k_array_shift_left", 1u << 2)
HOOK(shift_right, "k_array_shift_right", 1u << 2)
HOOK(bag_set_key, "k_bag_set_key", 1u << 2)
HOOK(repeat, "k_repeat", 1u << 0)

/* array, … [, nulls_last]: the flag goes to the front. */
static struct expr *sort(struct binder *b, const char *name,
                         const struct ast *call, struct expr **args, size_t n)
{
    struct expr **all = arena_array(b->arena, n + 1, sizeof *all);
    bool given = n > 1 && args[n - 1]->type == TYPE_BOOL;
    struct value last = { .type = TYPE_BOOL, .i = 1 };
    all[0] = given ? args[n - 1] : ex_literal(b, last, place_of(call));
    n -= given;
    for (size_t i = 0; i < n; i++)
        all[i + 1] = args[i];
    return bind_call_args(b, str_of(name), place_of(call), call, all, n + 1);
}

static struct expr *sort_asc(struct binder *b, const struct ast *call,
                             struct expr **args, size_t n)
{
    return sort(b, "k_array_sort_asc", call, args, n);
}

static struct expr *sort_desc(struct binder *b, const struct ast *call,
                              struct expr **args, size_t n)
{
    return sort(b, "k_array_sort_desc", call, args, n);
}

/* path, json, typeof(T) */
static struct expr *extract_typed(struct binder *b, const struct ast *call,
                                  struct expr **args, size_t n)
{
    enum type t = TYPE_STRING;
    const struct expr *type = args[2];
    (void)n;
    if (type->kind != EX_LITERAL || !type_from_name(type->value.s, &t)) {
        bind_error(b, DIAG_ARGUMENTS, type->span, "expected typeof(type)");
        return ex_error(b, place_of(call));
    }
    if (args[1]->type == TYPE_DYNAMIC)
        args[1] = coerce(b, args[1], TYPE_STRING);
    struct expr *e = ex_func(b, "k_extract_json", place_of(call), args[0],
                             args[1], NULL);
    return coerce(b, e, t);
}

/* Bytes of all arguments: fixed by type, or the length of the text. */
static struct expr *estimate_data_size(struct binder *b,
                                       const struct ast *call,
                                       struct expr **args, size_t n)
{
    static const uint8_t fixed[NTYPES] = {
        [TYPE_BOOL] = 1,     [TYPE_INT] = 4,      [TYPE_LONG] = 8,
        [TYPE_REAL] = 8,     [TYPE_DECIMAL] = 16, [TYPE_DATETIME] = 8,
        [TYPE_TIMESPAN] = 8, [TYPE_GUID] = 16,
    };
    int64_t sum = 0;
    struct expr *e = NULL;
    (void)call;
    for (size_t i = 0; i < n; i++) {
        sum += fixed[args[i]->type];
        if (args[i]->type != TYPE_STRING && args[i]->type != TYPE_DYNAMIC)
            continue;
        struct expr *size = ex_call(b, TYPE_LONG, "coalesce(strlen($1), 0)",
                                    args[i], NULL);
        e = e ? ex_call(b, TYPE_LONG, "($1 + $2)", e, size, NULL) : size;
    }
    struct expr *rest = ex_long(b, sum);
    return e ? ex_call(b, TYPE_LONG, "($1 + $2)", e, rest, NULL) : rest;
}

#define IFF(nm)                                                              \
    { .name = nm, .params = "dynamic, any, any", .ret = TYPE_DYNAMIC,        \
      .bind = array_iff, .usage = nm "(conditions, then, else)",             \
      .summary = "For each condition of an array the value of one of two "   \
                 "arrays, or one of two values.",                            \
      .example = "print " nm "(dynamic([true, false]), dynamic([1, 2]), 0)" }

#define EXTRACT(nm, flag)                                                    \
    { .name = nm, .params = "string, any, string", .ret = TYPE_STRING,       \
      .bind = extract_typed, .flags = flag,                                  \
      .usage = nm "(path, json, typeof(type))",                              \
      .summary = "The value at a path in JSON text, as the given type.",     \
      .example = "print " nm "('$.a', '{\"a\": 5}', typeof(long))" }

const struct lang_func funcs_values[] = {
    { .name = "array_index_of", .params = "dynamic, any, long?, long?, long?",
      .ret = TYPE_LONG, .bind = array_index_of,
      .usage = "array_index_of(array, value[, start[, length[, occurrence]]])",
      .summary = "The place of a value in an array, -1 when it is not there.",
      .example = "print array_index_of(dynamic(['a', 'b']), 'b')" },
    { .name = "set_has_element", .params = "dynamic, any", .ret = TYPE_BOOL,
      .bind = set_has_element, .usage = "set_has_element(array, value)",
      .summary = "Whether a value is in an array.",
      .example = "print set_has_element(dynamic([1, 2]), 2)" },
    IFF("array_iff"), IFF("array_iif"),
    { .name = "array_shift_left", .params = "dynamic, long, any?",
      .ret = TYPE_DYNAMIC, .bind = shift_left,
      .usage = "array_shift_left(array, count[, default])",
      .summary = "The elements moved to the left; null or the default comes "
                 "in.",
      .example = "print array_shift_left(dynamic([1, 2, 3]), 1, 0)" },
    { .name = "array_shift_right", .params = "dynamic, long, any?",
      .ret = TYPE_DYNAMIC, .bind = shift_right,
      .usage = "array_shift_right(array, count[, default])",
      .summary = "The elements moved to the right; null or the default comes "
                 "in.",
      .example = "print array_shift_right(dynamic([1, 2, 3]), 1, 0)" },
    { .name = "array_sort_asc", .params = "dynamic, any*",
      .ret = TYPE_DYNAMIC, .bind = sort_asc,
      .members = "*_sorted:dynamic",
      .usage = "array_sort_asc(array, …[, nulls_last])",
      .summary = "The elements in ascending order; further arrays are put in "
                 "the same order, and the result is an array of all.",
      .example = "print array_sort_asc(dynamic([3, 1, 2]))" },
    { .name = "array_sort_desc", .params = "dynamic, any*",
      .ret = TYPE_DYNAMIC, .bind = sort_desc,
      .members = "*_sorted:dynamic",
      .usage = "array_sort_desc(array, …[, nulls_last])",
      .summary = "The elements in descending order; further arrays are put in "
                 "the same order, and the result is an array of all.",
      .example = "print array_sort_desc(dynamic([3, 1, 2]))" },
    { .name = "bag_set_key", .params = "dynamic, string, any",
      .ret = TYPE_DYNAMIC, .bind = bag_set_key,
      .usage = "bag_set_key(bag, key, value)",
      .summary = "The bag with a member set; $.a.b names an inner one.",
      .example = "print bag_set_key(dynamic({\"a\": 1}), 'b', 2)" },
    { .name = "repeat", .params = "any, long", .ret = TYPE_DYNAMIC,
      .bind = repeat, .usage = "repeat(value, count)",
      .summary = "An array of the same value over and over.",
      .example = "print repeat(1, 3)" },
    EXTRACT("extract_json", 0), EXTRACT("extractjson", FN_HIDDEN),
    { .name = "estimate_data_size", .params = "any, any*", .ret = TYPE_LONG,
      .bind = estimate_data_size, .usage = "estimate_data_size(column, …)",
      .summary = "About how many bytes the values take.",
      .example = "print estimate_data_size(1, 'abc')" },
};
const size_t nfuncs_values = sizeof funcs_values / sizeof *funcs_values;
