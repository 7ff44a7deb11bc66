/* op_sweep.c - `T | sweep for I`: any indicator of I in any text of T.
 *
 * Both tables go to one native step, indicators and rows under one another,
 * so that neither has to be read while binding. */
#include "analytics/sweep_frame.h"
#include "hunt_text.h"

/* sweep [column, …] for table [by column, …] [with (column = "Name")] */
static void sweep_parse(struct parser *p, struct ast *op)
{
    while (!at_word(p, "for") && !at_end_of_operator(p)) {
        ast_add(op, parse_named(p));
        if (!accept_punct(p, ","))
            break;
    }
    if (!expect_word(p, "for"))
        return;
    struct ast *with = clause(p, op, "for");
    ast_add(with, at_punct(p, "(") ? parse_unary(p) : parse_name(p));
    hunt_parse_by(p, op, false);
    parse_with(p, op);
}

/* The column of the indicators: the one asked for, the usual names, else the
 * first of texts. */
static const struct col *indicator_column(const struct node *n, str wanted)
{
    static const char *const usual[] = { "Observable", "Indicator", "Value",
                                         "IoC", "ObservableValue",
                                         "IndicatorValue", "Pattern" };
    if (wanted.n)
        return node_find(n, wanted);
    for (size_t k = 0; k < sizeof usual / sizeof *usual; k++)
        for (size_t i = 0; i < n->cols.n; i++)
            if (n->cols.v[i].type == TYPE_STRING &&
                str_ieqz(n->cols.v[i].name, usual[k]))
                return &n->cols.v[i];
    for (size_t i = 0; i < n->cols.n; i++)
        if (n->cols.v[i].type == TYPE_STRING)
            return &n->cols.v[i];
    return NULL;
}

struct sweep_bind {
    struct binder *b;
    const struct ast *op;
    struct node *texts;      /* what hunt_texts gives */
    size_t ntexts;
    struct node *right;
    const struct col *value;
};

static bool bind_right(struct sweep_bind *x, str wanted)
{
    const struct ast *f = ast_clause(x->op, "for");
    struct node *row = x->b->row;
    if (!f || !f->kid)
        return false;
    x->b->row = NULL;
    x->right = bind_table(x->b, f->kid);
    x->b->row = row;
    if (!x->right)
        return false;
    x->value = indicator_column(x->right, wanted);
    if (x->value || x->right->open)
        return x->value != NULL;
    bind_error(x->b, DIAG_UNKNOWN_COLUMN, f->span,
               wanted.n ? "the indicators have no column '%.*s'"
                        : "sweep finds no column of texts in the "
                          "indicators%.*s",
               STRF(wanted));
    return false;
}

/* One side of the union: texts, mark, carried. */
static struct node *side(struct sweep_bind *x, struct node *from, bool marked)
{
    struct binder *b = x->b;
    struct node *p = project_new(b, x->op, from), *t = x->texts;
    for (size_t i = 0; i <= t->cols.n; i++) {
        if (i == x->ntexts)
            project_add(b, p, S("\001mark"),
                        ex_string(b, marked ? S("i") : S("")));
        if (i == t->cols.n)
            break;
        const struct col *c = &t->cols.v[i];
        struct expr *e = ex_column(b, c, x->op->span);
        if (marked && i == 0)
            e = coerce(b, ex_column(b, x->value, x->op->span), TYPE_STRING);
        else if (marked)
            e = c->type == TYPE_STRING ? ex_string(b, S(""))
                                       : ex_null(b, c->type);
        project_add(b, p, c->name, e);
    }
    return p;
}

static struct node *both(struct sweep_bind *x)
{
    struct binder *b = x->b;
    struct node *u = node_new(b->arena, NODE_UNION, x->op->span, NULL);
    u->nin = 2;
    u->in = arena_array(b->arena, 2, sizeof *u->in);
    u->in[0] = side(x, x->right, true);
    u->in[1] = side(x, x->texts, false);
    for (size_t i = 0; i < u->in[1]->cols.n; i++) {
        const struct col *c = &u->in[1]->cols.v[i];
        PUSH(b->arena, u->cols, col_new(b, c->name, c->type, true));
    }
    return u;
}

static struct node *sweep_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct sweep_bind x = { .b = b, .op = op };
    str wanted = STR_NONE;
    const struct hunt_option options[] = {
        { "column", HUNT_TEXT, &wanted, 0, 0 },
    };
    bool ok = hunt_options(b, op, options, 1);
    x.texts = hunt_texts(b, op, &x.ntexts);
    if (!ok || !x.texts || !bind_right(&x, wanted))
        return hunt_fail(b, op, in);
    struct sweep_frame_opts *o = NEW(b->arena, struct sweep_frame_opts);
    *o = (struct sweep_frame_opts){ x.ntexts + 1, op->span };
    struct node *n = hunt_step(b, op, both(&x), o);
    hunt_own(b, n, o->ntexts, sweep_columns, SWEEP_NCOLS);
    return n;
}

static enum status sweep_step(const struct frame *in, const void *args,
                              struct frame **out, const atomic_bool *cancel,
                              struct diags *ds)
{
    return sweep_frame_run(in, args, out, ds, cancel);
}

const struct lang_op op_sweep = {
    .name = "sweep",
    .flags = OP_HUNTING,
    .usage = "T | sweep [Column, …] for Indicators [by Column, …] "
             "[with (column = \"Name\")]",
    .summary =
        "Any indicator of a table in any text of the rows, in one pass: "
        "Value, Column, SourceRow (from 1), Offset, and the columns of `by`. "
        "Whole words, without case; defanged indicators are read as plain; "
        "evil.com is found in www.evil.com, not in not-evil.com.",
    .example = "let bad = datatable(Indicator:string)[\"evil[.]com\", "
               "\"10.1.2.3\"]; datatable(Url:string)[\"http://www.evil.com/a\","
               " \"http://not-evil.com/\"] | sweep for bad",
    .parse = sweep_parse,
    .bind = sweep_bind,
    .run = sweep_step,
};
