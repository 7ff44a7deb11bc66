/* plugins_activity.c - who was active when: counts of identifiers over time.
 *
 * All take an identifier, a time column, the start and end of the analysis,
 * windows, and dimensions by which the counts are split. */
#include "plugin.h"

/* The first arguments of all of them. */
struct activity {
    struct kql k;
    str id, time, start, end, name;
};

static bool begin(struct activity *a, struct binder *b, const struct ast *op,
                  struct node *in, size_t least)
{
    if (!plugin_need(b, op, least))
        return false;
    const struct ast *time = plugin_arg(op, 1, NULL);
    if (!plugin_column(b, time, in))
        return false;
    kql_init(&a->k, b);
    a->id = kql_ast(&a->k, plugin_arg(op, 0, NULL));
    a->time = kql_ast(&a->k, time);
    a->name = kql_name(&a->k, time->text);
    a->start = kql_ast(&a->k, plugin_arg(op, 2, NULL));
    a->end = kql_ast(&a->k, plugin_arg(op, 3, NULL));
    return true;
}

/* The window of a time: a width from the start on, or week, month, year. */
static bool window_of(struct activity *a, const struct ast *width,
                      const char *time, str *out)
{
    static const char *const words[] = { "week", "month", "year", "day" };
    struct binder *b = a->k.b;
    struct value v = { 0 };
    if (!bind_value(b, width, &v))
        return false;
    if (v.type != TYPE_STRING) {
        *out = arena_fmt(b->arena, "bin_at(%s, %.*s, %.*s)", time,
                         STRF(kql_ast(&a->k, width)), STRF(a->start));
        return true;
    }
    for (size_t i = 0; i < 4; i++)
        if (str_ieqz(v.s, words[i])) {
            *out = arena_fmt(b->arena, "startof%s(%s)", words[i], time);
            return true;
        }
    struct diag *d = bind_error(b, DIAG_OPTION, width->span,
                                "no window is called '%.*s'", STRF(v.s));
    diag_hint(b->ds, d, "a timespan, a number, or week, month, year");
    return false;
}

/* A window of the analysed column, whose placeholder is not NUL-ended. */
static bool window_of_time(struct activity *a, const struct ast *width,
                           str *out)
{
    return window_of(a, width, arena_cstr(a->k.b->arena, a->time), out);
}

static struct node *end(struct activity *a, const struct ast *op,
                        struct node *in, const char *text, const str *v)
{
    kql_text(&a->k, text, v);
    return kql_bind(&a->k, op, in);
}

static struct node *give_up(struct activity *a)
{
    buf_release(&a->k.text);
    return NULL;
}

/* ---- session_count(id, time, start, end, bin, lookback [, dim, …]) ---- */

static struct node *session_count(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    struct activity a;
    if (!begin(&a, b, op, in, 6))
        return NULL;
    str v[] = {
        a.id, a.time, a.start, a.end,
        kql_ast(&a.k, plugin_arg(op, 4, NULL)),
        kql_ast(&a.k, plugin_arg(op, 5, NULL)),
        kql_each(&a.k, op, 6, ", @"),
        kql_each(&a.k, op, 6, " or @ != prev(@)"),
        a.name,
    };
    return end(&a, op, in,
               "T__ | where @b between (@c .. @d)\n"
               "| summarize by i__ = @a, t__ = @b @g\n"
               "| sort by i__ asc @g, t__ asc\n"
               "| where row_number() == 1 or i__ != prev(i__) @h\n"
               "    or t__ - prev(t__) >= @f\n"
               "| summarize count_sessions = count() by @i = bin(t__, @e) @g\n"
               "| sort by @i asc",
               v);
}

const struct lang_plugin plugin_session_count = {
    .name = "session_count",
    .usage = "T | evaluate session_count(Id, Time, start, end, bin, lookback "
             "[, Dimension, …])",
    .summary = "The number of sessions that begin in each bin: a session ends "
               "when its identifier is quiet for the lookback window.",
    .example = "datatable(id:long, t:long)[1, 1, 1, 2, 1, 9] "
               "| evaluate session_count(id, t, 0, 10, 5, 3)",
    .bind = session_count,
};

/* ---- active_users_count(id, time, start, end, lookback, period, periods,
 *      bin [, dim, …]) ---- */

