/* graph_match.c - matches of a pattern, as joins.
 *
 * Called by: op_graph_match.c, op_graph_shortest_paths.c.
 * The table of matches grows from the left: each edge is a join with the edges
 * and, when its far end is a new name, one with the nodes. Columns of a match
 * are called "node.column" and "edge.column", so that conditions bind as those
 * of any table do. An edge of variable length is a join for each length up to
 * the longest; what map, all and any ask of its edges is collected on the way.
 * A condition is applied as soon as all that it names is there. */
#include "graph_int.h"

/* ---- tables to join with ---- */

static bool hidden(const struct col *c)
{
    return c->name.n && c->name.p[0] == '\001';
}

/* The nodes, as columns of `name`. */
static struct node *nodes_as(struct match *m, str name)
{
    struct binder *b = m->b;
    struct node *n = node_again(b, m->q->g->nodes, m->q->op->span);
    struct node *p = project_new(b, m->q->op, n);
    for (size_t i = 0; i < n->cols.n; i++) {
        const struct col *c = &n->cols.v[i];
        if (!hidden(c))
            project_add(b, p,
                        arena_fmt(b->arena, "%.*s.%.*s", STRF(name),
                                  STRF(c->name)),
                        ex_column(b, c, n->span));
    }
    project_add(b, p, str_of(match_number(m, name)), graph_col(b, n, GRAPH_NO));
    return p;
}

/* What a fold asks of one edge: JSON for map, a bool for all and any. */
static bool add_folds(struct match *m, struct node *edges, struct node *p,
                      str edge)
{
    struct binder *b = m->b;
    bool ok = true;
    for (size_t i = 0; i < m->folds.n; i++) {
        const struct fold *f = &m->folds.v[i];
        if (!str_eq(f->edge, edge))
            continue;
        b->row = edges;
        struct expr *e = f->kind == 'm'
                           ? coerce(b, bind_expr(b, f->value), TYPE_DYNAMIC)
                           : bind_cond(b, f->value);
        ok &= e->kind != EX_ERROR;
        if (e->kind == EX_ERROR)
            continue;
        e = f->kind == 'm'
              ? ex_call(b, TYPE_DYNAMIC, "coalesce($1, 'null')", e, NULL)
              : ex_call(b, TYPE_BOOL, "coalesce($1, FALSE)", e, NULL);
        project_add(b, p, match_name(m, f->name, "?"), e);
    }
    return ok;
}

/* The edges in one direction: where they come from, where they go to, their
 * number, their columns when it is a single edge, their folds when not. */
static struct node *edges_one_way(struct match *m, const struct graph_edge *e,
                                  bool forth, bool *ok)
{
    struct binder *b = m->b;
    struct node *n = node_again(b, m->q->g->edges, m->q->op->span);
    struct node *p = project_new(b, m->q->op, n);
    project_add(b, p, S("\001from"),
                graph_col(b, n, forth ? GRAPH_SOURCE : GRAPH_TARGET));
    project_add(b, p, S("\001to"),
                graph_col(b, n, forth ? GRAPH_TARGET : GRAPH_SOURCE));
    project_add(b, p, S("\001edge"), graph_col(b, n, GRAPH_NO));
    for (size_t i = 0; !e->variable && i < n->cols.n; i++) {
        const struct col *c = &n->cols.v[i];
        if (!hidden(c))
            project_add(b, p,
                        arena_fmt(b->arena, "%.*s.%.*s", STRF(e->name),
                                  STRF(c->name)),
                        ex_column(b, c, n->span));
    }
    if (e->variable)
        *ok &= add_folds(m, n, p, e->name);
    return p;
}

static struct node *edges_as(struct match *m, const struct graph_edge *e,
                             bool *ok)
{
    if (e->direction != GRAPH_BOTH)
        return edges_one_way(m, e, e->direction == GRAPH_OUT, ok);
    struct node *v[] = { edges_one_way(m, e, true, ok),
                         edges_one_way(m, e, false, ok) };
    struct expr *loop =
        ex_call(m->b, TYPE_BOOL, "($1 <> $2)",
                graph_col(m->b, v[1], "\001from"),
                graph_col(m->b, v[1], "\001to"), NULL);
    v[1] = graph_filter(m->b, m->q->op, v[1], loop); /* a loop once */
    return graph_union(m->b, m->q->op, v, 2);
}

/* ---- trails: what has been passed, as ",3,17," ---- */

