/* habits.h - mistakes that people bring along from other languages.
 *
 * Called by: the parser, where the grammar cannot go on. Each report names
 * KQL's own way; where it is clear what was meant the parser goes on as if
 * that had been written, so that the rest of the cell is checked too. */
#ifndef SYNTAX_HABITS_H
#define SYNTAX_HABITS_H

#include "parse.h"

/* KQL's operator for the next *n tokens and how to say so; empty when they
 * are no operator of another language. Does not report. */
str habit_infix(const struct parser *p, size_t *n, const char **hint);

/* Reports that the next token has no place here, with what may be meant. */
void report_unexpected(struct parser *p);
/* An operator or a word like `as` stands there, which report_unexpected has
 * more to say about. */
bool begins_operator(const struct parser *p);
/* Takes the ')' of `open`; reports what stands there instead, and skips it. */
void close_bracket(struct parser *p, const struct token *open);
/* Reports that no expression begins here; skips what can be told apart: a
 * list in brackets, a parameter, a pattern between slashes. */
void report_no_expression(struct parser *p);
/* `!x` or `!(…)` where an expression begins: reports it, takes nothing. */
bool report_negation(struct parser *p);
/* `x contains ("a", "b")`: a list at the right of an operator that compares
 * with one value. Skips to the closing bracket. */
void report_list(struct parser *p, str word);
/* `count(distinct x)`, `cast(x as long)`: told behind the first word. True:
 * there is more to read. */
bool report_distinct(struct parser *p);
/* `x[0:2]`: told at the colon, and read. */
void report_slice(struct parser *p);
/* Adds how the operator is written, when its word is the last one read. */
void usage_hint(struct parser *p, struct diag *d);
/* No word stands behind a pipe. */
void report_no_operator(struct parser *p);
/* No operator has the name `word`, which is next. */
void report_unknown_operator(struct parser *p, str word);

/* -- for habits_statement.c -- */
bool is_text(const struct token *t, const char *text); /* not in quotes */
/* The token `back` before the next one; a TOK_END before the first. */
const struct token *previous(const struct parser *p, size_t back);
/* The operator that begins at the next token without a pipe before it. */
const struct lang_op *operator_here(const struct parser *p, str *word);

/* A statement of SQL, EQL or Python, or an operator without its table: says
 * so, once. True: the statement was skipped. */
bool foreign_statement(struct parser *p);

#endif
