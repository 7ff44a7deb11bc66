/* op_sample_distinct.c - `T | sample-distinct N of column`: some values. */
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* sample-distinct N of column */
static void sample_distinct_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_expr(p));
    if (expect_word_of(p, "of", "sample-distinct 10 of Column"))
        ast_add(op, parse_named(p));
}

static struct node *sample_distinct_bind(struct binder *b, const struct ast *op,
                                         struct node *in)
{
    const struct ast *k = op->kid->next;
    const struct ast *v = k && k->kind == AST_NAMED ? k->kid : k;
    struct expr *count = bind_count(b, op->kid);
    unsigned counter = 0;
    if (!k)
        return NULL;
    struct expr *e = bind_expr(b, v);
    if (e->kind == EX_ERROR || count->kind == EX_ERROR)
        return in->open ? in : NULL;
    if (e->type == TYPE_DYNAMIC) {
        struct diag *d = bind_error(b, DIAG_KEY_TYPE, v->span,
                                    "a dynamic cannot be told apart");
        diag_hint(b->ds, d, "wrap it in tostring(…)");
        return NULL;
    }
    struct node *p = project_new(b, op, b->row);
    project_add(b, p,
                k->kind == AST_NAMED ? k->text : auto_column(b, p, v, &counter),
                e);
    struct node *d = node_over(b, NODE_DISTINCT, op, p);
    d->order.n = 0;
    d->ordered = false;
    struct node *n = node_over(b, NODE_LIMIT, op, d);
    n->count = count;
    return n;
}

static void sample_distinct_print(struct canon *c, const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next) {
        buf_adds(c->b, k == op->kid ? " " : " of ");
        canon_expr(c, k);
    }
}

const struct lang_op op_sample_distinct = {
    .name = "sample-distinct",
    .usage = "T | sample-distinct N of column",
    .summary = "Up to N different values of a column, any of them.",
    .example = "range x from 1 to 9 step 1 | sample-distinct 9 of x % 2 | "
               "count",
    .parse = sample_distinct_parse,
    .print = sample_distinct_print,
    .bind = sample_distinct_bind,
};
