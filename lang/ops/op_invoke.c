/* op_invoke.c - `T | invoke f(arguments)`: a let function over the table. */
#include "bind/bind.h"
#include "syntax/parse.h"

static void invoke_parse(struct parser *p, struct ast *op)
{
    struct ast *call = parse_unary(p);
    if (call->kind != AST_CALL && call->kind != AST_ERROR)
        parse_error(p, DIAG_SYNTAX, "expected a function call after invoke");
    ast_add(op, call);
}

static struct node *invoke_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    return op->kid && op->kid->kind == AST_CALL ? bind_invoke(b, op->kid, in)
                                                : NULL;
}

const struct lang_op op_invoke = {
    .name = "invoke",
    .usage = "T | invoke function(arguments)",
    .summary = "Calls a let function whose first parameter is a table with the "
               "table so far.",
    .example = "let big = (T:(x:long), least:long) { T | where x >= least }; "
               "range x from 1 to 5 step 1 | invoke big(4)",
    .parse = invoke_parse,
    .bind = invoke_bind,
};
