/* emit.c - writes the SQL of a bound query, one common table expression a node.
 *
 * Called by: lang.c for every engine step; `dev sql`.
 * Columns are c<id>, tables s<number>: no KQL name reaches the engine, because
 * its identifiers ignore case and KQL's do not. */
#include "emit.h"

#include "sql_lit.h"

/* Where a WITH clause is being written. */
struct with {
    struct buf *out;
    size_t n; /* tables in it */
};

struct emitter {
    struct arena *arena;
    struct with *with, *top; /* of a branch of a union, of the statement */
    unsigned ctes;
    bool in_filter; /* null and false are the same here */
    LIST(struct done {
        const struct node *n;
        unsigned cte;
        const struct with *in;
    })
    done;
};

/* Tables in one WITH are levels of the engine's tree, of which it has 1000;
 * a union of more inputs than FLAT gives each a WITH of its own. */
enum { MAX_WITH = 900, FLAT = 32 };

static unsigned emit_node(struct emitter *e, const struct node *n);
static void emit_expr(struct emitter *e, struct buf *b, const struct expr *x);

/* ---- expressions ---- */

static void emit_list(struct emitter *e, struct buf *b, struct expr **v,
                      size_t n, const char *between)
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
static void emit_next_value(struct buf *b, const struct value *v)
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
            "(SELECT coalesce('[' || string_agg(%s, ',') || ']', '[]') FROM s%u)",
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

static void emit_expr(struct emitter *e, struct buf *b, const struct expr *x)
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

/* ---- nodes ---- */

static void emit_cols(struct buf *b, const struct node *n)
{
    for (size_t i = 0; i < n->cols.n; i++)
        buf_addf(b, "%sc%u", i ? ", " : "", n->cols.v[i].id);
    if (n->cols.n == 0)
        buf_adds(b, "1 AS none");
}

static void emit_scan_part(struct buf *b, const struct node *n, int part)
{
    buf_adds(b, "SELECT ");
    for (size_t i = 0; i < n->cols.n; i++)
        buf_addf(b, "%sc%u AS c%u", i ? ", " : "", n->source_cols.v[i],
                 n->cols.v[i].id);
    if (n->cols.n == 0)
        buf_adds(b, "1 AS none");
    buf_addf(b, " FROM %.*s", STRF(n->table));
    if (part >= 0)
        buf_addf(b, "_%d", part);
}

static void emit_scan(struct emitter *e, struct buf *b, const struct node *n)
{
    (void)e;
    if (n->nparts == 0)
        emit_scan_part(b, n, -1);
    for (unsigned i = 0; i < n->nparts; i++) {
        buf_adds(b, i ? " UNION ALL " : "");
        emit_scan_part(b, n, (int)i);
    }
}

static void emit_values(struct emitter *e, struct buf *b, const struct node *n)
{
    (void)e;
    size_t nc = n->cols.n, nr = nc ? n->cells.n / nc : 0;
    buf_adds(b, "SELECT ");
    if (nr == 0) {
        for (size_t c = 0; c < nc; c++)
            buf_addf(b, "%sNULL::%s AS c%u", c ? ", " : "",
                     sql_type(n->cols.v[c].type), n->cols.v[c].id);
        buf_adds(b, nc ? " WHERE FALSE" : "1 AS none WHERE FALSE");
        return;
    }
    buf_adds(b, "* FROM (VALUES ");
    for (size_t r = 0; r < nr; r++) {
        buf_adds(b, r ? ", (" : "(");
        for (size_t c = 0; c < nc; c++) {
            buf_adds(b, c ? ", " : "");
            if (r)
                emit_next_value(b, &n->cells.v[r * nc + c]);
            else
                sql_value(b, &n->cells.v[c]);
        }
        buf_addc(b, ')');
    }
    buf_adds(b, ") t(");
    emit_cols(b, n);
    buf_addc(b, ')');
}

