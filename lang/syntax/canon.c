/* canon.c - statements, pipelines and operators as canonical text.
 *
 * Called by: lang.c (`dev canon`), cmd_explain.c.
 * Gives:     the layout that canon.h tells; expressions are in canon_expr.c.
 * Must not:  know any operator: a row without .print has the common layout. */
#include "canon.h"

#include "registry/command.h"

enum { STEP = 4, MAX_INDENT = 40 };

void canon_newline(struct canon *c)
{
    unsigned n = c->indent < MAX_INDENT ? c->indent : MAX_INDENT;
    buf_addc(c->b, '\n');
    buf_fill(c->b, ' ', (size_t)n * STEP);
}

/* ---- clauses and options ---- */

void canon_items(struct canon *c, const struct ast *first)
{
    for (const struct ast *k = first; k; k = k->next) {
        canon_expr(c, k);
        if (k->next)
            buf_adds(c->b, ", ");
    }
}

/* kind=inner, ycolumns=a, b; a word alone is an option without a value. */
static void add_option(struct canon *c, const struct ast *o)
{
    buf_add(c->b, o->text);
    for (const struct ast *v = o->kid; v; v = v->next) {
        buf_adds(c->b, v == o->kid ? "=" : ", ");
        if (v->kind == AST_NAME && canon_is_word(v->text))
            buf_add(c->b, v->text); /* keywords too: output=last */
        else if (v->kind == AST_CALL)
            canon_group(c, v);
        else
            canon_unary(c, v);
    }
}

void canon_options(struct canon *c, const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_OPTION) {
            buf_addc(c->b, ' ');
            add_option(c, k);
        }
}

void canon_by(struct canon *c, const struct ast *op, const char *word)
{
    const struct ast *by = ast_clause(op, word);
    if (!by)
        return;
    buf_addf(c->b, " %s ", word);
    canon_items(c, by->kid);
}

static void add_with(struct canon *c, const struct ast *with)
{
    buf_adds(c->b, "with (");
    for (const struct ast *k = with->kid; k; k = k->next) {
        if (k->kind == AST_OPTION)
            add_option(c, k);
        else
            canon_expr(c, k);
        if (k->next)
            buf_adds(c->b, ", ");
    }
    buf_addc(c->b, ')');
}

void canon_with(struct canon *c, const struct ast *op)
{
    const struct ast *with = ast_clause(op, "with");
    if (!with)
        return;
    buf_addc(c->b, ' ');
    add_with(c, with);
}

void canon_columns(struct canon *c, const struct ast *parent)
{
    buf_addc(c->b, '(');
    if (parent)
        canon_items(c, parent->kid);
    buf_addc(c->b, ')');
}

static bool is_item(const struct ast *k)
{
    return k && k->kind != AST_OPTION && k->kind != AST_CLAUSE;
}

void canon_common(struct canon *c, const struct ast *op)
{
    bool list = false;
    for (const struct ast *k = op->kid; k; k = k->next) {
        buf_adds(c->b, list && is_item(k) ? ", " : " ");
        list = is_item(k);
        if (list) {
            canon_expr(c, k);
        } else if (k->kind == AST_OPTION) {
            add_option(c, k);
        } else if (str_eqz(k->text, "with")) {
            add_with(c, k);
        } else {
            buf_addf(c->b, "%.*s%s", STRF(k->text), k->kid ? " " : "");
            canon_items(c, k->kid);
        }
    }
}

/* ---- pipelines ---- */

static void add_op(struct canon *c, const struct ast *op)
{
    if (!op->op) {
        canon_expr(c, op);
        return;
    }
    buf_adds(c->b, op->op->name);
    if (op->op->print)
        op->op->print(c, op);
    else
        canon_common(c, op);
}

static void add_command(struct canon *c, const struct ast *t)
{
    const struct lang_command *row = reg_command(c->reg, t->text);
    buf_addf(c->b, ".%.*s", STRF(t->text));
    if (row && row->print)
        row->print(c, t);
    else
        canon_common(c, t);
}

void canon_operators(struct canon *c, const struct ast *first)
{
    for (const struct ast *k = first; k; k = k->next) {
        canon_newline(c);
        buf_adds(c->b, "| ");
        add_op(c, k);
    }
}

void canon_pipe(struct canon *c, const struct ast *t)
{
    const struct ast *source = t->kind == AST_PIPE ? t->kid : t;
    if (source->kind == AST_OP)
        add_op(c, source);
    else if (source->kind == AST_COMMAND)
        add_command(c, source);
    else
        canon_expr(c, source);
    if (t->kind == AST_PIPE)
        canon_operators(c, source->next);
}

void canon_group(struct canon *c, const struct ast *t)
{
    buf_addc(c->b, '(');
    if (t->kind == AST_PIPE) {
        c->indent++;
        canon_newline(c);
        canon_pipe(c, t);
        c->indent--;
        canon_newline(c);
    } else {
        canon_expr(c, t);
    }
    buf_addc(c->b, ')');
}

