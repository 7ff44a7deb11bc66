/* parse.c - statements, pipelines and the pieces operators share.
 *
 * Called by: lang.c for every cell.
 * Gives:     one AST_CELL in the cell arena; problems go to struct diags.
 * Must not:  know any operator, function or table. */
#include "parse.h"

#include <stdarg.h>
#include <stdio.h>

#include "habits.h"

/* ---- looking and taking ---- */

const struct token *peek_at(const struct parser *p, size_t ahead)
{
    size_t i = p->i + ahead;
    return &p->ts.v[i < p->ts.n ? i : p->ts.n];
}

const struct token *peek(const struct parser *p)
{
    return peek_at(p, 0);
}

const struct token *take(struct parser *p)
{
    const struct token *t = peek(p);
    if (t->kind != TOK_END)
        p->i++;
    return t;
}

static bool is_punct(const struct token *t, const char *text)
{
    return t->kind == TOK_PUNCT && str_eqz(t->text, text);
}

bool at_punct(const struct parser *p, const char *text)
{
    return is_punct(peek(p), text);
}

bool at_word(const struct parser *p, const char *text)
{
    const struct token *t = peek(p);
    return t->kind == TOK_NAME && str_eqz(t->text, text);
}

bool at_name(const struct parser *p)
{
    enum token_kind k = peek(p)->kind;
    return k == TOK_NAME || k == TOK_QUOTED;
}

bool accept_punct(struct parser *p, const char *text)
{
    if (!at_punct(p, text))
        return false;
    p->i++;
    return true;
}

bool accept_word(struct parser *p, const char *text)
{
    if (!at_word(p, text))
        return false;
    p->i++;
    return true;
}

static str token_shown(const struct parser *p, const struct token *t)
{
    if (t->kind == TOK_END)
        return S("the end");
    str s = str_sub(p->src, t->span.beg, t->span.end);
    return arena_fmt(p->arena, "'%.*s'", s.n > 40 ? 40 : (int)s.n, s.p);
}

/* One report per place: what follows a mistake is usually its echo. */
static struct diag *report(struct parser *p, enum diag_code code, str message)
{
    const struct token *t = peek(p);
    const struct token *next = peek_at(p, 1);
    if (t->kind == TOK_ERROR || p->stopped ||
        (next->kind == TOK_ERROR && next->glued) ||
        p->error_at == t->span.beg + 1)
        return NEW(p->arena, struct diag); /* nobody will read it */
    p->error_at = t->span.beg + 1;
    if (p->nreported++ == MAX_REPORTS) { /* the rest would be noise */
        stop_parsing(p);
        return NEW(p->arena, struct diag);
    }
    struct span at = t->span;
    if (t->kind == TOK_END && p->i > 0)
        at = (struct span){ p->ts.v[p->i - 1].span.end,
                            p->ts.v[p->i - 1].span.end };
    return diag_error(p->ds, code, at, "%.*s", STRF(message));
}

struct diag *parse_error(struct parser *p, enum diag_code code, const char *fmt,
                         ...)
{
    va_list ap;
    va_start(ap, fmt);
    str text = diag_text(p->arena, fmt, ap);
    va_end(ap);
    return report(p, code, text);
}

bool expected(struct parser *p, const char *what)
{
    struct diag *d = parse_error(p, DIAG_SYNTAX, "expected %s, found %.*s",
                                 what, STRF(token_shown(p, peek(p))));
    if (at_end_of_operator(p))
        usage_hint(p, d);
    return false;
}

bool expect_punct(struct parser *p, const char *text)
{
    char what[20];
    if (accept_punct(p, text))
        return true;
    snprintf(what, sizeof what, "'%s'", text);
    return expected(p, what);
}

bool expect_word(struct parser *p, const char *text)
{
    char what[40];
    if (accept_word(p, text))
        return true;
    snprintf(what, sizeof what, "'%s'", text);
    return expected(p, what);
}

bool expect_word_of(struct parser *p, const char *text, const char *usage)
{
    if (accept_word(p, text))
        return true;
    struct diag *d = parse_error(p, DIAG_SYNTAX, "expected '%s', found %.*s",
                                 text, STRF(token_shown(p, peek(p))));
    diag_hint(p->ds, d, "%s", usage);
    return false;
}

bool at_end_of_operator(const struct parser *p)
{
    return peek(p)->kind == TOK_END || at_punct(p, "|") || at_punct(p, ";") ||
           at_punct(p, ")") || at_punct(p, "}");
}

