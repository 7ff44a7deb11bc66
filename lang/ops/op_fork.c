/* op_fork.c - `T | fork (…) (…)`, which gives several tables. */
#include "refuse.h"

/* fork [name '='] ( operator | … ) … */
static void fork_parse(struct parser *p, struct ast *op)
{
    do {
        const struct token *t = peek(p);
        if (at_name(p) && str_eqz(peek_at(p, 1)->text, "=")) {
            struct ast *n = ast_new(p->arena, AST_NAMED, t->span, t->text);
            take(p);
            take(p);
            ast_add(op, ast_add(n, parse_subquery(p)));
        } else {
            ast_add(op, parse_subquery(p));
        }
    } while (at_punct(p, "(") ||
             (at_name(p) && str_eqz(peek_at(p, 1)->text, "=") &&
              str_eqz(peek_at(p, 2)->text, "(")));
}

static void fork_print(struct canon *c, const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next) {
        buf_addc(c->b, ' ');
        if (k->kind == AST_NAMED) {
            canon_name(c, k->text);
            buf_addc(c->b, '=');
        }
        canon_subquery(c, k->kind == AST_NAMED ? k->kid : k);
    }
}

static struct node *fork_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    (void)in;
    return refuse_bind(b, op,
                       "write one query for each branch over let X = "
                       "materialize(T)");
}

const struct lang_op op_fork = {
    .name = "fork",
    .usage = "T | fork (operator | …) (operator | …)",
    .summary = "Several subqueries over one table, each with a result of its "
               "own; it ends the query.",
    .example = "range x from 1 to 9 step 1 | fork (count) (top 2 by x)",
    .parse = fork_parse,
    .print = fork_print,
    .bind = fork_bind,
};
