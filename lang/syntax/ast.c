/* ast.c - building, walking and printing the tree.
 *
 * Called by: parser, operators, binder, completion. */
#include "ast.h"

#include "base/utf8.h"
#include "registry/op.h"

struct ast *ast_new(struct arena *a, enum ast_kind kind, struct span at,
                    str text)
{
    struct ast *t = NEW(a, struct ast);
    t->kind = kind;
    t->span = at;
    t->text = text;
    return t;
}

struct ast *ast_add(struct ast *parent, struct ast *kid)
{
    if (!kid)
        return parent;
    if (parent->last)
        parent->last->next = kid;
    else
        parent->kid = kid;
    parent->last = kid;
    if (kid->span.end > parent->span.end)
        parent->span.end = kid->span.end;
    return parent;
}

size_t ast_nkids(const struct ast *t)
{
    size_t n = 0;
    for (const struct ast *k = t->kid; k; k = k->next)
        n++;
    return n;
}

struct ast *ast_kid(const struct ast *t, size_t i)
{
    struct ast *k = t->kid;
    while (k && i--)
        k = k->next;
    return k;
}

struct ast *ast_clause(const struct ast *t, const char *text)
{
    for (struct ast *k = t->kid; k; k = k->next)
        if (k->kind == AST_CLAUSE && str_eqz(k->text, text))
            return k;
    return NULL;
}

bool ast_is(const struct ast *t, enum ast_kind kind, const char *text)
{
    return t && t->kind == kind && str_eqz(t->text, text);
}

bool ast_walk(struct ast *t, ast_visit *visit, void *ctx)
{
    for (; t; t = t->next) {
        enum walk w = visit(ctx, t);
        if (w == WALK_STOP)
            return false;
        if (w == WALK_CONTINUE && t->kid && !ast_walk(t->kid, visit, ctx))
            return false;
    }
    return true;
}

static const char *const kind_names[] = {
#define AST(kind, name) name,
#include "ast.def"
#undef AST
};

static void print(struct buf *b, const struct ast *t, size_t depth)
{
    for (; t; t = t->next) {
        buf_fill(b, ' ', 2 * depth);
        buf_adds(b, kind_names[t->kind]);
        if (t->kind == AST_OP && t->op)
            buf_addf(b, " %s", t->op->name);
        if (t->kind == AST_LITERAL) {
            buf_addf(b, " %s ", type_name(t->value.type));
            value_json(b, &t->value);
        } else if (t->text.n) {
            buf_addc(b, ' ');
            utf8_printable(b, t->text);
        }
        buf_addc(b, '\n');
        print(b, t->kid, depth + 1);
    }
}

void ast_print(struct buf *b, const struct ast *t)
{
    struct ast root = *t;
    root.next = NULL;
    print(b, &root, 0);
}