/* from, to and step may be any constant expressions. */
static void emit_range(struct emitter *e, struct buf *b, const struct node *n)
{
    uint32_t id = n->cols.v[0].id;
    struct expr *v[3] = { n->from, n->to, n->step };
    bool real = n->cols.v[0].type == TYPE_REAL;
    bool literal = n->from->kind == EX_LITERAL && n->to->kind == EX_LITERAL &&
                   n->step->kind == EX_LITERAL;
    if (real) {
        buf_addf(b, "SELECT a + i * s AS c%u FROM (SELECT ", id);
        emit_list(e, b, v, 1, "");
        buf_adds(b, " AS a, ");
        emit_list(e, b, v + 2, 1, "");
        buf_adds(b, " AS s, unnest(generate_series(0, CAST(floor((");
        emit_list(e, b, v + 1, 1, "");
        buf_adds(b, " - a) / s + 1e-9) AS BIGINT))) AS i)");
        return;
    }
    const char *type = sql_type(n->cols.v[0].type);
    if (literal)
        buf_addf(b, "SELECT i::%s AS c%u FROM generate_series(", type, id);
    else
        buf_adds(b, "SELECT unnest(generate_series(");
    for (size_t i = 0; i < 3; i++) {
        buf_adds(b, i ? ", CAST(" : "CAST(");
        emit_expr(e, b, v[i]);
        buf_adds(b, " AS BIGINT)");
    }
    if (literal)
        buf_adds(b, ") t(i)");
    else
        buf_addf(b, "))::%s AS c%u", type, id);
}

static void emit_assigns(struct emitter *e, struct buf *b,
                         const struct assign *v, size_t n, bool comma)
{
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, i || comma ? ", " : "");
        if (v[i].e->kind == EX_COLUMN && v[i].e->id == v[i].col.id) {
            buf_addf(b, "c%u", v[i].col.id);
            continue;
        }
        emit_expr(e, b, v[i].e);
        buf_addf(b, " AS c%u", v[i].col.id);
    }
}

static void emit_project(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    emit_assigns(e, b, n->assigns.v, n->assigns.n, false);
    if (n->assigns.n == 0)
        buf_adds(b, "1 AS none");
    buf_addf(b, " FROM s%u", s);
}

static void emit_filter(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_addf(b, "SELECT * FROM s%u WHERE ", s);
    e->in_filter = true;
    emit_expr(e, b, n->cond);
    e->in_filter = false;
}

static void emit_aggregate(struct emitter *e, struct buf *b,
                           const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    emit_assigns(e, b, n->keys.v, n->keys.n, false);
    emit_assigns(e, b, n->assigns.v, n->assigns.n, n->keys.n > 0);
    buf_addf(b, " FROM s%u", s);
    for (size_t i = 0; i < n->keys.n; i++)
        buf_addf(b, "%s%zu", i ? ", " : " GROUP BY ", i + 1);
}

static void emit_distinct(struct emitter *e, struct buf *b,
                          const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT DISTINCT ");
    if (n->keys.n) { /* one row per key, all columns kept */
        buf_adds(b, "ON (");
        for (size_t i = 0; i < n->keys.n; i++) {
            buf_adds(b, i ? ", " : "");
            emit_expr(e, b, n->keys.v[i].e);
        }
        buf_adds(b, ") ");
    }
    emit_cols(b, n);
    buf_addf(b, " FROM s%u", s);
}

static bool pads_left(enum join_kind k)
{
    return k == JOIN_RIGHTOUTER || k == JOIN_FULLOUTER;
}

static bool pads_right(enum join_kind k)
{
    return k == JOIN_LEFTOUTER || k == JOIN_FULLOUTER;
}

static void emit_join_key(struct emitter *e, struct buf *b,
                          const struct join_key *k)
{
    bool nulls = k->left->has_null || k->right->has_null;
    emit_expr(e, b, k->left);
    buf_adds(b, nulls ? " IS NOT DISTINCT FROM " : " = ");
    emit_expr(e, b, k->right);
}

static void emit_join_cols(struct buf *b, const struct node *n)
{
    size_t nleft = n->in[0]->cols.n;
    bool semi = n->join >= JOIN_LEFTSEMI && n->join != JOIN_CROSS;
    if (n->cols.n == 0)
        buf_adds(b, "1 AS none");
    for (size_t i = 0; i < n->cols.n; i++) {
        const struct col *c = &n->cols.v[i];
        bool left = i < nleft;
        bool pad = !semi && (left ? pads_left(n->join) : pads_right(n->join));
        buf_adds(b, i ? ", " : "");
        if (pad && c->type == TYPE_STRING)
            buf_addf(b, "coalesce(c%u, '') AS c%u", c->id, c->id);
        else
            buf_addf(b, "c%u", c->id);
    }
}

