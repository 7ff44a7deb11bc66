/* parse_expr.c - expressions, by precedence climbing.
 *
 * Called by: parse.c and the operators.
 * Gives:     trees; `x == 1 and y has "z"` with the precedence of KQL's
 *            grammar: or < and < equality, in, between < relational < additive
 *            < multiplicative < string operators < unary < postfix. */
#include "habits.h"
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

str infix_nearest(str word)
{
    enum { N = sizeof infixes / sizeof *infixes };
    str names[N];
    for (size_t i = 0; i < N; i++)
        names[i] = str_of(infixes[i].name);
    return word.n > 3 ? diag_nearest(word, names, N) : S("");
}

static struct ast *error_node(struct parser *p)
{
    return ast_new(p->arena, AST_ERROR, peek(p)->span, S(""));
}

/* ---- primary and postfix ---- */

/* '(' pipe ')' ; also a list of values where `in (…)` reads it itself */
static struct ast *parse_group(struct parser *p)
{
    const struct token *before = p->i ? &p->ts.v[p->i - 1] : peek(p);
    const struct token *open = take(p);
    struct ast *t = parse_pipe(p);
    if (at_punct(p, ",") && infix_prec(before->text) >= PREC_EQUALITY)
        report_list(p, before->text);
    close_bracket(p, open);
    return t;
}

static struct ast *parse_call(struct parser *p, const struct token *name)
{
    struct ast *t = ast_new(p->arena, AST_CALL, name->span, name->text);
    const struct token *open = take(p);
    while (!at_punct(p, ")") && peek(p)->kind != TOK_END) {
        if (at_punct(p, "*") && (str_eqz(peek_at(p, 1)->text, ")") ||
                                 str_eqz(peek_at(p, 1)->text, ","))) {
            ast_add(t, ast_new(p->arena, AST_STAR, take(p)->span, S("*")));
        } else if (at_name(p) && str_eqz(peek_at(p, 1)->text, "=")) {
            ast_add(t, parse_named(p));
        } else {
            ast_add(t, parse_pipe(p));
        }
        if (!accept_punct(p, ",") && !report_distinct(p))
            break;
    }
    if (at_punct(p, ")"))
        t->span.end = peek(p)->span.end;
    close_bracket(p, open);
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
    t = error_node(p);
    report_no_expression(p);
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
        if (next->kind == TOK_QUOTED && !next->line_start) {
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
        } else if (at_punct(p, "[") && !next->line_start && enter(p)) {
            take(p);
            struct ast *i = ast_new(p->arena, AST_INDEX, t->span, S(""));
            ast_add(i, t);
            ast_add(i, parse_expr(p));
            i->span.end = peek(p)->span.end;
            report_slice(p);
            expect_punct(p, "]");
            leave(p);
            t = i;
        } else {
            break;
        }
    }
    return t;
}

/* `!x` of other languages: told, and x is read for what follows it. */
static struct ast *parse_negated(struct parser *p)
{
    const struct token *t = take(p), *open = peek(p);
    if (t->kind != TOK_WORDOP)
        return parse_postfix(p);
    if (str_eqz(open->text, "(")) {
        parse_group(p);
        return error_node(p);
    }
    return ast_new(p->arena, AST_ERROR, t->span, S(""));
}

/* unary = ( '-' | '+' ) unary | postfix */
struct ast *parse_unary(struct parser *p)
{
    bool sign = at_punct(p, "-") || at_punct(p, "+");
    if (report_negation(p))
        return parse_negated(p);
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

static struct ast *parse_prec(struct parser *p, enum prec least);

static void range_hint(struct parser *p, struct diag *d)
{
    diag_hint(p->ds, d, "x between (low .. high)");
}

/* `between 1 and 5` of other languages. */
static void parse_bare_range(struct parser *p, struct ast *t)
{
    range_hint(p, parse_error(p, DIAG_FOREIGN,
                              "between takes its range in brackets"));
    ast_add(t, parse_prec(p, PREC_ADDITIVE));
    if (accept_word(p, "and") || accept_punct(p, ",") || accept_punct(p, ".."))
        ast_add(t, parse_prec(p, PREC_ADDITIVE));
}

/* between ( low .. high ) */
static void parse_between(struct parser *p, struct ast *t)
{
    if (!accept_punct(p, "(")) {
        parse_bare_range(p, t);
        return;
    }
    ast_add(t, parse_expr(p));
    if (!accept_punct(p, "..")) {
        range_hint(p, parse_error(p, DIAG_SYNTAX,
                                  "expected '..' between low and high"));
        if (!accept_punct(p, ",")) {
            accept_punct(p, ")");
            return;
        }
    }
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

static void parse_operand(struct parser *p, const struct infix *in,
                          struct ast *t)
{
    switch (in->form) {
    case FORM_BETWEEN: parse_between(p, t); break;
    case FORM_IN: parse_in(p, t); break;
    default:
        if (str_eqz(t->text, "matches") &&
            str_eqz(p->ts.v[p->i - 1].text, "matches") &&
            !accept_word(p, "regex"))
            diag_hint(p->ds, parse_error(p, DIAG_SYNTAX, "expected 'regex'"),
                      "x matches regex \"…\"");
        ast_add(t, parse_prec(p, (enum prec)(in->prec + 1)));
        break;
    }
}

/* An operator of another language: reported, and read as KQL's own. */
static const struct infix *foreign_infix(struct parser *p, enum prec least)
{
    size_t n = 0;
    const char *hint = NULL;
    str kql = habit_infix(p, &n, &hint);
    if (!kql.n || infix_prec(kql) < least)
        return NULL;
    struct span at = { peek(p)->span.beg, peek_at(p, n - 1)->span.end };
    struct diag *d =
        parse_error(p, DIAG_FOREIGN, "'%.*s' is not a KQL operator",
                    STRF(str_sub(p->src, at.beg, at.end)));
    d->span = at;
    diag_hint(p->ds, d, "%s", hint);
    for (size_t i = 1; i < n; i++)
        take(p);
    const struct token named = { .kind = TOK_PUNCT, .text = kql };
    return find_infix(&named);
}

/* The words of another language that begin with one of ours: has any, > =. */
static bool may_be_foreign(const struct parser *p)
{
    const struct token *next = peek_at(p, 1);
    return str_eqz(next->text, "=") || str_eqz(next->text, ">") ||
           str_eqz(next->text, "any") || str_eqz(next->text, "all");
}

static const struct infix *next_infix(struct parser *p, enum prec least)
{
    const struct infix *in = find_infix(peek(p));
    if (in && !may_be_foreign(p))
        return in;
    const struct infix *other = foreign_infix(p, least);
    return other ? other : in;
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
        const struct infix *in = next_infix(p, least);
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
    return parse_prec(p, PREC_OR);
}