static struct expr *not_passed(struct match *m, const struct node *n,
                               const char *trail, const char *id)
{
    return ex_call(m->b, TYPE_BOOL, "(NOT contains($1, concat(',', $2, ',')))",
                   graph_col(m->b, n, trail), graph_col(m->b, n, id), NULL);
}

static struct expr *passed(struct match *m, const struct node *n,
                           const char *trail, const char *id)
{
    return ex_call(m->b, TYPE_STRING, "concat($1, $2, ',')",
                   graph_col(m->b, n, trail), graph_col(m->b, n, id), NULL);
}

static struct expr *first_passed(struct match *m, const struct node *n,
                                 const char *id)
{
    return ex_call(m->b, TYPE_STRING, "concat(',', $1, ',')",
                   graph_col(m->b, n, id), NULL);
}

static bool unique_edges(const struct match *m)
{
    return m->trails && m->q->cycles == CYCLES_UNIQUE_EDGES;
}

static bool unique_nodes(const struct match *m)
{
    return m->q->cycles == CYCLES_NONE;
}

/* ---- steps ---- */

/* All columns but those of the edge that was just joined. */
static struct node *keep_but_edge(struct match *m, struct node *n,
                                  const char *drop)
{
    struct node *p = project_new(m->b, m->q->op, n);
    for (size_t i = 0; i < n->cols.n; i++) {
        str name = n->cols.v[i].name;
        if (!str_eqz(name, "\001from") && !str_eqz(name, "\001to") &&
            !str_eqz(name, "\001edge") && !(drop && str_eqz(name, drop)))
            project_keep(m->b, p, &n->cols.v[i]);
    }
    return p;
}

/* One more edge to what is there: rows with \001at one node further. */
static struct node *one_edge(struct match *m, struct node *rows,
                             struct node *edges)
{
    static const char *const pairs[] = { "\001at", "\001from", NULL };
    struct binder *b = m->b;
    const struct ast *op = m->q->op;
    struct node *n = graph_join(b, op, rows, edges, pairs);
    if (unique_edges(m))
        n = graph_filter(b, op, n, not_passed(m, n, "\001edges", "\001edge"));
    if (unique_nodes(m))
        n = graph_filter(b, op, n, not_passed(m, n, "\001nodes", "\001to"));
    struct node *p = keep_but_edge(m, n, NULL);
    project_set(b, p, S("\001at"), graph_col(b, n, "\001to"));
    if (unique_edges(m))
        project_set(b, p, S("\001edges"),
                    passed(m, n, "\001edges", "\001edge"));
    if (unique_nodes(m))
        project_set(b, p, S("\001nodes"), passed(m, n, "\001nodes", "\001to"));
    return p;
}

/* ---- edges of variable length ---- */

static struct expr *fold_start(struct match *m, const struct fold *f)
{
    struct value v = { .type = TYPE_BOOL, .i = f->kind == 'l' };
    return f->kind == 'm' ? ex_string(m->b, S(""))
                          : ex_literal(m->b, v, NO_SPAN);
}

static struct expr *fold_more(struct match *m, const struct fold *f,
                              const struct node *n)
{
    struct binder *b = m->b;
    struct expr *old = graph_col(b, n, arena_cstr(b->arena, f->name));
    struct expr *one = graph_col(b, n, match_cname(m, f->name, "?"));
    if (f->kind == 'm')
        return ex_call(b, TYPE_STRING, "concat($1, ',', $2)", old, one, NULL);
    return ex_call(b, TYPE_BOOL,
                   f->kind == 'l' ? "($1 AND $2)" : "($1 OR $2)", old, one,
                   NULL);
}

/* Adds the folds' columns (start), or takes one edge's part into them. */
static struct node *step_folds(struct match *m, struct node *n, str edge,
                               bool start)
{
    struct binder *b = m->b;
    struct node *p = project_new(b, m->q->op, n);
    for (size_t i = 0; i < n->cols.n; i++)
        if (start || !str_ends(n->cols.v[i].name, S("?")) ||
            !hidden(&n->cols.v[i]))
            project_keep(b, p, &n->cols.v[i]);
    for (size_t i = 0; i < m->folds.n; i++) {
        const struct fold *f = &m->folds.v[i];
        if (str_eq(f->edge, edge))
            project_set(b, p, f->name,
                        start ? fold_start(m, f) : fold_more(m, f, n));
    }
    return p;
}

