/* op_as.c - `T | as name`: a name for what stands before, within the query. */
#include "bind/bind.h"
#include "syntax/parse.h"

static const char *const options[] = { "hint.materialized", NULL };

static void as_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    ast_add(op, parse_name(p));
}

static struct node *as_bind(struct binder *b, const struct ast *op,
                            struct node *in)
{
    const struct ast *name = op->last;
    struct let l = { .name = name->text, .home = b->scope, .node = in };
    scope_add(b->arena, b->scope, &l);
    struct node *n = project_new(b, op, in);
    n->open = in->open;
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(b, n, &in->cols.v[i]);
    n->name = name->text;
    in->uses++;
    return n;
}

const struct lang_op op_as = {
    .name = "as",
    .usage = "T | as name",
    .summary = "Gives the table so far a name, which the rest of the query and "
               "union withsource can use.",
    .example = "range x from 1 to 3 step 1 | as R | union (R | where x > 2)",
    .parse = as_parse,
    .bind = as_bind,
};
