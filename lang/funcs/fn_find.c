/* fn_find.c - the string operators, and where and how often a text occurs.
 *
 * Called by: the engine, once per row. A needle is compiled once per call site
 * and thread and kept as long as it stays the same; a needle that changes from
 * row to row is compiled for its row only, so that nothing piles up. */
#include "analytics/text_search.h"
#include "base/utf8.h"
#include "text_int.h"

enum { MAX_KEPT = 8 }; /* compiled needles before they are made per row */

struct kept_needle {
    str text;
    struct text_needle *needle;
    unsigned made;
};

static struct text_needle *get_needle(struct fn_ctx *cx, str text,
                                      enum text_mode mode, bool cs)
{
    struct kept_needle *k = cx->cache;
    if (!k)
        k = cx->cache = NEW(cx->keep, struct kept_needle);
    if (k->made && str_eq(k->text, text))
        return k->needle;
    if (k->made == MAX_KEPT)
        return text_needle_new(cx->tmp, text, mode, cs);
    k->made++;
    k->text = arena_str(cx->keep, text);
    return k->needle = text_needle_new(cx->keep, text, mode, cs);
}

#define MATCH_ROW(name, mode, cs)                                            \
    static void name(struct fn_ctx *cx, const struct value *in, size_t n,    \
                     struct value *out)                                      \
    {                                                                        \
        (void)n;                                                             \
        dyn_set_bool(out, text_match(get_needle(cx, in[1].s, mode, cs),      \
                                     in[0].s));                              \
    }

MATCH_ROW(row_contains, TEXT_CONTAINS, false)
MATCH_ROW(row_contains_cs, TEXT_CONTAINS, true)
MATCH_ROW(row_has, TEXT_HAS, false)
MATCH_ROW(row_has_cs, TEXT_HAS, true)
MATCH_ROW(row_hasprefix, TEXT_HASPREFIX, false)
MATCH_ROW(row_hasprefix_cs, TEXT_HASPREFIX, true)
MATCH_ROW(row_hassuffix, TEXT_HASSUFFIX, false)
MATCH_ROW(row_hassuffix_cs, TEXT_HASSUFFIX, true)

static void row_startswith(struct fn_ctx *cx, const struct value *in, size_t n,
                           struct value *out)
{
    (void)cx, (void)n;
    dyn_set_bool(out, text_starts_fold(in[0].s, in[1].s));
}

static void row_endswith(struct fn_ctx *cx, const struct value *in, size_t n,
                         struct value *out)
{
    (void)cx, (void)n;
    dyn_set_bool(out, text_ends_fold(in[0].s, in[1].s));
}

static void row_eq_ci(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    (void)cx, (void)n;
    dyn_set_bool(out, text_eq_fold(in[0].s, in[1].s));
}

/* What is equal under =~ is the same text here. */
static void row_fold(struct fn_ctx *cx, const struct value *in, size_t n,
                     struct value *out)
{
    struct buf b;
    (void)n;
    buf_init(&b, 4 * in[0].s.n + 4);
    for (size_t i = 0; i < in[0].s.n;)
        buf_add_utf8(&b, utf8_fold(utf8_next(in[0].s, &i)));
    set_text(out, buf_take(&b, cx->tmp));
    buf_release(&b);
}

/* The needles of a dynamic: the elements of an array and of arrays in it, or
 * one value. Null is no needle. */
struct needles {
    str *v;
    size_t n, cap;
};

static void add_needle(struct needles *l, str s)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 16;
        l->v = xrealloc(l->v, l->cap * sizeof *l->v);
    }
    l->v[l->n++] = s;
}

static void read_needles(struct fn_ctx *cx, struct needles *l,
                         const struct value *v, int depth)
{
    struct elems e;
    if (v->null)
        return;
    if (!elems_init(&e, cx, v)) {
        if (v->s.n && !str_eq(v->s, S("null")))
            add_needle(l, dyn_text(cx, v->s));
        elems_release(&e);
        return;
    }
    for (size_t i = 0; i < e.n && depth < 8; i++) {
        struct value item = { .type = TYPE_DYNAMIC, .s = e.v[i] };
        read_needles(cx, l, &item, depth + 1);
    }
    elems_release(&e);
}

struct kept_set {
    str json;
    bool null;
    unsigned made;
    struct text_set *set;
    struct text_words *words;
};

