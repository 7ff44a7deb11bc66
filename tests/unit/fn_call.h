/* fn_call.h - calls C row functions as the engine does, for unit tests.
 *
 *     CHECK_STR(CALL("array_slice", D("[1,2]"), L(0), L(0)), "[1]");
 *
 * A test names its families in `static const struct func_family families[]`
 * before it includes this. The answer is tostring()'s text, "<null>" for null,
 * "!" and the sentence for a failure. All calls of a test share an arena. */
#ifndef UNIT_FN_CALL_H
#define UNIT_FN_CALL_H

#include "base/json_text.h"

static struct fn_ctx call_cx;

static inline struct value D(const char *json)
{
    return (struct value){ .type = TYPE_DYNAMIC, .s = str_of(json) };
}

static inline struct value T(const char *text)
{
    return (struct value){ .type = TYPE_STRING, .s = str_of(text) };
}

static inline struct value L(int64_t i)
{
    return (struct value){ .type = TYPE_LONG, .i = i };
}

static inline struct value R(double d)
{
    return (struct value){ .type = TYPE_REAL, .d = d };
}

static inline struct value B(bool b)
{
    return (struct value){ .type = TYPE_BOOL, .i = b };
}

static inline struct value NIL(enum type t)
{
    return (struct value){ .type = t, .null = true };
}

/* Whether a row's parameters are exactly the types of the arguments. */
static inline bool call_fits(const char *params, const struct value *in,
                             size_t n)
{
    str spec = str_of(params);
    size_t i = 0;
    while (spec.n) {
        ptrdiff_t comma = str_find_char(spec, ',');
        str word = str_trim(str_sub(spec, 0, comma < 0 ? spec.n
                                                       : (size_t)comma));
        spec = str_sub(spec, comma < 0 ? spec.n : (size_t)comma + 1, spec.n);
        char mark = word.n ? word.p[word.n - 1] : 0;
        if (mark == '?' || mark == '*')
            word.n--;
        enum type t = TYPE_ERROR;
        type_from_name(word, &t);
        if (i == n)
            return mark == '?' || mark == '*';
        do {
            if (in[i].type != t)
                return false;
        } while (++i < n && mark == '*');
    }
    return i == n;
}

static inline const struct lang_func *call_find(const char *name,
                                                const struct value *in,
                                                size_t n)
{
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (size_t k = 0; k < *families[f].n; k++) {
            const struct lang_func *row = &families[f].rows[k];
            if (row->row && strcmp(row->name, name) == 0 &&
                call_fits(row->params, in, n))
                return row;
        }
    return NULL;
}

static inline str call_text(const struct value *v)
{
    struct buf b;
    if (call_cx.error.n) {
        str text = arena_fmt(call_cx.keep, "!%.*s", STRF(call_cx.error));
        call_cx.error = STR_NONE;
        return text;
    }
    if (v->null)
        return S("<null>");
    if (v->type == TYPE_DYNAMIC)
        return v->s;
    buf_init(&b, 1u << 30);
    value_text(&b, v);
    str text = buf_take(&b, call_cx.keep);
    buf_release(&b);
    return text;
}

static inline str call_row(const char *name, size_t n, const struct value *in)
{
    const struct lang_func *f = call_find(name, in, n);
    if (!call_cx.keep)
        call_cx = (struct fn_ctx){ .tmp = arena_new(), .keep = arena_new() };
    call_cx.cache = NULL;
    if (!f)
        return S("(no such row)");
    struct value out = { .type = (enum type)f->ret };
    out.null = out.type != TYPE_STRING;
    bool skip = false;
    for (size_t i = 0; i < n; i++)
        skip |= in[i].null && in[i].type != TYPE_STRING &&
                !(f->flags & FN_NULLS);
    if (!skip)
        f->row(&call_cx, in, n, &out);
    return call_text(&out);
}

#define CALL(name, ...)                                                      \
    call_row(name,                                                           \
             sizeof((struct value[]){ __VA_ARGS__ }) / sizeof(struct value), \
             (struct value[]){ __VA_ARGS__ })

/* At the end of the last test: the arenas. */
static inline void call_end(void)
{
    arena_free(call_cx.tmp);
    arena_free(call_cx.keep);
    call_cx = (struct fn_ctx){ 0 };
}

