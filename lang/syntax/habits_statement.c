/* habits_statement.c - statements of SQL, EQL and Python, and lone operators.
 *
 * Called by: parse_cell.c before it reads a statement.
 * Gives:     one report, and the statement is skipped.
 * Must not:  touch what could begin a KQL statement. */
#include "habits.h"

static void skip_statement(struct parser *p)
{
    while (peek(p)->kind != TOK_END && !at_punct(p, ";"))
        take(p);
}

static bool any_word(const struct token *t, const char *const *words)
{
    for (; *words; words++)
        if (t->kind == TOK_NAME && str_ieqz(t->text, *words))
            return true;
    return false;
}

static bool told(struct parser *p, const char *what, const char *hint)
{
    struct diag *d = parse_error(p, DIAG_FOREIGN, "%s", what);
    diag_hint(p->ds, d, "%s", hint);
    skip_statement(p);
    return true;
}

static bool is_sql(const struct parser *p)
{
    static const char *const words[] = { "select", "insert", "update",
                                         "delete", NULL };
    const struct token *next = peek_at(p, 1);
    return any_word(peek(p), words) && next->kind != TOK_END &&
           !is_text(next, "|") && !is_text(next, "=");
}

static bool is_eql(const struct parser *p)
{
    static const char *const events[] = { "process", "network", "file",
                                          "registry", "any", "dns", "library",
                                          NULL };
    const struct token *next = peek_at(p, 1), *after = peek_at(p, 2);
    if (any_word(peek(p), events) && is_text(next, "where"))
        return true;
    return is_text(peek(p), "sequence") &&
           (is_text(next, "by") || is_text(next, "with")) &&
           after->kind == TOK_NAME;
}

static bool is_python(const struct parser *p)
{
    static const char *const words[] = { "import", "from", "def", "for", "if",
                                         "while", "class", NULL };
    return any_word(peek(p), words) && peek_at(p, 1)->kind == TOK_NAME &&
           !peek_at(p, 1)->line_start;
}

/* `where n > 1` or `take 5` without a table. */
static bool is_lone_operator(const struct parser *p, str *word)
{
    const struct lang_op *op = operator_here(p, word);
    const struct token *next = peek_at(p, 1);
    return op && !(op->flags & OP_SOURCE) && !next->line_start &&
           (next->kind == TOK_NAME || next->kind == TOK_NUMBER ||
            next->kind == TOK_STRING);
}

bool foreign_statement(struct parser *p)
{
    str word = S("");
    if (is_sql(p))
        return told(p, "this is SQL",
                    "KQL begins with the table: T | where … | project …");
    if (is_eql(p))
        return told(p, "this is EQL",
                    "KQL begins with a table: T | where …; sequences of "
                    "rows: scan, or evaluate sequence_detect(…)");
    if (is_python(p))
        return told(p, "this is Python",
                    "a cell holds KQL: T | where … | extend …");
    if (at_punct(p, "|"))
        return told(p, "a query starts with a table, not with a pipe",
                    previous(p, 1)->kind != TOK_END &&
                            is_text(previous(p, 1), ";")
                        ? "the ';' before it ended the query"
                        : "T | where …");
    if (!is_lone_operator(p, &word))
        return false;
    struct diag *d =
        parse_error(p, DIAG_SYNTAX, "'%.*s' needs a table before it",
                    STRF(word));
    diag_hint(p->ds, d, "T | %.*s …", STRF(word));
    skip_statement(p);
    return true;
}