static void compile_set(struct fn_ctx *cx, struct arena *a, struct kept_set *k,
                        const struct value *list, bool whole)
{
    struct needles l = { 0 };
    read_needles(cx, &l, list, 0);
    if (whole)
        k->words = text_words_new(a, l.v, l.n);
    else
        k->set = text_set_new(a, l.v, l.n);
    free(l.v);
}

/* The compiled list, for whole texts or for terms. */
static const struct kept_set *get_set(struct fn_ctx *cx,
                                      const struct value *list, bool whole)
{
    struct kept_set *k = cx->cache;
    if (!k)
        k = cx->cache = NEW(cx->keep, struct kept_set);
    if (k->made && k->null == list->null &&
        (list->null || str_eq(k->json, list->s)))
        return k;
    struct arena *a = cx->keep;
    if (k->made == MAX_KEPT) {
        a = cx->tmp;
        k = NEW(a, struct kept_set);
    } else {
        k->made++;
        k->null = list->null;
        k->json = list->null ? STR_NONE : arena_str(a, list->s);
    }
    compile_set(cx, a, k, list, whole);
    return k;
}

static void row_has_any(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    (void)n;
    dyn_set_bool(out, text_set_any(get_set(cx, &in[1], false)->set, in[0].s));
}

static void row_has_all(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    (void)n;
    dyn_set_bool(out, text_set_all(get_set(cx, &in[1], false)->set, in[0].s));
}

static void row_has_any_index(struct fn_ctx *cx, const struct value *in,
                              size_t n, struct value *out)
{
    (void)n;
    dyn_set_long(out,
                 text_set_first(get_set(cx, &in[1], false)->set, in[0].s));
}

static void row_in_ci(struct fn_ctx *cx, const struct value *in, size_t n,
                      struct value *out)
{
    (void)n;
    dyn_set_bool(out,
                 text_words_has(get_set(cx, &in[1], true)->words, in[0].s));
}

/* Where indexof() looks: a hit begins in the `length` code points from `start`
 * on, and may end behind them. */
struct window {
    int64_t start;  /* in code points */
    str text;
};

/* False: the answer is null. */
static bool open_window(struct window *w, str s, str what, int64_t start,
                        int64_t length)
{
    if (length < -1)
        return false;
    if (start < 0) {
        int64_t count = (int64_t)utf8_count(s);
        start = start < -count ? 0 : count + start;
    }
    size_t beg = text_skip(s, 0, start);
    size_t end = length < 0 ? s.n : text_skip(s, beg, length);
    if (length > 0 && what.n)
        end = what.n - 1 < s.n - end ? end + what.n - 1 : s.n;
    *w = (struct window){ start, str_sub(s, beg, end) };
    return true;
}

/* indexof(text, lookup [, start [, length [, occurrence]]]) */
static void row_indexof(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    struct window w;
    str what = arg_text(cx, &in[1]);
    int64_t occurrence = n > 4 ? in[4].i : 1;
    if (!open_window(&w, arg_text(cx, &in[0]), what, n > 2 ? in[2].i : 0,
                     n > 3 ? in[3].i : -1) ||
        occurrence < 1 || what.n == 0)
        return;
    size_t at = 0;
    for (;; at++) {
        ptrdiff_t hit = str_find(str_sub(w.text, at, w.text.n), what);
        if (hit < 0) {
            dyn_set_long(out, -1);
            return;
        }
        at += (size_t)hit;
        if (--occurrence == 0)
            break;
    }
    dyn_set_long(out, w.start + (int64_t)utf8_count(str_sub(w.text, 0, at)));
}

/* Overlapping occurrences count. */
static void row_countof(struct fn_ctx *cx, const struct value *in, size_t n,
                        struct value *out)
{
    str s = in[0].s, what = in[1].s;
    int64_t count = 0;
    (void)cx, (void)n;
    for (size_t at = 0; what.n;) {
        ptrdiff_t hit = str_find(str_sub(s, at, s.n), what);
        if (hit < 0)
            break;
        count++;
        at += (size_t)hit + 1;
    }
    dyn_set_long(out, count);
}

#define OPERATOR(fn, c, does, sample)                                        \
    { .name = fn, .params = "string, string", .ret = TYPE_BOOL, .row = c,    \
      .flags = FN_HIDDEN, .usage = fn "(text, needle)", .summary = does,     \
      .example = "print " sample }
