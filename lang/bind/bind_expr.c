/* bind_expr.c - expressions: names, paths, operators, lists.
 *
 * Called by: operators, functions.
 * Gives:     typed struct expr over the columns of b->row; mistakes become
 *            EX_ERROR so that the rest is still checked. */
#include "bind.h"

#include "bind_int.h"

/* ---- names ---- */

static bool has_column(const struct node *n, uint32_t id)
{
    for (size_t i = 0; n && i < n->cols.n; i++)
        if (n->cols.v[i].id == id)
            return true;
    return false;
}

/* Whether `e` uses a column that the rows at hand do not have. */
static bool is_outside(const struct binder *b, const struct expr *e)
{
    if (e->kind == EX_COLUMN)
        return !has_column(b->row, e->id) && !has_column(b->right, e->id);
    for (size_t i = 0; i < e->nargs; i++)
        if (is_outside(b, e->args[i]))
            return true;
    return false;
}

/* A column of rows that are not known keeps silent: its type is not known
 * either, and what is done with it may be right. */
static struct expr *bind_column(struct binder *b, const struct col *c,
                                struct span at)
{
    return c->type == TYPE_ERROR ? ex_error(b, at) : ex_column(b, c, at);
}

static struct expr *bind_let_value(struct binder *b, struct let *l,
                                   struct span at)
{
    const struct col *c =
        l->column.n && b->row ? node_find(b->row, l->column) : NULL;
    if (c)
        return bind_column(b, c, at);
    if (l->expr && !l->of_group && b->row && !b->row->open &&
        is_outside(b, l->expr)) {
        struct diag *d = bind_error(b, DIAG_NOT_CONSTANT, at,
                                    "'%.*s' differs from row to row, and a "
                                    "table inside an expression is computed "
                                    "once", STRF(l->name));
        diag_hint(b->ds, d, "join or lookup the table instead");
        return ex_error(b, at);
    }
    if (l->expr) {
        struct expr *e = NEW(b->arena, struct expr);
        *e = *l->expr;
        return e;
    }
    if (!bind_enter(b, at))
        return ex_error(b, at);
    struct scope *outer = b->scope;
    struct node *row = b->row;
    b->scope = l->home;
    b->row = NULL;
    struct expr *e = NULL;
    if (!l->ast || is_tabular(b, l->ast)) {
        struct diag *d = bind_error(b, DIAG_TYPE, at,
                                    "'%.*s' is a table, a "
                                    "scalar is needed here",
                                    STRF(l->name));
        diag_hint(b->ds, d, "toscalar(%.*s | …) takes its first value",
                  STRF(l->name));
        e = ex_error(b, at);
    } else {
        e = bind_expr(b, l->ast);
    }
    b->scope = outer;
    b->row = row;
    bind_leave(b);
    return e;
}

static struct expr *unknown_column(struct binder *b, const struct ast *t)
{
    if (b->row && b->row->open)
        return ex_error(b, t->span);
    struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, t->span,
                                b->where ? "unknown column '%.*s' in '%s'"
                                         : "unknown name '%.*s'",
                                STRF(t->text), b->where);
    static const struct {
        const char *word, *hint;
    } foreign[] = {
        { "None", "KQL says: null, for example long(null)" },
        { "NULL", "KQL says: isnull(x), or long(null)" },
        { "TRUE", "KQL says: true" },
        { "FALSE", "KQL says: false" },
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
        if (str_eqz(t->text, foreign[i].word)) {
            d->code = DIAG_FOREIGN;
            diag_hint(b->ds, d, "%s", foreign[i].hint);
            return ex_error(b, t->span);
        }
    if (!hint_name(b, d, t->text))
        suggest_columns(b, d, t->text, b->row);
    return ex_error(b, t->span);
}

static struct expr *bind_name(struct binder *b, const struct ast *t)
{
    const struct col *c = b->row ? node_find(b->row, t->text) : NULL;
    if (c)
        return bind_column(b, c, t->span);
    struct let *l = scope_find(b->scope, t->text);
    if (l)
        return bind_let_value(b, l, t->span);
    return unknown_column(b, t);
}

