/* bind_special.c - calls whose arguments are not plain expressions.
 *
 * Called by: bind_expr.c before a call's arguments are bound.
 * These take a table, a column name or a type: toscalar, column_ifexists,
 * pack_all, typeof, assert, estimate_data_size. */
#include "bind.h"

#include "base/json_value.h"
#include "bind_int.h"

/* toscalar(T | …) or toscalar(expression) */
static struct expr *bind_toscalar(struct binder *b, const struct ast *t)
{
    const struct ast *arg = t->kid;
    if (!arg) {
        bind_error(b, DIAG_ARGUMENTS, t->span, "toscalar needs a table");
        return ex_error(b, t->span);
    }
    if (!is_tabular(b, arg) && arg->kind != AST_NAME)
        return bind_const(b, arg);
    if (!is_tabular(b, arg) && scope_find(b->scope, arg->text))
        return bind_const(b, arg);
    struct node *row = b->row;
    b->row = NULL;
    struct node *sub = bind_table(b, arg);
    b->row = row;
    if (!sub || sub->cols.n == 0)
        return ex_error(b, t->span);
    struct expr *e = NEW(b->arena, struct expr);
    e->kind = EX_SCALAR;
    e->type = sub->cols.v[0].type;
    e->span = t->span;
    e->has_null = e->type != TYPE_STRING;
    e->sub = sub;
    return e;
}

/* column_ifexists("name", default) */
static struct expr *bind_column_ifexists(struct binder *b, const struct ast *t)
{
    const struct ast *name = t->kid;
    if (!name || !name->next) {
        bind_error(b, DIAG_ARGUMENTS, t->span,
                   "usage: column_ifexists(\"name\", default)");
        return ex_error(b, t->span);
    }
    struct value v = { 0 };
    if (!bind_value(b, name, &v))
        return ex_error(b, t->span);
    const struct col *c =
        b->row && v.type == TYPE_STRING ? node_find(b->row, v.s) : NULL;
    return c ? ex_column(b, c, t->span) : bind_expr(b, name->next);
}

/* pack_all([ignore_null_empty]) */
static struct expr *bind_pack_all(struct binder *b, const struct ast *t)
{
    struct value skip = { 0 };
    if (t->kid && !bind_value(b, t->kid, &skip))
        return ex_error(b, t->span);
    size_t n = b->row ? b->row->cols.n : 0, k = 0;
    struct expr **args = arena_array(b->arena, 2 * n, sizeof *args);
    for (size_t i = 0; i < n; i++) {
        const struct col *c = &b->row->cols.v[i];
        if (c->name.n && c->name.p[0] == '\001')
            continue;
        args[k++] = ex_string(b, c->name);
        args[k++] = ex_column(b, c, t->span);
    }
    const char *f = skip.type == TYPE_BOOL && skip.i ? "bag_pack_nonempty"
                                                     : "bag_pack";
    return bind_call_args(b, str_of(f), t->span, NULL, args, k);
}

/* column_names_of(T): known without reading a row. */
static struct expr *bind_column_names_of(struct binder *b, const struct ast *t)
{
    struct node *row = b->row;
    b->row = NULL;
    struct node *n = t->kid ? bind_table(b, t->kid) : NULL;
    b->row = row;
    if (!t->kid)
        bind_error(b, DIAG_ARGUMENTS, t->span, "column_names_of needs a table");
    if (!n)
        return ex_error(b, t->span);
    struct buf names;
    buf_init(&names, 1 << 24);
    for (size_t i = 0; i < n->cols.n; i++) {
        buf_addc(&names, i ? ',' : '[');
        json_text_str(&names, n->cols.v[i].name);
    }
    buf_adds(&names, n->cols.n ? "]" : "[]");
    struct value v = { .type = TYPE_DYNAMIC, .s = buf_take(&names, b->arena) };
    buf_release(&names);
    return ex_literal(b, v, t->span);
}

/* assert(condition, message): known before the query runs, or an error. */
static struct expr *bind_assert(struct binder *b, const struct ast *t)
{
    struct value v = { 0 }, message = { .s = S("") };
    if (!t->kid || !t->kid->next || t->kid->next->next) {
        bind_error(b, DIAG_ARGUMENTS, t->span,
                   "usage: assert(condition, \"message\")");
        return ex_error(b, t->span);
    }
    if (!bind_value(b, t->kid, &v) || !bind_value(b, t->kid->next, &message))
        return ex_error(b, t->span);
    bool holds = v.type == TYPE_BOOL && !v.null && v.i;
    bool unknown = v.null && (b->check || b->rehearsal);
    if (!holds && !unknown) {
        bind_error(b, DIAG_ASSERT, t->span, "assertion failed: %.*s",
                   STRF(message.s));
        return ex_error(b, t->span);
    }
    struct value yes = { .type = TYPE_BOOL, .i = 1 };
    return ex_literal(b, yes, t->span);
}

/* estimate_data_size(*) is that of all columns. */
static struct expr *bind_data_size(struct binder *b, const struct ast *t)
{
    LIST(struct expr *) args = { 0 };
    for (const struct ast *a = t->kid; a; a = a->next) {
        if (a->kind != AST_STAR) {
            PUSH(b->arena, args, bind_expr(b, a));
            continue;
        }
        for (size_t i = 0; b->row && i < b->row->cols.n; i++) {
            const struct col *c = &b->row->cols.v[i];
            if (!c->name.n || c->name.p[0] != '\001')
                PUSH(b->arena, args, ex_column(b, c, a->span));
        }
    }
    return bind_call_args(b, t->text, t->span, t, args.v, args.n);
}

static struct expr *bind_typeof(struct binder *b, const struct ast *t)
{
    return ex_string(b, t->kid ? t->kid->text : S("dynamic"));
}

static const struct special {
    const char *name;
    struct expr *(*bind)(struct binder *b, const struct ast *t);
} specials[] = {
    { "toscalar", bind_toscalar },
    { "column_ifexists", bind_column_ifexists },
    { "columnifexists", bind_column_ifexists },
    { "column_names_of", bind_column_names_of },
    { "pack_all", bind_pack_all },
    { "typeof", bind_typeof },
    { "assert", bind_assert },
    { "estimate_data_size", bind_data_size },
};

struct expr *bind_special(struct binder *b, const struct ast *call, bool *known)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (str_eqz(call->text, specials[i].name)) {
            *known = true;
            return specials[i].bind(b, call);
        }
    *known = false;
    return NULL;
}
