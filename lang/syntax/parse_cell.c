/* parse_cell.c - statements: where one begins and where it ends.
 *
 * Called by: lang.c.
 * Gives:     AST_CELL with one child per statement. A statement ends where the
 *            grammar cannot take the next token, or at ';' (language.md 1). */
#include "parse.h"

#include "habits.h"
#include "registry/command.h"

static bool next_is(const struct parser *p, size_t ahead, const char *punct)
{
    const struct token *t = peek_at(p, ahead);
    return t->kind == TOK_PUNCT && str_eqz(t->text, punct);
}

/* `( … ) {` is a function; anything else in parentheses an expression. What
 * parameters never hold ends the search, so that it stays short. */
static bool at_function(const struct parser *p)
{
    size_t k = at_word(p, "view") ? 1 : 0;
    if (!next_is(p, k, "("))
        return false;
    for (int depth = 0;; k++) {
        const struct token *t = peek_at(p, k);
        if (t->kind == TOK_END || next_is(p, k, ";") || next_is(p, k, "|"))
            return false;
        if (next_is(p, k, "(") && ++depth > 3)
            return false;
        if (next_is(p, k, ")") && --depth == 0)
            return next_is(p, k + 1, "{");
    }
}

/* param = name ':' ( type [ '=' literal ] | '(' columns | '*' ')' ) */
static struct ast *parse_param(struct parser *p)
{
    struct ast *name = parse_name(p);
    struct ast *t = ast_new(p->arena, AST_PARAM, name->span, name->text);
    if (!expect_punct(p, ":"))
        return t;
    if (at_punct(p, "(")) {
        struct ast *cols = clause(p, t, "columns");
        if (next_is(p, 1, "*")) {
            take(p);
            take(p);
            expect_punct(p, ")");
        } else {
            parse_columns(p, cols);
        }
        return t;
    }
    ast_add(t, parse_type(p));
    if (accept_punct(p, "=")) {
        struct ast *v = parse_literal(p);
        if (!v)
            parse_error(p, DIAG_SYNTAX, "a default must be a literal");
        ast_add(t, v);
    }
    return t;
}

static void parse_params(struct parser *p, struct ast *parent)
{
    expect_punct(p, "(");
    while (at_name(p)) {
        ast_add(parent, parse_param(p));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, ")");
}

static struct ast *parse_let(struct parser *p);

/* body = '{' ( let ';' )* [ expr | pipe ] [';'] '}' */
static struct ast *parse_body(struct parser *p)
{
    struct ast *body = ast_new(p->arena, AST_BODY, peek(p)->span, S(""));
    expect_punct(p, "{");
    while (at_word(p, "let") && peek_at(p, 1)->kind != TOK_END) {
        ast_add(body, parse_let(p));
        if (!accept_punct(p, ";"))
            break;
    }
    if (!at_punct(p, "}"))
        ast_add(body, parse_pipe(p));
    accept_punct(p, ";");
    body->span.end = peek(p)->span.end;
    expect_punct(p, "}");
    return body;
}

static struct ast *parse_function(struct parser *p)
{
    if (!enter(p))
        return ast_new(p->arena, AST_ERROR, peek(p)->span, S(""));
    struct ast *f = ast_new(p->arena, AST_FUNCTION, peek(p)->span, S(""));
    if (accept_word(p, "view"))
        f->text = S("view");
    parse_params(p, f);
    ast_add(f, parse_body(p));
    leave(p);
    return f;
}

/* let = 'let' name '=' ( function | pipe | expr ) */
static struct ast *parse_let(struct parser *p)
{
    struct span at = take(p)->span;
    struct ast *name = parse_name(p);
    struct ast *t = ast_new(p->arena, AST_LET, at, name->text);
    if (!accept_punct(p, "=")) {
        struct diag *d = parse_error(p, DIAG_SYNTAX, "expected '='");
        diag_hint(p->ds, d, "let name = value;");
        if (!accept_punct(p, "=="))
            return t;
    }
    return ast_add(t, at_function(p) ? parse_function(p) : parse_pipe(p));
}

static struct ast *parse_set(struct parser *p)
{
    struct span at = take(p)->span;
    struct ast *name = parse_name(p);
    struct ast *t = ast_new(p->arena, AST_SET, at, name->text);
    if (accept_punct(p, "="))
        ast_add(t, parse_expr(p));
    return t;
}

static struct ast *parse_declare(struct parser *p)
{
    struct ast *t = ast_new(p->arena, AST_DECLARE, take(p)->span, S(""));
    expect_word(p, "query_parameters");
    parse_params(p, t);
    return t;
}

static struct ast *parse_assert(struct parser *p)
{
    struct ast *t = ast_new(p->arena, AST_ASSERT, take(p)->span, S(""));
    ast_add(t, parse_pipe(p));
    if (accept_punct(p, ","))
        ast_add(t, parse_expr(p));
    return t;
}

