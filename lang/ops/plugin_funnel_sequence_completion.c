/* plugin_funnel_sequence_completion.c - how far a sequence of states gets.
 *
 * For each state of the sequence and each period: how many identifiers went
 * through all states up to it, in order, within the period. */
#include "plugin.h"

#include "base/json_value.h"
#include "base/json_walk.h"
#include "base/json_write.h"
#include "base/ticks.h"

enum { MAX_STEPS = 100 };

struct funnel {
    struct kql k;
    const struct ast *op;
    struct ast *states[MAX_STEPS], *periods[MAX_STEPS];
    size_t nstates, nperiods;
};

/* A dynamic array of constants as literals: texts, or timespans and numbers. */
static bool read_list(struct binder *b, const struct ast *t, bool times,
                      struct ast **out, size_t *n)
{
    struct value v = { 0 };
    struct json_iter it;
    struct buf text;
    str item;
    if (!bind_value(b, t, &v))
        return false;
    bool ok = v.type == TYPE_DYNAMIC && !v.null && json_iter_init(&it, v.s);
    while (ok && json_next(&it, NULL, &item)) {
        struct ast *a = ast_new(b->arena, AST_LITERAL, t->span, S(""));
        buf_init(&text, 1 << 20);
        json_unquote(&text, item);
        a->value.type = TYPE_STRING;
        a->value.s = buf_take(&text, b->arena);
        buf_release(&text);
        if (times && json_kind(item) == JSON_LONG)
            ok = json_scalar(item, &a->value);
        else if (times) {
            struct value s = { .type = TYPE_TIMESPAN };
            ok = span_parse(a->value.s, &s.i);
            a->value = s;
        }
        ok = ok && *n < MAX_STEPS;
        if (ok)
            out[(*n)++] = a;
    }
    if (!ok || *n == 0)
        bind_error(b, DIAG_ARGUMENTS, t->span,
                   "this is a dynamic array of 1 to %d %s", MAX_STEPS,
                   times ? "timespans" : "states");
    return ok && *n > 0;
}

/* R__i: identifier, time of the first state, earliest time of state i. */
static void add_steps(struct funnel *f)
{
    struct buf *t = &f->k.text;
    for (size_t i = 0; i < f->nstates; i++) {
        str state = kql_ast(&f->k, f->states[i]);
        if (i == 0) {
            buf_addf(t,
                     "let R0__ = E__ | where s__ == %.*s\n"
                     "  | summarize by i__, a__ = t__, t__;\n",
                     STRF(state));
            continue;
        }
        buf_addf(t,
                 "let R%zu__ = R%zu__ | join kind=inner (E__\n"
                 "    | where s__ == %.*s | project i__, u__ = t__) on i__\n"
                 "  | where u__ > t__ | summarize t__ = min(u__) by i__, a__;"
                 "\n",
                 i, i - 1, STRF(state));
    }
}

static void add_results(struct funnel *f, str bin, str time, str state)
{
    struct buf *t = &f->k.text;
    buf_adds(t, "union ");
    for (size_t i = 0; i < f->nstates; i++)
        for (size_t p = 0; p < f->nperiods; p++) {
            str v[] = {
                arena_fmt(f->k.b->arena, "R%zu__", i),
                kql_ast(&f->k, f->periods[p]),
                kql_ast(&f->k, f->states[i]),
                bin, time, state,
            };
            buf_adds(t, i || p ? ", " : "");
            kql_text(&f->k,
                     "(@a | where t__ - a__ <= @b\n"
                     "  | summarize dcount = dcount(i__)\n"
                     "      by @e = bin(a__, @d)\n"
                     "  | project @e, @f = @c, Period = @b, dcount, ",
                     v);
            buf_addf(t, "o__ = %zu)", i);
        }
    kql_text(&f->k,
             " | sort by @a asc, Period asc, o__ asc | project-away o__",
             (str[]){ time });
}

/* (id, time, start, end, bin, state, sequence, periods) */
static struct node *funnel_completion(struct binder *b, const struct ast *op,
                                      struct node *in)
{
    struct funnel f = { .op = op };
    if (!plugin_need(b, op, 8))
        return NULL;
    const struct ast *time = plugin_arg(op, 1, NULL),
                     *state = plugin_arg(op, 5, NULL);
    if (!plugin_column(b, time, in) || !plugin_column(b, state, in) ||
        !read_list(b, plugin_arg(op, 6, NULL), false, f.states, &f.nstates) ||
        !read_list(b, plugin_arg(op, 7, NULL), true, f.periods, &f.nperiods))
        return NULL;
    kql_init(&f.k, b);
    str v[] = {
        kql_ast(&f.k, plugin_arg(op, 0, NULL)), kql_ast(&f.k, time),
        kql_ast(&f.k, plugin_arg(op, 2, NULL)),
        kql_ast(&f.k, plugin_arg(op, 3, NULL)), kql_ast(&f.k, state),
    };
    kql_text(&f.k,
             "let E__ = materialize(T__ | where @b between (@c .. @d)\n"
             "  | project i__ = @a, t__ = @b, s__ = tostring(@e));\n",
             v);
    add_steps(&f);
    add_results(&f, kql_ast(&f.k, plugin_arg(op, 4, NULL)),
                kql_name(&f.k, time->text), kql_name(&f.k, state->text));
    return kql_bind(&f.k, op, in);
}

const struct lang_plugin plugin_funnel_sequence_completion = {
    .name = "funnel_sequence_completion",
    .usage = "T | evaluate funnel_sequence_completion(Id, Time, start, end, "
             "bin, State, sequence, periods)",
    .summary = "How many identifiers went through a sequence of states up to "
               "each one, within each of some periods.",
    .example = "datatable(id:long, t:long, s:string)[1, 1, \"a\", 1, 2, \"b\"]"
               " | evaluate funnel_sequence_completion(id, t, 0, 9, 10, s, "
               "dynamic([\"a\", \"b\"]), dynamic([5]))",
    .bind = funnel_completion,
};
