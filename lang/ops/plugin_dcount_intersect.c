/* plugin_dcount_intersect.c - `T | evaluate dcount_intersect(h1, h2, …)`: how
 * many values the first, the first two, the first three … sketches share. */
#include "plugin.h"

enum { MAX_SETS = 16 };

static struct node *dcount_intersect(struct binder *b, const struct ast *op,
                                     struct node *in)
{
    struct expr *sets[MAX_SETS];
    size_t n = plugin_nargs(op);
    if (!plugin_need(b, op, 1))
        return NULL;
    if (n > MAX_SETS) {
        bind_error(b, DIAG_LIMIT, op->span, "more than %d sets", MAX_SETS);
        return NULL;
    }
    struct node *p = project_new(b, op, in);
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(b, p, &in->cols.v[i]);
    for (size_t i = 0; i < n; i++) {
        sets[i] = coerce(b, bind_expr(b, plugin_arg(op, i, NULL)),
                         TYPE_DYNAMIC);
        struct expr **args = arena_array(b->arena, i + 1, sizeof *args);
        memcpy(args, sets, (i + 1) * sizeof *args);
        struct expr *e = bind_call_args(b, S("k_hll_common"), op->span, NULL,
                                        args, i + 1);
        project_add(b, p,
                    free_name(b, p, arena_fmt(b->arena, "s%zu", i)), e);
    }
    return p;
}

const struct lang_plugin plugin_dcount_intersect = {
    .name = "dcount_intersect",
    .usage = "T | evaluate dcount_intersect(h1, h2, …)",
    .summary = "Adds how many values the first hll has seen, the first two "
               "both, and so on, as s0, s1, …",
    .example = "range x from 1 to 30 step 1 "
               "| summarize a = hll(x), b = hll(x * 2) "
               "| evaluate dcount_intersect(a, b)",
    .bind = dcount_intersect,
};
