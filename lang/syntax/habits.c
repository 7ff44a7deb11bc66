/* habits.c - mistakes of other languages, told with KQL's own way.
 *
 * Called by: parse.c, parse_cell.c, parse_expr.c where the grammar stops.
 * Gives:     one report for each mistake; the words are in habits.def.
 * Must not:  change what a query without mistakes means: it only looks at
 *            tokens that no rule of the grammar takes. */
#include "habits.h"

#include <stdio.h>

bool is_text(const struct token *t, const char *text)
{
    return t->kind != TOK_STRING && str_eqz(t->text, text);
}

const struct token *previous(const struct parser *p, size_t back)
{
    static const struct token none = { .kind = TOK_END };
    return p->i >= back ? &p->ts.v[p->i - back] : &none;
}

/* ---- between two operands ---- */

static const struct foreign {
    const char *word, *kql, *hint;
} foreign_infixes[] = {
#define FOREIGN_INFIX(word, kql, hint) { word, kql, hint },
#define FOREIGN_OP(word, hint)
#define FOREIGN_WORD(word, hint)
#include "habits.def"
#undef FOREIGN_INFIX
#undef FOREIGN_OP
#undef FOREIGN_WORD
};

/* How many tokens spell the words of `row`; 0 when they do not. */
static size_t spelt(const struct parser *p, const char *row)
{
    str rest = str_of(row);
    size_t n = 0;
    while (rest.n) {
        ptrdiff_t end = str_find_char(rest, ' ');
        str word = str_sub(rest, 0, end < 0 ? rest.n : (size_t)end);
        const struct token *t = peek_at(p, n);
        if (t->kind == TOK_STRING || t->kind == TOK_QUOTED ||
            !str_ieq(t->text, word))
            return 0;
        rest = str_sub(rest, word.n + (end >= 0), rest.n);
        n++;
    }
    return n;
}

/* A word at the start of a line may begin the next statement. */
static bool may_be_statement(const struct parser *p)
{
    const struct token *t = peek(p);
    return t->line_start && t->kind == TOK_NAME && !str_ieqz(t->text, "and") &&
           !str_ieqz(t->text, "or");
}

/* KQL's own words in capitals: EndsWith, AND. */
static str in_lower_case(const struct parser *p)
{
    const struct token *t = peek(p);
    char low[32];
    if ((t->kind != TOK_NAME && t->kind != TOK_WORDOP) ||
        t->text.n >= sizeof low)
        return S("");
    for (size_t i = 0; i < t->text.n; i++)
        low[i] = t->text.p[i] >= 'A' && t->text.p[i] <= 'Z'
                   ? (char)(t->text.p[i] + 32)
                   : t->text.p[i];
    str word = { low, t->text.n };
    if (str_eq(word, t->text) || infix_prec(word) == PREC_NONE)
        return S("");
    return arena_str(p->arena, word);
}

str habit_infix(const struct parser *p, size_t *n, const char **hint)
{
    if (may_be_statement(p) || peek(p)->kind == TOK_END)
        return S("");
    for (size_t i = 0; i < sizeof foreign_infixes / sizeof *foreign_infixes;
         i++) {
        const struct foreign *f = &foreign_infixes[i];
        *n = spelt(p, f->word);
        *hint = f->hint;
        if (*n)
            return str_of(f->kql);
    }
    str low = in_lower_case(p);
    *n = 1;
    *hint = arena_fmt(p->arena, "operators are lower case: %.*s%c", STRF(low),
                      0).p;
    return low;
}

/* ---- where an operator should have ended ---- */

static const struct {
    const char *word, *hint;
} foreign_words[] = {
#define FOREIGN_INFIX(word, kql, hint)
#define FOREIGN_OP(word, hint)
#define FOREIGN_WORD(word, hint) { word, hint },
#include "habits.def"
#undef FOREIGN_INFIX
#undef FOREIGN_OP
#undef FOREIGN_WORD
};

