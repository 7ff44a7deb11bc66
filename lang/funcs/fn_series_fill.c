/* fn_series_fill.c - missing values of a series filled in.
 *
 * Called by: the engine, through the rows at the end. The elements keep their
 * spelling, so integers stay integers. Which value is missing is an argument;
 * by default it is null. O(n). */
#include "bind/bind.h"
#include "funcs.h"
#include "series_int.h"

struct gaps {
    struct elems e;
    str missing;     /* "" for null */
};

static bool gaps_init(struct gaps *g, struct fn_ctx *cx,
                      const struct value *in, size_t nin, size_t which)
{
    g->missing = which < nin && !in[which].null ? in[which].s : STR_NONE;
    return elems_init(&g->e, cx, &in[0]);
}

static bool is_gap(const struct gaps *g, size_t i)
{
    if (g->missing.n == 0)
        return json_kind(g->e.v[i]) == JSON_NULL;
    return dyn_equal(g->e.v[i], g->missing);
}

static void write_all(struct fn_ctx *cx, struct gaps *g, struct value *out)
{
    struct buf b;
    dyn_begin(&b);
    buf_addc(&b, '[');
    for (size_t i = 0; i < g->e.n && buf_ok(&b); i++)
        dyn_item(&b, g->e.v[i]);
    buf_addc(&b, ']');
    dyn_end(cx, &b, out);
}

/* series, value [, missing] */
static void fill_const(struct fn_ctx *cx, const struct value *in, size_t nin,
                       struct value *out)
{
    struct gaps g;
    if (gaps_init(&g, cx, in, nin, 2)) {
        str with = nin > 1 && !in[1].null ? in[1].s : STR_NONE;
        for (size_t i = 0; i < g.e.n; i++)
            if (is_gap(&g, i))
                g.e.v[i] = with;
        write_all(cx, &g, out);
    }
    elems_release(&g.e);
}

/* series [, missing] */
static void fill_forward(struct fn_ctx *cx, const struct value *in, size_t nin,
                         struct value *out)
{
    struct gaps g;
    if (gaps_init(&g, cx, in, nin, 1)) {
        for (size_t i = 1; i < g.e.n; i++)
            if (is_gap(&g, i))
                g.e.v[i] = g.e.v[i - 1];
        write_all(cx, &g, out);
    }
    elems_release(&g.e);
}

static void fill_backward(struct fn_ctx *cx, const struct value *in,
                          size_t nin, struct value *out)
{
    struct gaps g;
    if (gaps_init(&g, cx, in, nin, 1)) {
        for (size_t i = g.e.n; i-- > 1;)
            if (is_gap(&g, i - 1))
                g.e.v[i - 1] = g.e.v[i];
        write_all(cx, &g, out);
    }
    elems_release(&g.e);
}

/* --- on the line between the neighbours -------------------------------- */

struct line {
    struct gaps g;
    struct fn_ctx *cx;
    bool whole;      /* all values are integers: so are the new ones */
    bool edges;
};

static str number_text(struct line *l, double v)
{
    char room[40];
    struct buf b = { .p = room, .cap = sizeof room, .max = sizeof room };
    if (l->whole && v > -9.2e18 && v < 9.2e18) {
        int n = snprintf(room, sizeof room, "%lld", (long long)v);
        return arena_str(l->cx->tmp, (str){ room, (size_t)n });
    }
    buf_init(&b, sizeof room);
    json_text_f64(&b, v);
    str text = buf_take(&b, l->cx->tmp);
    buf_release(&b);
    return text;
}

/* The gap from `beg` to `end` (not in it); its neighbours may be outside. */
static void fill_gap(struct line *l, size_t beg, size_t end)
{
    struct elems *e = &l->g.e;
    double a, b;
    if (beg == 0 || end == e->n) {
        for (size_t i = beg; l->edges && i < end; i++)
            e->v[i] = beg ? e->v[beg - 1] : e->v[end];
        return;
    }
    if (!series_number(e->v[beg - 1], &a) || !series_number(e->v[end], &b))
        return;
    double step = (b - a) / (double)(end - beg + 1);
    for (size_t i = beg; i < end; i++)
        e->v[i] = number_text(l, a + step * (double)(i - beg + 1));
}

