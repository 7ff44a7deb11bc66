/* fn_array.c - functions that look at arrays and cut them up.
 *
 * Called by: the engine, through the rows at the end. Anything but an array
 * gives null. */
#include "funcs.h"

#include "dyn_int.h"

static void array_length(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    (void)cx, (void)nin;
    if (dyn_is_array(&in[0]))
        dyn_set_long(out, json_count(in[0].s));
}

/* Appends elements beg … end-1. */
static void add_range(struct buf *b, const struct elems *e, size_t beg,
                      size_t end)
{
    for (size_t i = beg; i < end; i++)
        dyn_item(b, e->v[i]);
}

/* What is no array adds nothing. */
static void array_concat(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < nin; i++) {
        if (!dyn_is_array(&in[i]) || in[i].s.n <= 2)
            continue;
        if (b.n > 1)
            buf_addc(&b, ',');
        buf_add(&b, str_sub(in[i].s, 1, in[i].s.n - 1));
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* The elements of arrays, and other values as they are; null adds nothing. */
static void array_of(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < nin; i++) {
        if (in[i].null || in[i].s.n == 0)
            continue;
        bool array = dyn_is_array(&in[i]);
        str items = array ? str_sub(in[i].s, 1, in[i].s.n - 1) : in[i].s;
        if (items.n && b.n > 1)
            buf_addc(&b, ',');
        buf_add(&b, items);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void array_slice(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct elems e;
    struct buf b;
    int64_t beg = in[1].i, end = in[2].i, n;
    (void)nin;
    if (elems_init(&e, cx, &in[0])) {
        n = (int64_t)e.n;
        beg = beg < 0 ? (beg < -n ? 0 : beg + n) : beg;
        end = end < 0 ? (end < -n ? -1 : end + n) : end < n ? end : n - 1;
        dyn_begin(&b);
        buf_addc(&b, '[');
        if (beg <= end)
            add_range(&b, &e, (size_t)beg, (size_t)end + 1);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    elems_release(&e);
}

static void array_reverse(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    struct elems e;
    struct buf b;
    (void)nin;
    if (elems_init(&e, cx, &in[0])) {
        dyn_begin(&b);
        buf_addc(&b, '[');
        for (size_t i = e.n; i-- > 0;)
            dyn_item(&b, e.v[i]);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    elems_release(&e);
}

/* Nulls add nothing; anything else that is no number makes the sum null. */
static void array_sum(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct json_iter it;
    str item;
    double sum = 0, d;
    (void)cx, (void)nin;
    if (!dyn_is_array(&in[0]))
        return;
    json_iter_init(&it, in[0].s);
    while (json_next(&it, NULL, &item)) {
        if (dyn_number(item, &d))
            sum += d;
        else if (json_kind(item) != JSON_NULL)
            return;
    }
    dyn_set_real(out, sum);
}

/* An offset from the front or, negative, from the back, kept inside. */
static size_t place(int64_t i, size_t n)
{
    if (i < 0)
        return i < -(int64_t)n ? 0 : (size_t)(i + (int64_t)n);
    return (uint64_t)i < n ? (size_t)i : n;
}

static void add_part(struct buf *b, const struct elems *e, size_t beg,
                     size_t end)
{
    if (b->n > 1)
        buf_addc(b, ',');
    buf_addc(b, '[');
    add_range(b, e, beg, end);
    buf_addc(b, ']');
}

static void array_split_at(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct elems e;
    struct buf b;
    (void)nin;
    if (elems_init(&e, cx, &in[0])) {
        size_t at = place(in[1].i, e.n);
        dyn_begin(&b);
        buf_addc(&b, '[');
        add_part(&b, &e, 0, at);
        add_part(&b, &e, at, e.n);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    elems_release(&e);
}

/* Places that are no integers are passed over. Parts may overlap when places
 * go backwards, so the result is bounded by its ceiling only. */
static void array_split_all(struct fn_ctx *cx, const struct value *in,
                            size_t nin, struct value *out)
{
    struct elems e, at;
    struct value v;
    struct buf b;
    size_t beg = 0;
    bool ok = elems_init(&e, cx, &in[0]);
    ok &= elems_init(&at, cx, &in[1]);
    (void)nin;
    if (ok) {
        dyn_begin(&b);
        buf_addc(&b, '[');
        for (size_t i = 0; i < at.n && buf_ok(&b); i++) {
            if (!json_scalar(at.v[i], &v) || v.null || v.type != TYPE_LONG)
                continue;
            size_t end = place(v.i, e.n);
            add_part(&b, &e, beg, end);
            beg = end;
        }
        add_part(&b, &e, beg, e.n);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    elems_release(&e);
    elems_release(&at);
}

/* Moves the elements `by` places to the left; what comes in is `fill`. */
static void shift(struct fn_ctx *cx, const struct value *array, int64_t by,
                  const struct value *fill, struct value *out)
{
    struct elems e;
    struct buf b;
    if (elems_init(&e, cx, array)) {
        str in = fill && !fill->null ? fill->s : S("null");
        if (!fill && e.n && json_kind(e.v[0]) == JSON_STRING)
            in = S("\"\"");
        size_t n = e.n;
        size_t far = by < 0 ? 0 - (size_t)by : (size_t)by;
        size_t gap = far < n ? far : n;
        dyn_begin(&b);
        buf_addc(&b, '[');
        for (size_t i = 0; by < 0 && i < gap; i++)
            dyn_item(&b, in);
        add_range(&b, &e, by < 0 ? 0 : gap, by < 0 ? n - gap : n);
        for (size_t i = 0; by >= 0 && i < gap; i++)
            dyn_item(&b, in);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    elems_release(&e);
}

static void shift_left(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    if (!in[1].null)
        shift(cx, &in[0], in[1].i, nin > 2 ? &in[2] : NULL, out);
}

static void shift_right(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    int64_t by = in[1].i == INT64_MIN ? INT64_MAX : -in[1].i;
    if (!in[1].null)
        shift(cx, &in[0], by, nin > 2 ? &in[2] : NULL, out);
}

static void rotate(struct fn_ctx *cx, const struct value *array, int64_t by,
                   bool right, struct value *out)
{
    struct elems e;
    struct buf b;
    if (elems_init(&e, cx, array)) {
        int64_t n = (int64_t)e.n, at = n ? by % n : 0;
        at = right ? -at : at;
        size_t cut = (size_t)(at < 0 ? at + n : at);
        dyn_begin(&b);
        buf_addc(&b, '[');
        add_range(&b, &e, cut, e.n);
        add_range(&b, &e, 0, cut);
        buf_addc(&b, ']');
        dyn_end(cx, &b, out);
    }
    elems_release(&e);
}

static void rotate_left(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    (void)nin;
    rotate(cx, &in[0], in[1].i, false, out);
}

static void rotate_right(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    (void)nin;
    rotate(cx, &in[0], in[1].i, true, out);
}

/* array, value, start, length, occurrence */
static void array_index_of(struct fn_ctx *cx, const struct value *in,
                           size_t nin, struct value *out)
{
    struct json_iter it;
    char room[DYN_NORM_ROOM], other[DYN_NORM_ROOM];
    int64_t start = nin > 2 ? in[2].i : 0, length = nin > 3 ? in[3].i : -1;
    int64_t left = nin > 4 ? in[4].i : 1, i = 0;
    str item, want = dyn_norm(in[1].null ? S("null") : in[1].s, room);
    (void)cx;
    for (size_t k = 2; k < nin; k++)
        if (in[k].null)
            return;
    if (!dyn_is_array(&in[0]) || left <= 0 || length < -1)
        return;
    if (start < 0)
        start += json_count(in[0].s);
    if (start < 0)
        start = 0;
    json_iter_init(&it, in[0].s);
    dyn_set_long(out, -1);
    for (; json_next(&it, NULL, &item); i++) {
        if (length >= 0 && i >= start && i - start >= length)
            return;
        if (i >= start && str_eq(dyn_norm(item, other), want) && --left == 0) {
            dyn_set_long(out, i);
            return;
        }
    }
}

/* 1 true, 0 false, -1 neither boolean nor number. */
static int truth(str json)
{
    struct value v;
    if (!json_scalar(json, &v) || v.null || v.type == TYPE_STRING)
        return -1;
    return v.type == TYPE_REAL ? v.d != 0 : v.i != 0;
}

/* One branch of array_iff: an array goes along, anything else repeats. */
struct branch {
    struct json_iter it;
    bool array;
    str one;
};

static void branch_init(struct branch *b, const struct value *v)
{
    b->array = dyn_is_array(v);
    b->one = v->null ? S("null") : v->s;
    json_iter_init(&b->it, b->array ? v->s : STR_NONE);
}

static str branch_next(struct branch *b)
{
    str item;
    if (!b->array)
        return b->one;
    return json_next(&b->it, NULL, &item) ? item : S("null");
}

static void array_iff(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    struct branch yes, no;
    struct json_iter it;
    struct buf b;
    str item;
    (void)nin;
    if (!dyn_is_array(&in[0]))
        return;
    branch_init(&yes, &in[1]);
    branch_init(&no, &in[2]);
    json_iter_init(&it, in[0].s);
    dyn_begin(&b);
    buf_addc(&b, '[');
    while (json_next(&it, NULL, &item) && buf_ok(&b)) {
        str y = branch_next(&yes), n = branch_next(&no);
        int t = truth(item);
        dyn_item(&b, t < 0 ? S("null") : t ? y : n);
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

static void strcat_array(struct fn_ctx *cx, const struct value *in,
                         size_t nin, struct value *out)
{
    struct json_iter it;
    struct buf b;
    str item;
    size_t n = 0;
    (void)nin;
    if (!dyn_is_array(&in[0]))
        return;
    json_iter_init(&it, in[0].s);
    dyn_begin(&b);
    while (json_next(&it, NULL, &item) && buf_ok(&b)) {
        struct value v = { .type = TYPE_DYNAMIC, .s = item,
                           .null = json_kind(item) == JSON_NULL };
        if (n++)
            buf_add(&b, in[1].s);
        value_text(&b, &v);
    }
    dyn_end(cx, &b, out);
}

/* Up to ZIP_MAX arrays side by side; the shorter ones end in nulls. */
enum { ZIP_MAX = 16 };

static void zip(struct fn_ctx *cx, const struct value *in, size_t nin,
                struct value *out)
{
    struct json_iter it[ZIP_MAX];
    struct buf b;
    int64_t rows = -1;
    if (nin > ZIP_MAX) {
        fn_fail(cx, "zip() takes at most %d arrays", ZIP_MAX);
        return;
    }
    for (size_t k = 0; k < nin; k++) {
        bool array = dyn_is_array(&in[k]);
        int64_t n = array ? json_count(in[k].s) : -1;
        rows = n > rows ? n : rows;
        json_iter_init(&it[k], array ? in[k].s : STR_NONE);
    }
    if (rows < 0)
        return;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (int64_t r = 0; r < rows && buf_ok(&b); r++) {
        buf_adds(&b, r ? ",[" : "[");
        for (size_t k = 0; k < nin; k++) {
            str item = STR_NONE;
            dyn_item(&b, json_next(&it[k], NULL, &item) ? item : STR_NONE);
        }
        buf_addc(&b, ']');
    }
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

#define HIDDEN(nm, par, r, fn, ex)                                           \
    { .name = nm, .params = par, .ret = r, .row = fn,                        \
      .flags = FN_HIDDEN | FN_MAYNULL | FN_NULLS, .usage = nm "(" par ")",   \
      .summary = "What the public function of this name runs as.",           \
      .example = "print " ex }
#define LENGTH(nm, flag)                                                     \
    { .name = nm, .params = "dynamic", .ret = TYPE_LONG,                     \
      .row = array_length, .flags = FN_MAYNULL | flag,                       \
      .usage = nm "(array)",                                                 \
      .summary = "The number of elements; null for what is no array.",       \
      .example = "print " nm "(dynamic([1, 2, 3]))" }
#define JOIN(nm, flag)                                                       \
    { .name = nm, .params = "dynamic, string", .ret = TYPE_STRING,           \
      .row = strcat_array, .flags = flag, .usage = nm "(array, delimiter)",  \
      .summary = "The elements as text, with a delimiter between them.",     \
      .example = "print " nm "(dynamic([1, 'b', true]), '->')" }

const struct lang_func funcs_array[] = {
    LENGTH("array_length", 0), LENGTH("arraylength", FN_HIDDEN),
    { .name = "array_concat", .params = "dynamic*", .ret = TYPE_DYNAMIC,
      .row = array_concat, .flags = FN_NULLS,
      .usage = "array_concat(array, …)",
      .summary = "All elements of all arrays in one.",
      .example = "print array_concat(dynamic([1, 2]), dynamic([3]))" },
    { .name = "array_slice", .params = "dynamic, long, long",
      .ret = TYPE_DYNAMIC, .row = array_slice, .flags = FN_MAYNULL,
      .usage = "array_slice(array, first, last)",
      .summary = "The elements from first to last, both included; negative "
                 "places count from the end.",
      .example = "print array_slice(dynamic([1, 2, 3, 4, 5]), 1, -2)" },
    { .name = "array_reverse", .params = "dynamic", .ret = TYPE_DYNAMIC,
      .row = array_reverse, .flags = FN_MAYNULL,
      .usage = "array_reverse(array)",
      .summary = "The elements from the last to the first.",
      .example = "print array_reverse(dynamic(['a', 'b', 'c']))" },
    { .name = "array_sum", .params = "dynamic", .ret = TYPE_REAL,
      .row = array_sum, .flags = FN_MAYNULL, .usage = "array_sum(array)",
      .summary = "The sum of the elements; null when one is no number.",
      .example = "print array_sum(dynamic([1, 2.5]))" },
    { .name = "array_split", .params = "dynamic, long", .ret = TYPE_DYNAMIC,
      .row = array_split_at, .flags = FN_MAYNULL,
      .usage = "array_split(array, place)",
      .summary = "An array of the elements before a place and of the others.",
      .example = "print array_split(dynamic([1, 2, 3, 4]), 2)" },
    { .name = "array_split", .params = "dynamic, dynamic",
      .ret = TYPE_DYNAMIC, .row = array_split_all, .flags = FN_MAYNULL,
      .usage = "array_split(array, places)",
      .summary = "An array of the parts between the given places.",
      .example = "print array_split(dynamic([1, 2, 3, 4]), dynamic([1, 3]))" },
    { .name = "array_rotate_left", .params = "dynamic, long",
      .ret = TYPE_DYNAMIC, .row = rotate_left, .flags = FN_MAYNULL,
      .usage = "array_rotate_left(array, count)",
      .summary = "The elements moved to the left, around the end.",
      .example = "print array_rotate_left(dynamic([1, 2, 3, 4]), 1)" },
    { .name = "array_rotate_right", .params = "dynamic, long",
      .ret = TYPE_DYNAMIC, .row = rotate_right, .flags = FN_MAYNULL,
      .usage = "array_rotate_right(array, count)",
      .summary = "The elements moved to the right, around the end.",
      .example = "print array_rotate_right(dynamic([1, 2, 3, 4]), 1)" },
    JOIN("strcat_array", 0), JOIN("array_strcat", FN_HIDDEN),
    { .name = "zip", .params = "dynamic, dynamic*", .ret = TYPE_DYNAMIC,
      .row = zip, .flags = FN_NULLS | FN_MAYNULL,
      .usage = "zip(array, array, …)",
      .summary = "An array of arrays: the first elements, the second, …; "
                 "missing ones are null.",
      .example = "print zip(dynamic([1, 2]), dynamic(['a', 'b']))" },
    HIDDEN("k_array_of", "dynamic*", TYPE_DYNAMIC, array_of,
           "'x 5' has_any (5, tostring(now()))"),
    HIDDEN("k_array_shift_left", "dynamic, long, dynamic?", TYPE_DYNAMIC,
           shift_left, "array_shift_left(dynamic([1, 2, 3]), 1)"),
    HIDDEN("k_array_shift_right", "dynamic, long, dynamic?", TYPE_DYNAMIC,
           shift_right, "array_shift_right(dynamic([1, 2, 3]), 1)"),
    HIDDEN("k_array_index_of", "dynamic, dynamic, long?, long?, long?",
           TYPE_LONG, array_index_of, "array_index_of(dynamic([1, 2]), 2)"),
    HIDDEN("k_array_iff", "dynamic, dynamic, dynamic", TYPE_DYNAMIC,
           array_iff, "array_iff(dynamic([true, false]), 1, 2)"),
};
const size_t nfuncs_array = ROWS(funcs_array);