static const char *word_hint(const struct token *t)
{
    if (t->kind == TOK_STRING || t->kind == TOK_QUOTED)
        return NULL;
    for (size_t i = 0; i < sizeof foreign_words / sizeof *foreign_words; i++)
        if (str_ieqz(t->text, foreign_words[i].word))
            return foreign_words[i].hint;
    return NULL;
}

/* The word after the last pipe: which operator is being read. */
static str current_operator(const struct parser *p)
{
    int depth = 0;
    for (size_t i = p->i; i-- > 0;) {
        const struct token *t = &p->ts.v[i];
        if (t->kind != TOK_PUNCT)
            continue;
        depth += is_text(t, ")") - is_text(t, "(");
        if (depth < 0 || is_text(t, ";"))
            return S("");
        if (depth == 0 && is_text(t, "|"))
            return p->ts.v[i + 1].text;
    }
    return S("");
}

static bool in_list(const struct parser *p)
{
    static const char *const ops[] = { "extend",   "project", "print",
                                       "summarize", "distinct" };
    str op = current_operator(p);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (str_eqz(op, ops[i]))
            return true;
    return false;
}

static bool is_time_unit(str word)
{
    static const char *const units[] = {
        "d",      "day",     "days", "hour", "hours",   "hr",    "minute",
        "min",    "mins",    "s",    "sec",  "seconds", "second", "minutes",
        "week",   "weeks",   "ms",   "h",    "m",       "month", "months",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_ieqz(word, units[i]))
            return true;
    return false;
}

static bool is_function(const struct parser *p, str name)
{
    size_t n = 0;
    return (reg_funcs(p->reg, name, &n) && n > 0) || reg_agg(p->reg, name);
}

static bool is_value(const struct token *t)
{
    return t->kind == TOK_STRING || t->kind == TOK_NUMBER ||
           t->kind == TOK_TYPED || t->kind == TOK_NAME;
}

/* `x in "a", "b"`: the word is two tokens back. */
static bool list_without_brackets(const struct parser *p)
{
    const struct token *word = previous(p, 2);
    return at_punct(p, ",") &&
           (is_text(word, "in") || is_text(word, "!in") ||
            is_text(word, "in~") || is_text(word, "!in~") ||
            is_text(word, "has_any") || is_text(word, "has_all"));
}

/* What was meant, going by the tokens on both sides; NULL: no idea. */
static const char *meant_by_neighbours(const struct parser *p)
{
    const struct token *t = peek(p), *before = previous(p, 1);
    const struct token *next = peek_at(p, 1);
    if (is_text(t, "(") && is_text(before, "count"))
        return "count stands alone; by groups: summarize count() by …";
    if (before->kind == TOK_NAME && is_value(t) && !t->line_start &&
        !str_eq(before->text, current_operator(p)) &&
        is_function(p, before->text))
        return arena_fmt(p->arena, "KQL says: %.*s(…)%c", STRF(before->text),
                         0).p;
    if (before->kind == TOK_NUMBER && t->kind == TOK_NAME &&
        is_time_unit(t->text))
        return "a timespan is one word: 7d, 2h, 30m, 10s";
    if (list_without_brackets(p))
        return "the list stands in brackets: (…, …)";
    if (is_text(t, ",") && before->kind == TOK_NUMBER &&
        next->kind == TOK_NUMBER && next->glued)
        return "write the number without a mark for thousands";
    if (is_text(t, ")") || is_text(t, "]") || is_text(t, "}"))
        return "nothing was opened that this could close";
    return word_hint(t);
}

