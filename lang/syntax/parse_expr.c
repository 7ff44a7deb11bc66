/* parse_expr.c - expressions, by precedence climbing.
 *
 * Called by: parse.c and the operators.
 * Gives:     trees; `x == 1 and y has "z"` with the precedence of KQL's
 *            grammar: or < and < equality, in, between < relational < additive
 *            < multiplicative < string operators < unary < postfix. */
#include "parse.h"

#include <stdlib.h>

#include "base/json_write.h"
#include "base/ticks.h"

enum prec {
    PREC_NONE,
    PREC_OR,
    PREC_AND,
    PREC_EQUALITY,
    PREC_RELATIONAL,
    PREC_ADDITIVE,
    PREC_MULTIPLICATIVE,
    PREC_STRING,
    PREC_UNARY,
};

enum form { FORM_BINARY, FORM_IN, FORM_BETWEEN };

enum { MAX_CHAIN = 1000 };

/* Longest spelling first is not needed: words are whole tokens. */
static const struct infix {
    const char *text;
    enum prec prec;
    enum form form;
} infixes[] = {
#define INFIX(text, prec, form) { text, PREC_##prec, FORM_##form },
#include "infix.def"
#undef INFIX
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

static struct ast *error_node(struct parser *p)
{
    return ast_new(p->arena, AST_ERROR, peek(p)->span, S(""));
}

/* ---- literals ---- */

static struct ast *literal(struct parser *p, struct span at, struct value v)
{
    struct ast *t = ast_new(p->arena, AST_LITERAL, at, S(""));
    t->value = v;
    return t;
}

/* Adjacent string literals are one string. */
static struct ast *parse_string(struct parser *p)
{
    const struct token *t = take(p);
    struct value v = t->value;
    struct span at = t->span;
    while (peek(p)->kind == TOK_STRING) {
        v.s = arena_fmt(p->arena, "%.*s%.*s", STRF(v.s), STRF(peek(p)->text));
        at.end = take(p)->span.end;
    }
    return literal(p, at, v);
}

static bool typed_number(struct parser *p, str raw, struct value *v)
{
    char *end;
    const char *z = arena_cstr(p->arena, raw);
    if (v->type == TYPE_REAL) {
        if (str_ieqz(raw, "nan"))
            v->d = strtod("nan", NULL);
        else if (str_ieqz(raw, "+inf") || str_ieqz(raw, "inf"))
            v->d = strtod("inf", NULL);
        else if (str_ieqz(raw, "-inf"))
            v->d = strtod("-inf", NULL);
        else {
            v->d = strtod(z, &end);
            return end == z + raw.n && raw.n;
        }
        return true;
    }
    bool hex = raw.n > 2 && raw.p[0] == '0' && (raw.p[1] | 32) == 'x';
    v->i = hex ? (int64_t)strtoull(z, &end, 16) : strtoll(z, &end, 10);
    if (end != z + raw.n || raw.n == 0)
        return false;
    return v->type == TYPE_LONG || (v->i >= INT32_MIN && v->i <= INT32_MAX);
}

static bool typed_decimal(str raw)
{
    size_t i = raw.n && (raw.p[0] == '-' || raw.p[0] == '+'), digits = 0;
    for (; i < raw.n; i++) {
        if (raw.p[i] >= '0' && raw.p[i] <= '9')
            digits++;
        else if (raw.p[i] != '.' && (raw.p[i] | 32) != 'e' && raw.p[i] != '-')
            return false;
    }
    return digits > 0;
}

static bool typed_guid(struct parser *p, str raw, struct value *v)
{
    if (raw.n != 36)
        return false;
    char *z = arena_cstr(p->arena, raw);
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        char c = z[i] >= 'A' && z[i] <= 'F' ? (char)(z[i] + 32) : z[i];
        if (dash ? c != '-'
                 : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        z[i] = c;
    }
    v->s = (str){ z, 36 };
    return true;
}

static bool typed_span(str raw, struct value *v)
{
    if (span_parse(raw, &v->i))
        return true;
    if (raw.n && raw.p[0] == '-') {
        bool ok = span_parse_literal(str_sub(raw, 1, raw.n), &v->i);
        v->i = -v->i;
        return ok;
    }
    return span_parse_literal(raw, &v->i);
}

static str unquoted(str raw)
{
    if (raw.n >= 2 && (raw.p[0] == '"' || raw.p[0] == '\'') &&
        raw.p[raw.n - 1] == raw.p[0])
        return str_sub(raw, 1, raw.n - 1);
    return raw;
}

/* The inside of datetime(…), long(…) and the like. */
static bool typed_value(struct parser *p, str raw, struct value *v)
{
    if (str_eqz(raw, "null") || raw.n == 0) {
        v->null = v->type != TYPE_STRING;
        v->s = S("");
        return true;
    }
    raw = unquoted(raw);
    switch (v->type) {
    case TYPE_BOOL:
        v->i = str_ieqz(raw, "true") || str_eqz(raw, "1");
        return v->i || str_ieqz(raw, "false") || str_eqz(raw, "0");
    case TYPE_INT:
    case TYPE_LONG:
    case TYPE_REAL: return typed_number(p, raw, v);
    case TYPE_DATETIME: return ticks_parse(raw, &v->i);
    case TYPE_TIMESPAN: return typed_span(raw, v);
    case TYPE_GUID: return typed_guid(p, raw, v);
    case TYPE_DECIMAL: v->s = raw; return typed_decimal(raw);
    default: v->s = raw; return true;
    }
}

static struct ast *parse_typed(struct parser *p)
{
    const struct token *t = take(p);
    struct value v = t->value;
    if (!typed_value(p, t->text, &v)) {
        diag_error(p->ds, DIAG_BAD_LITERAL, t->span, "'%.*s' is not a %s",
                   STRF(t->text), type_name(v.type));
        return ast_new(p->arena, AST_ERROR, t->span, S(""));
    }
    return literal(p, t->span, v);
}

static struct ast *parse_number(struct parser *p, bool minus)
{
    const struct token *t = take(p);
    struct value v = t->value;
    if (v.type == TYPE_LONG && !minus &&
        str_eqz(t->text, "9223372036854775808"))
        diag_error(p->ds, DIAG_BAD_LITERAL, t->span,
                   "the number does not fit a long");
    if (minus && v.type == TYPE_REAL)
        v.d = -v.d;
    else if (minus)
        v.i = (int64_t)(0 - (uint64_t)v.i);
    return literal(p, t->span, v);
}

static const struct {
    const char *word;
    enum type type;
    int64_t i;
    bool null;
} word_literals[] = {
    { "true", TYPE_BOOL, 1, false },   { "false", TYPE_BOOL, 0, false },
    { "True", TYPE_BOOL, 1, false },   { "False", TYPE_BOOL, 0, false },
    { "TRUE", TYPE_BOOL, 1, false },   { "FALSE", TYPE_BOOL, 0, false },
    { "null", TYPE_DYNAMIC, 0, true },
};

/* literal = number | string | typed | true | false | dynamic(…), sign too;
 * NULL when none stands here. */
struct ast *parse_literal(struct parser *p)
{
    const struct token *t = peek(p);
    bool sign = at_punct(p, "-") || at_punct(p, "+");
    if (sign && peek_at(p, 1)->kind == TOK_NUMBER) {
        take(p);
        return parse_number(p, str_eqz(t->text, "-"));
    }
    if (t->kind == TOK_NUMBER)
        return parse_number(p, false);
    if (t->kind == TOK_STRING)
        return parse_string(p);
    if (t->kind == TOK_TYPED)
        return parse_typed(p);
    if (t->kind != TOK_NAME)
        return NULL;
    bool call = str_eqz(peek_at(p, 1)->text, "(");
    if (str_eqz(t->text, "dynamic") && call) {
        take(p);
        return parse_dynamic(p);
    }
    for (size_t i = 0;
         !call && i < sizeof word_literals / sizeof *word_literals; i++)
        if (str_eqz(t->text, word_literals[i].word)) {
            take(p);
            struct value v = { .type = word_literals[i].type,
                               .null = word_literals[i].null };
            if (v.null)
                v.s = S("");
            else
                v.i = word_literals[i].i;
            return literal(p, t->span, v);
        }
    return NULL;
}

/* ---- dynamic(…): JSON with KQL's quotes and typed literals in it ---- */

static bool dyn_value(struct parser *p, struct buf *b);

static bool dyn_list(struct parser *p, struct buf *b)
{
    buf_addc(b, '[');
    for (size_t n = 0; !at_punct(p, "]"); n++) {
        if (n)
            buf_addc(b, ',');
        if (!dyn_value(p, b))
            return false;
        if (!accept_punct(p, ","))
            break;
    }
    buf_addc(b, ']');
    return expect_punct(p, "]");
}

static bool dyn_bag(struct parser *p, struct buf *b)
{
    buf_addc(b, '{');
    for (size_t n = 0; !at_punct(p, "}"); n++) {
        if (n)
            buf_addc(b, ',');
        if (peek(p)->kind != TOK_STRING && peek(p)->kind != TOK_NAME) {
            parse_error(p, DIAG_SYNTAX, "expected a property name in quotes");
            return false;
        }
        json_str(b, take(p)->text);
        buf_addc(b, ':');
        if (!expect_punct(p, ":") || !dyn_value(p, b))
            return false;
        if (!accept_punct(p, ","))
            break;
    }
    buf_addc(b, '}');
    return expect_punct(p, "}");
}

static bool dyn_scalar(struct parser *p, struct buf *b)
{
    struct ast *t = parse_literal(p);
    if (!t) {
        parse_error(p, DIAG_SYNTAX, "expected a value inside dynamic(…)");
        return false;
    }
    if (t->kind != AST_LITERAL)
        return false;
    value_json(b, &t->value);
    return true;
}

static bool dyn_value(struct parser *p, struct buf *b)
{
    if (peek(p)->kind == TOK_QUOTED) { /* ["x"]: the lexer saw a name */
        buf_addc(b, '[');
        json_str(b, take(p)->text);
        buf_addc(b, ']');
        return true;
    }
    if (!enter(p))
        return false;
    bool ok;
    if (accept_punct(p, "["))
        ok = dyn_list(p, b);
    else if (accept_punct(p, "{"))
        ok = dyn_bag(p, b);
    else
        ok = dyn_scalar(p, b);
    leave(p);
    return ok;
}

/* dynamic = '(' value ')' */
struct ast *parse_dynamic(struct parser *p)
{
    struct buf b;
    struct span at = peek(p)->span;
    buf_init(&b, MAX_CELL_BYTES * 2);
    expect_punct(p, "(");
    bool ok = dyn_value(p, &b) && expect_punct(p, ")");
    struct value v = { .type = TYPE_DYNAMIC };
    v.s = buf_take(&b, p->arena);
    v.null = str_eqz(v.s, "null");
    buf_release(&b);
    at.end = p->ts.v[p->i ? p->i - 1 : 0].span.end;
    return ok ? literal(p, at, v) : ast_new(p->arena, AST_ERROR, at, S(""));
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

/* postfix = primary ( '.' member | '[' expr ']' )* */
static struct ast *parse_postfix(struct parser *p)
{
    struct ast *t = parse_primary(p);
    for (;;) {
        const struct token *next = peek(p);
        if (next->kind == TOK_QUOTED && !next->line_start && next->glued) {
            t = path_member(p, t);
        } else if (at_punct(p, ".") && !next->line_start) {
            take(p);
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
            return t;
        }
    }
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
                        struct ast *left, const struct token *t)
{
    bool flat = in->prec <= PREC_AND && left->kind == AST_BINARY &&
                str_eq(left->text, t->text) && left->value.i == 0;
    struct ast *b = left;
    if (!flat) {
        b = ast_new(p->arena, form_kinds[in->form], left->span, t->text);
        ast_add(b, left);
    }
    parse_operand(p, in, b);
    if (p->i && p->ts.v[p->i - 1].span.end > b->span.end)
        b->span.end = p->ts.v[p->i - 1].span.end;
    return b;
}

static struct ast *parse_prec(struct parser *p, enum prec least)
{
    unsigned chain = 0;
    if (!enter(p))
        return error_node(p);
    struct ast *left = parse_unary(p);
    for (;;) {
        const struct token *t = peek(p);
        const struct infix *in = find_infix(t);
        if (!in || in->prec < least)
            break;
        if (in->prec > PREC_AND && ++chain > MAX_CHAIN) {
            parse_error(p, DIAG_DEPTH, "more than %d operators in a row",
                        MAX_CHAIN);
            p->i = p->ts.n;
            break;
        }
        take(p);
        left = grow(p, in, left, t);
    }
    leave(p);
    return left;
}

struct ast *parse_expr(struct parser *p)
{
    struct ast *t = parse_prec(p, PREC_OR);
    foreign_infix(p);
    return t;
}