/* $left.x and $right.x of a join condition. */
static struct expr *bind_side(struct binder *b, const struct ast *t)
{
    const struct ast *base = t->kid;
    if (base->kind != AST_NAME || !b->right)
        return NULL;
    struct node *side = str_eqz(base->text, "$left")  ? b->row
                      : str_eqz(base->text, "$right") ? b->right
                                                      : NULL;
    if (!side)
        return NULL;
    const struct col *c = node_find(side, t->text);
    if (c)
        return bind_column(b, c, t->span);
    if (!side->open) {
        struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, t->span,
                                    "unknown column '%.*s' on the %s side",
                                    STRF(t->text),
                                    side == b->right ? "right" : "left");
        suggest_columns(b, d, t->text, side);
    }
    return ex_error(b, t->span);
}

static struct expr *need_dynamic(struct binder *b, struct expr *e)
{
    if (e->kind == EX_ERROR || e->type == TYPE_DYNAMIC)
        return e;
    if (e->type == TYPE_ERROR)
        return ex_error(b, e->span); /* reported where the type got lost */
    struct diag *d = bind_error(b, DIAG_TYPE, e->span,
                                "a member of a %s: only "
                                "dynamic values have members",
                                type_name(e->type));
    if (e->type == TYPE_STRING)
        diag_hint(b->ds, d, "parse_json(…) makes a dynamic of a text");
    return ex_error(b, e->span);
}

static struct expr *bind_member(struct binder *b, const struct ast *t)
{
    struct expr *side = bind_side(b, t);
    if (side)
        return side;
    struct expr *base = need_dynamic(b, bind_expr(b, t->kid));
    if (base->kind == EX_ERROR)
        return base;
    struct expr *e =
        ex_func(b, "k_path_key", t->span, base, ex_string(b, t->text), NULL);
    e->has_null = true;
    return e;
}

static struct expr *bind_index(struct binder *b, const struct ast *t)
{
    struct expr *base = need_dynamic(b, bind_expr(b, t->kid));
    struct expr *i = bind_expr(b, t->kid->next);
    if (base->kind == EX_ERROR || i->kind == EX_ERROR)
        return ex_error(b, t->span);
    if (i->type == TYPE_DYNAMIC)
        i = coerce(b, i, TYPE_LONG);
    bool number = type_is_int(i->type);
    if (!number && i->type != TYPE_STRING) {
        bind_error(b, DIAG_TYPE, i->span,
                   "an index is a number or a name, "
                   "this is a %s",
                   type_name(i->type));
        return ex_error(b, t->span);
    }
    struct expr *e =
        ex_func(b, number ? "k_path_index" : "k_path_key", t->span, base,
                coerce(b, i, number ? TYPE_LONG : TYPE_STRING), NULL);
    e->has_null = true;
    return e;
}

/* ---- operators ---- */

static struct expr *bind_unary(struct binder *b, const struct ast *t)
{
    struct expr *x = bind_expr(b, t->kid);
    if (x->kind == EX_ERROR || str_eqz(t->text, "+"))
        return x;
    if (x->kind == EX_LITERAL && !x->value.null) {
        struct value v = x->value;
        if (v.type == TYPE_REAL)
            v.d = -v.d;
        else if (type_is_int(v.type) || v.type == TYPE_TIMESPAN)
            v.i = (int64_t)(0 - (uint64_t)v.i);
        else
            goto negate;
        return ex_literal(b, v, t->span);
    }
negate:
    if (x->type == TYPE_DYNAMIC)
        x = coerce(b, x, TYPE_REAL);
    if (!type_is_num(x->type) && x->type != TYPE_TIMESPAN) {
        bind_error(b, DIAG_TYPE, t->span,
                   "'-' needs a number or a timespan, "
                   "this is a %s",
                   type_name(x->type));
        return ex_error(b, t->span);
    }
    enum type type = x->type == TYPE_INT ? TYPE_LONG : x->type;
    bool wraps = type == TYPE_LONG || type == TYPE_TIMESPAN;
    struct expr *e = ex_call(b, type, wraps ? "k_sub(0, $1)" : "(-$1)",
                             coerce(b, x, type), NULL);
    e->span = t->span;
    return ex_written(b, e, S("-"), &x, 1);
}

static struct expr *bind_bool_operand(struct binder *b, const struct ast *t)
{
    struct expr *e = bind_expr(b, t);
    if (e->kind == EX_ERROR || e->type == TYPE_BOOL)
        return e;
    if (e->type == TYPE_DYNAMIC || type_is_int(e->type))
        return coerce(b, e, TYPE_BOOL);
    struct diag *d = bind_error(b, DIAG_TYPE, t->span,
                                "a condition is needed here, this is a %s",
                                type_name(e->type));
    diag_hint(b->ds, d,
              "each side of and, or compares: x == … or x == …; several "
              "values: x in (…)");
    return ex_error(b, t->span);
}