static struct node *active_users_count(struct binder *b, const struct ast *op,
                                       struct node *in)
{
    struct activity a;
    str bin;
    if (!begin(&a, b, op, in, 8))
        return NULL;
    if (!window_of(&a, plugin_arg(op, 7, NULL), "t__", &bin))
        return give_up(&a);
    str v[] = {
        a.id, a.time, a.start, a.end,
        kql_ast(&a.k, plugin_arg(op, 4, NULL)),
        kql_ast(&a.k, plugin_arg(op, 5, NULL)),
        kql_ast(&a.k, plugin_arg(op, 6, NULL)),
        bin,
        kql_each(&a.k, op, 8, ", @"),
        a.name,
    };
    return end(&a, op, in,
               "let S__ = materialize(T__\n"
               "  | where @b > @c - @e and @b <= @d\n"
               "  | summarize by i__ = @a, t__ = @b, p__ = bin(@b, @f) @i);\n"
               "S__ | where t__ between (@c .. @d)\n"
               "| join kind=inner (S__ | project i__, u__ = t__, q__ = p__ @i)"
               "\n    on i__ @i\n"
               "| where u__ <= t__ and u__ > t__ - @e\n"
               "| summarize n__ = dcount(q__) by i__, t__ @i\n"
               "| where n__ >= @g\n"
               "| summarize dcount = dcount(i__) by @j = @h @i\n"
               "| sort by @j asc",
               v);
}

const struct lang_plugin plugin_active_users_count = {
    .name = "active_users_count",
    .usage = "T | evaluate active_users_count(Id, Time, start, end, lookback, "
             "period, periods, bin [, Dimension, …])",
    .summary = "The number of identifiers in each bin that were seen in at "
               "least so many periods of the lookback window.",
    .example = "datatable(id:long, t:long)[1, 1, 1, 2, 1, 3, 2, 3] "
               "| evaluate active_users_count(id, t, 0, 10, 5, 1, 3, 5)",
    .bind = active_users_count,
};

/* ---- activity_counts_metrics(id, time, start, end, window [, dim, …]) ---- */

static struct node *activity_counts_metrics(struct binder *b,
                                            const struct ast *op,
                                            struct node *in)
{
    struct activity a;
    str bin;
    if (!begin(&a, b, op, in, 5))
        return NULL;
    if (!window_of_time(&a, plugin_arg(op, 4, NULL), &bin))
        return give_up(&a);
    str v[] = {
        a.id, a.time, a.start, a.end, bin,
        kql_each(&a.k, op, 5, ", @"),
        kql_each(&a.k, op, 5, " or @ != prev(@)"),
        kql_each(&a.k, op, 5, "@, "),
        a.name,
        kql_each(&a.k, op, 5, "@ asc, "),
    };
    return end(&a, op, in,
               "let S__ = T__ | where @b between (@c .. @d)\n"
               "  | project i__ = @a, b__ = @e @f;\n"
               "let F__ = S__ | summarize f__ = min(b__) by i__ @f\n"
               "  | summarize n__ = count() by b__ = f__ @f;\n"
               "S__ | summarize c__ = count(), d__ = dcount(i__) by b__ @f\n"
               "| join kind=leftouter F__ on b__ @f\n"
               "| extend n__ = coalesce(n__, 0)\n"
               "| sort by @j b__ asc\n"
               "| extend r__ = row_number() == 1 @g\n"
               "| extend t__ = row_cumsum(n__, r__)\n"
               "| project @i = b__, @h ['count'] = c__, dcount = d__,\n"
               "    new_dcount = n__, aggregated_dcount = t__\n"
               "| sort by @i asc",
               v);
}

const struct lang_plugin plugin_activity_counts_metrics = {
    .name = "activity_counts_metrics",
    .usage = "T | evaluate activity_counts_metrics(Id, Time, start, end, "
             "window [, Dimension, …])",
    .summary = "For each window the number of rows, of identifiers, of "
               "identifiers never seen before, and of all so far.",
    .example = "datatable(id:long, t:long)[1, 1, 2, 1, 1, 6, 3, 7] "
               "| evaluate activity_counts_metrics(id, t, 0, 10, 5)",
    .bind = activity_counts_metrics,
};

/* ---- activity_engagement(id, time, [start, end,] inner, outer
 *      [, dim, …]) ---- */

