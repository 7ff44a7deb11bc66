/* group_node.c - nodes that the rewriting of a grouped subquery adds.
 *
 * Called by: bind_group.c.
 * All keep the order of the rows within a group. */
#include "group.h"

void group_fail(struct lift *L, struct span at, const char *what)
{
    if (!L->failed)
        bind_error(L->b, DIAG_UNSUPPORTED, at,
                   "%s is not supported in the subquery of %s", what,
                   L->b->where);
    L->failed = true;
}

struct expr *group_column(struct lift *L)
{
    return ex_column(L->b, &L->group, NO_SPAN);
}

struct node *group_keep(struct lift *L, struct node *in)
{
    struct ast at = { .span = in->span };
    struct node *p = project_new(L->b, &at, in);
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(L->b, p, &in->cols.v[i]);
    p->open = in->open;
    return p;
}

struct node *group_join(struct lift *L, struct node *l, struct node *r,
                        enum join_kind kind)
{
    struct node *j = node_new(L->b->arena, NODE_JOIN, l->span, l);
    j->nin = 2;
    j->in = arena_array(L->b->arena, 2, sizeof *j->in);
    j->in[0] = l;
    j->in[1] = r;
    j->join = kind;
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < j->in[k]->cols.n; i++)
            PUSH(L->b->arena, j->cols, j->in[k]->cols.v[i]);
    return j;
}

void group_join_on(struct lift *L, struct node *j, struct col other,
                   bool on_right)
{
    struct expr *mine = group_column(L);
    struct expr *theirs = ex_column(L->b, &other, NO_SPAN);
    struct join_key k = { on_right ? mine : theirs, on_right ? theirs : mine };
    PUSH(L->b->arena, j->on, k);
}

/* A column under a new id. */
struct col group_copy(struct lift *L, struct node *p, const struct col *c)
{
    struct assign a = { col_new(L->b, c->name, c->type, c->has_null),
                        ex_column(L->b, c, p->span) };
    PUSH(L->b->arena, p->cols, a.col);
    PUSH(L->b->arena, p->assigns, a);
    return a.col;
}

/* The same rows with the group under an id of its own. */
struct node *group_rename(struct lift *L, struct node *in, struct col *renamed)
{
    struct ast at = { .span = in->span };
    struct node *p = project_new(L->b, &at, in);
    for (size_t i = 0; i < in->cols.n; i++)
        if (in->cols.v[i].id != L->group.id)
            project_keep(L->b, p, &in->cols.v[i]);
    *renamed = group_copy(L, p, &L->group);
    return p;
}

/* One row a group. The rows are read twice now: compute them once. */
struct node *group_list(struct lift *L)
{
    struct ast at = { .span = L->leaf->span };
    if (!L->groups) {
        struct node *p = project_new(L->b, &at, L->leaf);
        project_keep(L->b, p, &L->group);
        L->groups = node_over(L->b, NODE_DISTINCT, &at, p);
        L->groups->order.n = 0;
        L->leaf->uses = 2;
    }
    return L->groups;
}

/* Rows that know no group, once for each. */
struct node *group_broadcast(struct lift *L, struct node *n)
{
    return group_join(L, n, group_list(L), JOIN_CROSS);
}

/* `in` with the number of its rows, as its last column. */
struct node *group_number(struct lift *L, struct node *in)
{
    struct node *rows = group_keep(L, in);
    project_add(L->b, rows, S("\001at"),
                ex_calln(L->b, TYPE_LONG, "row_number() OVER ()", NULL, 0));
    return rows;
}

struct expr *last_column(struct lift *L, const struct node *n)
{
    return ex_column(L->b, &n->cols.v[n->cols.n - 1], n->span);
}

enum { MAX_SORT_KEYS = 8 };

/* The number of a row within its group: by the keys of a lifted SORT right
 * below, which need not be carried out then, else as the rows come. */
static struct expr *nth_in_group(struct lift *L, struct node **in)
{
    struct node *sort = *in;
    struct expr *args[MAX_SORT_KEYS + 1] = { group_column(L) };
    struct buf sql;
    size_t n = 1;
    if (sort->kind != NODE_SORT || sort->order.n < 2 ||
        sort->order.n - 1 > MAX_SORT_KEYS) {
        *in = group_number(L, *in);
        return ex_call(L->b, TYPE_LONG,
                       "row_number() OVER (PARTITION BY $1 ORDER BY $2)",
                       args[0], last_column(L, *in), NULL);
    }
    buf_init(&sql, 4096);
    buf_adds(&sql, "row_number() OVER (PARTITION BY $1 ORDER BY ");
    for (; n < sort->order.n; n++) {
        const struct order *o = &sort->order.v[n];
        args[n] = o->e;
        buf_addf(&sql, "%s$%zu %s NULLS %s", n > 1 ? ", " : "", n + 1,
                 o->desc ? "DESC" : "ASC", o->nulls_first ? "FIRST" : "LAST");
    }
    buf_addc(&sql, ')');
    struct expr *e = ex_calln(L->b, TYPE_LONG,
                              arena_cstr(L->b->arena, buf_str(&sql)), args, n);
    buf_release(&sql);
    *in = sort->in[0];
    return e;
}

/* The first rows of each group become a filter on the row's number. */
void group_limit(struct lift *L, struct node *n)
{
    struct node *in = n->in[0];
    struct expr *nth = nth_in_group(L, &in);
    struct node *numbered = group_keep(L, in);
    project_add(L->b, numbered, S("\001nth"), nth);
    n->kind = NODE_FILTER;
    n->in[0] = numbered;
    n->cond = ex_call(L->b, TYPE_BOOL, "($1 <= $2)", last_column(L, numbered),
                      n->count, NULL);
    n->count = NULL;
}