static void unknown_command(struct parser *p, str word)
{
    str names[64];
    size_t n = 0;
    for (size_t i = 0; i < p->reg->ncommands && n < 64; i++)
        names[n++] = str_of(p->reg->commands[i]->name);
    str near = diag_nearest(word, names, n);
    struct diag *d = parse_error(p, DIAG_UNKNOWN_COMMAND,
                                 "unknown command '.%.*s'", STRF(word));
    if (near.n)
        diag_hint(p->ds, d, "did you mean '.%.*s'?", STRF(near));
    else
        diag_hint(p->ds, d, ".help lists them");
}

/* command = '.' name … [ '|' operator … ] */
static struct ast *parse_command(struct parser *p)
{
    struct span at = take(p)->span;
    const struct token *name = peek(p);
    struct ast *t = ast_new(p->arena, AST_COMMAND, at, name->text);
    const struct lang_command *c =
        name->kind == TOK_NAME ? reg_command(p->reg, name->text) : NULL;
    if (!c) {
        unknown_command(p, name->text);
        while (peek(p)->kind != TOK_END && !at_punct(p, ";") &&
               (p->i == 0 || !peek(p)->line_start || peek(p) == name))
            take(p);
        return t;
    }
    take(p);
    c->parse(p, t);
    if (p->i && p->ts.v[p->i - 1].span.end > t->span.end)
        t->span.end = p->ts.v[p->i - 1].span.end;
    return t;
}

static struct ast *query(struct parser *p, struct ast *pipe)
{
    struct ast *t = ast_new(p->arena, AST_QUERY, pipe->span, S(""));
    return ast_add(t, pipe);
}

static struct ast *parse_assign(struct parser *p)
{
    const struct token *name = take(p);
    take(p);
    struct ast *t = ast_new(p->arena, AST_ASSIGN, name->span, name->text);
    struct ast *value = parse_python(p);
    return ast_add(t, value ? value : parse_pipe(p));
}

static struct ast *parse_markdown(struct parser *p)
{
    struct ast *t = ast_new(p->arena, AST_MARKDOWN, take(p)->span, S(""));
    return ast_add(t, parse_expr(p));
}

static struct ast *parse_statement(struct parser *p)
{
    const struct token *t = peek(p), *next = peek_at(p, 1);
    bool word = t->kind == TOK_NAME;
    if (at_punct(p, ".") && t->line_start) {
        struct ast *cmd = parse_command(p);
        return at_punct(p, "|") ? query(p, parse_pipe_from(p, cmd)) : cmd;
    }
    if (foreign_statement(p))
        return ast_new(p->arena, AST_ERROR, t->span, S(""));
    if (word && str_eqz(t->text, "let") && next->kind != TOK_END &&
        !next_is(p, 1, "="))
        return parse_let(p);
    if (at_name(p) && next_is(p, 1, "="))
        return parse_assign(p);
    if (word && str_eqz(t->text, "set") && next->kind == TOK_NAME)
        return parse_set(p);
    if (word && str_eqz(t->text, "declare") && next->kind == TOK_NAME)
        return parse_declare(p);
    if (word && str_eqz(t->text, "assert") && !next_is(p, 1, "|"))
        return parse_assert(p);
    if (word && str_eqz(t->text, "markdown") && next->kind == TOK_STRING)
        return parse_markdown(p);
    return query(p, parse_pipe(p));
}

static void missing_semicolon(struct parser *p)
{
    struct diag *d = parse_error(p, DIAG_SYNTAX, "unexpected '%.*s'",
                                 STRF(peek(p)->text));
    diag_hint(p->ds, d, "a ';' ends the let before it");
}

/* After a statement: ';', a new line, or a mistake that is skipped over. */
static void end_statement(struct parser *p, const struct ast *st)
{
    if (accept_punct(p, ";") || peek(p)->kind == TOK_END)
        return;
    if (peek(p)->line_start)
        return;
    if (st->kind == AST_LET && !at_end_of_operator(p))
        missing_semicolon(p);
    else
        report_unexpected(p);
    while (peek(p)->kind != TOK_END && !accept_punct(p, ";"))
        take(p);
}

struct ast *parse_cell(struct arena *a, const struct registry *reg, str src,
                       struct diags *ds)
{
    struct parser p = { .arena = a, .ds = ds, .reg = reg, .src = src };
    lex(a, src, &p.ts, ds);
    struct ast *cell = ast_new(a, AST_CELL, NO_SPAN, S(""));
    for (size_t n = 0; peek(&p)->kind != TOK_END; n++) {
        if (accept_punct(&p, ";"))
            continue;
        if (n == MAX_STATEMENTS) {
            parse_error(&p, DIAG_LIMIT, "more than %d statements in a cell",
                        MAX_STATEMENTS);
            break;
        }
        size_t before = p.i;
        struct ast *st = parse_statement(&p);
        ast_add(cell, st);
        end_statement(&p, st);
        if (p.i == before)
            take(&p);
    }
    return cell;
}