/* Start and end are there when two more constants stand before the columns. */
static bool has_range(const struct ast *op, const struct node *in)
{
    size_t n = 2;
    const struct ast *t;
    while ((t = plugin_arg(op, n, NULL)) != NULL &&
           !(t->kind == AST_NAME && node_find(in, t->text)))
        n++;
    return n >= 6;
}

static struct node *activity_engagement(struct binder *b,
                                        const struct ast *op, struct node *in)
{
    struct activity a;
    if (!begin(&a, b, op, in, 4))
        return NULL;
    bool range = has_range(op, in);
    size_t at = range ? 4 : 2;
    str v[] = {
        a.id, a.time, a.start, a.end,
        kql_ast(&a.k, plugin_arg(op, at, NULL)),
        kql_ast(&a.k, plugin_arg(op, at + 1, NULL)),
        kql_each(&a.k, op, at + 2, ", @"),
        a.name,
        kql_each(&a.k, op, at + 2, "@, "),
    };
    kql_text(&a.k, range ? "let V__ = T__ | where @b between (@c .. @d);\n"
                           "let W__ = V__ | extend b__ = bin_at(@b, @e, @c);\n"
                         : "let W__ = T__ | extend b__ = bin(@b, @e);\n",
             v);
    return end(&a, op, in,
               "let S__ = W__ | summarize by i__ = @a, b__ @g;\n"
               "S__ | summarize n__ = dcount(i__) by b__ @g\n"
               "| join kind=inner (S__\n"
               "    | mv-expand k__ = range(0, tolong(@f / @e) - 1)\n"
               "        to typeof(long)\n"
               "    | extend b__ = b__ + k__ * @e\n"
               "    | summarize m__ = dcount(i__) by b__ @g) on b__ @g\n"
               "| project @h = b__, @i dcount_activities_inner = n__,\n"
               "    dcount_activities_outer = m__,\n"
               "    activity_ratio = todouble(n__) / m__\n"
               "| sort by @h asc",
               v);
}

const struct lang_plugin plugin_activity_engagement = {
    .name = "activity_engagement",
    .usage = "T | evaluate activity_engagement(Id, Time, [start, end,] inner, "
             "outer [, Dimension, …])",
    .summary = "The identifiers of each inner window over those of the outer "
               "window that ends with it: daily over weekly users.",
    .example = "datatable(id:long, t:long)[1, 1, 2, 1, 1, 2] "
               "| evaluate activity_engagement(id, t, 1, 2)",
    .bind = activity_engagement,
};

/* ---- sliding_window_counts(id, time, start, end, lookback, bin
 *      [, dim, …]) ---- */

static struct node *sliding_window_counts(struct binder *b,
                                          const struct ast *op,
                                          struct node *in)
{
    struct activity a;
    if (!begin(&a, b, op, in, 6))
        return NULL;
    str v[] = {
        a.id, a.time, a.start, a.end,
        kql_ast(&a.k, plugin_arg(op, 4, NULL)),
        kql_ast(&a.k, plugin_arg(op, 5, NULL)),
        kql_each(&a.k, op, 6, ", @"),
        a.name,
    };
    return end(&a, op, in,
               "T__ | where @b > @c - @e and @b <= @d\n"
               "| project i__ = @a, b__ = bin_at(@b, @f, @c) @g\n"
               "| mv-expand k__ = range(0, tolong(@e / @f) - 1)\n"
               "    to typeof(long)\n"
               "| extend b__ = b__ + k__ * @f\n"
               "| where b__ between (@c .. @d)\n"
               "| summarize Count = count(), Dcount = dcount(i__)\n"
               "    by @h = b__ @g\n"
               "| sort by @h asc",
               v);
}

const struct lang_plugin plugin_sliding_window_counts = {
    .name = "sliding_window_counts",
    .usage = "T | evaluate sliding_window_counts(Id, Time, start, end, "
             "lookback, bin [, Dimension, …])",
    .summary = "For each bin the number of rows and of identifiers in the "
               "lookback window that ends with it.",
    .example = "datatable(id:long, t:long)[1, 1, 2, 1, 1, 2] "
               "| evaluate sliding_window_counts(id, t, 1, 5, 2, 1)",
    .bind = sliding_window_counts,
};
