/* plugin_sequence_detect.c - `T | evaluate sequence_detect(…)`: in order.
 *
 * Each named condition is a step of a scan over the rows of each combination
 * of the dimensions, in order of time. */
#include "plugin.h"

enum { MAX_SEQUENCE = 32 };

struct sequence {
    struct kql k;
    const struct ast *op;
    const struct ast *exprs[MAX_SEQUENCE];
    str names[MAX_SEQUENCE];
    size_t n;
    struct ast dims; /* a LIST */
    enum type time;
};

/* What follows the windows: a column is a dimension, all else a step. */
static bool read_steps(struct sequence *s, struct binder *b, struct node *in)
{
    size_t i = 0;
    for (const struct ast *k = plugin_call(s->op)->kid; k; k = k->next) {
        if (k->kind != AST_NAMED && i++ < 3)
            continue;
        const struct col *c =
            k->kind == AST_NAME ? node_find(in, k->text) : NULL;
        if (c && c->type != TYPE_BOOL) {
            ast_add(&s->dims, ast_new(b->arena, AST_NAME, k->span, k->text));
            continue;
        }
        if (s->n == MAX_SEQUENCE) {
            bind_error(b, DIAG_LIMIT, k->span,
                       "a sequence has at most %d steps", MAX_SEQUENCE);
            return false;
        }
        bool named = k->kind == AST_NAMED;
        s->names[s->n] = named ? k->text
                               : arena_fmt(b->arena, "Expr%zu", s->n + 1);
        s->exprs[s->n++] = named ? k->kid : k;
    }
    if (s->n)
        return true;
    struct diag *d = bind_error(b, DIAG_ARGUMENTS, s->op->span,
                                "sequence_detect needs conditions");
    diag_hint(b->ds, d, "one = (Event == \"a\"), two = (Event == \"b\")");
    return false;
}

/* c__0 … are the conditions, t__ the time; x__0 … the times of the steps. */
static void write_scan(struct sequence *s, str time, str step, str most)
{
    struct buf *t = &s->k.text;
    str v[] = { time, step, most, kql_each(&s->k, &s->dims, 0, ", @") };
    kql_text(&s->k, "T__ | project t__ = @a @d", v);
    for (size_t i = 0; i < s->n; i++)
        buf_addf(t, ", c__%zu = %.*s", i, STRF(kql_ast(&s->k, s->exprs[i])));
    buf_addf(t, "\n| sort by t__ asc\n| scan declare (");
    for (size_t i = 0; i < s->n; i++)
        buf_addf(t, "%sx__%zu:%s", i ? ", " : "", i, type_name(s->time));
    buf_addc(t, ')');
    str dims = kql_each(&s->k, &s->dims, 0, ", @");
    if (dims.n) {
        buf_adds(t, " partition by ");
        buf_add(t, str_sub(dims, 2, dims.n));
    }
    buf_adds(t, " with (\n");
}

/* A step that was taken is not the last one again. */
static void write_step(struct sequence *s, size_t i, str step, str most)
{
    struct buf *t = &s->k.text;
    bool last = i + 1 == s->n;
    buf_addf(t, "step s__%zu output=%s: c__%zu", i, last ? "all" : "none", i);
    if (i) {
        str v[] = { arena_fmt(s->k.b->arena, "s__%zu", i - 1), step, most };
        kql_text(&s->k, " and t__ - @a.t__ <= @b and t__ - s__0.t__ <= @c", v);
    }
    if (last && i)
        buf_addf(t, " and isnull(s__%zu.t__)", i);
    if (last)
        for (size_t k = 0; k < s->n; k++)
            buf_addf(t, k == i ? "%s x__%zu = t__" : "%s x__%zu = s__%zu.t__",
                     k ? "," : " =>", k, k);
    buf_adds(t, ";\n");
}

static void write_columns(struct sequence *s, str time)
{
    struct binder *b = s->k.b;
    struct buf *t = &s->k.text;
    buf_adds(t, ")\n| project ");
    buf_add(t, kql_each(&s->k, &s->dims, 0, "@, "));
    for (size_t i = 0; i < s->n; i++) {
        str name = arena_fmt(b->arena, "%.*s_%.*s", STRF(s->names[i]),
                             STRF(time));
        buf_addf(t, "%.*s = x__%zu, ", STRF(kql_name(&s->k, name)), i);
    }
    buf_addf(t, "Duration = x__%zu - x__0", s->n - 1);
}

/* (time, step window, span [, name = condition, … , dimension, …]) */
static struct node *sequence_detect(struct binder *b, const struct ast *op,
                                    struct node *in)
{
    struct sequence s = { .op = op, .dims = { .kind = AST_LIST } };
    if (!plugin_need(b, op, 3))
        return NULL;
    const struct ast *time = plugin_arg(op, 0, NULL);
    const struct col *c = plugin_column(b, time, in);
    if (!c || !read_steps(&s, b, in))
        return NULL;
    s.time = c->type;
    kql_init(&s.k, b);
    str step = kql_ast(&s.k, plugin_arg(op, 1, NULL));
    str most = kql_ast(&s.k, plugin_arg(op, 2, NULL));
    write_scan(&s, kql_ast(&s.k, time), step, most);
    for (size_t i = 0; i < s.n; i++)
        write_step(&s, i, step, most);
    write_columns(&s, time->text);
    return kql_bind(&s.k, op, in);
}

const struct lang_plugin plugin_sequence_detect = {
    .name = "sequence_detect",
    .usage = "T | evaluate sequence_detect(Time, step window, span, name = "
             "(condition), … [, Dimension, …])",
    .summary = "One row for each time that the conditions held one after the "
               "other, within the windows.",
    .example = "datatable(t:long, e:string)[1, \"a\", 2, \"b\"] | evaluate "
               "sequence_detect(t, 5, 5, a = (e == \"a\"), b = (e == \"b\"))",
    .bind = sequence_detect,
};
