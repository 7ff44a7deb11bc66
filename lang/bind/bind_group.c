/* bind_group.c - a subquery that runs for each group of rows.
 *
 * Called by: op_mv_apply.c, op_partition.c.
 * The operators of the subquery are bound as though there were one group; then
 * their nodes are made to carry a column that says which group a row belongs
 * to: aggregates and distinct take it as a key, windows as a partition, limits
 * count within it, sorts go by it first (docs/adr/0005). So no operator knows
 * about groups, and there is one pass over the data, not one a group.
 * Must not: touch nodes that do not depend on the rows of the groups: others
 *           may use them. */
#include "bind_int.h"
#include "group.h"

static bool lift(struct lift *L, struct node *n);

static const struct seen *find_seen(const struct lift *L, const struct node *n)
{
    for (size_t i = L->seen.n; i-- > 0;)
        if (L->seen.v[i].n == n)
            return &L->seen.v[i];
    return NULL;
}

static bool depends(const struct lift *L, const struct node *n)
{
    const struct seen *s = find_seen(L, n);
    return s && s->depends;
}

/* ---- expressions ---- */

static bool mentions(struct lift *L, const struct expr *e)
{
    bool yes = false;
    if (!e)
        return false;
    if (e->kind == EX_COLUMN)
        return e->id == L->group.id;
    if (e->sub && lift(L, e->sub))
        yes = true;
    for (size_t i = 0; i < e->nargs; i++)
        yes |= mentions(L, e->args[i]);
    return yes;
}

/* Windows end at the border of the group. The number of a row is left alone:
 * it grows within the group too, and windows only order by it. */
static struct expr *partitioned(struct lift *L, struct expr *e)
{
    static const str over = { "OVER (", 6 };
    static const str by = { "PARTITION BY ", 13 };
    str text = str_of(e->sql);
    ptrdiff_t at = str_find(text, over);
    if (at < 0 || str_find(text, S("OVER ()")) >= 0)
        return e;
    if (e->nargs >= 9 || str_find(text, S("$*")) >= 0) {
        group_fail(L, e->span, "this window");
        return e;
    }
    struct buf sql;
    buf_init(&sql, 1 << 16);
    for (; (at = str_find(text, over)) >= 0;) {
        buf_add(&sql, str_sub(text, 0, (size_t)at + over.n));
        text = str_sub(text, (size_t)at + over.n, text.n);
        bool more = str_starts(text, by);
        buf_addf(&sql, "PARTITION BY $%zu%s", e->nargs + 1, more ? ", " : " ");
        text = str_sub(text, more ? by.n : 0, text.n);
    }
    buf_add(&sql, text);
    struct expr *args[9];
    for (size_t i = 0; i < e->nargs; i++)
        args[i] = e->args[i];
    args[e->nargs] = group_column(L);
    struct expr *copy = ex_calln(L->b, e->type,
                                 arena_cstr(L->b->arena, buf_str(&sql)), args,
                                 e->nargs + 1);
    buf_release(&sql);
    copy->window = true;
    copy->has_null = e->has_null;
    copy->span = e->span;
    return copy;
}

/* toscalar() over the rows of the group: one value a group, joined to the
 * input of `n`. */
static struct expr *group_scalar(struct lift *L, struct node *n,
                                 const struct expr *e)
{
    struct ast at = { .span = e->span };
    struct col key;
    if (n->nin != 1 || e->sql) {
        group_fail(L, e->span, "toscalar() over the rows of a group here");
        return ex_error(L->b, e->span);
    }
    struct node *first = node_over(L->b, NODE_LIMIT, &at, e->sub);
    first->count = ex_long(L->b, 1);
    group_limit(L, first);
    struct node *p = project_new(L->b, &at, first);
    struct col v = group_copy(L, p, &e->sub->cols.v[0]);
    key = group_copy(L, p, &L->group);
    struct node *j = group_join(L, n->in[0], p, JOIN_LEFTOUTER);
    group_join_on(L, j, key, true);
    n->in[0] = j;
    v.has_null = v.type != TYPE_STRING;
    return ex_column(L->b, &v, e->span);
}

