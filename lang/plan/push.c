/* push.c - hands the steps of a pipeline to the connection that has the rows.
 *
 * Called by: step.c before anything runs, .explain.
 * From a FETCH node upwards each step is offered to its connection: what is
 * taken exactly vanishes here, of a filter that is taken as a wider one the
 * rows are tested again here, and the first that is refused ends it. A sort and
 * a limit also stay here, where they cost little: rows keep their order.
 *
 * Some services know only when they see their data whether they give what KQL
 * would (PUSH_PROVABLE). Such steps are tried under one that leaves fewer rows,
 * where it pays; the FETCH that comes of it keeps the plan without it. */
#include "push.h"

#include "constants.h"
#include "node_walk.h"
#include "remote_expr.h"
#include "used.h"

struct pusher {
    struct arena *arena;
    const struct used *used;
};

static bool takes_stages(const struct node *n)
{
    return n->kind == NODE_FETCH && n->remote && !n->source &&
           n->remote->provider->language == REMOTE_STAGES &&
           n->query->text.n == 0;
}

/* ---- the query of a FETCH node, one stage longer ---- */

static const struct remote_query *longer(struct pusher *p,
                                         const struct remote_query *q,
                                         const struct remote_stage *s)
{
    struct remote_query *new = NEW(p->arena, struct remote_query);
    struct remote_stage *all =
        arena_array(p->arena, q->nstages + 1, sizeof *all);
    for (size_t i = 0; i < q->nstages; i++)
        all[i] = q->stages[i];
    all[q->nstages] = *s;
    *new = *q;
    new->stages = all;
    new->nstages++;
    return new;
}

static enum remote_push offer(const struct node *fetch,
                              const struct remote_stage *s)
{
    return fetch->remote->provider->push(fetch->remote, fetch->query, s);
}

/* The columns of a step as a query's: the keys, then what is computed. */
struct made {
    struct assign *v;
    size_t n;
};

static struct node *copy_of(struct pusher *p, const struct node *n)
{
    struct node *copy = NEW(p->arena, struct node);
    *copy = *n;
    return copy;
}

/* The node computes what `fetch` which may stand for
 * the steps below it, answers from now on: the columns of `made`, in this
 * order. */
static void become_fetch(struct pusher *p, struct node *n,
                         const struct node *fetch,
                         const struct remote_stage *s,
                         const struct made *m)
{
    const struct assign *made = m->v;
    size_t nmade = m->n;
    struct remote_query *q = NEW(p->arena, struct remote_query);
    struct source_col *cols = arena_array(p->arena, nmade, sizeof *cols);
    *q = *longer(p, fetch->query, s);
    for (size_t i = 0; i < nmade; i++)
        cols[i] = (struct source_col){ made[i].col.name, made[i].col.type };
    q->cols = cols;
    q->ncols = nmade;
    n->source_cols.n = 0;
    for (size_t i = 0; i < n->cols.n; i++)
        for (size_t k = 0; k < nmade; k++)
            if (made[k].col.id == n->cols.v[i].id) {
                PUSH(p->arena, n->source_cols, (uint32_t)k);
                break;
            }
    n->kind = NODE_FETCH;
    n->remote = fetch->remote;
    n->query = q;
    n->nin = 0;
}

/* ---- filters ---- */

static bool is_and(const struct expr *e)
{
    return e->kind == EX_CALL && str_eqz(str_of(e->sql), "$and");
}

/* Offers one condition; PUSH_EXACT: nothing of it is left to do here. */
static enum remote_push push_condition(struct pusher *p, struct node *fetch,
                                       const struct expr *cond)
{
    struct remote_stage s = { .kind = REMOTE_WHERE };
    s.cond = remote_expr_of(p->arena, cond, fetch);
    enum remote_push answer = s.cond ? offer(fetch, &s) : PUSH_NO;
    if (answer != PUSH_NO)
        fetch->query = longer(p, fetch->query, &s);
    return answer;
}

/* The conditions of a filter that all must hold. */
static struct expr **terms_of(struct node *n, size_t *nterms)
{
    *nterms = is_and(n->cond) ? n->cond->nargs : 1;
    return is_and(n->cond) ? n->cond->args : &n->cond;
}