static void fill_gaps(struct line *l)
{
    size_t n = l->g.e.n, beg = 0;
    while (beg < n) {
        size_t end = beg;
        if (!is_gap(&l->g, beg)) {
            beg++;
            continue;
        }
        while (end < n && is_gap(&l->g, end))
            end++;
        fill_gap(l, beg, end);
        beg = end + 1;
    }
}

static size_t count_gaps(struct line *l)
{
    size_t gaps = 0;
    l->whole = true;
    for (size_t i = 0; i < l->g.e.n; i++) {
        bool gap = is_gap(&l->g, i);
        gaps += gap;
        l->whole &= gap || json_kind(l->g.e.v[i]) == JSON_LONG;
    }
    return gaps;
}

/* series [, missing [, edges [, value where all are missing]]] */
static void fill_linear(struct fn_ctx *cx, const struct value *in, size_t nin,
                        struct value *out)
{
    struct line l = { .cx = cx };
    l.edges = nin < 3 || in[2].null || in[2].i;
    if (gaps_init(&l.g, cx, in, nin, 1)) {
        str usual = nin < 4 ? S("0.0") : in[3].null ? STR_NONE : in[3].s;
        if (count_gaps(&l) < l.g.e.n)
            fill_gaps(&l);
        else
            for (size_t i = 0; i < l.g.e.n; i++)
                l.g.e.v[i] = usual;
        write_all(cx, &l.g, out);
    }
    elems_release(&l.g.e);
}

/* --- rows -------------------------------------------------------------- */

/* Placeholders and values may be of any numeric type: bit i of `which`. */
static void as_dynamic(struct binder *b, struct expr **args, size_t n,
                       unsigned which)
{
    for (size_t i = 0; i < n; i++)
        if (which >> i & 1)
            args[i] = coerce(b, args[i], TYPE_DYNAMIC);
}

#define BIND(fn, which)                                                      \
    static struct expr *bind_##fn(struct binder *b, const struct ast *call,  \
                                  struct expr **args, size_t n)              \
    {                                                                        \
        as_dynamic(b, args, n, which);                                       \
        return bind_call_args(b, S("k_series_" #fn),                         \
                              call ? call->span : NO_SPAN, call, args, n);   \
    }

BIND(fill_const, 1u << 1 | 1u << 2)
BIND(fill_forward, 1u << 1)
BIND(fill_backward, 1u << 1)
BIND(fill_linear, 1u << 1 | 1u << 3)

#define FILL(fn, outer, inner, use, what, ex)                                \
    { .name = "series_" #fn, .params = outer, .ret = TYPE_DYNAMIC,           \
      .bind = bind_##fn, .usage = "series_" #fn use, .summary = what,        \
      .example = "print series_" #fn "(dynamic(" ex ")" },                   \
    { .name = "k_series_" #fn, .params = inner, .ret = TYPE_DYNAMIC,         \
      .row = fn, .flags = FN_HIDDEN | FN_NULLS | FN_MAYNULL,                 \
      .usage = "k_series_" #fn use,                                          \
      .summary = "What series_" #fn " runs as.",                             \
      .example = "print series_" #fn "(dynamic(" ex ")" }

const struct lang_func funcs_series_fill[] = {
    FILL(fill_const, "dynamic, any, any?", "dynamic, dynamic, dynamic?",
         "(series, value [, missing])",
         "The series with a constant for each missing value.",
         "[1, null, 3]), 0"),
    FILL(fill_forward, "dynamic, any?", "dynamic, dynamic?",
         "(series [, missing])",
         "The series with the value before for each missing one.",
         "[1, null, 3])"),
    FILL(fill_backward, "dynamic, any?", "dynamic, dynamic?",
         "(series [, missing])",
         "The series with the value behind for each missing one.",
         "[1, null, 3])"),
    FILL(fill_linear, "dynamic, any?, bool?, any?",
         "dynamic, dynamic?, bool?, dynamic?",
         "(series [, missing [, edges [, constant]]])",
         "The series with missing values on the line between their "
         "neighbours; at the ends (unless edges is false) the nearest value.",
         "[1, null, null, 4])"),
};
const size_t nfuncs_series_fill = ROWS(funcs_series_fill);
