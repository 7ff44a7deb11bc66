/* emit.c - writes the SQL of a bound query, one common table expression a node.
 *
 * Called by: lang.c for every engine step; `dev sql`.
 * Columns are c<id>, tables s<number>: no KQL name reaches the engine, because
 * its identifiers ignore case and KQL's do not. */
#include "emit.h"

#include "emit_int.h"
#include "sql_lit.h"

/* Tables in one WITH are levels of the engine's tree, of which it has 1000;
 * a union of more inputs than FLAT gives each a WITH of its own. */
enum { MAX_WITH = 900, FLAT = 32 };

/* Columns that nothing depends on are left out of every list. A list may not
 * be empty: `written` says how many columns stand there. */
static bool list_next(const struct emitter *e, struct buf *b, uint32_t id,
                      size_t *written)
{
    if (!is_used(&e->used, id))
        return false;
    buf_adds(b, (*written)++ ? ", " : "");
    return true;
}

static void list_end(struct buf *b, size_t written)
{
    if (written == 0)
        buf_adds(b, "1 AS none");
}

static void emit_cols(const struct emitter *e, struct buf *b,
                      const struct node *n)
{
    size_t written = 0;
    for (size_t i = 0; i < n->cols.n; i++)
        if (list_next(e, b, n->cols.v[i].id, &written))
            buf_addf(b, "c%u", n->cols.v[i].id);
    list_end(b, written);
}

/* Columns `ids` of what is read, as the columns of `n`. */
static void emit_renamed(const struct emitter *e, struct buf *b,
                         const struct node *n, const uint32_t *ids)
{
    size_t written = 0;
    for (size_t i = 0; i < n->cols.n; i++)
        if (list_next(e, b, n->cols.v[i].id, &written))
            buf_addf(b, "c%u AS c%u", ids[i], n->cols.v[i].id);
    list_end(b, written);
}

static void emit_scan_part(struct emitter *e, struct buf *b,
                           const struct node *n, int part)
{
    buf_adds(b, "SELECT ");
    emit_renamed(e, b, n, n->source_cols.v);
    buf_addf(b, " FROM %.*s", STRF(n->table));
    if (part >= 0)
        buf_addf(b, "_%d", part);
}

