/* op_union.c - `union T, U, (V | …)`: the rows of several tables.
 *
 * Columns are matched by name; a name with several types becomes one column
 * per type (x_long, x_string); what a table lacks is null or "". */
#include "syntax/canon.h"
#include "syntax/parse.h"
#include "tables.h"

static const char *const options[] = { "kind", "withsource", "with_source",
                                       "isfuzzy", NULL };

static void union_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    do {
        if (at_punct(p, "("))
            ast_add(op, parse_unary(p));
        else if (peek(p)->kind == TOK_NAME &&
                 (str_eqz(peek_at(p, 1)->text, "(") ||
                  str_eqz(peek_at(p, 1)->text, ".")))
            ast_add(op, parse_unary(p));
        else
            ast_add(op, parse_pattern(p));
    } while (accept_punct(p, ","));
}

static bool is_known(struct binder *b, const struct ast *k)
{
    while (k->kind == AST_PIPE && k->kid)
        k = k->kid;
    return k->kind != AST_NAME || scope_find(b->scope, k->text) ||
           b->env->table(b->env->ctx, k->text);
}

static void collect(struct binder *b, const struct ast *op, struct node *in,
                    struct tables *t)
{
    bool fuzzy = str_ieqz(option_text(op, "isfuzzy"), "true");
    struct node *row = b->row;
    b->row = NULL;
    tables_add(b, t, in, in ? in->name : S(""), "union_arg");
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind == AST_OPTION)
            continue;
        if (k->kind == AST_WILDCARD)
            tables_add_matching(b, t, k, fuzzy);
        else if (!fuzzy || is_known(b, k)) {
            struct node *n = bind_table(b, k);
            const struct let *l =
                k->kind == AST_NAME ? scope_find(b->scope, k->text) : NULL;
            bool view = l && l->ast && l->ast->kind == AST_FUNCTION;
            bool shared = n && l && !view;
            tables_add(b, t, n,
                       k->kind == AST_NAME && !shared ? k->text
                       : n                            ? n->name
                                                      : S(""),
                       "union_arg");
        }
    }
    b->row = row;
}

static struct node *union_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct tables t = { 0 };
    size_t nerrors = b->ds->nerrors;
    collect(b, op, in, &t);
    if (b->ds->nerrors != nerrors)
        return NULL;
    if (t.v.n == 0 && b->open_tables)
        return open_table(b, S(""), op->span);
    if (t.v.n == 0) {
        bind_error(b, DIAG_UNKNOWN_TABLE, op->span,
                   "none of the tables of the "
                   "union exists");
        return NULL;
    }
    str source = option_text(op, "withsource");
    return tables_unite(b, op, &t,
                        source.n ? source : option_text(op, "with_source"),
                        str_eqz(option_text(op, "kind"), "inner"));
}

/* What the parser reads without parentheses: names, patterns, calls. */
static bool reads_bare(const struct ast *t)
{
    const struct ast *first = t;
    if (t->kind == AST_WILDCARD || t->kind == AST_NAME)
        return true;
    if (t->kind != AST_CALL && t->kind != AST_PATH)
        return false;
    while (first->kid && (first->kind == AST_PATH ||
                          (first->kind == AST_CALL && first->value.i == 1)))
        first = first->kid;
    return first->kind == AST_CALL;
}

static void union_print(struct canon *c, const struct ast *op)
{
    const char *between = " ";
    canon_options(c, op);
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind == AST_OPTION)
            continue;
        buf_adds(c->b, between);
        if (reads_bare(k))
            canon_expr(c, k);
        else
            canon_group(c, k);
        between = ", ";
    }
}

const struct lang_op op_union = {
    .name = "union",
    .flags = OP_SOURCE,
    .usage =
        "union [kind=inner] [withsource=Name] [isfuzzy=true] T, (U | …), V*",
    .summary = "The rows of several tables; columns are matched by name.",
    .example = "union (print a = 1), (print a = 2, b = \"x\")",
    .parse = union_parse,
    .print = union_print,
    .bind = union_bind,
};