static void emit_join(struct emitter *e, struct buf *b, const struct node *n)
{
    static const char *const words[] = {
        [JOIN_INNERUNIQUE] = "JOIN",    [JOIN_INNER] = "JOIN",
        [JOIN_LEFTOUTER] = "LEFT JOIN", [JOIN_RIGHTOUTER] = "RIGHT JOIN",
        [JOIN_FULLOUTER] = "FULL JOIN", [JOIN_LEFTSEMI] = "SEMI JOIN",
        [JOIN_LEFTANTI] = "ANTI JOIN",  [JOIN_RIGHTSEMI] = "SEMI JOIN",
        [JOIN_RIGHTANTI] = "ANTI JOIN", [JOIN_CROSS] = "CROSS JOIN",
    };
    unsigned l = emit_node(e, n->in[0]), r = emit_node(e, n->in[1]);
    bool right = n->join == JOIN_RIGHTSEMI || n->join == JOIN_RIGHTANTI;
    buf_adds(b, "SELECT ");
    emit_join_cols(b, n);
    buf_addf(b, " FROM s%u %s s%u", right ? r : l, words[n->join],
             right ? l : r);
    if (n->join == JOIN_CROSS)
        return;
    buf_adds(b, " ON ");
    for (size_t i = 0; i < n->on.n; i++) {
        buf_adds(b, i ? " AND " : "");
        emit_join_key(e, b, &n->on.v[i]);
    }
}

static void emit_branch_cols(struct buf *b, const struct node *n, size_t k,
                             unsigned s)
{
    buf_adds(b, "SELECT ");
    for (size_t i = 0; i < n->cols.n; i++)
        buf_addf(b, "%sc%u AS c%u", i ? ", " : "", n->in[k]->cols.v[i].id,
                 n->cols.v[i].id);
    if (n->cols.n == 0)
        buf_adds(b, "1 AS none");
    buf_addf(b, " FROM s%u", s);
}

/* Tables of a WITH that was closed are not known outside it. */
static void forget_tables(struct emitter *e, const struct with *w)
{
    size_t n = 0;
    for (size_t i = 0; i < e->done.n; i++)
        if (e->done.v[i].in != w)
            e->done.v[n++] = e->done.v[i];
    e->done.n = n;
}

static void emit_branch(struct emitter *e, struct buf *b, const struct node *n,
                        size_t k)
{
    if (n->nin <= FLAT) {
        emit_branch_cols(b, n, k, emit_node(e, n->in[k]));
        return;
    }
    struct buf text;
    struct with own = { .out = &text }, *outer = e->with;
    buf_init(&text, MAX_SQL_BYTES);
    e->with = &own;
    unsigned s = emit_node(e, n->in[k]);
    e->with = outer;
    forget_tables(e, &own);
    buf_adds(b, "SELECT * FROM (");
    buf_add(b, buf_str(&text));
    buf_addc(b, ' ');
    emit_branch_cols(b, n, k, s);
    buf_addc(b, ')');
    b->failed |= !buf_ok(&text);
    buf_release(&text);
}

/* Inputs [from, to). A long row is a level of the engine's tree each, so it
 * is written as two halves. */
static void emit_branches(struct emitter *e, struct buf *b,
                          const struct node *n, size_t from, size_t to)
{
    if (to - from > FLAT) {
        size_t middle = from + (to - from) / 2;
        buf_addc(b, '(');
        emit_branches(e, b, n, from, middle);
        buf_adds(b, ") UNION ALL (");
        emit_branches(e, b, n, middle, to);
        buf_addc(b, ')');
        return;
    }
    for (size_t k = from; k < to; k++) {
        buf_adds(b, k > from ? " UNION ALL " : "");
        emit_branch(e, b, n, k);
    }
}

static void emit_union(struct emitter *e, struct buf *b, const struct node *n)
{
    emit_branches(e, b, n, 0, n->nin);
}

static void emit_sort(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_addf(b, "SELECT * FROM s%u ORDER BY ", s);
    for (size_t i = 0; i < n->order.n; i++) {
        const struct order *o = &n->order.v[i];
        buf_adds(b, i ? ", " : "");
        emit_expr(e, b, o->e);
        buf_addf(b, " %s NULLS %s", o->desc ? "DESC" : "ASC",
                 o->nulls_first ? "FIRST" : "LAST");
    }
}

static void emit_limit(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_addf(b, "SELECT * FROM s%u LIMIT ", s);
    emit_expr(e, b, n->count);
}

/* A JSON array as a list of texts. Elements are split at a control character,
 * which stored JSON never holds, so that each keeps its spelling. */
static void emit_elements(struct emitter *e, struct buf *b,
                          const struct expr *list)
{
    buf_adds(b, "CASE WHEN ");
    emit_expr(e, b, list);
    buf_adds(b, " = '[]' THEN [] ELSE string_split(k_elements(");
    emit_expr(e, b, list);
    buf_adds(b, "), chr(30)) END");
}

