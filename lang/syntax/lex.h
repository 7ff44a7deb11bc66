/* lex.h - source text to tokens.
 *
 * All forms of KQL strings are decoded here, typed literals such as
 * datetime(2024-01-01 10:00) arrive as one token with their raw inside, and a
 * token knows whether a line break stands before it (a call needs its "(" on
 * the same line; a dot command starts a line). */
#ifndef SYNTAX_LEX_H
#define SYNTAX_LEX_H

#include "base/diag.h"
#include "base/type.h"

enum token_kind {
    TOK_END,
    TOK_NAME,   /* identifier or keyword; text as written */
    TOK_QUOTED, /* ['a b'] or ["a b"]: a name that is never a keyword */
    TOK_WORDOP, /* !contains, in~, !in~, has_any: only the ones with ! or ~ */
    TOK_STRING, /* decoded text */
    TOK_NUMBER, /* value: long, real or timespan */
    TOK_TYPED,  /* datetime(…), long(…): type in value.type, raw in text */
    TOK_PUNCT,  /* operator or bracket; text as written */
    TOK_ERROR,  /* reported already */
};

struct token {
    enum token_kind kind;
    struct span span;
    str text;
    struct value value;
    bool line_start; /* first token of its line */
    bool glued;      /* no white space before it */
};

struct tokens {
    struct token *v; /* n tokens and a TOK_END */
    size_t n;
};

enum { MAX_CELL_BYTES = 1 << 20 };

/* Never fails: what cannot be read is a TOK_ERROR with a diagnostic. */
void lex(struct arena *a, str src, struct tokens *out, struct diags *ds);

/* One token a line: kind, place, text; for `dev lex`. */
void tokens_print(struct buf *b, const struct tokens *ts);

#endif