/* ",1,2" to [1,2], now that the path is whole. */
static struct node *end_folds(struct match *m, struct node *n, str edge)
{
    struct binder *b = m->b;
    struct node *p = graph_keep(b, m->q->op, n);
    for (size_t i = 0; i < m->folds.n; i++) {
        const struct fold *f = &m->folds.v[i];
        if (!str_eq(f->edge, edge) || f->kind != 'm')
            continue;
        struct expr *old = graph_col(b, n, arena_cstr(b->arena, f->name));
        project_set(b, p, f->name,
                    ex_call(b, TYPE_DYNAMIC, "concat('[', substr($1, 2), ']')",
                            old, NULL));
    }
    return p;
}

/* Of the rows, those whose pair of ends no shorter path has. */
static struct node *new_pairs(struct match *m, struct node *rows,
                              struct node *seen, str from)
{
    struct binder *b = m->b;
    const char *start = match_number(m, from);
    const char *pairs[] = { start, "\001from", "\001at", "\001to", NULL };
    struct node *again = node_again(b, seen, m->q->op->span);
    struct node *n = graph_without(b, m->q->op, rows, again, pairs);
    if (!m->q->any)
        return n;
    struct node *one = node_over(b, NODE_DISTINCT, m->q->op, n);
    for (size_t i = 0; i < 4; i += 2) {
        struct expr *e = graph_col(b, n, pairs[i]);
        struct assign a = { col_new(b, S("\001key"), e->type, true), e };
        PUSH(b->arena, one->keys, a);
    }
    return one;
}

static struct node *ends_of(struct match *m, struct node *rows, str from)
{
    struct binder *b = m->b;
    struct node *n = node_again(b, rows, m->q->op->span);
    struct node *p = project_new(b, m->q->op, n);
    project_add(b, p, S("\001from"),
                graph_col(b, n, match_number(m, from)));
    project_add(b, p, S("\001to"), graph_col(b, n, "\001at"));
    return node_over(b, NODE_DISTINCT, m->q->op, p);
}

/* Rows after 0, 1, 2 … edges; those with enough of them are joined. */
static bool long_edge(struct match *m, const struct graph_edge *e, str from)
{
    struct binder *b = m->b;
    const struct ast *op = m->q->op;
    struct node **v = arena_array(b->arena, (size_t)e->max + 1, sizeof *v);
    struct node *level = step_folds(m, m->rows, e->name, true), *seen = NULL;
    size_t n = 0;
    bool ok = true;
    if (e->min == 0)
        v[n++] = node_again(b, level, op->span);
    for (int64_t k = 1; k <= e->max && ok; k++) {
        if (m->q->shortest) {
            struct node *ends[] = { ends_of(m, level, from), seen };
            if (seen)
                ends[1] = node_again(b, seen, op->span);
            seen = graph_union(b, op, ends, seen ? 2 : 1);
        }
        level = one_edge(m, node_again(b, level, op->span),
                         edges_as(m, e, &ok));
        if (!ok)
            break;
        level = step_folds(m, level, e->name, false);
        if (m->q->shortest)
            level = new_pairs(m, level, seen, from);
        if (k >= e->min)
            v[n++] = node_again(b, level, op->span);
    }
    if (ok)
        m->rows = end_folds(m, graph_union(b, op, v, n), e->name);
    return ok;
}

/* ---- nodes ---- */

static void know(struct match *m, str name)
{
    PUSH(m->b->arena, m->known, name);
}

/* The far end: a new node, or one that is there already. */
static void arrive(struct match *m, str name)
{
    struct binder *b = m->b;
    const char *no = match_number(m, name);
    if (match_knows(m, name)) {
        m->rows = graph_filter(
            b, m->q->op, m->rows,
            ex_call(b, TYPE_BOOL, "($1 = $2)", graph_col(b, m->rows, "\001at"),
                    graph_col(b, m->rows, no), NULL));
        return;
    }
    const char *pairs[] = { "\001at", no, NULL };
    m->rows = graph_join(b, m->q->op, m->rows, nodes_as(m, name), pairs);
    know(m, name);
}

static struct node *without_at(struct match *m)
{
    return keep_but_edge(m, m->rows, "\001at");
}