/* Several lists in one SELECT are zipped, the shorter padded with NULL. */
static void emit_unnest(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    emit_cols(b, n->in[0]);
    for (size_t i = 0; i < n->unnests.n; i++) {
        buf_adds(b, ", nullif(unnest(");
        emit_elements(e, b, n->unnests.v[i].list);
        buf_addf(b, "), 'null') AS c%u", n->unnests.v[i].col.id);
    }
    if (n->index.id) {
        buf_adds(b, ", unnest(range(greatest(");
        for (size_t i = 0; i < n->unnests.n; i++) {
            buf_adds(b, i ? ", json_array_length(" : "json_array_length(");
            emit_expr(e, b, n->unnests.v[i].list);
            buf_addc(b, ')');
        }
        buf_addf(b, ")::BIGINT)) AS c%u", n->index.id);
    }
    buf_addf(b, " FROM s%u", s);
}

static void emit_shared(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    for (size_t i = 0; i < n->cols.n; i++)
        buf_addf(b, "%sc%u AS c%u", i ? ", " : "", n->shared_ids.v[i],
                 n->cols.v[i].id);
    if (n->cols.n == 0)
        buf_adds(b, "1 AS none");
    buf_addf(b, " FROM s%u", s);
}

/* Only printed: a step that runs before this statement. */
static void emit_step(struct emitter *e, struct buf *b, const struct node *n)
{
    if (n->kind == NODE_HOST) {
        unsigned s = emit_node(e, n->in[0]);
        buf_addf(b, "SELECT * FROM %s(s%u)", n->op->name, s);
    } else {
        buf_adds(b, "SELECT * FROM fetch()");
    }
}

static void (*const emitters[])(struct emitter *, struct buf *,
                                const struct node *) = {
    [NODE_SCAN] = emit_scan,           [NODE_VALUES] = emit_values,
    [NODE_RANGE] = emit_range,         [NODE_FETCH] = emit_step,
    [NODE_FILTER] = emit_filter,       [NODE_PROJECT] = emit_project,
    [NODE_AGGREGATE] = emit_aggregate, [NODE_DISTINCT] = emit_distinct,
    [NODE_JOIN] = emit_join,           [NODE_UNION] = emit_union,
    [NODE_SORT] = emit_sort,           [NODE_LIMIT] = emit_limit,
    [NODE_UNNEST] = emit_unnest,       [NODE_HOST] = emit_step,
    [NODE_SHARED] = emit_shared,
};

/* The number of the table, which its inputs are written before. */
static unsigned add_table(struct emitter *e, const struct node *n)
{
    struct buf text;
    buf_init(&text, MAX_SQL_BYTES);
    emitters[n->kind](e, &text, n);
    struct with *w = e->with;
    unsigned cte = ++e->ctes;
    buf_addf(w->out, "%s s%u AS %sMATERIALIZED (",
             w->n++ == 0 ? "WITH" : ",\n    ", cte, n->uses > 1 ? "" : "NOT ");
    buf_add(w->out, buf_str(&text));
    buf_addc(w->out, ')');
    if (!buf_ok(&text))
        w->out->failed = true;
    buf_release(&text);
    return cte;
}

static unsigned emit_node(struct emitter *e, const struct node *n)
{
    for (size_t i = 0; i < e->done.n; i++)
        if (e->done.v[i].n == n)
            return e->done.v[i].cte;
    struct with *with = e->with;
    bool in_filter = e->in_filter;
    if (n->uses > 1)
        e->with = e->top; /* other branches want it too */
    e->in_filter = false;
    struct done d = { .n = n, .cte = add_table(e, n), .in = e->with };
    e->in_filter = in_filter;
    e->with = with;
    PUSH(e->arena, e->done, d);
    return d.cte;
}

bool sql_emit(struct buf *out, const struct node *n, struct diags *ds)
{
    struct with top = { .out = out };
    struct emitter e = { .arena = arena_new(), .with = &top, .top = &top };
    unsigned s = emit_node(&e, n);
    buf_adds(out, "\nSELECT ");
    emit_cols(out, n);
    buf_addf(out, " FROM s%u", s);
    arena_free(e.arena);
    if (!buf_ok(out))
        diag_error(ds, DIAG_LIMIT, n->span,
                   "the query grows to more than %d MB "
                   "of SQL",
                   MAX_SQL_BYTES >> 20);
    else if (top.n > MAX_WITH)
        diag_error(ds, DIAG_LIMIT, n->span, "the query has more than %d steps",
                   MAX_WITH);
    return buf_ok(out) && top.n <= MAX_WITH;
}
