/* plugin_rolling_percentile.c - `T | evaluate rolling_percentile(…)`. */
#include "plugin.h"

enum { MAX_BINS = 100000 };

/* Every row goes into the bins of all windows that it is in; of these the
 * bins that have rows of their own are kept. */
static const char text[] =
    "let S__ = T__ | project v__ = @a, i__ = bin(@c, @d) @f;\n"
    "S__ | mv-expand k__ = range(0, @e - 1) to typeof(long)\n"
    "| extend i__ = i__ + k__ * @d\n"
    "| summarize @h = percentile(v__, @b) by @g = i__ @f\n"
    "| join kind=leftsemi (S__ | summarize by @g = i__ @f) on @g @f\n"
    "| sort by @g asc";

static str result_name(struct binder *b, const struct ast *column, double pct,
                       int64_t bins)
{
    struct buf t;
    buf_init(&t, 1 << 16);
    buf_addf(&t, "rolling_%lld_percentile_%.*s_%g", (long long)bins,
             STRF(auto_name(b, column)), pct);
    for (size_t i = t.n; i-- > 0 && t.p[i] != '_';)
        if (t.p[i] == '.')
            t.p[i] = '_';
    str s = buf_take(&t, b->arena);
    buf_release(&t);
    return s;
}

/* (value, percentile, index, bin, bins per window [, dimension, …]) */
static struct node *rolling_percentile(struct binder *b, const struct ast *op,
                                       struct node *in)
{
    double pct = 50;
    int64_t bins = 1;
    struct kql k;
    const struct ast *t[5];
    if (!plugin_need(b, op, 5))
        return NULL;
    for (size_t i = 0; i < 5; i++)
        t[i] = plugin_arg(op, i, NULL);
    if (!plugin_column(b, t[2], in) || !plugin_real(b, t[1], &pct) ||
        !plugin_long(b, t[4], &bins))
        return NULL;
    if (bins < 1 || bins > MAX_BINS) {
        bind_error(b, DIAG_OPTION, t[4]->span,
                   "a window has between 1 and %d bins", MAX_BINS);
        return NULL;
    }
    kql_init(&k, b);
    str v[] = {
        kql_ast(&k, t[0]),
        kql_ast(&k, t[1]),
        kql_ast(&k, t[2]),
        kql_ast(&k, t[3]),
        kql_ast(&k, t[4]),
        kql_each(&k, op, 5, ", @"),
        kql_name(&k, t[2]->text),
        kql_name(&k, result_name(b, t[0], pct, bins)),
    };
    kql_text(&k, text, v);
    return kql_bind(&k, op, in);
}

const struct lang_plugin plugin_rolling_percentile = {
    .name = "rolling_percentile",
    .usage = "T | evaluate rolling_percentile(Value, percentile, Index, bin, "
             "bins per window [, Dimension, …])",
    .summary = "For each bin the percentile of the values in the window that "
               "ends with it.",
    .example = "range x from 1 to 9 step 1 "
               "| evaluate rolling_percentile(x, 50, x, 3, 2)",
    .bind = rolling_percentile,
};
