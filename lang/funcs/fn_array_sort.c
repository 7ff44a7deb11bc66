/* fn_array_sort.c - array_sort_asc and array_sort_desc.
 *
 * Called by: the engine, through the rows at the end. The order of mixed
 * elements: numbers, timespans, other strings (datetimes among them, whose
 * stored form sorts as text), everything else as it came. Equal elements keep
 * their order. O(n log n). */
#include "funcs.h"

#include <stdlib.h>

#include "base/ticks.h"
#include "dyn_int.h"

enum rank { RANK_NUMBER, RANK_TIMESPAN, RANK_STRING, RANK_OTHER, RANK_NULL };

/* long double holds every 64-bit integer and every double exactly. */
struct sort_key {
    enum rank rank;
    size_t place;
    long double number;
    str text;
};

struct order {
    bool descending;
    bool nulls_last;
};

/* [-][d.]hh:mm:ss[.fffffff] and nothing else: "10:20" stays a string. */
static bool is_timespan(str s, int64_t *ticks)
{
    if (s.n < 8 || s.n > 26 || !memchr(s.p, ':', s.n))
        return false;
    struct buf b;
    buf_init(&b, 64);
    bool ok = span_parse(s, ticks);
    if (ok)
        span_format(&b, *ticks);
    ok = ok && str_eq(buf_str(&b), s);
    buf_release(&b);
    return ok;
}

static struct sort_key key_of(str json, size_t place)
{
    struct sort_key k = { RANK_OTHER, place, 0, STR_NONE };
    struct value v;
    int64_t ticks;
    if (!json_scalar(json, &v) || v.type == TYPE_BOOL)
        return k;
    if (v.null) {
        k.rank = RANK_NULL;
    } else if (v.type == TYPE_STRING) {
        bool time = is_timespan(v.s, &ticks);
        k.rank = time ? RANK_TIMESPAN : RANK_STRING;
        k.number = time ? (long double)ticks : 0;
        k.text = v.s;
    } else {
        k.rank = RANK_NUMBER;
        k.number = v.type == TYPE_REAL ? (long double)v.d : (long double)v.i;
    }
    return k;
}

static int compare(const void *a, const void *b, void *ctx)
{
    const struct sort_key *x = a, *y = b;
    const struct order *o = ctx;
    int c = 0;
    if ((x->rank == RANK_NULL) != (y->rank == RANK_NULL))
        return (x->rank == RANK_NULL) == o->nulls_last ? 1 : -1;
    if (x->rank != y->rank)
        c = x->rank < y->rank ? -1 : 1;
    else if (x->rank <= RANK_TIMESPAN)
        c = x->number < y->number ? -1 : x->number > y->number;
    else if (x->rank == RANK_STRING)
        c = str_cmp(x->text, y->text);
    if (c)
        return o->descending ? -c : c;
    return x->place < y->place ? -1 : 1;
}

static void put_in_order(struct buf *b, const struct elems *e,
                         const struct sort_key *keys, size_t n)
{
    if (e->n != n) {
        dyn_item(b, S("null"));
        return;
    }
    if (b->n && b->p[b->n - 1] != '[')
        buf_addc(b, ',');
    buf_addc(b, '[');
    for (size_t i = 0; i < n; i++)
        dyn_item(b, e->v[keys[i].place]);
    buf_addc(b, ']');
}

/* in[0]: whether nulls come last; in[1]: the array that is sorted; further
 * ones follow its order. One array gives an array, several an array of them;
 * one of another length than the first becomes null. */
static void sort(struct fn_ctx *cx, const struct value *in, size_t nin,
                 bool descending, struct value *out)
{
    struct order o = { descending, in[0].null || in[0].i };
    struct elems first, e;
    struct buf b;
    if (!elems_init(&first, cx, &in[1])) {
        elems_release(&first);
        return;
    }
    struct sort_key *keys = xcalloc(first.n + 1, sizeof *keys);
    for (size_t i = 0; i < first.n; i++)
        keys[i] = key_of(first.v[i], i);
    qsort_r(keys, first.n, sizeof *keys, compare, &o);
    dyn_begin(&b);
    if (nin > 2)
        buf_addc(&b, '[');
    put_in_order(&b, &first, keys, first.n);
    for (size_t k = 2; k < nin; k++) {
        bool array = elems_init(&e, cx, &in[k]);
        if (!array)
            dyn_item(&b, S("null"));
        else
            put_in_order(&b, &e, keys, first.n);
        elems_release(&e);
    }
    if (nin > 2)
        buf_addc(&b, ']');
    dyn_end(cx, &b, out);
    free(keys);
    elems_release(&first);
}

static void sort_asc(struct fn_ctx *cx, const struct value *in, size_t nin,
                     struct value *out)
{
    sort(cx, in, nin, false, out);
}

static void sort_desc(struct fn_ctx *cx, const struct value *in, size_t nin,
                      struct value *out)
{
    sort(cx, in, nin, true, out);
}

#define SORT(nm, fn, public)                                                 \
    { .name = nm, .params = "bool, dynamic, dynamic*", .ret = TYPE_DYNAMIC,  \
      .row = fn, .flags = FN_HIDDEN | FN_NULLS | FN_MAYNULL,                 \
      .usage = nm "(nulls_last, array, …)",                                  \
      .summary = "What " public " runs as.",                                 \
      .example = "print " public "(dynamic([3, 1, 2]))" }

const struct lang_func funcs_array_sort[] = {
    SORT("k_array_sort_asc", sort_asc, "array_sort_asc"),
    SORT("k_array_sort_desc", sort_desc, "array_sort_desc"),
};
const size_t nfuncs_array_sort = ROWS(funcs_array_sort);
