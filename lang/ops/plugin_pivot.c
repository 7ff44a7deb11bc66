/* plugin_pivot.c - `T | evaluate pivot(Column, aggregate)`: values to columns.
 *
 * The columns depend on the rows, so a query before the query asks for the
 * values. Then the table is aggregated by key and value, and again by key with
 * one column a value. A combination that no row has gets what the aggregate
 * gives for no rows: 0 for a count. */
#include "plugin.h"

#include <stdlib.h>

enum { MAX_VALUES = 5000 };

struct pivot {
    struct binder *b;
    const struct ast *op;
    struct node *in;
    const struct col *by;
    struct expr *agg;
    LIST(const struct col *) keys;
    struct value none; /* the aggregate of no rows */
    struct node *cells;
};

/* ---- arguments ---- */

static bool mentions(const struct ast *t, str name)
{
    if (t->kind == AST_NAME && str_eq(t->text, name))
        return true;
    for (const struct ast *k = t->kid; k; k = k->next)
        if (mentions(k, name))
            return true;
    return false;
}

static bool is_aggregate(const struct binder *b, const struct ast *t)
{
    return t && t->kind == AST_CALL && reg_agg(b->reg, t->text);
}

static bool add_key(struct pivot *p, const struct col *c, struct span at)
{
    if (c->type == TYPE_DYNAMIC) {
        struct diag *d = bind_error(p->b, DIAG_KEY_TYPE, at,
                                    "the dynamic column '%.*s' cannot be a "
                                    "key of pivot", STRF(c->name));
        diag_hint(p->b->ds, d, "project what is needed first, or name the "
                  "keys: pivot(Column, count(), Key, …)");
        return false;
    }
    PUSH(p->b->arena, p->keys, c);
    return true;
}

/* Those that were named, else all that neither the pivot nor the aggregate
 * uses. */
static bool find_keys(struct pivot *p, const struct ast *agg, size_t first)
{
    const struct ast *t = plugin_arg(p->op, first, NULL);
    bool named = t != NULL, ok = true;
    for (; t; t = plugin_arg(p->op, ++first, NULL)) {
        const struct col *c = plugin_column(p->b, t, p->in);
        ok = c && add_key(p, c, t->span) && ok;
    }
    for (size_t i = 0; !named && i < p->in->cols.n; i++) {
        const struct col *c = &p->in->cols.v[i];
        if (c->id != p->by->id && !(agg && mentions(agg, c->name)))
            ok &= add_key(p, c, p->op->span);
    }
    return ok;
}

static struct expr *bind_agg(struct pivot *p, const struct ast *t)
{
    struct ast count = { .kind = AST_CALL,
                         .span = p->op->span,
                         .text = S("count") };
    p->b->aggregates = true;
    struct expr *e = bind_expr(p->b, t ? t : &count);
    p->b->aggregates = false;
    return e;
}

static bool read_arguments(struct pivot *p)
{
    static const char *const options[] = { NULL };
    if (!plugin_need(p->b, p->op, 1) || !plugin_options(p->b, p->op, options))
        return false;
    const struct ast *t = plugin_arg(p->op, 0, NULL);
    const struct ast *second = plugin_arg(p->op, 1, NULL);
    const struct ast *agg = is_aggregate(p->b, second) ? second : NULL;
    p->by = plugin_column(p->b, t, p->in);
    if (!p->by)
        return false;
    if (second && !agg && second->kind == AST_CALL) {
        bind_error(p->b, DIAG_AGGREGATE_PLACE, second->span,
                   "the second argument of pivot is an aggregate");
        return false;
    }
    p->agg = bind_agg(p, agg);
    if (p->agg->kind == EX_ERROR || !find_keys(p, agg, agg ? 2 : 1))
        return false;
    if (p->agg->aggregate)
        return true;
    bind_error(p->b, DIAG_UNSUPPORTED, second->span,
               "pivot takes an aggregate with one result");
    return false;
}

/* ---- plan ---- */

static void add_column(struct binder *b, struct node *n, bool key, str name,
                       struct expr *e)
{
    struct assign a = { col_new(b, name, e->type, e->has_null), e };
    PUSH(b->arena, n->cols, a.col);
    if (key)
        PUSH(b->arena, n->keys, a);
    else
        PUSH(b->arena, n->assigns, a);
}

static struct expr *name_of(struct pivot *p)
{
    return coerce(p->b, ex_column(p->b, p->by, p->op->span), TYPE_STRING);
}