void canon_subquery(struct canon *c, const struct ast *list)
{
    buf_addc(c->b, '(');
    c->indent++;
    canon_newline(c);
    if (list->kid) {
        add_op(c, list->kid);
        canon_operators(c, list->kid->next);
    }
    c->indent--;
    canon_newline(c);
    buf_addc(c->b, ')');
}

/* ---- statements ---- */

static void add_value(struct canon *c, const struct ast *t)
{
    if (t->kind != AST_PIPE) {
        buf_addc(c->b, ' ');
        canon_expr(c, t);
        return;
    }
    c->indent++;
    canon_newline(c);
    canon_pipe(c, t);
    c->indent--;
}

static void add_param(struct canon *c, const struct ast *t)
{
    canon_name(c, t->text);
    buf_addc(c->b, ':');
    if (t->kid && t->kid->kind == AST_CLAUSE) {
        if (t->kid->kid)
            canon_columns(c, t->kid);
        else
            buf_adds(c->b, "(*)");
        return;
    }
    for (const struct ast *k = t->kid; k; k = k->next) {
        if (k != t->kid)
            buf_adds(c->b, " = ");
        canon_expr(c, k);
    }
}

static void add_params(struct canon *c, const struct ast *t)
{
    buf_addc(c->b, '(');
    for (const struct ast *k = t->kid; k && k->kind == AST_PARAM;
         k = k->next) {
        add_param(c, k);
        if (k->next && k->next->kind == AST_PARAM)
            buf_adds(c->b, ", ");
    }
    buf_addc(c->b, ')');
}

/* { x + 1 } on one line; statements and pipelines on lines of their own. */
static void add_body(struct canon *c, const struct ast *body)
{
    const struct ast *only = body->kid;
    if (!only) {
        buf_adds(c->b, "{ }");
        return;
    }
    if (!only->next && only->kind != AST_LET && only->kind != AST_PIPE) {
        buf_adds(c->b, "{ ");
        canon_expr(c, only);
        buf_adds(c->b, " }");
        return;
    }
    buf_addc(c->b, '{');
    c->indent++;
    for (const struct ast *k = body->kid; k; k = k->next) {
        canon_newline(c);
        if (k->kind == AST_LET)
            canon_statement(c, k);
        else
            canon_pipe(c, k);
        if (k->next)
            buf_addc(c->b, ';');
    }
    c->indent--;
    canon_newline(c);
    buf_addc(c->b, '}');
}

static void add_function(struct canon *c, const struct ast *f)
{
    buf_addf(c->b, " %s", f->text.n ? "view " : "");
    add_params(c, f);
    buf_addc(c->b, ' ');
    if (f->last && f->last->kind == AST_BODY)
        add_body(c, f->last);
}

static void add_let(struct canon *c, const struct ast *t)
{
    if (t->kind == AST_LET)
        buf_adds(c->b, "let ");
    canon_name(c, t->text);
    buf_adds(c->b, " =");
    if (t->kid && t->kid->kind == AST_FUNCTION)
        add_function(c, t->kid);
    else if (t->kid)
        add_value(c, t->kid);
}

static void add_assert(struct canon *c, const struct ast *t)
{
    buf_adds(c->b, "assert ");
    canon_items(c, t->kid);
}

/* A call `select(x)` at the start would be taken for another statement. */
static void add_query(struct canon *c, const struct ast *pipe)
{
    static const char *const words[] = { "select", "insert", "update",
                                         "delete", "let", "assert" };
    const struct ast *first = pipe;
    bool taken = false;
    while (first->kid && first->kind != AST_OP && first->kind != AST_COMMAND &&
           (first->kind != AST_CALL || first->value.i == 1))
        first = first->kid;
    for (size_t i = 0; first->kind == AST_CALL &&
                       i < sizeof words / sizeof *words; i++)
        taken |= str_ieqz(first->text, words[i]);
    if (taken)
        canon_group(c, pipe);
    else
        canon_pipe(c, pipe);
}

void canon_statement(struct canon *c, const struct ast *t)
{
    switch (t->kind) {
    case AST_LET:
    case AST_ASSIGN: add_let(c, t); break;
    case AST_SET:
        buf_addf(c->b, "set %.*s%s", STRF(t->text), t->kid ? " = " : "");
        canon_items(c, t->kid);
        break;
    case AST_DECLARE:
        buf_adds(c->b, "declare query_parameters");
        add_params(c, t);
        break;
    case AST_ASSERT: add_assert(c, t); break;
    case AST_MARKDOWN:
        buf_adds(c->b, "markdown ");
        canon_items(c, t->kid);
        break;
    case AST_COMMAND: add_command(c, t); break;
    case AST_QUERY: add_query(c, t->kid); break;
    default: canon_pipe(c, t); break;
    }
}

void canon_query(struct canon *c, const struct ast *pipe)
{
    canon_pipe(c, pipe);
    buf_addc(c->b, '\n');
}

void canon_cell(struct canon *c, const struct ast *cell)
{
    for (const struct ast *t = cell->kid; t; t = t->next) {
        bool shown = t->kind == AST_QUERY || t->kind == AST_COMMAND;
        canon_statement(c, t);
        buf_adds(c->b, t->next || !shown ? ";\n" : "\n");
    }
}
