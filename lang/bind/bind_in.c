/* bind_in.c - membership: in, in~, has_any, has_all and their negations.
 *
 * Called by: bind_expr.c.
 * The right side is a table (its first column), a dynamic array or a list;
 * needles reach the engine as one JSON array, so that a list of a thousand
 * indicators is compiled once. */
#include "base/json_write.h"
#include "bind.h"
#include "bind_int.h"

static bool is_negated(str op)
{
    return op.p[0] == '!';
}

static str bare_op(str op)
{
    return is_negated(op) ? str_sub(op, 1, op.n) : op;
}

static struct expr *negate_if(struct binder *b, bool no, struct expr *e)
{
    return no && e->kind != EX_ERROR
             ? ex_call(b, TYPE_BOOL, "(NOT $1)", e, NULL)
             : e;
}

/* x in (T | project y): membership in the first column. */
static struct expr *bind_in_table(struct binder *b, const struct ast *t,
                                  struct expr *x, const struct ast *item)
{
    struct node *row = b->row;
    b->row = NULL;
    struct node *sub = bind_table(b, item);
    b->row = row;
    if (!sub || x->kind == EX_ERROR || sub->cols.n == 0)
        return ex_error(b, t->span);
    str op = bare_op(t->text);
    if (str_starts(op, S("has"))) { /* needles as a list */
        struct expr *list = ex_new(b, EX_SCALAR, TYPE_DYNAMIC, t->span);
        list->sub = sub;
        list->sql = "$list";
        const char *f = str_eqz(op, "has_all") ? "k_has_all" : "k_has_any";
        return ex_func(b, f, t->span, coerce(b, x, TYPE_STRING), list, NULL);
    }
    bool ci = str_eqz(op, "in~");
    enum type want = sub->cols.v[0].type;
    if (want == TYPE_DYNAMIC)
        want = x->type == TYPE_DYNAMIC ? TYPE_STRING : x->type;
    struct expr *e = ex_new(b, EX_IN, TYPE_BOOL, t->span);
    e->args = arena_array(b->arena, 2, sizeof *e->args);
    e->nargs = 2;
    struct expr *col = ex_column(b, &sub->cols.v[0], t->span);
    if (x->type != want && x->type != TYPE_DYNAMIC &&
        common_type(x->type, want) != TYPE_ERROR)
        want = common_type(x->type, want);
    e->args[0] = coerce(b, x, ci ? TYPE_STRING : want);
    e->args[1] = coerce(b, col, ci ? TYPE_STRING : want);
    if (ci) {
        for (size_t i = 0; i < 2; i++)
            e->args[i] = ex_func(b, "k_fold", t->span, e->args[i], NULL);
    }
    if (e->args[0]->kind == EX_ERROR || e->args[1]->kind == EX_ERROR)
        return ex_error(b, t->span);
    e->sub = sub;
    e->window = x->window;
    e->depth = e->args[0]->depth + 3;
    e->parts = e->args[0]->parts + 3;
    e->grown = e->args[0]->grown + 3;
    return e;
}

/* The needles of has_any (…) as one JSON array of texts: literals are joined
 * here, dynamic arrays are spliced by the engine. */
static struct expr *needle_list(struct binder *b, struct expr **items, size_t n)
{
    if (n == 1 && items[0]->type == TYPE_DYNAMIC)
        return items[0];
    struct buf text;
    buf_init(&text, 16 << 20);
    bool literal = true;
    for (size_t i = 0; i < n; i++) {
        literal &= items[i]->kind == EX_LITERAL &&
                   items[i]->type != TYPE_DYNAMIC;
        if (!literal)
            break;
        struct buf needle;
        buf_init(&needle, 16 << 20);
        value_text(&needle, &items[i]->value);
        buf_addc(&text, i ? ',' : '[');
        json_str(&text, buf_str(&needle));
        buf_release(&needle);
    }
    buf_adds(&text, n ? "]" : "[]");
    struct value v = { .type = TYPE_DYNAMIC, .s = buf_take(&text, b->arena) };
    buf_release(&text);
    if (literal)
        return ex_literal(b, v, NO_SPAN);
    for (size_t i = 0; i < n; i++)
        if (items[i]->type != TYPE_DYNAMIC)
            items[i] = coerce(b, coerce(b, items[i], TYPE_STRING),
                              TYPE_DYNAMIC);
    return bind_call_args(b, S("k_array_of"), NO_SPAN, NULL, items, n);
}

