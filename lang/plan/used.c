/* used.c - finds the columns that the result of a query depends on.
 *
 * Called by: emit.c. A table of logs has dozens of columns and a question
 * touches a few; naming the others in every step costs the engine more time
 * to plan than the question takes to answer.
 *
 * A column is used when the result shows it, when a step needs it to decide
 * about rows (a condition, a key), or when a used column is computed from it.
 * Each node, column and expression is looked at once: an expression that is
 * used twice in another is one and the same. */
#include "used.h"

#include "plan/node_map.h"

enum { FIRST_IDS = 256 };

/* One thing that a column is computed from. A column may have several. */
struct spring {
    const struct expr *e; /* NULL: the column `id` */
    uint32_t id;
    struct spring *next;
};

struct finder {
    struct arena *arena;
    struct used *used;
    struct spring **origins; /* by column id, as many as used->ids */
    struct node_map seen;  /* nodes, and expressions looked through … */
    struct node_map taken; /* … and those that were found to be needed */
    LIST(uint32_t) needed;         /* before all origins are known … */
    LIST(const struct expr *) open; /* … and expressions to go through */
};

static void visit(struct finder *f, const struct node *n);

/* Whether this is the first time; what has no parts is not worth a note. */
static bool is_first(struct finder *f, struct node_map *m,
                     const struct expr *e)
{
    if (e->nargs == 0)
        return true;
    if (node_map_get(m, e))
        return false;
    node_map_put(f->arena, m, e, 1);
    return true;
}

/* ---- where columns come from ---- */

static void make_room(struct finder *f, uint32_t id)
{
    size_t n = f->used->n, cap = n ? n : FIRST_IDS;
    if (id < n)
        return;
    while (cap <= id)
        cap *= 2;
    struct spring **o = arena_array(f->arena, cap, sizeof(struct spring *));
    bool *ids = arena_array(f->arena, cap, sizeof(bool));
    if (n) {
        memcpy(o, f->origins, n * sizeof(struct spring *));
        memcpy(ids, f->used->ids, n * sizeof(bool));
    }
    f->origins = o;
    *f->used = (struct used){ ids, cap };
}

static void add_origin(struct finder *f, uint32_t id, const struct expr *e,
                       uint32_t from)
{
    make_room(f, id);
    struct spring *o = NEW(f->arena, struct spring);
    *o = (struct spring){ e, from, f->origins[id] };
    f->origins[id] = o;
}

static void need(struct finder *f, uint32_t id)
{
    make_room(f, id);
    PUSH(f->arena, f->needed, id);
}

static void need_all(struct finder *f, const struct node *n)
{
    for (size_t i = 0; i < n->cols.n; i++)
        need(f, n->cols.v[i].id);
}

/* Queries inside an expression. */
static void visit_subs(struct finder *f, const struct expr *e)
{
    if (!e || !is_first(f, &f->seen, e))
        return;
    if (e->sub) {
        visit(f, e->sub);
        if (e->sub->cols.n)
            need(f, e->sub->cols.v[0].id);
    }
    for (size_t i = 0; i < e->nargs; i++)
        visit_subs(f, e->args[i]);
}

static void need_expr(struct finder *f, const struct expr *e)
{
    if (!e)
        return;
    visit_subs(f, e);
    PUSH(f->arena, f->open, e);
}

static void computed(struct finder *f, const struct assign *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        visit_subs(f, v[i].e);
        if (v[i].e->kind != EX_COLUMN || v[i].e->id != v[i].col.id)
            add_origin(f, v[i].col.id, v[i].e, 0);
    }
}

static void visit_union(struct finder *f, const struct node *n)
{
    for (size_t k = 0; k < n->nin; k++)
        for (size_t i = 0; i < n->cols.n; i++)
            add_origin(f, n->cols.v[i].id, NULL, n->in[k]->cols.v[i].id);
}

static void visit_keys(struct finder *f, const struct node *n)
{
    for (size_t i = 0; i < n->keys.n; i++) {
        need_expr(f, n->keys.v[i].e);
        if (n->kind == NODE_AGGREGATE)
            need(f, n->keys.v[i].col.id);
    }
    for (size_t i = 0; i < n->on.n; i++) {
        need_expr(f, n->on.v[i].left);
        need_expr(f, n->on.v[i].right);
    }
    for (size_t i = 0; i < n->unnests.n; i++)
        need_expr(f, n->unnests.v[i].list);
    if (n->kind == NODE_SORT)
        for (size_t i = 0; i < n->order.n; i++)
            need_expr(f, n->order.v[i].e);
}

static void visit(struct finder *f, const struct node *n)
{
    if (node_map_get(&f->seen, n))
        return;
    node_map_put(f->arena, &f->seen, n, 1);
    for (size_t i = 0; i < n->nin; i++)
        visit(f, n->in[i]);
    need_expr(f, n->cond);
    need_expr(f, n->count);
    need_expr(f, n->from);
    need_expr(f, n->to);
    need_expr(f, n->step);
    computed(f, n->assigns.v, n->assigns.n);
    visit_keys(f, n);
    if (n->kind == NODE_UNION)
        visit_union(f, n);
    for (size_t i = 0; n->kind == NODE_SHARED && i < n->cols.n; i++)
        add_origin(f, n->cols.v[i].id, NULL, n->shared_ids.v[i]);
    if (n->kind == NODE_DISTINCT && n->keys.n == 0)
        need_all(f, n); /* equal rows are equal in all columns */
    if (n->kind == NODE_HOST)
        need_all(f, n->in[0]);
}

/* ---- what is needed, and what that needs ---- */

static void take_exprs(struct finder *f)
{
    while (f->open.n) {
        const struct expr *e = f->open.v[--f->open.n];
        if (!is_first(f, &f->taken, e))
            continue;
        if (e->kind == EX_COLUMN)
            need(f, e->id);
        for (size_t i = 0; i < e->nargs; i++)
            PUSH(f->arena, f->open, e->args[i]);
    }
}

static void take_column(struct finder *f, uint32_t id)
{
    if (f->used->ids[id])
        return;
    f->used->ids[id] = true;
    for (const struct spring *o = f->origins[id]; o; o = o->next) {
        if (o->e)
            PUSH(f->arena, f->open, o->e);
        else
            need(f, o->id);
    }
    take_exprs(f);
}

void used_find(struct used *u, struct arena *a, const struct node *root)
{
    struct finder f = { .arena = a, .used = u };
    *u = (struct used){ .n = 0 };
    visit(&f, root);
    need_all(&f, root);
    take_exprs(&f);
    while (f.needed.n)
        take_column(&f, f.needed.v[--f.needed.n]);
}
