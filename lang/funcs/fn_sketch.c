/* fn_sketch.c - the functions on sketches, which are refused by name.
 *
 * Called by: the binder, for hll, tdigest and what reads them.
 * A sketch is a summary that is stored and merged later. dcount and percentile
 * are exact here and need none, so a query with one is told to use these. */
#include "funcs.h"

#include "aggfns.h"
#include "bind/bind.h"
#include "dyn_int.h"

struct expr *refuse_sketch(struct binder *b, const struct ast *call,
                           struct expr **args, size_t nargs)
{
    struct span at = call ? call->span : NO_SPAN;
    str name = call ? call->text : S("a sketch");
    bool counts = str_find(name, S("hll")) >= 0;
    (void)args, (void)nargs;
    struct diag *d = bind_error(b, DIAG_UNSUPPORTED, at,
                                "'%.*s' is not supported", STRF(name));
    diag_hint(b->ds, d,
              counts ? "dcount(x) and count_distinct(x) count exactly, over "
                       "all rows at once"
                     : "percentile(x, p) and percentilew(x, weight, p) are "
                       "exact, over all rows at once");
    return ex_error(b, at);
}

#define REFUSED(nm)                                                  \
    { .name = nm, .params = "any*", .ret = TYPE_DYNAMIC,             \
      .flags = FN_HIDDEN, .bind = refuse_sketch }

const struct lang_func funcs_sketch[] = {
    REFUSED("dcount_hll"),
    REFUSED("hll_merge"),
    REFUSED("merge_tdigest"),
    REFUSED("percentile_tdigest"),
    REFUSED("percentiles_array_tdigest"),
    REFUSED("percentrank_tdigest"),
    REFUSED("rank_tdigest"),
    REFUSED("tdigest_merge"),
};
const size_t nfuncs_sketch = ROWS(funcs_sketch);
