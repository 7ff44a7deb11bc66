/* aggs.c - the aggregation functions, nearly all of them templates.
 *
 * Called by: lang.c, which hands the table to the binder.
 * Over no rows: count, sum, dcount, stdev give 0, lists are empty, min and max
 * null, avg NaN. Nulls are skipped except by count. */
#include "aggs.h"

#include "aggfns.h"

#define AGG(...)   COLLECT(AGG_VALUE, __VA_ARGS__)
#define LISTS(...) COLLECT(AGG_LIST, __VA_ARGS__)
#define SETS(...)  COLLECT(AGG_SET, __VA_ARGS__)
#define COLLECT(how, nm, pre, par, r, template, fl, use, sum, ex) \
    { .prefix = pre,                                              \
      .collects = how,                                            \
      .func = { .name = nm,                                       \
                .params = par,                                    \
                .ret = r,                                         \
                .sql = template,                                  \
                .flags = fl,                                      \
                .usage = use,                                     \
                .summary = sum,                                   \
                .example = ex } },

/* One of values of each type that can be ordered as a number. */
#define TDIGEST(type)                                                         \
    TDIGEST_ROW(#type, "k_agg_tdigest_" #type "($1, 1)")                      \
    TDIGEST_ROW(#type ", long", "k_agg_tdigest_" #type "($1, $2)")
#define TDIGEST_ROW(params, sql)                                              \
    AGG("tdigest", "tdigest_", params, TYPE_DYNAMIC, sql,                     \
        FN_MAYNULL | FN_HIDDEN, NULL, NULL, NULL)

/* NaN in the group makes the result NaN, as in Kusto. */
#define NAN_OR(what)                                                   \
    "(CASE WHEN coalesce(bool_or(isnan($1)), FALSE) "                  \
    "THEN 'nan'::DOUBLE ELSE " what " END)"

/* The engine refuses infinities in these, and numbers whose squares are; KQL
 * answers NaN. */
#define SPREAD(fn, filter)                                           \
    "(CASE WHEN coalesce(bool_or(NOT (abs($1) < 1e150))" filter      \
    ", FALSE) THEN 'nan'::DOUBLE ELSE coalesce(" fn                  \
    "(CASE WHEN abs($1) < 1e150 THEN $1 END)" filter ", 0::DOUBLE) END)"

/* The sum of longs, which wraps around. */
#define WRAPPED(what)                                                        \
    "coalesce(TRY_CAST(sum(" what ") AS BIGINT), k_wrap(CAST(sum(" what      \
    ") AS VARCHAR)), 0)"

static const struct lang_agg rows[] = {
#include "aggs.def"
};

const struct lang_agg *const *lang_aggs(size_t *n)
{
    static const struct lang_agg *all[sizeof rows / sizeof *rows];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        all[i] = &rows[i];
    *n = sizeof rows / sizeof *rows;
    return all;
}

static const struct {
    const struct lang_aggfn *rows;
    const size_t *n;
} families[] = {
    { aggfns_collect, &naggfns_collect },
    { aggfns_weighted, &naggfns_weighted },
    { aggfns_schema, &naggfns_schema },
    { aggfns_sketch, &naggfns_sketch },
    { aggfns_decimal, &naggfns_decimal },
};

const struct lang_aggfn *lang_aggfn(size_t i)
{
    for (size_t k = 0; k < sizeof families / sizeof *families; k++) {
        if (i < *families[k].n)
            return &families[k].rows[i];
        i -= *families[k].n;
    }
    return NULL;
}