/* The first node of a chain. */
static void start_chain(struct match *m, str name)
{
    struct binder *b = m->b;
    const struct ast *op = m->q->op;
    const char *no = match_number(m, name);
    bool first = m->rows == NULL;
    if (!match_knows(m, name)) {
        static const char *const none[] = { NULL };
        struct node *n = nodes_as(m, name);
        m->rows = first ? n
                        : graph_join(b, op, m->rows, n, none);
        know(m, name);
    }
    struct node *p = graph_keep(b, op, m->rows);
    if (first && unique_edges(m))
        project_add(b, p, S("\001edges"), ex_string(b, S(",")));
    if (first && unique_nodes(m))
        project_add(b, p, S("\001nodes"), first_passed(m, m->rows, no));
    m->rows = p;
}

static bool follow(struct match *m, const struct graph_edge *e, str from,
                   str to)
{
    struct binder *b = m->b;
    bool ok = true;
    struct node *p = graph_keep(b, m->q->op, m->rows);
    project_set(b, p, S("\001at"),
                graph_col(b, m->rows, match_number(m, from)));
    m->rows = p;
    if (e->variable) {
        ok = long_edge(m, e, from);
    } else {
        struct node *edges = edges_as(m, e, &ok);
        m->rows = one_edge(m, m->rows, edges);
    }
    if (!ok)
        return false;
    know(m, e->name);
    arrive(m, to);
    m->rows = without_at(m);
    return match_apply(m);
}

static bool grow(struct match *m)
{
    size_t edge = 0;
    for (size_t i = 0; i < m->p.nodes.n; i++) {
        str name = m->p.nodes.v[i];
        if (m->p.starts.v[i]) {
            start_chain(m, name);
            if (!match_apply(m))
                return false;
        } else if (!follow(m, &m->p.edges.v[edge++], m->p.nodes.v[i - 1],
                           name)) {
            return false;
        }
    }
    return true;
}

/* ---- the result ---- */

static struct node *output(struct match *m)
{
    struct binder *b = m->b;
    const struct ast *list = ast_clause(m->q->op, "project");
    unsigned counter = 0;
    bool ok = true;
    b->row = m->rows;
    struct node *p = project_new(b, m->q->op, m->rows);
    for (const struct ast *k = list->kid; k; k = k->next) {
        const struct ast *t = k->kind == AST_NAMED ? k->kid : k;
        struct expr *e = bind_expr(b, match_tree(m, t));
        str name = k->kind == AST_NAMED ? k->text
                                        : auto_column(b, p, t, &counter);
        ok &= e->kind != EX_ERROR;
        if (k->kind == AST_NAMED && node_find(p, name)) {
            bind_error(b, DIAG_DUPLICATE, k->span,
                       "a column '%.*s' stands in this project already",
                       STRF(name));
            ok = false;
        }
        project_add(b, p, name, e);
    }
    p->in[0] = b->row;
    return ok ? p : NULL;
}

static bool collect(struct match *m)
{
    const struct ast *where = ast_clause(m->q->op, "where");
    const struct ast *list = ast_clause(m->q->op, "project");
    bool ok = true;
    if (!list || !list->kid) {
        struct diag *d = bind_error(m->b, DIAG_UNSUPPORTED, m->q->op->span,
                                    "'%s' needs a project clause",
                                    m->b->where);
        diag_hint(m->b->ds, d, "(a)-[e]->(b) project a.Name, e.Kind, b.Name");
        return false;
    }
    if (where && where->kid) {
        ok = match_folds(m, where->kid);
        match_split(m, where->kid);
    }
    for (const struct ast *k = list->kid; k; k = k->next)
        ok &= match_folds(m, k);
    return ok;
}

enum { MAX_MATCH = 10000 };

static bool columns_fit(struct match *m)
{
    size_t n = m->p.nodes.n * m->q->g->nodes->cols.n +
               m->p.edges.n * m->q->g->edges->cols.n;
    if (n <= MAX_MATCH)
        return true;
    struct diag *d = bind_error(m->b, DIAG_LIMIT, m->q->op->span,
                                "a match would have %zu columns", n);
    diag_hint(m->b->ds, d, "project what is needed before make-graph");
    return false;
}

struct node *graph_match(struct binder *b, const struct graph_query *q)
{
    struct match m = { .b = b, .q = q };
    if (!graph_read_pattern(b, q->op, &m.p) || !columns_fit(&m) ||
        !collect(&m))
        return NULL;
    m.trails = m.p.edges.n > 1;
    for (size_t i = 0; i < m.p.edges.n; i++)
        m.trails |= m.p.edges.v[i].variable;
    if (q->shortest)
        m.trails = false; /* a shortest path has no cycle */
    return grow(&m) ? output(&m) : NULL;
}
