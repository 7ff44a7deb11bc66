/* plugin_new_activity_metrics.c - `T | evaluate new_activity_metrics(…)`:
 * those who were new in one window, in the windows after it. */
#include "plugin.h"

/* i__ identifier, b__ window, f__ its first window, n__ how many had the same
 * first window, r__ how many of them came back, x__ how many of a window are
 * newer than the first one. */
static const char text[] =
    "let S__ = materialize(T__ | where @b between (@c .. @d)\n"
    "  | summarize by i__ = @a, b__ = @e @f);\n"
    "let F__ = materialize(S__ | summarize f__ = min(b__) by i__ @f @h);\n"
    "let P__ = materialize(S__ | join kind=inner F__ on i__ @f\n"
    "  | summarize r__ = count() by f__, b__ @f);\n"
    "let G__ = F__ | summarize n__ = count() by f__ @f @g\n"
    "  | extend o__ = 1\n"
    "  | join kind=inner (S__ | summarize by b__ | extend o__ = 1) on o__\n"
    "  | where b__ >= f__ | project f__, b__, n__ @f;\n"
    "let X__ = G__\n"
    "  | join kind=inner (P__ | project g__ = f__, b__, q__ = r__ @f)\n"
    "      on b__ @f\n"
    "  | where g__ > f__ or (g__ == f__ and f__ == b__)\n"
    "  | summarize x__ = sum(q__) by f__, b__ @f;\n"
    "G__ | join kind=leftouter P__ on f__, b__ @f\n"
    "| join kind=leftouter X__ on f__, b__ @f\n"
    "| extend r__ = coalesce(r__, 0)\n"
    "| project @i = f__, @j = b__, dcount_new_values = coalesce(x__, 0),\n"
    "    dcount_retained_values = r__, dcount_churn_values = n__ - r__,\n"
    "    retention_rate = todouble(r__) / n__,\n"
    "    churn_rate = todouble(n__ - r__) / n__ @f\n"
    "| sort by @i asc, @j asc";

struct extras {
    struct ast dims; /* a LIST of columns */
    const struct ast *cohort, *lookback;
};

/* What follows the window: a constant is a cohort, a table the identifiers
 * that are not new, a column a dimension. */
static void read_extras(struct binder *b, const struct ast *op,
                        struct node *in, struct extras *x)
{
    const struct ast *t;
    for (size_t i = 5; (t = plugin_arg(op, i, NULL)) != NULL; i++) {
        bool column = t->kind == AST_NAME && node_find(in, t->text);
        if (column)
            ast_add(&x->dims,
                    ast_new(b->arena, AST_NAME, t->span, t->text));
        else if (is_tabular(b, t))
            x->lookback = t;
        else
            x->cohort = t;
    }
}

static bool window_text(struct kql *k, const struct ast *width, str time,
                        str start, str *out)
{
    struct value v = { 0 };
    if (!bind_value(k->b, width, &v))
        return false;
    if (v.type != TYPE_STRING) {
        *out = arena_fmt(k->b->arena, "bin_at(%.*s, %.*s, %.*s)", STRF(time),
                         STRF(kql_ast(k, width)), STRF(start));
        return true;
    }
    if (str_eqz(v.s, "week") || str_eqz(v.s, "month") ||
        str_eqz(v.s, "year")) {
        *out = arena_fmt(k->b->arena, "startof%.*s(%.*s)", STRF(v.s),
                         STRF(time));
        return true;
    }
    bind_error(k->b, DIAG_OPTION, width->span,
               "a window is a width, or week, month, year");
    return false;
}

static str with_name(struct binder *b, const char *prefix, str name)
{
    return arena_fmt(b->arena, "%s_%.*s", prefix, STRF(name));
}

static struct node *new_activity_metrics(struct binder *b,
                                         const struct ast *op,
                                         struct node *in)
{
    struct extras x = { .dims = { .kind = AST_LIST } };
    struct kql k;
    str window;
    if (!plugin_need(b, op, 5))
        return NULL;
    const struct ast *time = plugin_arg(op, 1, NULL);
    if (!plugin_column(b, time, in))
        return NULL;
    read_extras(b, op, in, &x);
    kql_init(&k, b);
    str id = kql_ast(&k, plugin_arg(op, 0, NULL)), t = kql_ast(&k, time);
    str start = kql_ast(&k, plugin_arg(op, 2, NULL));
    if (!window_text(&k, plugin_arg(op, 4, NULL), t, start, &window)) {
        buf_release(&k.text);
        return NULL;
    }
    str v[] = {
        id, t, start, kql_ast(&k, plugin_arg(op, 3, NULL)), window,
        kql_each(&k, &x.dims, 0, ", @"),
        x.cohort ? arena_fmt(b->arena, "| where f__ == %.*s",
                             STRF(kql_ast(&k, x.cohort)))
                 : S(""),
        x.lookback ? arena_fmt(b->arena, "| where i__ !in (%.*s)",
                               STRF(kql_ast(&k, x.lookback)))
                   : S(""),
        kql_name(&k, with_name(b, "from", time->text)),
        kql_name(&k, with_name(b, "to", time->text)),
    };
    kql_text(&k, text, v);
    return kql_bind(&k, op, in);
}

const struct lang_plugin plugin_new_activity_metrics = {
    .name = "new_activity_metrics",
    .usage = "T | evaluate new_activity_metrics(Id, Time, start, end, window "
             "[, cohort] [, Dimension, …] [, (Lookback)])",
    .summary = "Of the identifiers first seen in one window, how many came "
               "back in each window after it, and how many did not.",
    .example = "datatable(id:long, t:long)[1, 1, 2, 1, 1, 6, 3, 7] "
               "| evaluate new_activity_metrics(id, t, 0, 10, 5)",
    .bind = new_activity_metrics,
};
