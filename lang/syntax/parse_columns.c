/* parse_columns.c - names with types: `(Host:string, Pid:long)`.
 *
 * Called by: operators and parameters that declare columns. */
#include "parse.h"

struct ast *parse_type(struct parser *p)
{
    const struct token *t = peek(p);
    enum type type;
    if (t->kind == TOK_NAME && type_from_name(t->text, &type)) {
        take(p);
        return ast_new(p->arena, AST_TYPE, t->span, str_of(type_name(type)));
    }
    expected(p, "a type (string, long, datetime, …)");
    if (at_name(p))
        take(p);
    return ast_new(p->arena, AST_ERROR, t->span, S(""));
}

/* Compares with all before it; their number is limited. */
static void check_column(struct parser *p, const struct ast *parent,
                         const struct ast *name)
{
    for (const struct ast *c = parent->kid; c; c = c->next)
        if (c->kind == AST_COLUMN && str_eq(c->text, name->text)) {
            diag_error(p->ds, DIAG_DUPLICATE, name->span,
                       "a column '%.*s' is declared already",
                       STRF(name->text));
            return;
        }
}

/* columns = '(' name ':' type, … ')' */
void parse_columns(struct parser *p, struct ast *parent)
{
    if (!expect_punct(p, "("))
        return;
    for (size_t n = 0; !at_punct(p, ")") && peek(p)->kind != TOK_END; n++) {
        if (n == MAX_ITEMS) {
            parse_error(p, DIAG_LIMIT, "more than %d columns", MAX_ITEMS);
            return;
        }
        if (at_word(p, "true") || at_word(p, "false")) /* literals */
            expected(p, "the name of a column");
        struct ast *name = parse_name(p);
        struct ast *c = ast_new(p->arena, AST_COLUMN, name->span, name->text);
        check_column(p, parent, name);
        ast_add(parent, c);
        if (!expect_punct(p, ":"))
            break;
        ast_add(c, parse_type(p));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, ")");
}