static const char *meant_by_operator(const struct parser *p)
{
    const struct token *t = peek(p);
    str op = current_operator(p);
    if (is_text(t, "by") && (str_eqz(op, "take") || str_eqz(op, "limit")))
        return "the first N by a column: top N by Column";
    if (is_text(t, ":"))
        return "KQL puts the name first: new = expression";
    if (in_list(p) && is_value(t))
        return "a comma is missing before it";
    if (str_eqz(op, "count"))
        return "count stands alone; by groups: summarize count() by …";
    if (is_text(peek_at(p, 1), "=") && t->kind == TOK_NAME)
        return "a condition follows where: T | where Column == value";
    str near = t->kind == TOK_NAME ? infix_nearest(t->text) : S("");
    if (near.n)
        return arena_fmt(p->arena, "did you mean '%.*s'?%c", STRF(near), 0).p;
    if (str_eqz(op, "where") && is_value(t))
        return "conditions are joined with and, or";
    if (str_eqz(op, "render"))
        return "the kind is one word: timechart, barchart, piechart, …";
    return NULL;
}

static const char *meant(const struct parser *p)
{
    const char *near = meant_by_neighbours(p);
    return near ? near : meant_by_operator(p);
}

const struct lang_op *operator_here(const struct parser *p, str *word)
{
    const struct token *t = peek(p), *last = t;
    if (t->kind != TOK_NAME)
        return NULL;
    for (size_t n = 1; is_text(peek_at(p, n), "-") && peek_at(p, n)->glued &&
                       peek_at(p, n + 1)->glued;
         n += 2)
        last = peek_at(p, n + 1);
    *word = str_sub(p->src, t->span.beg, last->span.end);
    const struct lang_op *op = reg_op(p->reg, *word);
    return op && !(op->flags & OP_NO_PIPE) ? op : NULL;
}

static str shown(const struct parser *p)
{
    const struct token *t = peek(p);
    str s = str_sub(p->src, t->span.beg, t->span.end);
    return t->kind == TOK_END ? S("the end") : str_sub(s, 0, 40);
}

bool begins_operator(const struct parser *p)
{
    str word;
    bool group = at_word(p, "group") && is_text(peek_at(p, 1), "by");
    return operator_here(p, &word) || (word_hint(peek(p)) && !group);
}

/* To behind the bracket that closes the next one, or to the end of it. */
static void skip_brackets(struct parser *p)
{
    int depth = 0;
    do {
        bool opens =
            at_punct(p, "(") || at_punct(p, "[") || at_punct(p, "{");
        bool closes =
            at_punct(p, ")") || at_punct(p, "]") || at_punct(p, "}");
        depth += opens - closes;
        if (depth < 0 || peek(p)->kind == TOK_END || at_punct(p, ";"))
            return;
        take(p);
    } while (depth > 0);
}

void close_bracket(struct parser *p, const struct token *open)
{
    int line, column;
    if (accept_punct(p, ")"))
        return;
    const char *hint = peek(p)->kind == TOK_END ? NULL : meant(p);
    struct diag *d = parse_error(p, DIAG_SYNTAX,
                                 peek(p)->kind == TOK_END
                                     ? "expected ')', found %.*s"
                                     : "expected ')', found '%.*s'",
                                 STRF(shown(p)));
    diag_place(p->src, open->span.beg, &line, &column);
    if (hint)
        diag_hint(p->ds, d, "%s", hint);
    else
        diag_hint(p->ds, d, "it closes the '(' at line %d, column %d", line,
                  column);
    while (!at_end_of_operator(p)) {
        if (at_punct(p, "]"))
            take(p); /* of no bracket here */
        else
            skip_brackets(p);
    }
    accept_punct(p, ")");
}

void report_unexpected(struct parser *p)
{
    str word = S("");
    const struct lang_op *op = operator_here(p, &word);
    const char *hint = meant(p);
    struct diag *d;
    if (peek(p)->kind == TOK_END) {
        expected(p, "an operator");
        return;
    }
    bool foreign = word_hint(peek(p)) && (!op || str_eqz(word, "as"));
    d = parse_error(p, foreign ? DIAG_FOREIGN : DIAG_SYNTAX,
                    "unexpected '%.*s'", STRF(shown(p)));
    if (op && !str_eqz(word, "count") && !str_eqz(word, "as"))
        diag_hint(p->ds, d, "a pipe is missing: | %.*s …", STRF(word));
    else if (hint)
        diag_hint(p->ds, d, "%s", hint);
}