/* and, or: any number of terms in one node. */
static struct expr *bind_logic(struct binder *b, const struct ast *t)
{
    size_t n = ast_nkids(t), i = 0;
    struct expr **args = arena_array(b->arena, n, sizeof *args);
    for (const struct ast *k = t->kid; k; k = k->next)
        args[i++] = bind_bool_operand(b, k);
    struct expr *e = ex_calln(
        b, TYPE_BOOL, str_eqz(t->text, "and") ? "$and" : "$or", args, n);
    if (e->kind != EX_ERROR)
        e->span = t->span;
    return ex_written(b, e, t->text, args, n);
}

static struct expr *bind_between(struct binder *b, const struct ast *t)
{
    struct expr *x = bind_expr(b, t->kid);
    struct expr *low = bind_expr(b, t->kid->next);
    const struct ast *high_ast = ast_kid(t, 2);
    struct expr *high = high_ast ? bind_expr(b, high_ast)
                                 : ex_error(b, t->span);
    if (low->type == TYPE_DATETIME && high->type == TYPE_TIMESPAN)
        high = bind_binary(b, S("+"), t->span, low, high);
    struct expr *from = bind_binary(b, S(">="), t->span, x, low);
    struct expr *to = bind_binary(b, S("<="), t->span, x, high);
    struct expr *e = ex_call(
        b, TYPE_BOOL, t->text.p[0] == '!' ? "(NOT ($1 AND $2))" : "($1 AND $2)",
        from, to, NULL);
    return ex_written(b, e, t->text, (struct expr *[]){ x, low, high }, 3);
}

/* ---- calls ---- */

/* A scalar function of a let: its body bound with the arguments in scope. */
static struct expr *bind_user_scalar(struct binder *b, struct let *f,
                                     const struct ast *call)
{
    if (!bind_enter(b, call->span))
        return ex_error(b, call->span);
    struct scope *s = call_scope(b, f, call, NULL, call->span);
    const struct ast *result = s ? body_result(b, f->ast, s) : NULL;
    struct expr *e = ex_error(b, call->span);
    if (result) {
        struct scope *outer = b->scope;
        struct node *row = b->row;
        b->scope = s;
        b->row = NULL;
        if (is_tabular(b, result))
            bind_error(b, DIAG_TYPE, call->span,
                       "'%.*s' gives a table, a "
                       "scalar is needed here",
                       STRF(call->text));
        else
            e = bind_expr(b, result);
        b->scope = outer;
        b->row = row;
    }
    bind_leave(b);
    return e;
}

static struct expr *bind_call(struct binder *b, const struct ast *t)
{
    struct let *f = scope_find(b->scope, t->text);
    if (f && f->ast && f->ast->kind == AST_FUNCTION)
        return bind_user_scalar(b, f, t);
    bool known = false;
    struct expr *e = bind_special(b, t, &known);
    if (known)
        return e;
    size_t n = 0;
    bool bad = false;
    struct expr **args = arena_array(b->arena, ast_nkids(t), sizeof *args);
    for (const struct ast *k = t->kid; k; k = k->next) {
        args[n++] = bind_expr(b, k->kind == AST_NAMED ? k->kid : k);
        bad |= args[n - 1]->kind == EX_ERROR;
    }
    if (bad && reg_funcs(b->reg, t->text, &(size_t){ 0 }))
        return ex_error(b, t->span);
    return bind_call_args(b, t->text, t->span, t, args, n);
}

/* Whether a column can equal a value of `type` that is no string. */
static bool comparable(enum type column, enum type type)
{
    return column == type || column == TYPE_DYNAMIC ||
           (type_is_num(column) && type_is_num(type));
}

/* * has "x": any column as text; * == 5: any column of such a type. */
static struct expr *bind_any_column(struct binder *b, const struct ast *t)
{
    size_t n = 0;
    struct expr **args =
        arena_array(b->arena, b->row->cols.n + 1, sizeof *args);
    struct expr *y = bind_expr(b, t->kid->next);
    bool text = y->kind == EX_ERROR || y->type == TYPE_STRING ||
                y->type == TYPE_DYNAMIC;
    for (size_t i = 0; i < b->row->cols.n; i++) {
        const struct col *c = &b->row->cols.v[i];
        if (c->name.n && c->name.p[0] == '\001')
            continue;
        if (!text && !comparable(c->type, y->type))
            continue;
        struct expr *x = ex_column(b, c, t->span);
        if (text)
            x = coerce(b, x, TYPE_STRING);
        args[n++] = bind_binary(b, t->text, t->span, x, y);
    }
    args[n++] = ex_literal(b, (struct value){ .type = TYPE_BOOL }, t->span);
    return ex_calln(b, TYPE_BOOL, "$or", args, n);
}