static void keep_conditions(struct pusher *p, struct node *n,
                            struct expr **left, size_t nleft)
{
    if (nleft == 1) {
        n->cond = left[0];
        return;
    }
    struct expr *all = NEW(p->arena, struct expr);
    *all = *n->cond;
    all->args = left;
    all->nargs = nleft;
    all->written = NULL;
    n->cond = all;
}

/* A node that does nothing: its columns are those of the FETCH under it. */
static void become_nothing(struct node *n, const struct node *fetch)
{
    n->kind = NODE_FETCH;
    n->remote = fetch->remote;
    n->query = fetch->query;
    n->source_cols = fetch->source_cols;
    n->nin = 0;
}

static bool same_columns(const struct node *a, const struct node *b)
{
    for (size_t i = 0; i < a->cols.n && a->cols.n == b->cols.n; i++)
        if (a->cols.v[i].id != b->cols.v[i].id)
            return false;
    return a->cols.n == b->cols.n;
}

/* Conditions that stay may stand between: and is and in any order. */
static void push_filter(struct pusher *p, struct node *n)
{
    struct node *fetch = n->in[0];
    while (fetch->kind == NODE_FILTER || fetch->constants)
        fetch = fetch->in[0];
    if (!takes_stages(fetch))
        return;
    size_t nterms, nleft = 0;
    struct expr **terms = terms_of(n, &nterms);
    struct expr **left = arena_array(p->arena, nterms, sizeof *left);
    n->there = true;
    for (size_t i = 0; i < nterms; i++) {
        enum remote_push answer = push_condition(p, fetch, terms[i]);
        if (answer != PUSH_EXACT)
            left[nleft++] = terms[i];
        n->there = n->there && answer >= PUSH_PROVABLE;
    }
    if (nleft == 0 && n->in[0] == fetch && same_columns(n, fetch))
        become_nothing(n, fetch);
    else if (nleft && nleft < nterms)
        keep_conditions(p, n, left, nleft);
}

/* ---- columns ---- */

/* The columns that a step makes: its keys, then what it computes. DISTINCT
 * without keys makes those that it has. */
static struct assign *made_by(struct pusher *p, const struct node *n,
                              size_t *nmade)
{
    bool all = n->kind == NODE_DISTINCT;
    size_t room = n->keys.n + n->assigns.n + n->cols.n, k = 0;
    struct assign *made = arena_array(p->arena, room, sizeof *made);
    for (size_t i = 0; i < n->keys.n && !all; i++)
        made[k++] = n->keys.v[i];
    for (size_t i = 0; i < n->assigns.n && !all; i++)
        made[k++] = n->assigns.v[i];
    for (size_t i = 0; i < n->cols.n && all; i++) {
        struct expr *e = NEW(p->arena, struct expr);
        *e = (struct expr){ .kind = EX_COLUMN, .id = n->cols.v[i].id };
        made[k++] = (struct assign){ n->cols.v[i], e };
    }
    *nmade = k;
    return made;
}

/* What the binder computes for a later step has no name: an aggregate that is
 * one term of an expression. A service needs one, unlike all others. */
static void name_made(struct pusher *p, struct assign *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (v[i].col.name.n)
            continue;
        str name = arena_fmt(p->arena, "column_%u", v[i].col.id);
        for (size_t k = 0; k < n; k++)
            if (str_eq(v[k].col.name, name)) {
                name = arena_fmt(p->arena, "%.*s_", STRF(name));
                k = (size_t)-1; /* from the first again */
            }
        v[i].col.name = name;
    }
}

/* False: one of them cannot be said, or has a name of ours. */
static bool say_made(struct pusher *p, const struct node *fetch,
                     const struct assign *v, size_t n,
                     struct remote_assign *out)
{
    for (size_t i = 0; i < n; i++) {
        out[i].name = v[i].col.name;
        out[i].e = remote_expr_of(p->arena, v[i].e, fetch);
        if (!out[i].e || out[i].name.p[0] == '\001')
            return false;
    }
    return n > 0;
}

/* ---- steps that are said there, given proof ---- */

static struct node *said_there(struct pusher *p, struct node *n);