/* ---- where an expression should begin ---- */

static void skip_one(struct parser *p)
{
    if (!at_end_of_operator(p) && !at_punct(p, ",") && !at_punct(p, "]"))
        take(p);
}

static void skip_two(struct parser *p)
{
    take(p);
    take(p);
}

static void skip_pattern(struct parser *p)
{
    take(p);
    while (!at_punct(p, "/") && !peek(p)->line_start &&
           peek(p)->kind != TOK_END)
        take(p);
    accept_punct(p, "/");
}

/* What stands there instead of an expression, and how much of it is told. */
static void (*no_expression(const struct parser *p, const char **message,
                            const char **hint))(struct parser *)
{
    const struct token *t = peek(p), *next = peek_at(p, 1);
    *message = "expected an expression";
    if (is_text(t, "[")) {
        *message = "a list stands in dynamic([…]) or in (…)";
        return skip_brackets;
    }
    if (is_text(t, "{") && next->kind == TOK_NAME) {
        *hint = "a parameter is a let, or declare query_parameters(name:type)";
        return skip_brackets;
    }
    if (is_text(t, "{")) {
        *message = "a bag stands in dynamic({…}) or bag_pack(…)";
        return skip_brackets;
    }
    if ((is_text(t, "@") || is_text(t, ":")) && next->kind == TOK_NAME) {
        *hint = "a parameter is a plain name: let x = …; … == x";
        return skip_two;
    }
    if (is_text(t, "=") && p->i > 1 && previous(p, 1)->kind == TOK_PUNCT) {
        *hint = is_text(previous(p, 1), "=")
                  ? "write == without a blank"
                  : "a column takes a new value so: name = name + 1";
        return skip_two;
    }
    if (is_text(t, "?")) {
        *hint = "a parameter is a let, or declare query_parameters(name:type)";
        return skip_one;
    }
    if (is_text(t, "/") && !next->line_start && next->kind != TOK_END) {
        *hint = "a pattern is a text: x matches regex \"…\"";
        return skip_pattern;
    }
    return skip_one;
}

/* `| take` and nothing behind it: how the operator is written. */
void usage_hint(struct parser *p, struct diag *d)
{
    size_t back = 1;
    while (back < 4 && p->i > back && is_text(previous(p, back + 1), "-"))
        back += 2;
    if (p->i <= back || !is_text(previous(p, back + 1), "|"))
        return;
    str word = str_sub(p->src, previous(p, back)->span.beg,
                       previous(p, 1)->span.end);
    const struct lang_op *op = reg_op(p->reg, word);
    if (op)
        diag_hint(p->ds, d, "%s", op->usage);
}

void report_no_expression(struct parser *p)
{
    const char *message, *hint = NULL;
    void (*skip)(struct parser *) = no_expression(p, &message, &hint);
    struct diag *d = parse_error(p, DIAG_SYNTAX, "%s", message);
    if (hint)
        diag_hint(p->ds, d, "%s", hint);
    else if (at_end_of_operator(p))
        usage_hint(p, d);
    skip(p);
}

void report_list(struct parser *p, str word)
{
    bool equal = str_eqz(word, "==") || str_eqz(word, "!=");
    struct diag *d = parse_error(p, DIAG_SYNTAX,
                                 "'%.*s' compares with one value",
                                 STRF(word));
    diag_hint(p->ds, d, "%s",
              equal ? "a list of values: x in (…), x !in (…)"
                    : "a list of words: x has_any (…), x has_all (…)");
    while (!at_punct(p, ")") && peek(p)->kind != TOK_END && !at_punct(p, "|"))
        take(p);
}

void report_slice(struct parser *p)
{
    if (!at_punct(p, ":"))
        return;
    struct diag *d = parse_error(p, DIAG_FOREIGN, "an index is one number");
    diag_hint(p->ds, d,
              "KQL says: substring(text, start, length), "
              "array_slice(list, first, last)");
    take(p);
    if (!at_punct(p, "]"))
        parse_expr(p);
}

