/* op_range.c - `range x from a to b step s`: a counting column. */
#include <math.h>

#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

static void range_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_name(p));
    expect_word(p, "from");
    ast_add(op, parse_expr(p));
    expect_word(p, "to");
    ast_add(op, parse_expr(p));
    if (accept_word(p, "step"))
        ast_add(op, parse_expr(p));
}

static enum type value_type(enum type from, enum type step)
{
    if (from == TYPE_DATETIME || from == TYPE_TIMESPAN)
        return from;
    return common_type(from, step);
}

static bool step_fits(struct binder *b, const struct node *n)
{
    bool time = n->from->type == TYPE_DATETIME ||
                n->from->type == TYPE_TIMESPAN;
    if (!time && !type_is_num(n->from->type) && n->from->type != TYPE_ERROR) {
        bind_error(b, DIAG_TYPE, n->from->span,
                   "a range goes over numbers, datetimes or timespans, this "
                   "is a %s",
                   type_name(n->from->type));
        return false;
    }
    if (time ? n->step->type != TYPE_TIMESPAN : !type_is_num(n->step->type)) {
        bind_error(b, DIAG_TYPE, n->step->span,
                   "a range of %s cannot step by a %s",
                   type_name(n->from->type), type_name(n->step->type));
        return false;
    }
    if (n->step->kind == EX_LITERAL && !n->step->value.null &&
        (n->step->type == TYPE_REAL ? n->step->value.d == 0
                                    : n->step->value.i == 0)) {
        bind_error(b, DIAG_ARGUMENTS, n->step->span,
                   "a step of zero never ends");
        return false;
    }
    return true;
}

/* Literal ends that no step reaches. */
static bool ends(struct binder *b, const struct expr *e)
{
    if (e->kind != EX_LITERAL || e->type != TYPE_REAL || e->value.null ||
        isfinite(e->value.d))
        return true;
    bind_error(b, DIAG_ARGUMENTS, e->span, "a range has finite ends");
    return false;
}

static struct node *range_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct node *n = node_new(b->arena, NODE_RANGE, op->span, NULL);
    const struct ast *from = ast_kid(op, 1), *to = ast_kid(op, 2),
                     *step = ast_kid(op, 3);
    (void)in;
    if (!from || !to)
        return NULL;
    n->from = bind_const(b, from);
    n->to = bind_const(b, to);
    n->step = step ? bind_const(b, step) : ex_long(b, 1);
    if (!step &&
        (n->from->type == TYPE_DATETIME || n->from->type == TYPE_TIMESPAN))
        n->step = ex_literal(
            b, (struct value){ .type = TYPE_TIMESPAN, .i = 36000000000 },
            op->span);
    if (n->from->kind == EX_ERROR || n->to->kind == EX_ERROR ||
        n->step->kind == EX_ERROR)
        return NULL;
    if (!step_fits(b, n) || !ends(b, n->from) || !ends(b, n->to))
        return NULL;
    enum type t = value_type(n->from->type, n->step->type);
    t = t == TYPE_DATETIME || t == TYPE_TIMESPAN ? t
                                                 : value_type(t, n->to->type);
    n->from = coerce(b, n->from, t);
    n->to = coerce(b, n->to, t);
    n->step = t == TYPE_DATETIME ? n->step : coerce(b, n->step, t);
    PUSH(b->arena, n->cols, col_new(b, op->kid->text, t, false));
    n->ordered = true;
    return n;
}

static void range_print(struct canon *c, const struct ast *op)
{
    static const char *const words[] = { " ", " from ", " to ", " step " };
    size_t i = 0;
    for (const struct ast *k = op->kid; k && i < 4; k = k->next) {
        buf_adds(c->b, words[i++]);
        canon_expr(c, k);
    }
}

const struct lang_op op_range = {
    .name = "range",
    .flags = OP_SOURCE | OP_NO_PIPE,
    .usage = "range column from start to stop step step",
    .summary = "A table of one column that counts; stop is included. Numbers, "
               "datetimes and timespans.",
    .example =
        "range t from datetime(2024-05-01) to datetime(2024-05-03) step 1d",
    .parse = range_parse,
    .print = range_print,
    .bind = range_bind,
};