static struct expr *rewrite(struct lift *L, struct node *n, struct expr *e)
{
    if (!e || e->kind == EX_COLUMN || e->kind == EX_LITERAL)
        return e;
    if (e->kind == EX_SCALAR)
        return depends(L, e->sub) ? group_scalar(L, n, e) : e;
    if (e->kind == EX_IN && depends(L, e->sub)) {
        group_fail(L, e->span, "'in' over the rows of a group");
        return e;
    }
    struct expr *copy = e;
    for (size_t i = 0; i < e->nargs; i++) {
        struct expr *arg = rewrite(L, n, e->args[i]);
        if (arg == e->args[i])
            continue;
        if (copy == e) {
            copy = NEW(L->b->arena, struct expr);
            *copy = *e;
            copy->args = arena_array(L->b->arena, e->nargs, sizeof *e->args);
            memcpy(copy->args, e->args, e->nargs * sizeof *e->args);
        }
        copy->args[i] = arg;
    }
    return e->kind == EX_CALL && e->window ? partitioned(L, copy) : copy;
}

typedef bool expr_visit(struct lift *L, struct node *n, struct expr **e);

/* Visits the expressions of a node; says whether any visit said yes. */
static bool each_expr(struct lift *L, struct node *n, expr_visit *visit)
{
    bool yes = visit(L, n, &n->cond);
    yes |= visit(L, n, &n->count);
    yes |= visit(L, n, &n->from);
    yes |= visit(L, n, &n->to);
    yes |= visit(L, n, &n->step);
    for (size_t i = 0; i < n->assigns.n; i++)
        yes |= visit(L, n, &n->assigns.v[i].e);
    for (size_t i = 0; i < n->keys.n; i++)
        yes |= visit(L, n, &n->keys.v[i].e);
    for (size_t i = 0; i < n->on.n; i++) {
        yes |= visit(L, n, &n->on.v[i].left);
        yes |= visit(L, n, &n->on.v[i].right);
    }
    for (size_t i = 0; i < n->unnests.n; i++)
        yes |= visit(L, n, &n->unnests.v[i].list);
    for (size_t i = 0; n->kind == NODE_SORT && i < n->order.n; i++)
        yes |= visit(L, n, &n->order.v[i].e);
    return yes;
}

static bool visit_mentions(struct lift *L, struct node *n, struct expr **e)
{
    (void)n;
    return mentions(L, *e);
}

static bool visit_rewrite(struct lift *L, struct node *n, struct expr **e)
{
    *e = rewrite(L, n, *e);
    return false;
}

/* ---- nodes ---- */

static void insert_col(struct lift *L, struct node *n, size_t at, struct col c)
{
    PUSH(L->b->arena, n->cols, c);
    for (size_t i = n->cols.n - 1; i > at; i--)
        n->cols.v[i] = n->cols.v[i - 1];
    n->cols.v[at] = c;
}

static void add_group_key(struct lift *L, struct node *n)
{
    struct assign key = { L->group, group_column(L) };
    PUSH(L->b->arena, n->keys, key);
    PUSH(L->b->arena, n->cols, L->group);
}

static void lift_sort(struct lift *L, struct node *n)
{
    LIST(struct order) keys = { 0 };
    struct order first = { group_column(L), false, true };
    PUSH(L->b->arena, keys, first);
    for (size_t i = 0; i < n->order.n; i++)
        PUSH(L->b->arena, keys, n->order.v[i]);
    n->order.v = keys.v;
    n->order.n = n->order.cap = keys.n;
    PUSH(L->b->arena, n->cols, L->group);
}

/* What an aggregate gives when there are no rows. */
static struct expr *of_nothing(struct lift *L, struct node *rows,
                               const struct assign *a)
{
    struct ast at = { .span = a->e->span };
    struct value no = { .type = TYPE_BOOL };
    struct node *none = node_over(L->b, NODE_FILTER, &at, rows);
    none->cond = ex_literal(L->b, no, at.span);
    struct node *agg = node_new(L->b->arena, NODE_AGGREGATE, at.span, none);
    struct assign copy = {
        col_new(L->b, a->col.name, a->col.type, a->col.has_null), a->e
    };
    PUSH(L->b->arena, agg->assigns, copy);
    PUSH(L->b->arena, agg->cols, copy.col);
    struct expr *e = NEW(L->b->arena, struct expr);
    e->kind = EX_SCALAR;
    e->type = a->col.type;
    e->span = at.span;
    e->has_null = a->col.has_null;
    e->sub = agg;
    return e;
}

/* An aggregate without keys has a row for an empty group as well. `n` becomes
 * the PROJECT over groups and the aggregates by group. */