#define LIST_OPERATOR(fn, c, does, sample)                                   \
    { .name = fn, .params = "string, dynamic", .ret = TYPE_BOOL, .row = c,   \
      .flags = FN_HIDDEN | FN_NULLS, .usage = fn "(text, list)",             \
      .summary = does, .example = "print " sample }
#define INDEXOF(type, lookup, more)                                          \
    { .name = "indexof",                                                     \
      .params = type ", " lookup ", long?, long?, long?", .ret = TYPE_LONG,  \
      .row = row_indexof, .flags = FN_MAYNULL | more,                        \
      .usage = "indexof(text, lookup [, start [, length [, occurrence]]])",  \
      .summary = "Place of a text in another, from 0; -1 when it is not "    \
                 "there. A negative start counts from the end.",             \
      .example = "print indexof(\"svchost.exe\", \".\")" }
#define HAS_ANY_INDEX(fn, more)                                              \
    { .name = fn, .params = "string, dynamic", .ret = TYPE_LONG,             \
      .row = row_has_any_index, .flags = FN_NULLS | more,                    \
      .usage = fn "(text, list)",                                            \
      .summary = "Place of the first item of a list that the text has as a " \
                 "term; -1 when it has none.",                               \
      .example = "print " fn "(\"run whoami\", "                             \
                 "dynamic([\"net\", \"whoami\"]))" }

const struct lang_func funcs_find[] = {
    OPERATOR("k_contains", row_contains, "contains, without case.",
             "\"CMD.exe\" contains \"cmd\""),
    OPERATOR("k_contains_cs", row_contains_cs, "contains, with case.",
             "\"cmd.exe\" contains_cs \"cmd\""),
    OPERATOR("k_has", row_has, "has, without case.",
             "\"cmd.exe /c\" has \"EXE\""),
    OPERATOR("k_has_cs", row_has_cs, "has, with case.",
             "\"cmd.exe /c\" has_cs \"exe\""),
    OPERATOR("k_hasprefix", row_hasprefix, "hasprefix, without case.",
             "\"run Power\" hasprefix \"pow\""),
    OPERATOR("k_hasprefix_cs", row_hasprefix_cs, "hasprefix, with case.",
             "\"run Power\" hasprefix_cs \"Pow\""),
    OPERATOR("k_hassuffix", row_hassuffix, "hassuffix, without case.",
             "\"PowerShell run\" hassuffix \"shell\""),
    OPERATOR("k_hassuffix_cs", row_hassuffix_cs, "hassuffix, with case.",
             "\"PowerShell run\" hassuffix_cs \"Shell\""),
    OPERATOR("k_startswith", row_startswith, "startswith, without case.",
             "\"CMD.exe\" startswith \"cmd\""),
    OPERATOR("k_endswith", row_endswith, "endswith, without case.",
             "\"cmd.EXE\" endswith \".exe\""),
    OPERATOR("k_eq_ci", row_eq_ci, "Equal but for case.",
             "\"CMD.exe\" =~ \"cmd.EXE\""),
    { .name = "k_fold", .params = "string", .ret = TYPE_STRING,
      .row = row_fold, .flags = FN_HIDDEN, .usage = "k_fold(text)",
      .summary = "The text without case, by Unicode's simple folding.",
      .example = "print \"CMD\" in~ ((print \"cmd\"))" },
    LIST_OPERATOR("k_has_any", row_has_any, "has, for any item of a list.",
                  "\"run whoami\" has_any (\"net\", \"whoami\")"),
    LIST_OPERATOR("k_has_all", row_has_all, "has, for all items of a list.",
                  "\"net user bo\" has_all (\"net\", \"user\")"),
    LIST_OPERATOR("k_in_ci", row_in_ci, "Equal but for case to any item.",
                  "\"CMD\" in~ (\"cmd\", \"net\")"),
    HAS_ANY_INDEX("has_any_index", 0),
    HAS_ANY_INDEX("k_has_any_index", FN_HIDDEN),
    INDEXOF("string", "string", 0), INDEXOF("long", "long", FN_HIDDEN),
    INDEXOF("long", "string", FN_HIDDEN), INDEXOF("string", "long", FN_HIDDEN),
    { .name = "k_countof", .params = "string, string", .ret = TYPE_LONG,
      .row = row_countof, .flags = FN_HIDDEN, .usage = "k_countof(text, what)",
      .summary = "Occurrences of a text, overlapping ones too.",
      .example = "print countof(\"aaa\", \"aa\")" },
};
const size_t nfuncs_find = ROWS(funcs_find);
