/* emit_expr.c - writes bound expressions as SQL.
 *
 * Called by: emit.c, while it writes the nodes that hold them. A query inside
 * an expression becomes a table of the statement, as other nodes do. */
#include "emit.h"

#include "emit_int.h"
#include "sql_lit.h"

void emit_list(struct emitter *e, struct buf *b, struct expr **v, size_t n,
               const char *between)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_adds(b, between);
        emit_expr(e, b, v[i]);
    }
}

static void emit_template(struct emitter *e, struct buf *b,
                          const struct expr *x)
{
    for (const char *p = x->sql; *p; p++) {
        if (*p != '$') {
            buf_addc(b, *p);
        } else if (p[1] >= '1' && p[1] <= '9') {
            size_t i = (size_t)(*++p - '1');
            if (i < x->nargs)
                emit_expr(e, b, x->args[i]);
        } else if (p[1] == '*') {
            p++;
            emit_list(e, b, x->args, x->nargs, ", ");
        } else {
            buf_addc(b, '$');
        }
    }
}

static void emit_case(struct emitter *e, struct buf *b, const struct expr *x)
{
    buf_adds(b, "(CASE");
    for (size_t i = 0; i + 1 < x->nargs; i += 2) {
        buf_adds(b, " WHEN ");
        emit_expr(e, b, x->args[i]);
        buf_adds(b, " THEN ");
        emit_expr(e, b, x->args[i + 1]);
    }
    buf_adds(b, " ELSE ");
    emit_expr(e, b, x->args[x->nargs - 1]);
    buf_adds(b, " END)");
}

/* A value after one that shows its type: a cast each would double the time
 * that the engine takes to read a long list. */
void emit_next_value(struct buf *b, const struct value *v)
{
    bool whole = type_is_int(v->type) || v->type == TYPE_DATETIME ||
                 v->type == TYPE_TIMESPAN;
    if (whole && !v->null && v->i != INT64_MIN)
        buf_add_i64(b, v->i);
    else
        sql_value(b, v);
}

static void emit_in(struct emitter *e, struct buf *b, const struct expr *x)
{
    bool guard = str_eqz(str_of(x->sql), "$in_null");
    buf_adds(b, guard ? "coalesce(" : "(");
    emit_expr(e, b, x->args[0]);
    buf_adds(b, " IN (");
    for (size_t i = 1; i < x->nargs; i++) {
        buf_adds(b, i > 1 ? ", " : "");
        if (x->args[i]->kind == EX_LITERAL)
            emit_next_value(b, &x->args[i]->value);
        else
            emit_expr(e, b, x->args[i]);
    }
    buf_adds(b, guard ? "), FALSE)" : "))");
}

/* The engine takes quadratic time for a long AND or OR, linear time for a list
 * of terms. The list functions pass over nulls: for OR that is the same as
 * false, which it is unless the null matters; for AND it is made false. */
static bool emit_long_logic(struct emitter *e, struct buf *b,
                            const struct expr *x, bool null_is_false)
{
    enum { LONG_LOGIC = 200 };
    bool and = x->sql[1] == 'a';
    if (x->nargs < LONG_LOGIC || (x->has_null && !null_is_false))
        return false;
    buf_adds(b, and ? "list_bool_and([" : "list_bool_or([");
    for (size_t i = 0; i < x->nargs; i++) {
        bool guard = and && x->args[i]->has_null;
        buf_adds(b, i ? ", " : "");
        buf_adds(b, guard ? "coalesce(" : "");
        emit_expr(e, b, x->args[i]);
        buf_adds(b, guard ? ", FALSE)" : "");
    }
    buf_adds(b, "])");
    return true;
}

static void emit_logic(struct emitter *e, struct buf *b, const struct expr *x,
                       bool null_is_false)
{
    if (emit_long_logic(e, b, x, null_is_false))
        return;
    buf_addc(b, '(');
    emit_list(e, b, x->args, x->nargs, x->sql[1] == 'a' ? " AND " : " OR ");
    buf_addc(b, ')');
}

/* {'f0': …, 'f1': …}: one row as a value. */
static void emit_struct(struct emitter *e, struct buf *b, const struct expr *x)
{
    for (size_t i = 0; i < x->nargs; i++) {
        buf_addf(b, "%s'f%zu': ", i ? ", " : "{", i);
        emit_expr(e, b, x->args[i]);
    }
    buf_addc(b, '}');
}

static void emit_call(struct emitter *e, struct buf *b, const struct expr *x)
{
    str sql = str_of(x->sql);
    bool logic = str_eqz(sql, "$and") || str_eqz(sql, "$or");
    bool in_filter = e->in_filter;
    e->in_filter = in_filter && logic;
    if (logic)
        emit_logic(e, b, x, in_filter);
    else if (str_eqz(sql, "$eq")) {
        buf_adds(b, in_filter ? "(" : "coalesce(");
        emit_list(e, b, x->args, 2, " = ");
        buf_adds(b, in_filter ? ")" : ", FALSE)");
    } else if (str_eqz(sql, "$case"))
        emit_case(e, b, x);
    else if (str_eqz(sql, "$struct"))
        emit_struct(e, b, x);
    else if (str_starts(sql, S("$in")))
        emit_in(e, b, x);
    else
        emit_template(e, b, x);
    e->in_filter = in_filter;
}

static void emit_scalar(struct emitter *e, struct buf *b, const struct expr *x)
{
    unsigned s = emit_node(e, x->sub);
    uint32_t id = x->sub->cols.v[0].id;
    bool text = x->sub->cols.v[0].type == TYPE_STRING;
    if (x->sql) { /* needles: all rows of the column as one JSON array */
        buf_addf(
            b,
            "(SELECT coalesce('[' || string_agg(%s, ',') || ']', '[]') FROM "
            "s%u)",
            arena_fmt(e->arena,
                      text ? "CAST(to_json(c%u) AS VARCHAR)%c" : "c%u%c", id, 0)
                .p,
            s);
        return;
    }
    buf_addf(b,
             text ? "coalesce((SELECT c%u FROM s%u LIMIT 1), '')"
                  : "(SELECT c%u FROM s%u LIMIT 1)",
             id, s);
}

static void emit_in_table(struct emitter *e, struct buf *b,
                          const struct expr *x)
{
    unsigned s = emit_node(e, x->sub);
    buf_adds(b, "coalesce(");
    emit_expr(e, b, x->args[0]);
    buf_adds(b, " IN (SELECT ");
    emit_expr(e, b, x->args[1]);
    buf_addf(b, " FROM s%u), FALSE)", s);
}

void emit_expr(struct emitter *e, struct buf *b, const struct expr *x)
{
    if (b->failed) /* larger than it may be: no need to write the rest */
        return;
    switch (x->kind) {
    case EX_COLUMN: buf_addf(b, "c%u", x->id); break;
    case EX_LITERAL: sql_value(b, &x->value); break;
    case EX_CALL: emit_call(e, b, x); break;
    case EX_SCALAR: emit_scalar(e, b, x); break;
    case EX_IN: emit_in_table(e, b, x); break;
    case EX_ERROR: buf_adds(b, "NULL"); break;
    }
}