/* What the aggregate gives for no rows; null where nothing may be read. */
static bool read_none(struct pivot *p)
{
    struct binder *b = p->b;
    struct frame *f = NULL;
    p->none = ex_null(b, p->agg->type)->value;
    if (!can_read(b, p->in))
        return true;
    struct node *no = node_over(b, NODE_FILTER, p->op, p->in);
    no->cond = ex_literal(b, (struct value){ .type = TYPE_BOOL }, NO_SPAN);
    struct node *n = node_new(b->arena, NODE_AGGREGATE, p->op->span, no);
    add_column(b, n, false, S("none"), p->agg);
    if (b->env->run(b->env->ctx, n, &f, b->ds) != ST_OK)
        return false;
    if (f->nrows)
        p->none = cell_value(&f->cols[0], 0);
    if (type_is_text(p->none.type))
        p->none.s = arena_str(b->arena, p->none.s);
    frame_unref(f);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static bool read_values(struct pivot *p, str **out, size_t *n)
{
    struct binder *b = p->b;
    struct frame *f = NULL;
    struct node *v = node_new(b->arena, NODE_AGGREGATE, p->op->span, p->in);
    add_column(b, v, true, S("value"), name_of(p));
    if (b->env->run(b->env->ctx, v, &f, b->ds) != ST_OK)
        return false;
    bool fits = f->total <= MAX_VALUES;
    *n = fits ? f->nrows : 0;
    *out = arena_array(b->arena, *n, sizeof **out);
    for (size_t i = 0; i < *n; i++)
        (*out)[i] = arena_str(b->arena, f->cols[0].s[i]);
    frame_unref(f);
    qsort(*out, *n, sizeof **out, by_text);
    if (fits)
        return true;
    struct diag *d = bind_error(b, DIAG_LIMIT, p->op->span,
                                "'%.*s' has more than %d values: too many "
                                "columns", STRF(p->by->name), MAX_VALUES);
    diag_hint(b->ds, d, "keep the important ones with where or top first");
    return false;
}

/* The table by key and value: columns keys…, value, cell. */
static struct node *aggregate_cells(struct pivot *p)
{
    struct binder *b = p->b;
    struct node *n = node_new(b->arena, NODE_AGGREGATE, p->op->span, p->in);
    for (size_t i = 0; i < p->keys.n; i++)
        add_column(b, n, true, p->keys.v[i]->name,
                   ex_column(b, p->keys.v[i], p->op->span));
    add_column(b, n, true, S("\001value"), name_of(p));
    add_column(b, n, false, S("\001cell"), p->agg);
    return n;
}

static struct expr *value_column(struct pivot *p, str value)
{
    struct binder *b = p->b;
    size_t nk = p->keys.n;
    struct expr *text = ex_column(b, &p->cells->cols.v[nk], p->op->span);
    struct expr *cell = ex_column(b, &p->cells->cols.v[nk + 1], p->op->span);
    struct expr *none = ex_literal(b, p->none, p->op->span);
    struct expr *e =
        ex_call(b, cell->type,
                "coalesce(any_value($1) FILTER (WHERE $2 = $3), $4)", cell,
                text, ex_string(b, value), none, NULL);
    e->has_null = p->none.null && cell->type != TYPE_STRING;
    return e;
}

static struct node *rows_by_key(struct pivot *p)
{
    p->cells = aggregate_cells(p);
    return node_new(p->b->arena, NODE_AGGREGATE, p->op->span, p->cells);
}

static void output_key(struct pivot *p, struct node *n, size_t i, str name)
{
    add_column(p->b, n, true, name,
               ex_column(p->b, &p->cells->cols.v[i], p->op->span));
}

static struct node *pivot_values(struct pivot *p)
{
    str *values;
    size_t nvalues;
    if (!can_read(p->b, p->in))
        return plugin_open(p->b, p->op, p->in, p->by);
    if (!read_values(p, &values, &nvalues) || !read_none(p))
        return NULL;
    struct node *n = rows_by_key(p);
    for (size_t i = 0; i < p->keys.n; i++)
        output_key(p, n, i, p->keys.v[i]->name);
    for (size_t i = 0; i < nvalues; i++)
        add_column(p->b, n, false,
                   free_name(p->b, n, data_name(p->b, values[i])),
                   value_column(p, values[i]));
    if (n->cols.n == 0) { /* no rows, no keys: still a table */
        struct expr *one = ex_calln(p->b, TYPE_LONG, "count(*)", NULL, 0);
        add_column(p->b, n, false, S("\001n"), one);
    }
    return n;
}

/* Keys that the schema leaves out still make rows of their own. */
static struct node *pivot_schema(struct pivot *p, const struct ast *schema)
{
    struct binder *b = p->b;
    if (!read_none(p))
        return NULL;
    struct node *n = rows_by_key(p), *out = project_new(b, p->op, n);
    for (size_t i = 0; i < p->keys.n; i++) {
        output_key(p, n, i, p->keys.v[i]->name);
        if (schema_keeps(schema))
            project_keep(b, out, &n->cols.v[i]);
    }
    for (const struct ast *k = schema->kid; k; k = k->next) {
        enum type t = TYPE_DYNAMIC;
        if (k->kind != AST_COLUMN)
            continue;
        if (k->kid)
            type_from_name(k->kid->text, &t);
        size_t i = 0;
        while (i < p->keys.n && !str_eq(p->keys.v[i]->name, k->text))
            i++;
        if (i == p->keys.n) {
            add_column(b, n, false, k->text, value_column(p, k->text));
            i = n->cols.n - 1;
        }
        project_set(b, out, k->text,
                    coerce(b, ex_column(b, &n->cols.v[i], k->span), t));
    }
    return out;
}

static struct node *pivot(struct binder *b, const struct ast *op,
                          struct node *in)
{
    struct pivot p = { .b = b, .op = op, .in = in };
    const struct ast *schema = plugin_schema(op);
    if (!read_arguments(&p))
        return NULL;
    return schema ? pivot_schema(&p, schema) : pivot_values(&p);
}

const struct lang_plugin plugin_pivot = {
    .name = "pivot",
    .usage = "T | evaluate pivot(Column [, aggregate(…) [, key, …]]) "
             "[: (name:type, …)]",
    .summary = "One column for each value of a column, with an aggregate "
               "(count()) for each combination with the other columns.",
    .example = "datatable(a:string, b:string)[\"x\", \"p\", \"x\", \"q\"] "
               "| evaluate pivot(b)",
    .bind = pivot,
};