static void emit_scan(struct emitter *e, struct buf *b, const struct node *n)
{
    if (n->nparts == 0)
        emit_scan_part(e, b, n, -1);
    for (unsigned i = 0; i < n->nparts; i++) {
        buf_adds(b, i ? " UNION ALL " : "");
        emit_scan_part(e, b, n, (int)i);
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
    for (size_t c = 0; c < nc; c++)
        buf_addf(b, "%sc%u", c ? ", " : "", n->cols.v[c].id);
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
        buf_adds(b, " AS s, unnest(generate_series(0, TRY_CAST(floor((");
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

/* Adds to `written` as list_next does. */
static void emit_assigns(struct emitter *e, struct buf *b,
                         const struct assign *v, size_t n, size_t *written)
{
    for (size_t i = 0; i < n; i++) {
        if (!list_next(e, b, v[i].col.id, written))
            continue;
        if (v[i].e->kind == EX_COLUMN && v[i].e->id == v[i].col.id) {
            buf_addf(b, "c%u", v[i].col.id);
            continue;
        }
        emit_expr(e, b, v[i].e);
        buf_addf(b, " AS c%u", v[i].col.id);
    }
}

/* One row whose values nobody asks for, as under `print`: no table. */
static bool is_bare_row(const struct emitter *e, const struct node *n)
{
    if (n->kind != NODE_VALUES || n->cols.n != 1 || n->cells.n != 1)
        return false;
    return !is_used(&e->used, n->cols.v[0].id);
}

static void emit_project(struct emitter *e, struct buf *b, const struct node *n)
{
    size_t written = 0;
    bool bare = is_bare_row(e, n->in[0]);
    unsigned s = bare ? 0 : emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    emit_assigns(e, b, n->assigns.v, n->assigns.n, &written);
    list_end(b, written);
    if (!bare)
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

/* ---- the order of groups ---- */

/* KQL gives groups in the order in which their first rows came; the engine's
 * order is that of hashes. For literal rows, of which examples and tests are
 * made, KQL's is kept: they are few and are read by one thread. */
enum { MAX_FEW = 10000 };

static bool is_short_range(const struct node *n)
{
    const struct expr *const v[] = { n->from, n->to, n->step };
    double x[3];
    for (int i = 0; i < 3; i++) {
        if (v[i]->kind != EX_LITERAL || v[i]->value.null)
            return false;
        x[i] = v[i]->type == TYPE_REAL ? v[i]->value.d
                                       : (double)v[i]->value.i;
    }
    return x[2] != 0 && (x[1] - x[0]) / x[2] <= MAX_FEW;
}

static bool has_few_rows(const struct emitter *e, const struct node *n)
{
    if (n->kind == NODE_RANGE)
        return is_short_range(n);
    if (n->nin == 0)
        return n->kind == NODE_VALUES;
    for (size_t i = 0; i < n->nin; i++)
        if (n->in[i]->kind != NODE_VALUES && !node_map_get(&e->few, n->in[i]))
            return false;
    return n->kind != NODE_HOST;
}

static void emit_from(const struct emitter *e, struct buf *b,
                      const struct node *in, unsigned s)
{
    buf_addf(b, node_map_get(&e->few, in)
                    ? " FROM (SELECT *, row_number() OVER () AS place "
                      "FROM s%u)"
                    : " FROM s%u",
             s);
}

static void emit_first_seen(const struct emitter *e, struct buf *b,
                            const struct node *in)
{
    if (node_map_get(&e->few, in))
        buf_adds(b, " ORDER BY min(place)");
}

static void emit_aggregate(struct emitter *e, struct buf *b,
                           const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    size_t written = 0;
    buf_adds(b, "SELECT ");
    emit_assigns(e, b, n->keys.v, n->keys.n, &written);
    emit_assigns(e, b, n->assigns.v, n->assigns.n, &written);
    if (written == 0) /* still one row */
        buf_adds(b, "count(*) AS none");
    if (n->keys.n == 0) {
        buf_addf(b, " FROM s%u", s);
        return;
    }
    emit_from(e, b, n->in[0], s);
    for (size_t i = 0; i < n->keys.n; i++)
        buf_addf(b, "%s%zu", i ? ", " : " GROUP BY ", i + 1);
    emit_first_seen(e, b, n->in[0]);
}

static void emit_distinct(struct emitter *e, struct buf *b,
                          const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    if (n->keys.n == 0 && node_map_get(&e->few, n->in[0])) {
        buf_adds(b, "SELECT ");
        emit_cols(e, b, n);
        emit_from(e, b, n->in[0], s);
        buf_adds(b, " GROUP BY ALL");
        emit_first_seen(e, b, n->in[0]);
        return;
    }
    buf_adds(b, "SELECT DISTINCT ");
    if (n->keys.n) { /* one row per key, all columns kept */
        buf_adds(b, "ON (");
        for (size_t i = 0; i < n->keys.n; i++) {
            buf_adds(b, i ? ", " : "");
            emit_expr(e, b, n->keys.v[i].e);
        }
        buf_adds(b, ") ");
    }
    emit_cols(e, b, n);
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

static void emit_join_cols(const struct emitter *e, struct buf *b,
                           const struct node *n)
{
    size_t nleft = n->in[0]->cols.n, written = 0;
    bool semi = n->join >= JOIN_LEFTSEMI && n->join != JOIN_CROSS;
    for (size_t i = 0; i < n->cols.n; i++) {
        const struct col *c = &n->cols.v[i];
        bool left = i < nleft;
        bool pad = !semi && (left ? pads_left(n->join) : pads_right(n->join));
        if (!list_next(e, b, c->id, &written))
            continue;
        if (pad && c->type == TYPE_STRING)
            buf_addf(b, "coalesce(c%u, '') AS c%u", c->id, c->id);
        else
            buf_addf(b, "c%u", c->id);
    }
    list_end(b, written);
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
    emit_join_cols(e, b, n);
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

static void emit_branch_cols(struct emitter *e, struct buf *b,
                             const struct node *n, size_t k, unsigned s)
{
    size_t written = 0;
    buf_adds(b, "SELECT ");
    for (size_t i = 0; i < n->cols.n; i++)
        if (list_next(e, b, n->cols.v[i].id, &written))
            buf_addf(b, "c%u AS c%u", n->in[k]->cols.v[i].id,
                     n->cols.v[i].id);
    list_end(b, written);
    buf_addf(b, " FROM s%u", s);
}

static void emit_branch(struct emitter *e, struct buf *b, const struct node *n,
                        size_t k)
{
    if (n->nin <= FLAT) {
        emit_branch_cols(e, b, n, k, emit_node(e, n->in[k]));
        return;
    }
    struct buf text;
    struct with own = { .out = &text }, *outer = e->with;
    buf_init(&text, MAX_SQL_BYTES);
    e->with = &own;
    unsigned s = emit_node(e, n->in[k]);
    e->with = outer;
    buf_adds(b, "SELECT * FROM (");
    buf_add(b, buf_str(&text));
    buf_addc(b, ' ');
    emit_branch_cols(e, b, n, k, s);
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

/* Several lists in one SELECT are zipped, the shorter padded with NULL. */
static void emit_unnest(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    emit_cols(e, b, n->in[0]);
    for (size_t i = 0; i < n->unnests.n; i++) {
        buf_adds(b, ", unnest(k_list(");
        emit_expr(e, b, n->unnests.v[i].list);
        buf_addf(b, ")) AS c%u", n->unnests.v[i].col.id);
    }
    if (n->index.id) {
        buf_adds(b, ", unnest(range(greatest(");
        for (size_t i = 0; i < n->unnests.n; i++) {
            buf_adds(b, i ? ", len(k_list(" : "len(k_list(");
            emit_expr(e, b, n->unnests.v[i].list);
            buf_adds(b, "))");
        }
        buf_addf(b, ")::BIGINT)) AS c%u", n->index.id);
    }
    buf_addf(b, " FROM s%u", s);
}

static void emit_shared(struct emitter *e, struct buf *b, const struct node *n)
{
    unsigned s = emit_node(e, n->in[0]);
    buf_adds(b, "SELECT ");
    emit_renamed(e, b, n, n->shared_ids.v);
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

unsigned emit_node(struct emitter *e, const struct node *n)
{
    const unsigned *done = node_map_get(&e->with->done, n);
    if (!done)
        done = node_map_get(&e->top->done, n);
    if (done)
        return *done;
    struct with *with = e->with;
    bool in_filter = e->in_filter;
    if (n->uses > 1)
        e->with = e->top; /* other branches want it too */
    e->in_filter = false;
    unsigned cte = add_table(e, n);
    e->in_filter = in_filter;
    node_map_put(e->arena, &e->with->done, n, cte);
    if (has_few_rows(e, n) && !node_map_get(&e->few, n))
        node_map_put(e->arena, &e->few, n, 1);
    e->with = with;
    return cte;
}

bool sql_emit(struct buf *out, const struct node *n, struct diags *ds)
{
    struct with top = { .out = out };
    struct emitter e = { .arena = arena_new(), .with = &top, .top = &top };
    used_find(&e.used, e.arena, n);
    unsigned s = emit_node(&e, n);
    buf_adds(out, "\nSELECT ");
    emit_cols(&e, out, n);
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
