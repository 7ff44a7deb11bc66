/* parse_expr.c - expressions, by precedence climbing.
 *
 * Called by: parse.c and the operators.
 * Gives:     trees; `x == 1 and y has "z"` with the precedence of KQL's
 *            grammar: or < and < equality, in, between < relational < additive
 *            < multiplicative < string operators < unary < postfix. */
#include "parse.h"

enum form { FORM_BINARY, FORM_IN, FORM_BETWEEN };

/* Longest spelling first is not needed: words are whole tokens. */
static const struct infix {
    const char *text, *name; /* as written, as it is in the tree */
    enum prec prec;
    enum form form;
} infixes[] = {
#define ALIAS(text, name, prec, form) { text, name, PREC_##prec, FORM_##form },
#define INFIX(text, prec, form) ALIAS(text, text, prec, form)
#include "infix.def"
#undef INFIX
#undef ALIAS
};

static const struct infix *find_infix(const struct token *t)
{
    if (t->kind != TOK_NAME && t->kind != TOK_PUNCT && t->kind != TOK_WORDOP)
        return NULL;
    for (size_t i = 0; i < sizeof infixes / sizeof *infixes; i++)
        if (str_eqz(t->text, infixes[i].text))
            return &infixes[i];
    return NULL;
}

enum prec infix_prec(str word)
{
    for (size_t i = 0; i < sizeof infixes / sizeof *infixes; i++)
        if (str_eqz(word, infixes[i].text))
            return infixes[i].prec;
    return PREC_NONE;
}

static struct ast *error_node(struct parser *p)
{
    return ast_new(p->arena, AST_ERROR, peek(p)->span, S(""));
}

/* ---- primary and postfix ---- */

/* '(' pipe ')' ; also a list of values where `in (…)` reads it itself */
static struct ast *parse_group(struct parser *p)
{
    take(p);
    struct ast *t = parse_pipe(p);
    expect_punct(p, ")");
    return t;
}

static struct ast *parse_call(struct parser *p, const struct token *name)
{
    struct ast *t = ast_new(p->arena, AST_CALL, name->span, name->text);
    take(p); /* ( */
    while (!at_punct(p, ")") && peek(p)->kind != TOK_END) {
        if (at_punct(p, "*") && (str_eqz(peek_at(p, 1)->text, ")") ||
                                 str_eqz(peek_at(p, 1)->text, ","))) {
            ast_add(t, ast_new(p->arena, AST_STAR, take(p)->span, S("*")));
        } else if (at_name(p) && str_eqz(peek_at(p, 1)->text, "=")) {
            ast_add(t, parse_named(p));
        } else {
            ast_add(t, parse_pipe(p));
        }
        if (!accept_punct(p, ","))
            break;
    }
    if (at_punct(p, ")"))
        t->span.end = peek(p)->span.end;
    expect_punct(p, ")");
    return t;
}

/* typeof(type) stays a call with a TYPE child. */
static struct ast *parse_typeof(struct parser *p, const struct token *name)
{
    struct ast *t = ast_new(p->arena, AST_CALL, name->span, name->text);
    take(p);
    if (accept_punct(p, "*"))
        return expect_punct(p, ")") ? t : t;
    ast_add(t, parse_type(p));
    expect_punct(p, ")");
    return t;
}

static struct ast *parse_word(struct parser *p)
{
    const struct token *t = take(p);
    const struct token *next = peek(p);
    if (t->kind == TOK_NAME && str_eqz(next->text, "(") &&
        next->kind == TOK_PUNCT && !next->line_start) {
        if (str_eqz(t->text, "typeof"))
            return parse_typeof(p, t);
        return parse_call(p, t);
    }
    if (t->kind == TOK_NAME && at_punct(p, "*") && next->glued &&
        peek_at(p, 1)->kind != TOK_NUMBER && peek_at(p, 1)->kind != TOK_NAME &&
        !str_eqz(peek_at(p, 1)->text, "(")) {
        p->i--;
        return parse_pattern(p);
    }
    return ast_new(p->arena, AST_NAME, t->span, t->text);
}