bool report_distinct(struct parser *p)
{
    const struct token *before = previous(p, 1);
    bool distinct = before->kind == TOK_NAME &&
                    str_ieqz(before->text, "distinct") && at_name(p);
    bool cast = peek(p)->kind == TOK_NAME && str_ieqz(peek(p)->text, "as");
    if (!distinct && !cast)
        return false;
    struct diag *d = parse_error(p, DIAG_FOREIGN, "unexpected '%.*s'",
                                 STRF(shown(p)));
    diag_hint(p->ds, d, "%s",
              distinct ? "KQL says: dcount(x), or count_distinct(x)"
                       : "KQL says: tostring(x), tolong(x), todatetime(x)");
    if (cast)
        take(p);
    return true;
}

bool report_negation(struct parser *p)
{
    const struct token *t = peek(p);
    bool call = t->kind == TOK_WORDOP && t->text.p[0] == '!' &&
                infix_prec(t->text) == PREC_NONE;
    if (!call && !(is_text(t, "!") && peek_at(p, 1)->kind == TOK_PUNCT))
        return false;
    str word = call ? str_sub(t->text, 1, t->text.n) : S("");
    struct diag *d = parse_error(p, DIAG_FOREIGN,
                                 "'!' negates no expression in KQL");
    bool has_args = call && is_text(peek_at(p, 1), "(");
    diag_hint(p->ds, d, "KQL says: not(%.*s%s)", STRF(word),
              has_args ? "(…)" : call ? "" : "…");
    d->span.end = d->span.beg + 1;
    return true;
}

/* ---- operators ---- */

static const struct {
    const char *word, *hint;
} foreign_ops[] = {
#define FOREIGN_INFIX(word, kql, hint)
#define FOREIGN_OP(word, hint) { word, hint },
#define FOREIGN_WORD(word, hint)
#include "habits.def"
#undef FOREIGN_INFIX
#undef FOREIGN_OP
#undef FOREIGN_WORD
};

void report_no_operator(struct parser *p)
{
    bool end = peek(p)->kind == TOK_END;
    struct diag *d = parse_error(p, DIAG_SYNTAX,
                                 end ? "expected an operator after '|', "
                                       "found %.*s"
                                     : "expected an operator, found '%.*s'",
                                 STRF(shown(p)));
    if (end)
        diag_hint(p->ds, d, "write one, or take the last pipe away");
    else if (at_punct(p, "|"))
        diag_hint(p->ds, d, "one pipe is enough");
    else if (at_punct(p, ">"))
        diag_hint(p->ds, d, "a pipe is '|' alone");
}

/* Operators of KQL that this program does not run. */
static bool is_refused_operator(str word)
{
    return str_eqz(word, "assert-schema") ||
           str_eqz(word, "execute-and-cache") || str_eqz(word, "macro-expand");
}

void report_unknown_operator(struct parser *p, str word)
{
    if (is_refused_operator(word)) {
        parse_error(p, DIAG_UNSUPPORTED, "'%.*s' is not supported",
                    STRF(word));
        return;
    }
    struct diag *d = parse_error(p, DIAG_UNKNOWN_OPERATOR,
                                 "unknown operator '%.*s'", STRF(word));
    for (size_t i = 0; i < sizeof foreign_ops / sizeof *foreign_ops; i++)
        if (str_ieqz(word, foreign_ops[i].word)) {
            d->code = DIAG_FOREIGN;
            diag_hint(p->ds, d, "%s", foreign_ops[i].hint);
            return;
        }
    str names[256];
    size_t n = 0;
    for (size_t i = 0; i < p->reg->nops && n < 256; i++)
        names[n++] = str_of(p->reg->ops[i]->name);
    str near = diag_nearest(word, names, n);
    if (near.n)
        diag_hint(p->ds, d, "did you mean '%.*s'?", STRF(near));
}
