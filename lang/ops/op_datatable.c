/* op_datatable.c - `datatable(a:type, …)[value, …]`: rows written down. */
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* [ "x" ] alone is lexed as a quoted name. */
static void parse_cells(struct parser *p, struct ast *cells)
{
    if (peek(p)->kind == TOK_QUOTED) {
        const struct token *t = take(p);
        struct ast *v = ast_new(p->arena, AST_LITERAL, t->span, S(""));
        v->value = (struct value){ .type = TYPE_STRING, .s = t->text };
        ast_add(cells, v);
        return;
    }
    if (!expect_punct(p, "["))
        return;
    while (!at_punct(p, "]") && peek(p)->kind != TOK_END) {
        ast_add(cells, parse_expr(p));
        if (!accept_punct(p, ","))
            break;
    }
    expect_punct(p, "]");
}

static void datatable_parse(struct parser *p, struct ast *op)
{
    parse_columns(p, clause(p, op, "columns"));
    parse_cells(p, clause(p, op, "cells"));
}

static bool cell(struct binder *b, const struct ast *t, enum type type,
                 struct value *v)
{
    if (t->kind == AST_LITERAL && t->value.null &&
        t->value.type == TYPE_DYNAMIC &&
        t->span.end - t->span.beg == 4) { /* the bare word */
        struct diag *d =
            bind_error(b, DIAG_SYNTAX, t->span, "null needs a type here");
        diag_hint(b->ds, d, "%s(null)", type_name(type));
        return false;
    }
    if (t->kind != AST_LITERAL && t->kind != AST_ERROR) {
        struct diag *d = bind_error(b, DIAG_NOT_CONSTANT, t->span,
                                    "datatable takes literals only");
        diag_hint(b->ds, d, "compute it after the table: | extend …, or "
                            "write print … instead");
        return false;
    }
    struct expr *e = coerce(b, bind_const(b, t), type);
    if (e->kind == EX_ERROR)
        return false;
    if (e->kind == EX_LITERAL) {
        *v = e->value;
        return true;
    }
    struct ast wrapped = *t;
    wrapped.next = NULL;
    if (!bind_value(b, &wrapped, v))
        return false;
    if (v->type != type) { /* converted by the engine */
        struct expr *c = coerce(b, ex_literal(b, *v, t->span), type);
        struct node *one = node_new(b->arena, NODE_VALUES, t->span, NULL);
        PUSH(b->arena, one->cols, col_new(b, S("x"), TYPE_LONG, false));
        PUSH(b->arena, one->cells, ex_long(b, 1)->value);
        struct node *p = project_new(b, t, one);
        project_add(b, p, S("v"), c);
        struct frame *f = NULL;
        *v = ex_null(b, type)->value;
        if (b->check)
            return true;
        if (b->env->run(b->env->ctx, p, &f, b->ds) != ST_OK)
            return false;
        *v = cell_value(&f->cols[0], 0);
        if (type_is_text(type))
            v->s = arena_str(b->arena, v->s);
        frame_unref(f);
    }
    return true;
}

static struct node *datatable_bind(struct binder *b, const struct ast *op,
                                   struct node *in)
{
    struct node *n = node_new(b->arena, NODE_VALUES, op->span, NULL);
    const struct ast *cols = ast_clause(op, "columns"),
                     *cells = ast_clause(op, "cells");
    (void)in;
    n->ordered = true;
    for (const struct ast *c = cols ? cols->kid : NULL; c; c = c->next) {
        enum type t = TYPE_STRING;
        if (c->kid)
            type_from_name(c->kid->text, &t);
        PUSH(b->arena, n->cols, col_new(b, c->text, t, true));
    }
    size_t nc = n->cols.n, ncells = cells ? ast_nkids(cells) : 0;
    if (nc == 0 || ncells % nc) {
        bind_error(b, DIAG_ARGUMENTS, op->span,
                   "%zu values do not fill rows of "
                   "%zu columns",
                   ncells, nc);
        return NULL;
    }
    size_t i = 0;
    bool ok = true;
    for (const struct ast *k = cells ? cells->kid : NULL; k; k = k->next, i++) {
        struct value v = { 0 };
        ok &= cell(b, k, n->cols.v[i % nc].type, &v);
        PUSH(b->arena, n->cells, v);
    }
    return ok ? n : NULL;
}

/* One row a line. */
static void print_cells(struct canon *c, const struct ast *cell, size_t ncols)
{
    c->indent++;
    for (size_t i = 0; cell; cell = cell->next, i++) {
        if (ncols == 0 || i % ncols == 0)
            canon_newline(c);
        else
            buf_addc(c->b, ' ');
        canon_expr(c, cell);
        if (cell->next)
            buf_addc(c->b, ',');
    }
    c->indent--;
    canon_newline(c);
}

static void datatable_print(struct canon *c, const struct ast *op)
{
    const struct ast *cols = ast_clause(op, "columns"),
                     *cells = ast_clause(op, "cells");
    canon_columns(c, cols);
    buf_adds(c->b, " [");
    if (cells && cells->kid)
        print_cells(c, cells->kid, cols ? ast_nkids(cols) : 0);
    buf_addc(c->b, ']');
}

const struct lang_op op_datatable = {
    .name = "datatable",
    .flags = OP_SOURCE | OP_NO_PIPE,
    .usage = "datatable(column:type, …)[value, value, …]",
    .summary = "A table of the values written here, row by row.",
    .example = "datatable(User:string, Pid:long)[\"ana\", 4, \"bo\", 8]",
    .parse = datatable_parse,
    .print = datatable_print,
    .bind = datatable_bind,
};