static struct ast *parse_primary(struct parser *p)
{
    struct ast *t = parse_literal(p);
    if (t)
        return t;
    if (at_punct(p, "("))
        return parse_group(p);
    if (at_name(p))
        return parse_word(p);
    if (at_punct(p, "*"))
        return ast_new(p->arena, AST_STAR, take(p)->span, S("*"));
    if (at_punct(p, "["))
        parse_error(p, DIAG_SYNTAX, "a list stands in dynamic([…]) or in (…)");
    else
        parse_error(p, DIAG_SYNTAX, "expected an expression");
    t = error_node(p);
    if (!at_end_of_operator(p) && !at_punct(p, ",") && !at_punct(p, "]"))
        take(p);
    return t;
}

static struct ast *path_member(struct parser *p, struct ast *base)
{
    const struct token *t = take(p); /* name, quoted name or string index */
    struct ast *m = ast_new(p->arena, AST_PATH, base->span, t->text);
    m->span.end = t->span.end;
    if (t->kind == TOK_NAME && str_eqz(peek(p)->text, "(") &&
        peek(p)->glued) { /* database("x").T: a call on what stands before */
        struct ast *call = parse_call(p, t);
        m->kind = AST_CALL;
        struct ast *args = ast_new(p->arena, AST_CALL, call->span, call->text);
        args->kid = base;
        base->next = call->kid;
        args->last = call->last ? call->last : base;
        args->value.i = 1; /* method form */
        return args;
    }
    return ast_add(m, base);
}

/* Every operator or member of a row is a level of the tree. */
static bool too_long(struct parser *p, unsigned n)
{
    if (n <= MAX_CHAIN)
        return false;
    parse_error(p, DIAG_DEPTH, "more than %d operators or members in a row",
                MAX_CHAIN);
    stop_parsing(p);
    return true;
}

/* postfix = primary ( '.' member | '[' expr ']' )* */
static struct ast *parse_postfix(struct parser *p)
{
    struct ast *t = parse_primary(p);
    for (unsigned n = 0; !too_long(p, n); n++) {
        const struct token *next = peek(p);
        if (next->kind == TOK_QUOTED && !next->line_start && next->glued) {
            t = path_member(p, t);
        } else if (at_punct(p, ".") && !next->line_start) {
            take(p);
            if (at_punct(p, "[")) /* d.[expr] is d[expr] */
                continue;
            if (!at_name(p)) {
                parse_error(p, DIAG_SYNTAX, "expected a member name after '.'");
                return t;
            }
            t = path_member(p, t);
        } else if (at_punct(p, "[") && next->glued && enter(p)) {
            take(p);
            struct ast *i = ast_new(p->arena, AST_INDEX, t->span, S(""));
            ast_add(i, t);
            ast_add(i, parse_expr(p));
            i->span.end = peek(p)->span.end;
            expect_punct(p, "]");
            leave(p);
            t = i;
        } else {
            break;
        }
    }
    return t;
}

/* unary = ( '-' | '+' ) unary | postfix */
struct ast *parse_unary(struct parser *p)
{
    bool sign = at_punct(p, "-") || at_punct(p, "+");
    if (!sign || peek_at(p, 1)->kind == TOK_NUMBER)
        return parse_postfix(p);
    const struct token *t = take(p);
    if (!enter(p))
        return error_node(p);
    struct ast *u = ast_new(p->arena, AST_UNARY, t->span, t->text);
    ast_add(u, parse_unary(p));
    leave(p);
    return u;
}

/* ---- infix ---- */

/* between ( low .. high ) */
static void parse_between(struct parser *p, struct ast *t)
{
    expect_punct(p, "(");
    ast_add(t, parse_expr(p));
    expect_punct(p, "..");
    ast_add(t, parse_expr(p));
    expect_punct(p, ")");
}

