/* op_make_series.c - `T | make-series aggregate, … on axis step s by key, …`.
 *
 * The rows are aggregated by keys and number of bin; then, once for each
 * combination of keys, the bins that have rows are put side by side as
 * [bin, value, bin, value, …] and spread into an array (fn_series_make.c). So
 * the work grows with the rows and with the result, not with keys x bins of
 * rows that would only be joined in. Bins are counted from an anchor in
 * 0 … step, the place of `from` in its bin. */
#include "make_series.h"

#include "syntax/canon.h"
#include "syntax/parse.h"

static void parse_axis(struct parser *p, struct ast *op)
{
    struct ast *on = clause(p, op, "on");
    if (at_name(p) && peek_at(p, 1)->kind == TOK_PUNCT &&
        str_eqz(peek_at(p, 1)->text, "=")) {
        const struct token *name = take(p);
        struct ast *n = ast_new(p->arena, AST_NAMED, name->span, name->text);
        check_new_name(p, name);
        take(p);
        ast_add(on, ast_add(n, parse_sum(p)));
    } else {
        ast_add(on, parse_sum(p));
    }
}

/* in range(start, stop, step) */
static void parse_range(struct parser *p, struct ast *op)
{
    static const char *const names[] = { "from", "stop", "step" };
    if (!expect_word(p, "range") || !expect_punct(p, "("))
        return;
    for (size_t i = 0; i < 3; i++) {
        if (i && !expect_punct(p, ","))
            return;
        ast_add(clause(p, op, names[i]), parse_expr(p));
    }
    expect_punct(p, ")");
}

static void parse_bounds(struct parser *p, struct ast *op)
{
    static const char *const names[] = { "from", "to", "step" };
    if (accept_word(p, "in")) {
        parse_range(p, op);
        return;
    }
    for (size_t i = 0; i < 3; i++)
        if (i == 2 ? expect_word(p, names[i]) : accept_word(p, names[i]))
            ast_add(clause(p, op, names[i]), parse_expr(p));
}

static void make_series_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "kind", NULL };
    parse_options(p, op, options);
    struct ast *aggs = clause(p, op, "aggregates");
    do {
        struct ast *one = clause(p, aggs, "series");
        ast_add(one, parse_named(p));
        if (accept_word(p, "default") && expect_punct(p, "="))
            ast_add(one, parse_expr(p));
    } while (accept_punct(p, ","));
    if (expect_word_of(p, "on", "make-series n = count() on Time step 1h")) {
        parse_axis(p, op);
        parse_bounds(p, op);
    }
    if (accept_word(p, "by"))
        parse_named_list(p, clause(p, op, "by"));
}

static bool read_kind(struct binder *b, const struct ast *op, bool *nonempty)
{
    str kind = option_text(op, "kind");
    *nonempty = str_eqz(kind, "nonempty");
    if (kind.n == 0 || *nonempty)
        return true;
    struct diag *d = bind_error(b, DIAG_OPTION, op->span,
                                "make-series has no kind '%.*s'", STRF(kind));
    diag_hint(b->ds, d, "kind=nonempty makes one row of empty bins when there "
                        "is no data");
    return false;
}

static struct node *make_series_bind(struct binder *b, const struct ast *op,
                                     struct node *in)
{
    struct making m = { .op = op };
    const struct ast *by = ast_clause(op, "by"),
                     *aggs = ast_clause(op, "aggregates");
    unsigned counter = 0;
    bool ok = read_kind(b, op, &m.nonempty) && make_axis(b, &m);
    summary_init(b, &m.bins, op);
    for (const struct ast *k = by ? by->kid : NULL; k; k = k->next)
        ok &= summary_by(b, &m.bins, k, &counter);
    m.nkeys = m.bins.out->cols.n;
    for (const struct ast *k = aggs ? aggs->kid : NULL; k; k = k->next)
        ok &= make_one(b, &m, k, &counter);
    if (!ok && !in->open && !b->open_tables)
        return NULL;
    struct node *n = make_rows(b, &m);
    n->open = in->open || !ok;
    return n;
}

static void print_series(struct canon *c, const struct ast *aggs)
{
    for (const struct ast *k = aggs ? aggs->kid : NULL; k; k = k->next) {
        buf_adds(c->b, k == aggs->kid ? " " : ", ");
        if (k->kid)
            canon_expr(c, k->kid);
        if (!k->kid || !k->kid->next)
            continue;
        buf_adds(c->b, " default = ");
        canon_expr(c, k->kid->next);
    }
}

static void print_range(struct canon *c, const struct ast *op)
{
    static const char *const names[] = { "from", "stop", "step" };
    buf_adds(c->b, " in range(");
    for (size_t i = 0; i < 3; i++) {
        const struct ast *k = ast_clause(op, names[i]);
        buf_adds(c->b, i ? ", " : "");
        if (k && k->kid)
            canon_expr(c, k->kid);
    }
    buf_addc(c->b, ')');
}

static void make_series_print(struct canon *c, const struct ast *op)
{
    canon_options(c, op);
    print_series(c, ast_clause(op, "aggregates"));
    const struct ast *on = ast_clause(op, "on");
    const struct ast *axis = on ? on->kid : NULL;
    buf_adds(c->b, " on ");
    if (axis && axis->kind == AST_NAMED) {
        canon_name(c, axis->text);
        buf_adds(c->b, " = ");
        axis = axis->kid;
    }
    if (axis)
        canon_sum(c, axis);
    if (ast_clause(op, "stop")) {
        print_range(c, op);
    } else {
        canon_by(c, op, "from");
        canon_by(c, op, "to");
        canon_by(c, op, "step");
    }
    canon_by(c, op, "by");
}

const struct lang_op op_make_series = {
    .name = "make-series",
    .usage = "T | make-series [kind=nonempty] [name =] aggregate(…) "
             "[default = value], … on axis [from start] [to end] step size "
             "[by key, …]",
    .summary = "One row per combination of the keys, with arrays: each "
               "aggregate over the bins of the axis, and the axis. Bins "
               "without rows get the default, 0.",
    .example = "range x from 1 to 9 step 1 "
               "| make-series n = count(), sum(x) on x from 0 to 12 step 3",
    .parse = make_series_parse,
    .print = make_series_print,
    .bind = make_series_bind,
};
