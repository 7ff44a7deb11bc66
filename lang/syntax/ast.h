/* ast.h - the tree of a cell.
 *
 * One node type for everything: a kind, a text (name or operator), a value for
 * literals, a first child and a next sibling. So walking, printing and copying
 * are written once, and an operator's own clauses are AST_CLAUSE nodes named by
 * their word ("by", "on", "with"). A wrong place is an AST_ERROR node: the tree
 * of broken code is still good for completion. */
#ifndef SYNTAX_AST_H
#define SYNTAX_AST_H

#include "base/diag.h"
#include "base/type.h"

struct lang_op;

enum ast_kind {
#define AST(kind, name) AST_##kind,
#include "ast.def"
#undef AST
};

struct ast {
    enum ast_kind kind;
    struct span span;
    str text;
    struct value value;       /* AST_LITERAL */
    const struct lang_op *op; /* AST_OP */
    struct ast *kid, *last;   /* first and last child */
    struct ast *next;         /* next sibling */
};

struct ast *ast_new(struct arena *a, enum ast_kind kind, struct span at,
                    str text);
struct ast *ast_add(struct ast *parent, struct ast *kid); /* returns parent */
size_t ast_nkids(const struct ast *t);
struct ast *ast_kid(const struct ast *t, size_t i); /* NULL past the end */
struct ast *ast_clause(const struct ast *t, const char *text); /* or NULL */
bool ast_is(const struct ast *t, enum ast_kind kind, const char *text);

enum walk { WALK_CONTINUE, WALK_PRUNE, WALK_STOP };
typedef enum walk ast_visit(void *ctx, struct ast *t);
/* Pre-order; says whether the walk came to the end. */
bool ast_walk(struct ast *t, ast_visit *visit, void *ctx);

void ast_print(struct buf *b,
               const struct ast *t); /* indented, for dev parse */

#endif