bool enter(struct parser *p)
{
    if (p->depth < MAX_DEPTH) {
        p->depth++;
        return true;
    }
    parse_error(p, DIAG_DEPTH, "nested more than %d levels deep", MAX_DEPTH);
    stop_parsing(p);
    return false;
}

void stop_parsing(struct parser *p)
{
    p->i = p->ts.n;
    p->stopped = true;
}

void leave(struct parser *p)
{
    p->depth--;
}

/* ---- shared pieces ---- */

struct ast *clause(struct parser *p, struct ast *op, const char *name)
{
    struct ast *c = ast_new(p->arena, AST_CLAUSE, peek(p)->span, str_of(name));
    ast_add(op, c);
    return c;
}

/* Names that begin so are ours: columns that are not shown. */
static void check_not_hidden(struct parser *p, const struct token *t)
{
    if (t->text.n && t->text.p[0] == '\001')
        diag_error(p->ds, DIAG_BAD_LITERAL, t->span,
                   "a name cannot begin with the character U+0001");
}

/* name = NAME | ['quoted'] */
struct ast *parse_name(struct parser *p)
{
    const struct token *t = peek(p);
    if (!at_name(p)) {
        expected(p, "a name");
        return ast_new(p->arena, AST_ERROR, t->span, S(""));
    }
    check_not_hidden(p, take(p));
    return ast_new(p->arena, AST_NAME, t->span, t->text);
}

/* pattern = ( NAME | '*' ) glued together */
struct ast *parse_pattern(struct parser *p)
{
    const struct token *t = peek(p);
    if (t->kind == TOK_QUOTED)
        return parse_name(p);
    size_t first = p->i, stars = 0;
    while (at_punct(p, "*") || peek(p)->kind == TOK_NAME ||
           (p->i > first && peek(p)->kind == TOK_NUMBER)) {
        if (p->i > first && !peek(p)->glued)
            break;
        stars += at_punct(p, "*");
        p->i++;
    }
    if (p->i == first)
        return parse_name(p);
    struct span at = { t->span.beg, p->ts.v[p->i - 1].span.end };
    return ast_new(p->arena, stars ? AST_WILDCARD : AST_NAME, at,
                   str_sub(p->src, at.beg, at.end));
}

/* named = [ name '=' | '(' name, … ')' '=' ] expr */
static struct ast *parse_tuple(struct parser *p)
{
    size_t k = 1;
    while (peek_at(p, k)->kind == TOK_NAME && is_punct(peek_at(p, k + 1), ","))
        k += 2;
    if (peek_at(p, k)->kind != TOK_NAME || !is_punct(peek_at(p, k + 1), ")") ||
        !is_punct(peek_at(p, k + 2), "="))
        return NULL;
    struct ast *t = ast_new(p->arena, AST_TUPLE, take(p)->span, S(""));
    struct ast *names = ast_new(p->arena, AST_LIST, peek(p)->span, S(""));
    do
        ast_add(names, parse_name(p));
    while (accept_punct(p, ","));
    take(p);
    take(p);
    ast_add(t, names);
    return ast_add(t, parse_expr(p));
}

/* Words that KQL takes as names only in brackets. */
void check_new_name(struct parser *p, const struct token *t)
{
    static const char *const words[] = {
        "and",     "or",       "by",      "has",        "has_any",
        "has_all", "contains", "between", "startswith", "endswith",
        "matches", "in",       "where",   "asc",        "desc",
        "first",   "last",     "missing", "let",        "on",
    };
    check_not_hidden(p, t);
    for (size_t i = 0; t->kind == TOK_NAME && i < sizeof words / sizeof *words;
         i++)
        if (str_eqz(t->text, words[i])) {
            struct diag *d = diag_error(p->ds, DIAG_SYNTAX, t->span,
                                        "'%s' is a "
                                        "keyword",
                                        words[i]);
            diag_hint(p->ds, d, "as a name write ['%s']", words[i]);
        }
}

struct ast *parse_named(struct parser *p)
{
    if (at_punct(p, "(")) {
        struct ast *t = parse_tuple(p);
        if (t)
            return t;
    }
    if (at_name(p) && is_punct(peek_at(p, 1), "=")) {
        const struct token *name = take(p);
        check_new_name(p, name);
        take(p);
        struct ast *n = ast_new(p->arena, AST_NAMED, name->span, name->text);
        return ast_add(n, parse_expr(p));
    }
    return parse_expr(p);
}