static struct expr *bind_inner(struct binder *b, const struct ast *t)
{
    switch (t->kind) {
    case AST_LITERAL: return ex_literal(b, t->value, t->span);
    case AST_NAME: return bind_name(b, t);
    case AST_PATH: return bind_member(b, t);
    case AST_INDEX: return bind_index(b, t);
    case AST_UNARY: return bind_unary(b, t);
    case AST_BETWEEN: return bind_between(b, t);
    case AST_IN: return bind_in(b, t);
    case AST_CALL: return bind_call(b, t);
    case AST_NAMED: return bind_expr(b, t->kid);
    case AST_BINARY:
        if (t->kid->kind == AST_STAR && b->row)
            return bind_any_column(b, t);
        if (str_eqz(t->text, "and") || str_eqz(t->text, "or"))
            return bind_logic(b, t);
        return bind_binary(b, t->text, t->span, bind_expr(b, t->kid),
                           bind_expr(b, t->kid->next));
    case AST_ERROR: return ex_error(b, t->span);
    case AST_STAR:
        diag_hint(b->ds,
                  bind_error(b, DIAG_UNSUPPORTED, t->span,
                             "'*' has no meaning here"),
                  "count() takes nothing; all columns of a row: "
                  "arg_max(Time, *), take_any(*)");
        return ex_error(b, t->span);
    default:
        bind_error(b, DIAG_TYPE, t->span,
                   "a scalar is needed here, this is a "
                   "table");
        return ex_error(b, t->span);
    }
}

struct expr *bind_expr(struct binder *b, const struct ast *t)
{
    if (!t || !bind_enter(b, t->span))
        return ex_error(b, t ? t->span : NO_SPAN);
    struct expr *e = bind_inner(b, t);
    if (e->span.end == 0)
        e->span = t->span;
    bind_leave(b);
    return e;
}

struct expr *bind_cond(struct binder *b, const struct ast *t)
{
    return bind_bool_operand(b, t);
}

struct expr *bind_const(struct binder *b, const struct ast *t)
{
    struct node *row = b->row;
    b->row = NULL;
    struct expr *e = bind_expr(b, t);
    b->row = row;
    return e;
}

struct expr *bind_count(struct binder *b, const struct ast *t)
{
    struct expr *e = bind_const(b, t);
    if (e->kind == EX_ERROR)
        return e;
    if (e->type != TYPE_DYNAMIC && !type_is_int(e->type)) {
        bind_error(b, DIAG_TYPE, t->span,
                   "a number of rows is needed, this is a %s",
                   type_name(e->type));
        return ex_error(b, t->span);
    }
    e = coerce(b, e, TYPE_LONG);
    if (e->kind != EX_LITERAL) /* a null would mean all rows to the engine */
        return ex_call(b, TYPE_LONG, "coalesce(greatest($1, 0), 0)", e, NULL);
    if (!e->value.null && e->value.i >= 0)
        return e;
    bind_error(b, DIAG_ARGUMENTS, t->span,
               "a number of rows is zero or more");
    return ex_error(b, t->span);
}

bool bind_value(struct binder *b, const struct ast *t, struct value *v)
{
    struct expr *e = bind_const(b, t);
    if (e->kind == EX_ERROR)
        return false;
    if (e->kind == EX_LITERAL) {
        *v = e->value;
        return true;
    }
    if (b->check) {
        *v = ex_null(b, e->type)->value;
        return true;
    }
    struct node *one = node_new(b->arena, NODE_VALUES, t->span, NULL);
    PUSH(b->arena, one->cols, col_new(b, S("x"), TYPE_LONG, false));
    PUSH(b->arena, one->cells, ex_long(b, 1)->value);
    struct node *p = project_new(b, t, one);
    project_add(b, p, S("v"), e);
    if (node_reads(p) & READS_UNMADE) {
        *v = ex_null(b, e->type)->value;
        return true;
    }
    struct frame *f = NULL;
    if (b->env->run(b->env->ctx, p, &f, b->ds) != ST_OK || f->nrows != 1) {
        frame_unref(f);
        return false;
    }
    *v = cell_value(&f->cols[0], 0);
    if (type_is_text(v->type))
        v->s = arena_str(b->arena, v->s);
    frame_unref(f);
    return true;
}