static bool literal_list(struct expr **items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (items[i]->kind != EX_LITERAL || items[i]->type == TYPE_DYNAMIC ||
            items[i]->value.null)
            return false;
    return true;
}

static enum type list_type(struct expr *x, struct expr **items, size_t n)
{
    enum type t = x->type;
    for (size_t i = 0; i < n && t != TYPE_ERROR; i++)
        t = items[i]->type == TYPE_DYNAMIC ? t : common_type(t, items[i]->type);
    return t;
}

static struct expr *no_common_type(struct binder *b, const struct ast *t,
                                   struct expr *x, struct expr **items,
                                   size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (items[i]->type != TYPE_DYNAMIC &&
            common_type(x->type, items[i]->type) == TYPE_ERROR) {
            bind_error(b, DIAG_TYPE, items[i]->span,
                       "a %s cannot be in a list of %s", type_name(x->type),
                       type_name(items[i]->type));
            break;
        }
    return ex_error(b, t->span);
}

/* x in (1, 2, 3); x in (array) looks into the array. */
static struct expr *bind_in_list(struct binder *b, const struct ast *t,
                                 struct expr *x, struct expr **items, size_t n)
{
    bool ci = str_eqz(bare_op(t->text), "in~");
    if (x->type == TYPE_DYNAMIC && n && items[0]->type != TYPE_DYNAMIC)
        x = coerce(b, x, items[0]->type);
    else if (x->type == TYPE_DYNAMIC)
        x = coerce(b, x, TYPE_STRING);
    if (ci) {
        x = coerce(b, x, TYPE_STRING);
        return ex_func(b, "k_in_ci", t->span, x, needle_list(b, items, n),
                       NULL);
    }
    enum type type = list_type(x, items, n);
    if (type == TYPE_ERROR)
        return no_common_type(b, t, x, items, n);
    struct expr *arrays[64];
    size_t narrays = 0, nplain = 0;
    struct expr **plain = arena_array(b->arena, n + 1, sizeof *plain);
    plain[nplain++] = coerce(b, x, type);
    for (size_t i = 0; i < n; i++) {
        if (items[i]->type != TYPE_DYNAMIC)
            plain[nplain++] = coerce(b, items[i], type);
        else if (narrays < 64)
            arrays[narrays++] = items[i];
    }
    struct expr *e = NULL;
    if (nplain > 1) {
        e = ex_calln(b, TYPE_BOOL,
                     literal_list(items, n) && !x->has_null ? "$in"
                                                            : "$in_null",
                     plain, nplain);
        if (e->kind != EX_ERROR && literal_list(items, n))
            e->has_null = false;
    }
    for (size_t i = 0; i < narrays; i++) {
        struct expr *d = coerce(b, plain[0], TYPE_DYNAMIC);
        struct expr *hit =
            ex_func(b, "k_in_array", t->span, d, arrays[i], NULL);
        e = e ? ex_call(b, TYPE_BOOL, "($1 OR $2)", e, hit, NULL) : hit;
    }
    return e ? e : ex_literal(b, (struct value){ .type = TYPE_BOOL }, t->span);
}

struct expr *bind_in(struct binder *b, const struct ast *t)
{
    struct expr *x = bind_expr(b, t->kid);
    const struct ast *item = t->kid->next;
    struct expr *e;
    if (item && !item->next && is_tabular(b, item) &&
        !(item->kind == AST_NAME && b->row && node_find(b->row, item->text))) {
        e = bind_in_table(b, t, x, item);
        return negate_if(b, is_negated(t->text), e);
    }
    size_t n = 0;
    struct expr **items = arena_array(b->arena, ast_nkids(t), sizeof *items);
    for (; item; item = item->next) {
        items[n++] = bind_expr(b, item);
        if (items[n - 1]->kind == EX_ERROR)
            return items[n - 1];
    }
    if (x->kind == EX_ERROR)
        return x;
    str op = bare_op(t->text);
    struct expr **all = arena_array(b->arena, n + 1, sizeof *all);
    all[0] = x;
    for (size_t i = 0; i < n; i++)
        all[i + 1] = items[i];
    if (str_starts(op, S("has"))) {
        const char *f = str_eqz(op, "has_all") ? "k_has_all" : "k_has_any";
        e = ex_func(b, f, t->span, coerce(b, x, TYPE_STRING),
                    needle_list(b, items, n), NULL);
    } else {
        e = bind_in_list(b, t, x, items, n);
    }
    e = negate_if(b, is_negated(t->text), e);
    return ex_written(b, e, t->text, all, n + 1);
}