/* --- every row with every kind of value ------------------------------- */

static const char *const call_odd[] = {
    "1", "-1", "1.5", "true", "\"\"", "\"a\\n\\\"b\"", "[]", "{}",
    "[1,\"a\",null,[2],{\"b\":3},1.0,true]", "{\"a\":{\"b\":[1]},\"\":2}",
    "[[[[1]]]]", "\"$.a.b\"", "[\"$.a.b\",\"x\"]", "[{\"a\":1},{\"a\":2}]",
    "9223372036854775807", "\"10.0.0.1/8\"", "[\"10.0.0.1/8\",\"::1\"]",
    "<e a='1'>x<b/></e>", "C:\\x\\y.exe \"a b\"", "http://u:p@h:1/p?q=1#f",
    "\xff\xfe", "xn--", "$.a[0]['b']", "eJxLRAUAMuoFYQ==", "windows",
};
enum { CALL_NODD = sizeof call_odd / sizeof *call_odd, CALL_NJSON = 17 };

static inline struct value call_pick(enum type t, size_t pick)
{
    static const int64_t whole[] = { 0, 1, -1, 3, 1000, INT64_MAX, INT64_MIN };
    struct value v = { .type = t };
    if (t == TYPE_DYNAMIC)
        v.s = str_of(call_odd[pick % CALL_NJSON]);
    else if (type_is_text(t))
        v.s = str_of(call_odd[pick % CALL_NODD]);
    else if (t == TYPE_REAL)
        v.d = (double)whole[pick % 7] / 3;
    else
        v.i = t == TYPE_BOOL ? (int64_t)(pick & 1) : whole[pick % 7];
    v.null = t != TYPE_STRING && pick % 23 == 22;
    return v;
}

/* Arguments for a row; a parameter that repeats gets two. */
static inline size_t call_args(const char *params, size_t seed,
                               struct value in[8])
{
    str spec = str_of(params);
    size_t n = 0, pick = seed;
    while (spec.n && n < 7) {
        ptrdiff_t comma = str_find_char(spec, ',');
        size_t end = comma < 0 ? spec.n : (size_t)comma;
        str word = str_trim(str_sub(spec, 0, end));
        char mark = word.p[word.n - 1];
        enum type t = TYPE_ERROR;
        spec = str_sub(spec, end + (comma >= 0), spec.n);
        word.n -= mark == '?' || mark == '*';
        type_from_name(word, &t);
        in[n++] = call_pick(t, pick);
        if (mark == '*')
            in[n++] = call_pick(t, pick / 3);
        pick = pick / 5 + seed * 7 + n;
    }
    return n;
}

/* Runs a row; what it answers as dynamic must be stored JSON. */
static inline bool call_once(const struct lang_func *row, size_t seed)
{
    struct value in[8], out = { .type = (enum type)row->ret };
    size_t n = call_args(row->params, seed, in);
    for (size_t i = 0; i < n; i++)
        if (in[i].null && !(row->flags & FN_NULLS))
            return false;
    out.null = out.type != TYPE_STRING;
    call_cx.cache = NULL;
    call_cx.error = STR_NONE;
    row->row(&call_cx, in, n, &out);
    if (out.type == TYPE_DYNAMIC && !out.null) {
        struct buf check;
        buf_init(&check, 1u << 28);
        CHECK(json_compact(&check, out.s, JSON_MAX_DEPTH, NULL));
        CHECK(str_eq(buf_str(&check), out.s));
        if (!str_eq(buf_str(&check), out.s))
            printf("%s gives %.*s\n", row->name, STRF(out.s));
        buf_release(&check);
    }
    arena_reset(call_cx.tmp);
    return true;
}

/* How many calls were made. range() and repeat() are left out: with these
 * numbers they make a million elements each time. */
static inline size_t call_everything(void)
{
    size_t calls = 0;
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (size_t k = 0; k < *families[f].n; k++) {
            const struct lang_func *row = &families[f].rows[k];
            if (!row->row || strstr(row->name, "range") == row->name ||
                strcmp(row->name, "k_repeat") == 0)
                continue;
            for (size_t seed = 0; seed < CALL_NODD * CALL_NODD; seed++)
                calls += call_once(row, seed);
        }
    return calls;
}

#endif