/* in ( items ) | in ( pipe ) | has_any ( … ) | in name */
static void parse_in(struct parser *p, struct ast *t)
{
    if (!accept_punct(p, "(")) {
        ast_add(t, parse_postfix(p));
        return;
    }
    while (!at_punct(p, ")") && peek(p)->kind != TOK_END) {
        ast_add(t, parse_pipe(p));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, ")");
}

static struct ast *parse_prec(struct parser *p, enum prec least);

static void parse_operand(struct parser *p, const struct infix *in,
                          struct ast *t)
{
    switch (in->form) {
    case FORM_BETWEEN: parse_between(p, t); break;
    case FORM_IN: parse_in(p, t); break;
    default:
        if (str_eqz(t->text, "matches"))
            expect_word(p, "regex");
        ast_add(t, parse_prec(p, (enum prec)(in->prec + 1)));
        break;
    }
}

static void foreign_infix(struct parser *p)
{
    const char *hint = NULL;
    if (at_punct(p, "="))
        hint = "comparison is '=='";
    else if (at_punct(p, "&&"))
        hint = "KQL says: and";
    else if (at_punct(p, "||"))
        hint = "KQL says: or";
    else if (at_word(p, "like") || at_word(p, "LIKE"))
        hint = "KQL says: contains, startswith, endswith or matches regex";
    else if (at_word(p, "AND") || at_word(p, "OR") || at_word(p, "IN") ||
             at_word(p, "is") || at_word(p, "IS"))
        hint =
            "operators are lower case in KQL: and, or, in; isnull(x) for null";
    if (!hint)
        return;
    struct diag *d = parse_error(
        p, DIAG_FOREIGN, "'%.*s' is not a KQL operator", STRF(peek(p)->text));
    diag_hint(p->ds, d, "%s", hint);
    take(p);
    parse_prec(p, PREC_EQUALITY); /* swallow the right side */
}

static const enum ast_kind form_kinds[] = { AST_BINARY, AST_IN, AST_BETWEEN };

/* `a or b or c` is one node with three children, so that the thousands of
 * terms of a generated query do not become thousands of levels. */
static struct ast *grow(struct parser *p, const struct infix *in,
                        struct ast *left)
{
    bool flat = in->prec <= PREC_AND && left->kind == AST_BINARY &&
                str_eqz(left->text, in->name) && left->value.i == 0;
    struct ast *b = left;
    if (!flat) {
        b = ast_new(p->arena, form_kinds[in->form], left->span,
                    str_of(in->name));
        ast_add(b, left);
    }
    parse_operand(p, in, b);
    if (p->i && p->ts.v[p->i - 1].span.end > b->span.end)
        b->span.end = p->ts.v[p->i - 1].span.end;
    return b;
}

static bool too_many_terms(struct parser *p, const struct token *t, unsigned n)
{
    if (n < MAX_TERMS)
        return false;
    struct diag *d = parse_error(p, DIAG_LIMIT, "more than %d terms of '%.*s'",
                                 MAX_TERMS, STRF(t->text));
    diag_hint(p->ds, d, "x in (…) and x has_any (…) take any number of values");
    stop_parsing(p);
    return true;
}

static struct ast *parse_prec(struct parser *p, enum prec least)
{
    unsigned chain = 0, terms = 0;
    if (!enter(p))
        return error_node(p);
    struct ast *left = parse_unary(p);
    for (;;) {
        const struct token *t = peek(p);
        const struct infix *in = find_infix(t);
        if (!in || in->prec < least || (str_eqz(t->text, ":") && !p->colon))
            break;
        if (in->prec > PREC_AND ? too_long(p, ++chain)
                                : too_many_terms(p, t, ++terms))
            break;
        take(p);
        left = grow(p, in, left);
    }
    leave(p);
    return left;
}

struct ast *parse_sum(struct parser *p)
{
    return parse_prec(p, PREC_ADDITIVE);
}

struct ast *parse_expr(struct parser *p)
{
    struct ast *t = parse_prec(p, PREC_OR);
    foreign_infix(p);
    return t;
}