static void lift_total(struct lift *L, struct node *n)
{
    struct binder *b = L->b;
    struct node *agg = node_new(b->arena, NODE_AGGREGATE, n->span, n->in[0]);
    struct node *rows = n->in[0];
    struct expr *yes = ex_calln(b, TYPE_BOOL, "any_value(TRUE)", NULL, 0);
    struct assign hit = { col_new(b, S("\001hit"), TYPE_BOOL, true), yes };
    struct assign key = { L->group, group_column(L) };
    key.col.id = ++b->next_id;
    PUSH(b->arena, agg->keys, key);
    PUSH(b->arena, agg->cols, key.col);
    PUSH(b->arena, agg->assigns, hit);
    PUSH(b->arena, agg->cols, hit.col);
    for (size_t i = 0; i < n->assigns.n; i++) {
        struct assign *a = &n->assigns.v[i];
        struct assign copy = *a;
        copy.col.id = ++b->next_id;
        PUSH(b->arena, agg->assigns, copy);
        PUSH(b->arena, agg->cols, copy.col);
        a->e = ex_call(b, a->col.type, "(CASE WHEN $1 THEN $2 ELSE $3 END)",
                       ex_column(b, &hit.col, n->span),
                       ex_column(b, &copy.col, n->span),
                       of_nothing(L, rows, &copy), NULL);
        a->e->has_null = a->col.has_null;
    }
    n->kind = NODE_PROJECT;
    n->in[0] = group_join(L, group_list(L), agg, JOIN_LEFTOUTER);
    group_join_on(L, n->in[0], key.col, true);
    struct assign group = { L->group, group_column(L) };
    PUSH(b->arena, n->assigns, group);
    PUSH(b->arena, n->cols, L->group);
}

static void lift_aggregate(struct lift *L, struct node *n, bool may_empty)
{
    if (n->keys.n == 0 && may_empty)
        lift_total(L, n);
    else
        add_group_key(L, n);
}

static bool of_right(enum join_kind k)
{
    return k == JOIN_RIGHTOUTER || k == JOIN_RIGHTSEMI || k == JOIN_RIGHTANTI;
}

/* The group comes from the side whose rows all stay; when both sides have one,
 * it must be the same. */
static void lift_join(struct lift *L, struct node *n, bool left, bool right)
{
    bool keep_right = of_right(n->join);
    bool semi = n->join >= JOIN_LEFTSEMI && n->join != JOIN_CROSS;
    size_t nleft = n->in[0]->cols.n - (left ? 1 : 0);
    struct col other = L->group;
    if (n->join == JOIN_FULLOUTER) {
        group_fail(L, n->span, "join kind=fullouter");
        return;
    }
    if (keep_right ? !right : !left)
        n->in[keep_right] = group_broadcast(L, n->in[keep_right]);
    left |= !keep_right;
    right |= keep_right;
    if (left && right) {
        n->in[!keep_right] = group_rename(L, n->in[!keep_right], &other);
        group_join_on(L, n, other, !keep_right);
        n->join = n->join == JOIN_CROSS ? JOIN_INNER : n->join;
    }
    if (left && !(semi && keep_right))
        insert_col(L, n, nleft, keep_right ? other : L->group);
    if (right && !(semi && !keep_right))
        PUSH(L->b->arena, n->cols, keep_right ? L->group : other);
}

/* Columns are matched by position: the group comes last everywhere. */
static void lift_union(struct lift *L, struct node *n, const bool *in_group)
{
    size_t nc = n->cols.n;
    for (size_t k = 0; k < n->nin; k++) {
        struct node *in = in_group[k] ? n->in[k] : group_broadcast(L, n->in[k]);
        struct ast at = { .span = in->span };
        struct node *p = project_new(L->b, &at, in);
        for (size_t i = 0; i < in->cols.n && p->cols.n < nc; i++)
            if (in->cols.v[i].id != L->group.id)
                project_keep(L->b, p, &in->cols.v[i]);
        project_keep(L->b, p, &L->group);
        n->in[k] = p;
    }
    PUSH(L->b->arena, n->cols, L->group);
}

/* The rows of a group side by side and in their order, the group last. */
static void lift_host(struct lift *L, struct node *n)
{
    struct binder *b = L->b;
    struct ast at = { .span = n->span };
    struct node *in = n->in[0], *rows = group_number(L, in);
    struct expr *pos = last_column(L, rows);
    struct node *sorted = node_over(b, NODE_SORT, &at, rows);
    struct order keys[2] = { { group_column(L), false, true },
                             { pos, false, true } };
    sorted->order.n = sorted->order.cap = 0;
    PUSH(b->arena, sorted->order, keys[0]);
    PUSH(b->arena, sorted->order, keys[1]);
    n->in[0] = project_new(b, &at, sorted);
    for (size_t i = 0; i < in->cols.n; i++)
        if (in->cols.v[i].id != L->group.id)
            project_keep(b, n->in[0], &in->cols.v[i]);
    project_keep(b, n->in[0], &L->group);
    PUSH(b->arena, n->cols, L->group);
    host_by_group(b, n);
}