/* A filter over what is only said there below such a step. */
static struct node *filter_there(struct pusher *p, struct node *n)
{
    struct node *base = n->in[0];
    while (base->kind == NODE_FILTER)
        base = base->in[0];
    if (n->there || takes_stages(base)) /* it was offered */
        return n->there ? said_there(p, n->in[0]) : NULL;
    struct node *below = said_there(p, n->in[0]);
    if (!below)
        return NULL;
    struct node *copy = copy_of(p, below);
    size_t nterms;
    struct expr **terms = terms_of(n, &nterms);
    for (size_t i = 0; i < nterms; i++)
        if (push_condition(p, copy, terms[i]) < PUSH_PROVABLE)
            return NULL;
    return copy;
}

static bool say_step(struct pusher *p, const struct node *n,
                     const struct node *fetch, struct remote_stage *s,
                     struct made *m);

/* A FETCH for the rows of `n`, when all steps down to the connection are said
 * there; the plan stays as it is. NULL: they are not. */
static struct node *said_there(struct pusher *p, struct node *n)
{
    struct remote_stage s;
    struct made made;
    if (takes_stages(n))
        return n;
    if (n->kind == NODE_FILTER)
        return filter_there(p, n);
    struct node *below =
        n->kind == NODE_PROJECT ? said_there(p, n->in[0]) : NULL;
    if (!below || !say_step(p, n, below, &s, &made) ||
        offer(below, &s) < PUSH_PROVABLE)
        return NULL;
    struct node *copy = copy_of(p, n);
    become_fetch(p, copy, below, &s, &made);
    return copy;
}

/* ---- columns and groups ---- */

static bool say_step(struct pusher *p, const struct node *n,
                     const struct node *fetch, struct remote_stage *s,
                     struct made *m)
{
    m->v = made_by(p, n, &m->n);
    struct remote_assign *out = arena_array(p->arena, m->n, sizeof *out);
    *s = (struct remote_stage){ .kind = REMOTE_PROJECT, .assigns = out,
                                .nassigns = m->n };
    name_made(p, m->v, m->n);
    if (n->kind == NODE_DISTINCT && n->keys.n)
        return false; /* one row for each key: which one is not said */
    if (n->kind == NODE_DISTINCT)
        *s = (struct remote_stage){ .kind = REMOTE_DISTINCT, .keys = out,
                                    .nkeys = m->n };
    if (n->kind == NODE_AGGREGATE)
        *s = (struct remote_stage){ .kind = REMOTE_SUMMARIZE, .keys = out,
                                    .nkeys = n->keys.n,
                                    .assigns = out + n->keys.n,
                                    .nassigns = n->assigns.n };
    return say_made(p, fetch, m->v, m->n, out);
}

static void push_columns(struct pusher *p, struct node *n)
{
    struct remote_stage s;
    struct made made;
    struct node *fetch = n->kind == NODE_PROJECT ? n->in[0]
                                                 : said_there(p, n->in[0]);
    if (!fetch || !takes_stages(fetch) || !say_step(p, n, fetch, &s, &made))
        return;
    enum remote_push answer = offer(fetch, &s);
    bool sure = answer == PUSH_EXACT && fetch == n->in[0] && !fetch->otherwise;
    if (answer < PUSH_PROVABLE ||
        (n->kind == NODE_PROJECT && answer != PUSH_EXACT))
        return;
    struct node *was = copy_of(p, n);
    become_fetch(p, n, fetch, &s, &made);
    n->otherwise = sure ? NULL : was;
}

/* ---- order and number ---- */

static bool say_orders(struct pusher *p, const struct node *fetch,
                       const struct node *sort, struct remote_stage *s)
{
    struct remote_order *o =
        arena_array(p->arena, sort->order.n, sizeof *o);
    for (size_t i = 0; i < sort->order.n; i++) {
        const struct order *from = &sort->order.v[i];
        o[i] = (struct remote_order){
            remote_expr_of(p->arena, from->e, fetch), from->desc,
            from->nulls_first
        };
        if (!o[i].e)
            return false;
    }
    s->orders = o;
    s->norders = sort->order.n;
    return true;
}

/* The node under a limit reads few rows from now on: surely, or given proof. */
static void read_less(struct node **under, struct node *less, bool sure)
{
    if (sure) {
        (*under)->query = less->query;
        return;
    }
    less->otherwise = *under;
    *under = less;
}

