/* canon_expr.c - expressions as canonical text.
 *
 * Called by: canon.c and, through canon.h, the operators.
 * Gives:     text with the parentheses that precedence asks for and no others.
 *            What grows to the left (a + b + c, a.b.c, chains of hundreds) is
 *            written in a loop, so that the depth of the stack is that of the
 *            parentheses, which the parser bounds. */
#include <stdlib.h>

#include "canon.h"
#include "parse.h"

static bool is_method(const struct ast *t)
{
    return t->kind == AST_CALL && t->value.i == 1;
}

static bool is_infix(const struct ast *t)
{
    return t->kind == AST_BINARY || t->kind == AST_IN ||
           t->kind == AST_BETWEEN;
}

static bool grows_left(const struct ast *t)
{
    return t->kid && (is_infix(t) || t->kind == AST_PATH ||
                      t->kind == AST_INDEX || is_method(t));
}

/* A wildcard ends with a star that a following operator would take. */
static enum prec prec_of(const struct ast *t)
{
    if (is_infix(t))
        return infix_prec(t->text);
    switch (t->kind) {
    case AST_UNARY: return PREC_UNARY;
    case AST_PIPE:
    case AST_NAMED:
    case AST_TUPLE:
    case AST_ORDER:
    case AST_WILDCARD: return PREC_NONE;
    default: return PREC_POSTFIX;
    }
}

/* `5.x` and `-5` are read by other rules than `(5).x` and `-(5)`. */
static bool is_number(const struct ast *t)
{
    return t->kind == AST_LITERAL &&
           (t->value.type == TYPE_LONG || t->value.type == TYPE_REAL ||
            t->value.type == TYPE_TIMESPAN);
}

static void write_prec(struct canon *c, const struct ast *t, enum prec least);

/* ---- what has parentheses of its own ---- */

/* Arguments and lists: a pipeline alone needs no second parentheses. */
static void add_list(struct canon *c, const struct ast *first)
{
    bool alone = first && !first->next;
    for (const struct ast *k = first; k; k = k->next) {
        if (k != first)
            buf_adds(c->b, ", ");
        if (k->kind == AST_PIPE && alone)
            canon_group(c, k);
        else if (k->kind == AST_NAMED)
            canon_expr(c, k);
        else
            write_prec(c, k, k->kind == AST_WILDCARD ? PREC_NONE : PREC_OR);
    }
}

static void add_arguments(struct canon *c, const struct ast *first)
{
    if (first && !first->next && first->kind == AST_PIPE) {
        canon_group(c, first);
        return;
    }
    buf_addc(c->b, '(');
    add_list(c, first);
    buf_addc(c->b, ')');
}

/* `long(x)` is a literal for the lexer unless it sees a bracket inside. */
static void add_call(struct canon *c, const struct ast *t)
{
    enum type type;
    const struct ast *args = is_method(t) ? t->kid->next : t->kid;
    buf_add(c->b, t->text);
    size_t from = c->b->n;
    if (!args && str_eqz(t->text, "typeof"))
        buf_adds(c->b, "(*)");
    else
        add_arguments(c, args);
    if (!type_from_name(t->text, &type) || type == TYPE_DYNAMIC ||
        is_method(t) || !buf_ok(c->b))
        return;
    str text = str_sub(buf_str(c->b), from + 1, c->b->n);
    if (str_find_char(text, '(') >= 0 || str_find_char(text, '|') >= 0 ||
        str_find_char(text, '\n') >= 0)
        return;
    c->b->n = from;
    buf_addc(c->b, '(');
    if (args)
        canon_group(c, args);
    else
        buf_addc(c->b, '\n');
    for (const struct ast *k = args ? args->next : NULL; k; k = k->next) {
        buf_adds(c->b, ", ");
        canon_expr(c, k);
    }
    buf_addc(c->b, ')');
}

static bool is_source_word(const struct canon *c, str word)
{
    const struct lang_op *op = reg_op(c->reg, word);
    return op && op->flags & OP_SOURCE;
}

/* In parentheses `print(1)` would be the operator. */
static void add_in_items(struct canon *c, const struct ast *first)
{
    if (first && !first->next && first->kind == AST_CALL &&
        !is_method(first) && is_source_word(c, first->text))
        write_prec(c, first, PREC_POSTFIX);
    else
        add_arguments(c, first);
}

/* ---- atoms ---- */

static void add_unary(struct canon *c, const struct ast *t)
{
    buf_add(c->b, t->text);
    if (!t->kid)
        return;
    if (t->kid->kind == AST_LITERAL)
        canon_group(c, t->kid);
    else
        write_prec(c, t->kid, PREC_POSTFIX);
}

static void add_tuple(struct canon *c, const struct ast *t)
{
    buf_addc(c->b, '(');
    for (const struct ast *k = t->kid ? t->kid->kid : NULL; k; k = k->next) {
        buf_add(c->b, k->text);
        if (k->next)
            buf_adds(c->b, ", ");
    }
    buf_adds(c->b, ") = ");
    if (t->kid && t->kid->next)
        write_prec(c, t->kid->next, PREC_OR);
}

/* `kind = …` at the start of a list would be an option of the operator. */
static void add_named(struct canon *c, const struct ast *t)
{
    static const char *const options[] = { "kind", "flags", "bagexpansion",
                                           "with_itemindex" };
    bool option = false;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        option |= str_eqz(t->text, options[i]);
    if (option)
        buf_addf(c->b, "['%.*s']", STRF(t->text));
    else
        canon_name(c, t->text);
    buf_adds(c->b, " = ");
    if (t->kid)
        write_prec(c, t->kid, PREC_OR);
}

