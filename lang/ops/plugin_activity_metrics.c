/* plugin_activity_metrics.c - `T | evaluate activity_metrics(…)`: of those who
 * were active in one window, how many came back in the next. */
#include "plugin.h"

/* i__ identifier, b__ window, v__ how many were active, r__ how many of them
 * in the window before as well, p__ how many were active there. */
static const char text[] =
    "let S__ = materialize(V__ | summarize by i__ = @a, b__ = @c @e);\n"
    "let N__ = materialize(S__ | summarize v__ = dcount(i__) by b__ @e);\n"
    "N__ | join kind=leftouter (S__\n"
    "    | join kind=inner (S__ | extend b__ = @d) on i__, b__ @e\n"
    "    | summarize r__ = count() by b__ @e) on b__ @e\n"
    "| join kind=leftouter (N__ | extend b__ = @d | project-rename p__ = v__)\n"
    "    on b__ @e\n"
    "| extend r__ = coalesce(r__, 0)\n"
    "| extend q__ = coalesce(todouble(r__) / p__, real(nan))\n"
    "| project @f = b__, dcount_values = v__, dcount_newvalues = v__ - r__,\n"
    "    retention_rate = q__, churn_rate = 1.0 - q__ @e\n"
    "| sort by @f asc";

/* A window's beginning by its word, and that of the next window. */
static const struct {
    const char *word, *of, *next;
} words[] = {
    { "day", "startofday", "b__ + 1d" },
    { "week", "startofweek", "b__ + 7d" },
    { "month", "startofmonth", "startofmonth(b__ + 32d)" },
    { "year", "startofyear", "startofyear(b__ + 367d)" },
};

static str bin_of(struct kql *k, str time, str width, str start)
{
    if (start.n == 0)
        return arena_fmt(k->b->arena, "bin(%.*s, %.*s)", STRF(time),
                         STRF(width));
    return arena_fmt(k->b->arena, "bin_at(%.*s, %.*s, %.*s)", STRF(time),
                     STRF(width), STRF(start));
}

/* The window of a time, and the beginning of the window after b__. */
static bool windows(struct kql *k, const struct ast *width, str time,
                    str start, str out[2])
{
    struct arena *a = k->b->arena;
    struct value v = { 0 };
    if (!bind_value(k->b, width, &v))
        return false;
    if (v.type != TYPE_STRING) {
        str w = kql_ast(k, width);
        out[0] = bin_of(k, time, w, start);
        out[1] = arena_fmt(a, "b__ + %.*s", STRF(w));
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieqz(v.s, words[i].word)) {
            out[0] = arena_fmt(a, "%s(%.*s)", words[i].of, STRF(time));
            out[1] = str_of(words[i].next);
            return true;
        }
    bind_error(k->b, DIAG_OPTION, width->span,
               "a window is a width, or day, week, month, year");
    return false;
}

/* Start and end are there when three constants stand before the columns. */
static bool has_range(const struct ast *op, const struct node *in)
{
    size_t n = 2;
    const struct ast *t;
    while ((t = plugin_arg(op, n, NULL)) != NULL &&
           !(t->kind == AST_NAME && node_find(in, t->text)))
        n++;
    return n >= 5;
}

/* (id, time, [start, end,] window [, dim, …]) */
static struct node *activity_metrics(struct binder *b, const struct ast *op,
                                     struct node *in)
{
    struct kql k;
    str window[2], start = STR_NONE;
    if (!plugin_need(b, op, 3))
        return NULL;
    const struct ast *time = plugin_arg(op, 1, NULL);
    if (!plugin_column(b, time, in))
        return NULL;
    bool range = has_range(op, in);
    size_t at = range ? 4 : 2;
    kql_init(&k, b);
    str t = kql_ast(&k, time);
    if (range)
        start = kql_ast(&k, plugin_arg(op, 2, NULL));
    if (!windows(&k, plugin_arg(op, at, NULL), t, start, window)) {
        buf_release(&k.text);
        return NULL;
    }
    if (range)
        kql_text(&k, "let V__ = T__ | where @a between (@b .. @c);\n",
                 (str[]){ t, start, kql_ast(&k, plugin_arg(op, 3, NULL)) });
    else
        kql_text(&k, "let V__ = T__;\n", NULL);
    str v[] = {
        kql_ast(&k, plugin_arg(op, 0, NULL)), t, window[0], window[1],
        kql_each(&k, op, at + 1, ", @"), kql_name(&k, time->text),
    };
    kql_text(&k, text, v);
    return kql_bind(&k, op, in);
}

const struct lang_plugin plugin_activity_metrics = {
    .name = "activity_metrics",
    .usage = "T | evaluate activity_metrics(Id, Time, [start, end,] window "
             "[, Dimension, …])",
    .summary = "For each window the number of identifiers, of those who were "
               "not in the window before, and the share that came back.",
    .example = "datatable(id:long, t:long)[1, 1, 2, 1, 1, 6, 3, 7] "
               "| evaluate activity_metrics(id, t, 0, 10, 5)",
    .bind = activity_metrics,
};
