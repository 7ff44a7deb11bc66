/* op_partition.c - `T | partition by column (subquery)`.
 *
 * Hints and strategies only say how a cluster would go about it, so they are
 * read and left. In { } the subquery names a table of its own and sees of T
 * only the key, as toscalar(column). */
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* [hint.… = …] by column ( '(' operators ')' | '{' table '}' ) */
static void partition_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, NULL);
    if (!expect_word_of(p, "by", "partition by Column (operator | …)"))
        return;
    ast_add(clause(p, op, "by"), parse_name(p));
    struct ast *sub = clause(p, op, "subquery");
    if (accept_punct(p, "{")) {
        ast_add(sub, parse_pipe(p));
        expect_punct(p, "}");
    } else {
        ast_add(sub, parse_subquery(p));
    }
}

static bool key_fits(struct binder *b, const struct expr *e,
                     const struct ast *at)
{
    if (e->type != TYPE_DYNAMIC)
        return e->kind != EX_ERROR;
    struct diag *d =
        bind_error(b, DIAG_KEY_TYPE, at->span, "a dynamic cannot part a table");
    diag_hint(b->ds, d, "extend a column with tostring(…) first");
    return false;
}

static struct node *partition_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    const struct ast *by = ast_clause(op, "by"),
                     *sub = ast_clause(op, "subquery");
    if (!by || !by->kid || !sub || !sub->kid)
        return NULL;
    struct expr *key = bind_expr(b, by->kid);
    if (!key_fits(b, key, by->kid))
        return in->open ? in : NULL;
    struct node *rows = project_new(b, op, in);
    rows->open = in->open;
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(b, rows, &in->cols.v[i]);
    project_add(b, rows, S("\001part"), key);
    struct col group = rows->cols.v[rows->cols.n - 1];
    struct expr *value = ex_column(b, &group, by->span);
    /* A call, so that a copy of the key is never taken for the key itself. */
    struct let l = { .of_group = true,
                     .name = by->kid->text,
                     .expr = ex_call(b, key->type, "($1)", value, NULL) };
    struct node *n = bind_grouped(b, sub->kid, rows, &group, &l);
    if (!n)
        return in->open ? in : NULL;
    struct node *p = project_new(b, op, n);
    p->open = n->open;
    for (size_t i = 0; i < n->cols.n; i++)
        if (!n->cols.v[i].name.n || n->cols.v[i].name.p[0] != '\001')
            project_keep(b, p, &n->cols.v[i]);
    return p;
}

static void partition_print(struct canon *c, const struct ast *op)
{
    const struct ast *sub = ast_clause(op, "subquery");
    canon_options(c, op);
    canon_by(c, op, "by");
    if (!sub || !sub->kid)
        return;
    buf_addc(c->b, ' ');
    if (sub->kid->kind == AST_LIST) {
        canon_subquery(c, sub->kid);
        return;
    }
    buf_addc(c->b, '{');
    c->indent++;
    canon_newline(c);
    canon_pipe(c, sub->kid);
    c->indent--;
    canon_newline(c);
    buf_addc(c->b, '}');
}

const struct lang_op op_partition = {
    .name = "partition",
    .usage = "T | partition [hint.strategy=…] by column (operator | …)   or   "
             "… by column { table | … toscalar(column) … }",
    .summary = "Runs operators over the rows of each value of a column; the "
               "result is the union.",
    .example = "datatable(k:string, v:long)[\"a\", 1, \"a\", 2, \"b\", 3] | "
               "partition by k (top 1 by v)",
    .parse = partition_parse,
    .print = partition_print,
    .bind = partition_bind,
};