static void add_order(struct canon *c, const struct ast *t)
{
    if (t->kid && t->kid->kind == AST_NAMED)
        add_named(c, t->kid);
    else if (t->kid)
        write_prec(c, t->kid,
                   t->kid->kind == AST_WILDCARD ? PREC_NONE : PREC_OR);
    if (t->text.n)
        buf_addf(c->b, " %.*s", STRF(t->text));
}

static void add_column(struct canon *c, const struct ast *t)
{
    canon_name(c, t->text);
    if (!t->kid)
        return;
    buf_addc(c->b, ':');
    buf_add(c->b, t->kid->text);
    if (!t->kid->next)
        return;
    buf_adds(c->b, " = ");
    write_prec(c, t->kid->next, PREC_OR);
}

static void add_atom(struct canon *c, const struct ast *t)
{
    switch (t->kind) {
    case AST_LITERAL: canon_literal(c->b, &t->value); break;
    case AST_NAME: canon_name(c, t->text); break;
    case AST_CALL: add_call(c, t); break;
    case AST_UNARY: add_unary(c, t); break;
    case AST_NAMED: add_named(c, t); break;
    case AST_TUPLE: add_tuple(c, t); break;
    case AST_ORDER: add_order(c, t); break;
    case AST_COLUMN: add_column(c, t); break;
    case AST_PIPE: canon_pipe(c, t); break;
    default: buf_add(c->b, t->text); break; /* TYPE, STAR, WILDCARD */
    }
}

/* ---- infix and postfix ---- */

static void add_right_operands(struct canon *c, const struct ast *t)
{
    enum prec tighter = (enum prec)(prec_of(t) + 1);
    for (const struct ast *k = t->kid->next; k; k = k->next) {
        if (str_eqz(t->text, ":"))
            buf_addc(c->b, ':');
        else
            buf_addf(c->b, " %.*s ", STRF(t->text));
        if (str_eqz(t->text, "matches"))
            buf_adds(c->b, "regex ");
        write_prec(c, k, tighter);
    }
}

/* x["text"] is a member; an index that is a string has parentheses. */
static void add_index(struct canon *c, const struct ast *index)
{
    bool text =
        index->kind == AST_LITERAL && index->value.type == TYPE_STRING;
    buf_addc(c->b, '[');
    if (text)
        canon_group(c, index);
    else
        write_prec(c, index, PREC_OR);
    buf_addc(c->b, ']');
}

static void add_member(struct canon *c, str name)
{
    if (canon_is_word(name)) {
        buf_addc(c->b, '.');
        buf_add(c->b, name);
        return;
    }
    buf_addc(c->b, '[');
    canon_string(c->b, name);
    buf_addc(c->b, ']');
}

/* What stands right of the first child. */
static void add_rest(struct canon *c, const struct ast *t)
{
    const struct ast *second = t->kid->next;
    switch (t->kind) {
    case AST_BINARY: add_right_operands(c, t); break;
    case AST_IN:
        buf_addf(c->b, " %.*s ", STRF(t->text));
        add_in_items(c, second);
        break;
    case AST_BETWEEN:
        buf_addf(c->b, " %.*s (", STRF(t->text));
        if (second)
            write_prec(c, second, PREC_OR);
        buf_adds(c->b, " .. ");
        if (second && second->next)
            write_prec(c, second->next, PREC_OR);
        buf_addc(c->b, ')');
        break;
    case AST_INDEX:
        if (second)
            add_index(c, second);
        break;
    case AST_PATH: add_member(c, t->text); break;
    default: /* a method */
        buf_addc(c->b, '.');
        add_call(c, t);
        break;
    }
}

static enum prec left_prec(const struct ast *t)
{
    if (!is_infix(t))
        return is_number(t->kid) ? (enum prec)(PREC_POSTFIX + 1)
                                 : PREC_POSTFIX;
    return prec_of(t);
}

struct spine {
    const struct ast *t;
    bool wrapped;
};

/* A pipeline in parentheses writes them itself. A row longer than the parser
 * takes had parentheses in it, which the tree does not keep. */
static bool wraps(const struct ast *t, enum prec least, size_t *row)
{
    bool wrap = prec_of(t) < least && t->kind != AST_PIPE;
    if (*row == MAX_CHAIN && grows_left(t))
        wrap = true;
    *row = wrap ? 1 : *row + 1;
    return wrap;
}

static void write_prec(struct canon *c, const struct ast *t, enum prec least)
{
    size_t n = 1, k = 0, row = 0;
    for (const struct ast *x = t; grows_left(x); x = x->kid)
        n++;
    struct spine few[8], *v = n <= 8 ? few : xcalloc(n, sizeof *v);
    for (;; t = t->kid) {
        v[k++] = (struct spine){ t, wraps(t, least, &row) };
        if (v[k - 1].wrapped)
            buf_addc(c->b, '(');
        if (!grows_left(t))
            break;
        least = left_prec(t);
    }
    if (t->kind == AST_PIPE && least > PREC_NONE)
        canon_group(c, t);
    else
        add_atom(c, t);
    while (k--) {
        if (grows_left(v[k].t))
            add_rest(c, v[k].t);
        if (v[k].wrapped)
            buf_addc(c->b, ')');
    }
    if (v != few)
        free(v);
}

void canon_expr(struct canon *c, const struct ast *t)
{
    bool operand = t->kind == AST_PIPE;
    write_prec(c, t, operand ? PREC_OR : PREC_NONE);
}

void canon_sum(struct canon *c, const struct ast *t)
{
    write_prec(c, t, PREC_ADDITIVE);
}

void canon_unary(struct canon *c, const struct ast *t)
{
    write_prec(c, t, PREC_UNARY);
}
