/* op_render.c - `T | render kind with (property = value, …)`: how to draw it.
 *
 * Changes no row: the session reads the hint off the tree of the last
 * operator (render_hint). */
#include "render.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

static bool at_property(const struct parser *p)
{
    return at_name(p) && !peek(p)->line_start &&
           str_eqz(peek_at(p, 1)->text, "=");
}

/* name '=' value [ ',' value ]…: values go on until the next `name =` */
static bool parse_property(struct parser *p, struct ast *with)
{
    const struct token *name = take(p);
    struct ast *o = ast_new(p->arena, AST_OPTION, name->span, name->text);
    ast_add(with, o);
    if (!expect_punct(p, "="))
        return false;
    do
        ast_add(o, parse_unary(p));
    while (at_punct(p, ",") && !str_eqz(peek_at(p, 2)->text, "=") &&
           accept_punct(p, ","));
    return true;
}

static void parse_properties(struct parser *p, struct ast *with)
{
    bool paren = accept_punct(p, "(");
    while (at_name(p) && parse_property(p, with) && accept_punct(p, ","))
        ;
    if (paren)
        expect_punct(p, ")");
}

/* `render barchart kind=stacked title="x"`, as it was once written */
static void parse_bare_properties(struct parser *p, struct ast *with)
{
    do
        parse_property(p, with);
    while (accept_punct(p, ",") || at_property(p));
}

/* render kind [with] [( a = b, … )] */
static void render_parse(struct parser *p, struct ast *op)
{
    ast_add(op, parse_name(p));
    if (at_punct(p, "(")) {
        struct ast *with = clause(p, op, "with");
        take(p);
        parse_expr_list(p, with, ")");
        expect_punct(p, ")");
        return;
    }
    if (accept_word(p, "with"))
        parse_properties(p, clause(p, op, "with"));
    else if (at_property(p))
        parse_bare_properties(p, clause(p, op, "with"));
}

static struct node *render_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    const struct ast *kind = op->kid;
    str names[128];
    size_t n = 0;
    if (!kind || kind->kind != AST_NAME)
        return in;
    if (is_render_kind(b->reg, kind->text))
        return in;
    for (size_t i = 0; i < b->reg->nrenderers && n < 128; i++)
        names[n++] = str_of(render_word(b->reg, i));
    str near = diag_nearest(kind->text, names, n);
    struct diag *d = diag_warn(b->ds, DIAG_OPTION, kind->span,
                               "unknown "
                               "visualisation '%.*s': shown as a table",
                               STRF(kind->text));
    if (near.n)
        diag_hint(b->ds, d, "did you mean '%.*s'?", STRF(near));
    return in;
}

/* `render kind (…)` has plain items and no word before them. */
static void render_print(struct canon *c, const struct ast *op)
{
    const struct ast *with = ast_clause(op, "with");
    buf_addc(c->b, ' ');
    if (op->kid)
        canon_expr(c, op->kid);
    if (with && (!with->kid || with->kid->kind == AST_OPTION)) {
        canon_with(c, op);
    } else if (with) {
        buf_addc(c->b, ' ');
        canon_columns(c, with);
    }
}

const struct lang_op op_render = {
    .name = "render",
    .usage = "T | render kind with (property = value, …)",
    .summary = "Says how the result is drawn; .show renderers lists the kinds.",
    .example = "range x from 1 to 3 step 1 | extend y = x * x | render table",
    .parse = render_parse,
    .print = render_print,
    .bind = render_bind,
};
