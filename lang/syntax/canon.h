/* canon.h - a tree as KQL text in its one canonical layout.
 *
 * One operator a line after its pipe, a table in parentheses indented, no
 * parentheses that precedence does not need, operators and types under their
 * first name, every literal in the shortest spelling that gives its value
 * exactly. Reading the text gives the tree it was written from; comments and
 * the h before a string are not in the tree and so not in the text.
 *
 * Called by: `.explain`, `shikra dev canon`, and the operators and commands
 * whose text has a shape of its own. A tree with AST_ERROR nodes is no query
 * and is not for printing. */
#ifndef SYNTAX_CANON_H
#define SYNTAX_CANON_H

#include "ast.h"
#include "registry/reg.h"

struct canon {
    struct buf *b;              /* borrowed; its ceiling is the caller's */
    const struct registry *reg; /* for the words that start an operator */
    unsigned indent;            /* of the current line, in steps */
};

/* All statements of a cell, or one pipeline, each ended by a line break. */
void canon_cell(struct canon *c, const struct ast *cell);
void canon_query(struct canon *c, const struct ast *pipe);

/* -- for operators and commands; all write no blank before or after -- */
void canon_name(struct canon *c, str name); /* ['quoted'] when it must be */
bool canon_is_word(str name); /* ASCII letters, _, $; digits behind */
/* Any expression, name = expression, key with its order, declared column. */
void canon_expr(struct canon *c, const struct ast *t);
/* As tight as what parse_unary reads: parentheses around everything else. */
void canon_unary(struct canon *c, const struct ast *t);
/* … of what parse_sum reads. */
void canon_sum(struct canon *c, const struct ast *t);
void canon_items(struct canon *c, const struct ast *first); /* a, b, … */
void canon_pipe(struct canon *c, const struct ast *t);
void canon_operators(struct canon *c, const struct ast *first); /* | a | b */
void canon_group(struct canon *c, const struct ast *t); /* ( table ) */
void canon_subquery(struct canon *c, const struct ast *list); /* (op | op) */
void canon_columns(struct canon *c, const struct ast *parent); /* (a:long) */
void canon_literal(struct buf *b, const struct value *v);
void canon_string(struct buf *b, str s);
void canon_newline(struct canon *c); /* and the blanks of the indentation */
void canon_statement(struct canon *c, const struct ast *t);

/* -- these begin with a blank, and write nothing for what is not there -- */
void canon_options(struct canon *c, const struct ast *op); /* kind=inner */
void canon_by(struct canon *c, const struct ast *op, const char *word);
void canon_with(struct canon *c, const struct ast *op); /* with (a=1, …) */
/* The common layout: options, items and clauses in the order of the tree. */
void canon_common(struct canon *c, const struct ast *op);

#endif