void parse_named_list(struct parser *p, struct ast *parent)
{
    size_t n = 0;
    do {
        if (n++ == MAX_ITEMS) {
            parse_error(p, DIAG_LIMIT, "more than %d columns", MAX_ITEMS);
            stop_parsing(p);
            return;
        }
        ast_add(parent, parse_named(p));
    } while (accept_punct(p, ",") && !at_end_of_operator(p));
}

void parse_expr_list(struct parser *p, struct ast *parent, const char *close)
{
    while (!at_punct(p, close) && peek(p)->kind != TOK_END) {
        size_t before = p->i;
        ast_add(parent, parse_named(p));
        if (!accept_punct(p, ","))
            break;
        if (p->i == before)
            break;
    }
}

/* order = expr [asc | desc] [nulls (first | last)] */
static struct ast *parse_order(struct parser *p)
{
    struct ast *o = ast_new(p->arena, AST_ORDER, peek(p)->span, S(""));
    ast_add(o, parse_named(p));
    const char *dir = accept_word(p, "asc") ? "asc" : "desc";
    if (*dir == 'd')
        accept_word(p, "desc");
    const char *nulls = "";
    if (accept_word(p, "nulls")) {
        if (accept_word(p, "first"))
            nulls = " nulls first";
        else if (expect_word(p, "last"))
            nulls = " nulls last";
    }
    o->text = arena_fmt(p->arena, "%s%s", dir, nulls);
    return o;
}

void parse_order_list(struct parser *p, struct ast *parent)
{
    do
        ast_add(parent, parse_order(p));
    while (accept_punct(p, ","));
}

/* Before a table in parentheses, `kind=inner (U)`, a name is never a call. */
static struct ast *parse_option_value(struct parser *p, bool calls)
{
    const struct token *t = peek(p);
    if (t->kind == TOK_NAME && !(calls && is_punct(peek_at(p, 1), "("))) {
        take(p);
        return ast_new(p->arena, AST_NAME, t->span, t->text);
    }
    return parse_unary(p);
}

static struct ast *parse_option(struct parser *p, bool calls)
{
    const struct token *t = peek(p);
    size_t beg = t->span.beg;
    take(p);
    while (is_punct(peek(p), ".") || is_punct(peek(p), "-")) {
        take(p);
        take(p);
    }
    struct span at = { (uint32_t)beg, p->ts.v[p->i - 1].span.end };
    struct ast *o =
        ast_new(p->arena, AST_OPTION, at, str_sub(p->src, at.beg, at.end));
    expect_punct(p, "=");
    return ast_add(o, parse_option_value(p, calls));
}

static bool at_option(const struct parser *p, const char *const *names)
{
    if (peek(p)->kind != TOK_NAME)
        return false;
    if (at_word(p, "hint") && is_punct(peek_at(p, 1), "."))
        return true;
    for (; names && *names; names++)
        if (at_word(p, *names) && is_punct(peek_at(p, 1), "="))
            return true;
    return false;
}

void parse_options(struct parser *p, struct ast *parent,
                   const char *const *names)
{
    while (at_option(p, names)) {
        ast_add(parent, parse_option(p, false));
        if (at_punct(p, ",") && peek_at(p, 1)->kind == TOK_NAME) {
            p->i++;
            if (!at_option(p, names)) {
                p->i--;
                break;
            }
        }
    }
}

void parse_with(struct parser *p, struct ast *parent)
{
    if (!accept_word(p, "with"))
        return;
    struct ast *with = clause(p, parent, "with");
    if (!expect_punct(p, "("))
        return;
    while (at_name(p)) {
        ast_add(with, parse_option(p, true));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, ")");
}

str option_text(const struct ast *op, const char *name)
{
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_OPTION && str_eqz(k->text, name) && k->kid)
            return k->kid->kind == AST_LITERAL &&
                           k->kid->value.type == TYPE_STRING
                     ? k->kid->value.s
                     : k->kid->text;
    return S("");
}

/* ---- pipelines ---- */

/* An operator's word: project-away is three glued tokens. */
static str operator_word(const struct parser *p, size_t *ntokens)
{
    const struct token *t = peek(p);
    size_t n = 1;
    if (t->kind != TOK_NAME)
        return S("");
    while (is_punct(peek_at(p, n), "-") && peek_at(p, n)->glued &&
           peek_at(p, n + 1)->kind == TOK_NAME && peek_at(p, n + 1)->glued)
        n += 2;
    *ntokens = n;
    return str_sub(p->src, t->span.beg, peek_at(p, n - 1)->span.end);
}