static void push_limit(struct pusher *p, struct node *n)
{
    struct node *sort = n->in[0]->kind == NODE_SORT ? n->in[0] : NULL;
    struct node **under = sort ? &sort->in[0] : &n->in[0];
    struct remote_stage order = { .kind = REMOTE_SORT },
                        take = { .kind = REMOTE_TAKE };
    if (!n->count || n->count->kind != EX_LITERAL || n->count->value.null ||
        n->count->value.i < 0)
        return;
    struct node *fetch = said_there(p, *under);
    take.count = (uint64_t)n->count->value.i;
    if (!fetch ||
        (fetch->query->nstages &&
         fetch->query->stages[fetch->query->nstages - 1].kind == REMOTE_TAKE))
        return; /* it is asked for few rows already */
    struct node *less = copy_of(p, fetch);
    enum remote_push ordered = PUSH_EXACT;
    if (sort) { /* an order alone is of no use there */
        if (!say_orders(p, fetch, sort, &order))
            return;
        ordered = offer(less, &order);
        less->query = longer(p, less->query, &order);
    }
    enum remote_push taken =
        ordered < PUSH_PROVABLE ? PUSH_NO : offer(less, &take);
    less->query = longer(p, less->query, &take);
    if (taken >= PUSH_PROVABLE)
        read_less(under, less,
                  ordered == PUSH_EXACT && taken == PUSH_EXACT &&
                      fetch == *under);
}

/* ---- columns that nothing depends on ---- */

static void drop_unused(struct pusher *p, struct node *n)
{
    const struct remote_query *q = n->query;
    struct remote_stage s = { .kind = REMOTE_PROJECT };
    struct remote_assign *keep = arena_array(p->arena, n->cols.n, sizeof *keep);
    struct source_col *cols = arena_array(p->arena, n->cols.n, sizeof *cols);
    struct node *kept = node_new(p->arena, NODE_FETCH, n->span, NULL);
    for (size_t i = 0; i < n->cols.n; i++) {
        struct expr e = { .kind = EX_COLUMN, .id = n->cols.v[i].id };
        if (!is_used(p->used, n->cols.v[i].id))
            continue;
        cols[s.nassigns] = q->cols[i];
        keep[s.nassigns] = (struct remote_assign){
            q->cols[i].name, remote_expr_of(p->arena, &e, n)
        };
        PUSH(p->arena, kept->source_cols, (uint32_t)s.nassigns++);
        PUSH(p->arena, kept->cols, n->cols.v[i]);
    }
    s.assigns = keep;
    if (s.nassigns == 0 || s.nassigns == n->cols.n ||
        offer(n, &s) != PUSH_EXACT)
        return;
    struct remote_query *less = NEW(p->arena, struct remote_query);
    *less = *longer(p, q, &s);
    less->cols = cols;
    less->ncols = s.nassigns;
    n->query = less;
    n->cols.v = kept->cols.v;
    n->cols.n = n->cols.cap = kept->cols.n;
    n->source_cols.v = kept->source_cols.v;
    n->source_cols.n = n->source_cols.cap = kept->source_cols.n;
}

/* ---- the walk ---- */

static void push_node(void *ctx, struct node *n)
{
    if (n->nin != 1 || n->constants) /* those cost nothing here */
        return;
    if (n->kind == NODE_FILTER)
        push_filter(ctx, n);
    else if (n->kind == NODE_LIMIT)
        push_limit(ctx, n);
    else if (n->kind == NODE_PROJECT || n->kind == NODE_AGGREGATE ||
             n->kind == NODE_DISTINCT)
        push_columns(ctx, n);
}

static void prune_node(void *ctx, struct node *n)
{
    if (takes_stages(n))
        drop_unused(ctx, n);
}

/* Every query asks for the columns that anything depends on. */
static void prune(struct arena *a, struct node *root)
{
    struct used used = { 0 };
    struct pusher p = { a, &used };
    if (root->kind == NODE_FETCH) /* all of its columns are shown */
        return;
    used_find(&used, a, root);
    node_walk(root, prune_node, &p);
}

void push_down(struct arena *a, struct node *root)
{
    struct pusher p = { a, NULL };
    constants_up(a, root);
    node_walk(root, push_node, &p);
    prune(a, root);
}

void push_back(struct arena *a, struct node *root, struct node *fetch)
{
    *fetch = *fetch->otherwise;
    prune(a, root);
}
