/* habits_statement.c - statements of SQL, EQL and Python, and lone operators.
 *
 * Called by: parse_cell.c before it reads a statement.
 * Gives:     one report, and the statement is skipped.
 * Must not:  touch what could begin a KQL statement. */
#include "habits.h"

/* To the ';' that ends it: those in braces do not. */
static void skip_statement(struct parser *p)
{
    int depth = 0;
    for (; peek(p)->kind != TOK_END; take(p)) {
        depth += at_punct(p, "{") - at_punct(p, "}");
        if (depth <= 0 && at_punct(p, ";"))
            return;
    }
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

/* Statements of KQL that this program does not run. */
static bool refused_statement(struct parser *p)
{
    static const struct {
        const char *first, *second, *hint;
    } rows[] = {
        { "declare", "pattern", "let name = (a:string) { … };" },
        { "alias", "database", "name the connection: .connect … as ALIAS" },
        { "restrict", "access", "let name = view () { … };" },
        { "macro", "-", "union withsource=Source A, B" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!is_text(peek(p), rows[i].first) ||
            !is_text(peek_at(p, 1), rows[i].second) ||
            (i == 3 && !is_text(peek_at(p, 2), "expand")))
            continue;
        struct diag *d = parse_error(p, DIAG_UNSUPPORTED,
                                     "'%s%s%s' is not supported",
                                     rows[i].first, i == 3 ? "" : " ",
                                     i == 3 ? "-expand" : rows[i].second);
        diag_hint(p->ds, d, "%s", rows[i].hint);
        skip_statement(p);
        return true;
    }
    return false;
}

bool foreign_statement(struct parser *p)
{
    str word = S("");
    if (refused_statement(p))
        return true;
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
