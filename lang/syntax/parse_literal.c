/* parse_literal.c - numbers, strings, typed literals, dynamic(…).
 *
 * Called by: parse_expr.c and the operators that take literals only.
 * Gives:     AST_LITERAL with its value; dynamic values as compact JSON. */
#include <stdlib.h>

#include "base/json_text.h"
#include "base/ticks.h"
#include "parse.h"

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
    struct buf all;
    if (peek(p)->kind != TOK_STRING)
        return literal(p, at, v);
    buf_init(&all, MAX_CELL_BYTES);
    buf_add(&all, v.s);
    while (peek(p)->kind == TOK_STRING) {
        buf_add(&all, peek(p)->text);
        at.end = take(p)->span.end;
    }
    v.s = buf_take(&all, p->arena);
    buf_release(&all);
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

/* A year, or a year and a month: their first instant. */
static bool typed_year(str raw, int64_t *t)
{
    bool month = raw.n == 7 && raw.p[4] == '-';
    char day[] = "0000-01-01";
    if (raw.n != 4 && !month)
        return false;
    memcpy(day, raw.p, raw.n);
    return ticks_parse((str){ day, sizeof day - 1 }, t);
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
    case TYPE_DATETIME:
        return ticks_parse(raw, &v->i) || typed_year(raw, &v->i);
    case TYPE_TIMESPAN: return typed_span(raw, v);
    case TYPE_GUID: return typed_guid(p, raw, v);
    case TYPE_DECIMAL: v->s = raw; return typed_decimal(raw);
    default: v->s = raw; return true;
    }
}

/* string(x) is nobody's literal: the text would be "x". */
static bool is_bare_text(const struct token *t)
{
    return t->value.type == TYPE_STRING && t->text.n &&
           !str_eqz(t->text, "null") && t->text.p[0] != '"' &&
           t->text.p[0] != '\'';
}

/* int(x) of a column converts nothing: it is the spelling of a literal. */
static void literal_hint(struct parser *p, struct diag *d,
                         const struct token *t)
{
    enum type type = t->value.type;
    char c = t->text.n ? t->text.p[0] : '0';
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
        diag_hint(p->ds, d, "to%s(…) converts a value", type_name(type));
    else if (type == TYPE_DATETIME)
        diag_hint(p->ds, d, "datetime(2024-01-31), "
                            "datetime(2024-01-31 23:59:59)");
    else if (type == TYPE_TIMESPAN)
        diag_hint(p->ds, d, "timespan(1.02:03:04), or 1d, 2h, 30m");
}

static struct ast *parse_typed(struct parser *p)
{
    const struct token *t = take(p);
    struct value v = t->value;
    if (!typed_value(p, t->text, &v) || is_bare_text(t)) {
        struct diag *d =
            diag_error(p->ds, DIAG_BAD_LITERAL, t->span, "'%.*s' is not a %s",
                       STRF(t->text), type_name(v.type));
        literal_hint(p, d, t);
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
        json_text_str(b, take(p)->text);
        buf_addc(b, ':');
        if (!expect_punct(p, ":") || !dyn_value(p, b))
            return false;
        if (!accept_punct(p, ","))
            break;
    }
    buf_addc(b, '}');
    return expect_punct(p, "}");
}

static bool at_none(const struct parser *p)
{
    return peek(p)->kind == TOK_NAME && str_eqz(peek(p)->text, "None");
}

static bool dyn_scalar(struct parser *p, struct buf *b)
{
    if (p->python && at_none(p)) {
        take(p);
        buf_adds(b, "null");
        return true;
    }
    struct ast *t = parse_literal(p);
    if (!t) {
        struct diag *d = parse_error(p, DIAG_SYNTAX,
                                     "expected a value inside dynamic(…)");
        diag_hint(p->ds, d,
                  "it holds literals; todynamic(x), pack_array(x, …) and "
                  "bag_pack(\"k\", x) take columns");
        if (at_name(p))
            take(p);
        return false;
    }
    if (t->kind != AST_LITERAL)
        return false;
    json_text_value(b, &t->value);
    return true;
}

static bool dyn_value(struct parser *p, struct buf *b)
{
    if (peek(p)->kind == TOK_QUOTED) { /* ["x"]: the lexer saw a name */
        buf_addc(b, '[');
        json_text_str(b, take(p)->text);
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
    bool ok = dyn_value(p, &b);
    bool closed = accept_punct(p, ")") || (ok && expect_punct(p, ")"));
    struct value v = { .type = TYPE_DYNAMIC };
    v.s = buf_take(&b, p->arena);
    v.null = str_eqz(v.s, "null");
    buf_release(&b);
    at.end = p->ts.v[p->i ? p->i - 1 : 0].span.end;
    return ok && closed ? literal(p, at, v)
                        : ast_new(p->arena, AST_ERROR, at, S(""));
}

/* Only what follows ends the statement tells `x = None` from a pipeline that
 * begins with a table of that name. */
static bool ends_statement(const struct parser *p, size_t ahead)
{
    const struct token *t = &p->ts.v[p->i + ahead];
    return t->kind == TOK_END || t->line_start || str_eqz(t->text, ";");
}

struct ast *parse_python(struct parser *p)
{
    struct span at = peek(p)->span;
    struct value v = { .type = TYPE_DYNAMIC };
    struct buf b;
    if (at_none(p) && ends_statement(p, 1)) {
        take(p);
        v.null = true;
        v.s = S("");
        return literal(p, at, v);
    }
    bool one = peek(p)->kind == TOK_QUOTED && ends_statement(p, 1);
    str name = peek(p)->text;
    if (!one && !at_punct(p, "[") && !at_punct(p, "{"))
        return NULL;
    buf_init(&b, MAX_CELL_BYTES * 2);
    p->python = true;
    bool ok = dyn_value(p, &b);
    p->python = false;
    v.s = buf_take(&b, p->arena);
    buf_release(&b);
    at.end = p->ts.v[p->i ? p->i - 1 : 0].span.end;
    if (one) { /* a list, or a name in KQL's quotes: who runs it decides */
        struct ast *t = ast_new(p->arena, AST_NAME, at, name);
        t->value = v;
        return t;
    }
    return ok ? literal(p, at, v) : ast_new(p->arena, AST_ERROR, at, S(""));
}
