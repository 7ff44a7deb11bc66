/* parse.h - tokens to tree, with recovery; what operators use to read.
 *
 * The grammar of expressions and statements is here and in parse_expr.c; the
 * clauses of an operator are in its own file. Every function reports its own
 * errors and leaves the parser at a token from which it can go on. */
#ifndef SYNTAX_PARSE_H
#define SYNTAX_PARSE_H

#include "ast.h"
#include "lex.h"
#include "registry/reg.h"

struct parser {
    struct arena *arena;
    struct diags *ds;
    const struct registry *reg;
    str src;
    struct tokens ts;
    size_t i;          /* the next token */
    unsigned depth;    /* nesting, against MAX_DEPTH */
    bool stopped;      /* the rest of the cell was given up: no more reports */
    uint32_t error_at; /* place of the last report: one per place */
    unsigned nreported; /* mistakes told so far, against MAX_REPORTS */
    bool colon;        /* `column : "term"` compares: search, find */
    bool python;       /* inside a list or a dict of a Python literal */
};

/* MAX_CHAIN: operators or members in a row, each a level of the tree;
 * MAX_TERMS: of one `and` or `or`, which are all on one level. */
enum {
    MAX_DEPTH = 400,
    MAX_REPORTS = 50, /* mistakes of grammar that a cell is told */
    MAX_CHAIN = 300,
    MAX_TERMS = 5000,
    MAX_ITEMS = 10000,
    MAX_STATEMENTS = 1000,
};

/* How tightly an operator binds, loosest first. */
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
    PREC_POSTFIX, /* names, literals, calls, members */
};

/* PREC_NONE: no operator between two operands is spelt so. */
enum prec infix_prec(str word);
/* The operator whose spelling is near to that of `word`; else empty. */
str infix_nearest(str word);

/* A whole cell. Never NULL. */
struct ast *parse_cell(struct arena *a, const struct registry *reg, str src,
                       struct diags *ds);

/* -- looking and taking -- */
const struct token *peek(const struct parser *p);
const struct token *peek_at(const struct parser *p, size_t ahead);
const struct token *take(struct parser *p);
bool at_punct(const struct parser *p, const char *text);
bool at_word(const struct parser *p, const char *text); /* a TOK_NAME */
bool accept_punct(struct parser *p, const char *text);
bool accept_word(struct parser *p, const char *text);
/* Reports what was expected when it is not there. */
bool expect_punct(struct parser *p, const char *text);
bool expect_word(struct parser *p, const char *text);
/* … and how the operator is written. */
bool expect_word_of(struct parser *p, const char *text, const char *usage);
bool at_end_of_operator(const struct parser *p); /* | ; ) } or end */
bool at_name(const struct parser *p);            /* TOK_NAME or TOK_QUOTED */

__attribute__((format(printf, 3, 4))) struct diag *parse_error(
    struct parser *p, enum diag_code code, const char *fmt,
    ...);                     /* at the next token */
/* Reports that `what` should stand where the next token does; gives false. */
bool expected(struct parser *p, const char *what);
bool enter(struct parser *p); /* one level deeper; false: reported */
/* Gives up the rest of the cell: nothing after this can be understood. */
void stop_parsing(struct parser *p);
void leave(struct parser *p);

/* -- pieces -- */
struct ast *parse_name(struct parser *p); /* AST_NAME or AST_ERROR */
struct ast *parse_expr(struct parser *p);
struct ast *parse_unary(struct parser *p); /* tighter than has, == */
struct ast *parse_sum(struct parser *p);   /* arithmetic; tighter than in */
struct ast *parse_pipe(struct parser *p);  /* source | op | op … */
struct ast *parse_pipe_from(struct parser *p, struct ast *source);
/* ( operator | operator … ) -> AST_LIST of AST_OPs. */
struct ast *parse_subquery(struct parser *p);
struct ast *parse_literal(struct parser *p); /* one literal, sign too */
struct ast *parse_dynamic(struct parser *p); /* after `dynamic` */
/* None, […] or {…} as Python writes them, for `name = …`; NULL when none of
 * these stands here. ["x"] is an AST_NAME whose value is that list. */
struct ast *parse_python(struct parser *p);
/* Reports a keyword where a new column is named. */
void check_new_name(struct parser *p, const struct token *t);
/* name = expr, (a, b) = expr, or expr. */
struct ast *parse_named(struct parser *p);
/* Comma separated parse_named, added to `parent`; at least one. */
void parse_named_list(struct parser *p, struct ast *parent);
void parse_expr_list(struct parser *p, struct ast *parent, const char *close);
/* Name or wildcard pattern (Security*, *, a*b). */
struct ast *parse_pattern(struct parser *p);
/* key [asc|desc] [nulls first|last], … -> AST_ORDER children. */
void parse_order_list(struct parser *p, struct ast *parent);
/* name:type, … inside parentheses -> AST_COLUMN children. */
void parse_columns(struct parser *p, struct ast *parent);
struct ast *parse_type(struct parser *p); /* AST_TYPE */
/* kind=inner hint.strategy=shuffle withsource=X …: AST_OPTION children while
 * `name =` follows and the name is one of `names` (NULL-ended) or hint.*. */
void parse_options(struct parser *p, struct ast *parent,
                   const char *const *names);
/* with (a = 1, b = "x") -> AST_CLAUSE "with" of AST_OPTIONs; if present. */
void parse_with(struct parser *p, struct ast *parent);
struct ast *clause(struct parser *p, struct ast *op, const char *name);

str option_text(const struct ast *op, const char *name); /* "" when absent */

#endif