static void skip_operator(struct parser *p)
{
    int depth = 0;
    for (; peek(p)->kind != TOK_END; p->i++) {
        if (at_punct(p, "(") || at_punct(p, "[") || at_punct(p, "{"))
            depth++;
        bool closes = at_punct(p, ")") || at_punct(p, "]") || at_punct(p, "}");
        if (depth == 0 && (closes || at_punct(p, "|") || at_punct(p, ";")))
            return;
        if (closes)
            depth--;
    }
}

static struct ast *parse_operator(struct parser *p, bool as_source)
{
    size_t n = 0;
    str word = operator_word(p, &n);
    const struct lang_op *op = reg_op(p->reg, word);
    if (!op || (!as_source && (op->flags & OP_NO_PIPE))) {
        if (word.n == 0)
            report_no_operator(p);
        else if (op)
            parse_error(p, DIAG_UNKNOWN_OPERATOR,
                        "'%.*s' starts a query and cannot follow a pipe",
                        STRF(word));
        else
            report_unknown_operator(p, word);
        struct ast *bad = ast_new(p->arena, AST_ERROR, peek(p)->span, word);
        if (!at_end_of_operator(p))
            take(p);
        skip_operator(p);
        return bad;
    }
    struct span at = { peek(p)->span.beg, peek_at(p, n - 1)->span.end };
    struct ast *t = ast_new(p->arena, AST_OP, at, S(""));
    t->op = op;
    p->i += n;
    op->parse(p, t);
    if (p->i > 0 && p->ts.v[p->i - 1].span.end > t->span.end)
        t->span.end = p->ts.v[p->i - 1].span.end;
    return t;
}

/* `range x from …` is an operator, `range(1, 9)` a function, and a name that
 * is followed by "=" is an assignment: look at what comes after the word. */
static bool at_source_operator(const struct parser *p)
{
    size_t n = 0;
    str word = operator_word(p, &n);
    if (word.n == 0)
        return false;
    const struct lang_op *op = reg_op(p->reg, word);
    if (!op || !(op->flags & OP_SOURCE))
        return false;
    const struct token *after = peek_at(p, n);
    if (is_punct(after, "="))
        return false;
    if (str_eqz(word, "range"))
        return after->kind == TOK_NAME &&
               str_eqz(peek_at(p, n + 1)->text, "from");
    if (str_eqz(word, "search") || str_eqz(word, "find") ||
        str_eqz(word, "union") || str_eqz(word, "evaluate"))
        return after->kind != TOK_END && !is_punct(after, "|") &&
               !is_punct(after, ",") && !is_punct(after, ".") &&
               !is_punct(after, ")");
    return true;
}

/* pipe = ( source-operator | expr ) ( '|' operator )* */
struct ast *parse_pipe(struct parser *p)
{
    if (!enter(p))
        return ast_new(p->arena, AST_ERROR, peek(p)->span, S(""));
    bool op_source = at_source_operator(p);
    struct ast *source = op_source ? parse_operator(p, true) : parse_expr(p);
    struct ast *t = source;
    if (op_source || at_punct(p, "|"))
        t = parse_pipe_from(p, source);
    leave(p);
    return t;
}

/* One operator. False: a new statement starts where it ended. */
static bool parse_next_operator(struct parser *p, struct ast *t)
{
    if (peek(p)->kind == TOK_END)
        report_no_operator(p);
    else
        ast_add(t, parse_operator(p, false));
    if (at_end_of_operator(p) || at_punct(p, "|"))
        return true;
    /* The operator ended before its line did: a mistake unless a new statement
     * starts here. */
    if (peek(p)->line_start)
        return false;
    report_unexpected(p);
    skip_operator(p);
    return true;
}

/* pipe with its source read already */
struct ast *parse_pipe_from(struct parser *p, struct ast *source)
{
    struct ast *t = ast_new(p->arena, AST_PIPE, source->span, S(""));
    ast_add(t, source);
    while (accept_punct(p, "|"))
        if (!parse_next_operator(p, t))
            break;
    return t;
}

/* '(' operator ( '|' operator )* ')' */
struct ast *parse_subquery(struct parser *p)
{
    struct ast *t = ast_new(p->arena, AST_LIST, peek(p)->span, S(""));
    if (!expect_punct(p, "(") || !enter(p))
        return t;
    while (parse_next_operator(p, t) && accept_punct(p, "|"))
        ;
    leave(p);
    expect_punct(p, ")");
    return t;
}