static bool always_some(const struct expr *count)
{
    return count && count->kind == EX_LITERAL && !count->value.null &&
           count->value.i > 0;
}

static void lift_kind(struct lift *L, struct node *n, const bool *in_group,
                      bool *may_empty)
{
    switch (n->kind) {
    case NODE_PROJECT: project_keep(L->b, n, &L->group); break;
    case NODE_SORT: lift_sort(L, n); break;
    case NODE_LIMIT:
        *may_empty |= !always_some(n->count);
        PUSH(L->b->arena, n->cols, L->group);
        group_limit(L, n);
        break;
    case NODE_AGGREGATE:
        lift_aggregate(L, n, *may_empty);
        *may_empty &= n->kind == NODE_AGGREGATE;
        break;
    case NODE_DISTINCT:
        if (n->keys.n)
            add_group_key(L, n);
        else
            PUSH(L->b->arena, n->cols, L->group);
        break;
    case NODE_JOIN:
        lift_join(L, n, in_group[0], in_group[1]);
        *may_empty = true;
        break;
    case NODE_UNION: lift_union(L, n, in_group); break;
    case NODE_SHARED:
        PUSH(L->b->arena, n->shared_ids, L->group.id);
        PUSH(L->b->arena, n->cols, L->group);
        break;
    case NODE_FILTER:
    case NODE_UNNEST:
        PUSH(L->b->arena, n->cols, L->group);
        *may_empty = true;
        break;
    case NODE_HOST:
        lift_host(L, n);
        *may_empty = true;
        break;
    case NODE_SCAN:
    case NODE_VALUES:
    case NODE_RANGE:
    case NODE_FETCH:
        group_fail(L, n->span, "a source that looks at the key");
        break;
    }
}

/* Makes `n` and what is under it carry the group; says whether it does. Nodes
 * that do not depend on the groups stay as they are. */
static bool lift(struct lift *L, struct node *n)
{
    const struct seen *known = find_seen(L, n);
    bool *in_group = arena_array(L->b->arena, n->nin + 2, sizeof *in_group);
    struct seen now = { n, false, false };
    if (known)
        return known->depends;
    for (size_t i = 0; i < n->nin; i++) {
        in_group[i] = lift(L, n->in[i]);
        now.depends |= in_group[i];
        now.may_empty |= in_group[i] && find_seen(L, n->in[i])->may_empty;
    }
    bool in_exprs = each_expr(L, n, visit_mentions);
    if (in_exprs && !now.depends && n->nin == 1)
        n->in[0] = group_broadcast(L, n->in[0]);
    now.depends |= in_exprs;
    if (now.depends && !L->failed) {
        each_expr(L, n, visit_rewrite);
        lift_kind(L, n, in_group, &now.may_empty);
    }
    PUSH(L->b->arena, L->seen, now);
    return now.depends;
}

/* ---- the face ---- */

static struct node *leaf_of(struct binder *b, struct node *rows,
                            const struct col *group)
{
    struct ast at = { .span = rows->span };
    struct node *leaf = project_new(b, &at, rows);
    for (size_t i = 0; i < rows->cols.n; i++) {
        const struct col *c = &rows->cols.v[i];
        bool hidden = c->name.n && c->name.p[0] == '\001';
        if (c->id != group->id && !hidden)
            project_keep(b, leaf, c);
    }
    leaf->open = rows->open;
    return leaf;
}

struct node *bind_grouped(struct binder *b, const struct ast *sub,
                          struct node *rows, const struct col *group,
                          const struct let *key)
{
    struct lift L = { .b = b,
                      .leaf = leaf_of(b, rows, group),
                      .group = *group };
    struct scope *outer = b->scope;
    b->scope = scope_new(b->arena, outer);
    if (key)
        scope_add(b->arena, b->scope, key);
    struct node *n = sub->kind == AST_LIST ? bind_pipe_ops(b, L.leaf, sub->kid)
                                           : bind_table(b, sub);
    b->scope = outer;
    if (!n)
        return NULL;
    struct seen leaf = { L.leaf, true, false };
    project_keep(b, L.leaf, group);
    PUSH(b->arena, L.seen, leaf);
    if (!lift(&L, n))
        n = group_broadcast(&L, n);
    return L.failed ? NULL : n;
}
