/* op_make_graph.c - `Edges | make-graph Source --> Target [with Nodes on Key]`.
 *
 * Nodes are the rows of the node tables, one a key, and the ends of edges that
 * no table knows. They are numbered in this order, each kind as it comes. */
#include "graph.h"
#include "syntax/canon.h"

/* make-graph name '--' '>' name
 *     [ with_node_id '=' name | with table on name [, table on name …] ] */
static void make_graph_parse(struct parser *p, struct ast *op)
{
    ast_add(clause(p, op, "source"), parse_name(p));
    if (!expect_punct(p, "-") || !expect_punct(p, "-") ||
        !expect_punct(p, ">"))
        return;
    ast_add(clause(p, op, "target"), parse_name(p));
    if (accept_word(p, "with_node_id")) {
        expect_punct(p, "=");
        ast_add(clause(p, op, "id"), parse_name(p));
    } else if (accept_word(p, "with")) {
        do {
            struct ast *t = clause(p, op, "nodes");
            ast_add(t, parse_unary(p));
            if (!expect_word(p, "on"))
                break;
            ast_add(t, parse_name(p));
        } while (accept_punct(p, ","));
    }
    if (at_word(p, "partitioned"))
        parse_error(p, DIAG_UNSUPPORTED,
                    "make-graph partitioned-by is not supported");
}

struct maker {
    struct binder *b;
    const struct ast *op;
    struct node *edges;
    const struct col *source, *target;
    LIST(struct node *) tables;     /* of nodes */
    LIST(const struct col *) keys;  /* one a table */
    LIST(struct col) cols;          /* of all of them, by name */
    str id_name;                    /* with_node_id */
};

static const struct ast *child(const struct ast *op, const char *name)
{
    const struct ast *c = ast_clause(op, name);
    return c ? c->kid : NULL;
}

static const struct col *edge_end(struct maker *m, const struct ast *t)
{
    if (!t || t->kind != AST_NAME)
        return NULL;
    const struct col *c = node_find(m->edges, t->text);
    if (c && c->type != TYPE_DYNAMIC)
        return c;
    struct diag *d =
        c ? bind_error(m->b, DIAG_KEY_TYPE, t->span,
                       "a dynamic cannot name a node")
          : bind_error(m->b, DIAG_UNKNOWN_COLUMN, t->span,
                       "the edges have no column '%.*s'", STRF(t->text));
    if (!c)
        suggest_columns(m->b, d, t->text, m->edges);
    return NULL;
}

/* ---- node tables ---- */

static bool add_columns(struct maker *m, const struct node *t,
                        const struct ast *at)
{
    for (size_t i = 0; i < t->cols.n; i++) {
        const struct col *c = &t->cols.v[i];
        size_t k = 0;
        while (k < m->cols.n && !str_eq(m->cols.v[k].name, c->name))
            k++;
        if (k == m->cols.n)
            PUSH(m->b->arena, m->cols, *c);
        else if (m->cols.v[k].type != c->type) {
            bind_error(m->b, DIAG_TYPE, at->span,
                       "'%.*s' has two types in the node tables: %s and %s",
                       STRF(c->name), type_name(m->cols.v[k].type),
                       type_name(c->type));
            return false;
        }
    }
    return true;
}

static bool add_table(struct maker *m, const struct ast *t)
{
    struct binder *b = m->b;
    struct node *row = b->row;
    const struct ast *on = t->kid ? t->kid->next : NULL;
    b->row = NULL;
    struct node *n = t->kid ? bind_table(b, t->kid) : NULL;
    b->row = row;
    if (!n || !on || on->kind != AST_NAME)
        return false;
    const struct col *key = node_find(n, on->text);
    if (!key) {
        struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, on->span,
                                    "the nodes have no column '%.*s'",
                                    STRF(on->text));
        suggest_columns(b, d, on->text, n);
        return false;
    }
    if (key->type != m->source->type || key->type != m->target->type) {
        bind_error(b, DIAG_TYPE, on->span, "the keys differ in type: %s in the "
                   "nodes, %s and %s in the edges", type_name(key->type),
                   type_name(m->source->type), type_name(m->target->type));
        return false;
    }
    PUSH(b->arena, m->tables, n);
    PUSH(b->arena, m->keys, key);
    return add_columns(m, n, t);
}

/* Rows as `cols`, then key, kind (0: of a table, 1: of an edge) and place. */
static struct node *table_rows(struct maker *m, size_t i)
{
    struct binder *b = m->b;
    struct node *t = m->tables.v[i], *p = project_new(b, m->op, t);
    for (size_t k = 0; k < m->cols.n; k++) {
        const struct col *c = node_find(t, m->cols.v[k].name);
        project_add(b, p, m->cols.v[k].name,
                    c ? ex_column(b, c, t->span)
                      : ex_null(b, m->cols.v[k].type));
    }
    project_add(b, p, S(GRAPH_KEY), ex_column(b, m->keys.v[i], t->span));
    project_add(b, p, S("\001kind"), ex_long(b, (int64_t)i));
    project_add(b, p, S("\001place"),
                ex_calln(b, TYPE_LONG, "row_number() OVER ()", NULL, 0));
    return p;
}

/* The ends of the edges, each where it is first seen. */
static struct node *end_rows(struct maker *m, bool target)
{
    struct binder *b = m->b;
    struct node *e = node_again(b, m->edges, m->op->span);
    struct node *p = project_new(b, m->op, e);
    const char *name = arena_cstr(
        b->arena, target ? m->target->name : m->source->name);
    struct expr *place = ex_call(
        b, TYPE_LONG, target ? "(2 * $1 + 1)" : "(2 * $1)",
        graph_col(b, e, GRAPH_NO), NULL);
    struct expr *key = graph_col(b, e, name);
    for (size_t k = 0; k < m->cols.n; k++) {
        const struct col *c = &m->cols.v[k];
        bool is_key = m->tables.n == 0;
        for (size_t i = 0; i < m->keys.n; i++)
            is_key |= str_eq(m->keys.v[i]->name, c->name);
        project_add(b, p, c->name, is_key ? key : ex_null(b, c->type));
    }
    project_add(b, p, S(GRAPH_KEY), key);
    project_add(b, p, S("\001kind"), ex_long(b, (int64_t)m->tables.n));
    project_add(b, p, S("\001place"), place);
    return p;
}

/* One row a key, the first; numbered. */
static struct node *number_nodes(struct maker *m, struct node *rows)
{
    struct binder *b = m->b;
    struct node *first = graph_keep(b, m->op, rows);
    project_add(b, first, S("\001copy"),
                ex_call(b, TYPE_LONG,
                        "row_number() OVER (PARTITION BY $1 ORDER BY $2, $3)",
                        graph_col(b, rows, GRAPH_KEY),
                        graph_col(b, rows, "\001kind"),
                        graph_col(b, rows, "\001place"), NULL));
    struct node *one =
        graph_filter(b, m->op, first,
                     ex_call(b, TYPE_BOOL, "($1 = 1)",
                             graph_col(b, first, "\001copy"), NULL));
    struct node *p = project_new(b, m->op, one);
    for (size_t i = 0; i < m->cols.n + 1; i++) /* the key follows them */
        project_keep(b, p, &one->cols.v[i]);
    project_add(b, p, S(GRAPH_NO),
                ex_call(b, TYPE_LONG,
                        "(row_number() OVER (ORDER BY $1, $2) - 1)",
                        graph_col(b, one, "\001kind"),
                        graph_col(b, one, "\001place"), NULL));
    return p;
}

static struct node *make_nodes(struct maker *m)
{
    struct binder *b = m->b;
    size_t n = m->tables.n;
    struct node **in = arena_array(b->arena, n + 2, sizeof *in);
    for (size_t i = 0; i < n; i++)
        in[i] = table_rows(m, i);
    in[n] = end_rows(m, false);
    in[n + 1] = end_rows(m, true);
    return number_nodes(m, graph_union(b, m->op, in, n + 2));
}

/* ---- edges ---- */

/* Number and key of the nodes under other names, to join with. */
static struct node *node_numbers(struct maker *m, struct node *nodes,
                                 const char *no)
{
    struct binder *b = m->b;
    struct node *n = node_again(b, nodes, m->op->span);
    struct node *p = project_new(b, m->op, n);
    project_add(b, p, str_of(no), graph_col(b, n, GRAPH_NO));
    project_add(b, p, S(GRAPH_KEY), graph_col(b, n, GRAPH_KEY));
    return p;
}

static struct node *link_edges(struct maker *m, struct node *nodes)
{
    struct binder *b = m->b;
    struct node *n = node_again(b, m->edges, m->op->span);
    static const char *const ends[] = { GRAPH_SOURCE, GRAPH_TARGET };
    str keys[] = { m->source->name, m->target->name };
    for (size_t i = 0; i < 2; i++) {
        const char *pairs[] = { arena_cstr(b->arena, keys[i]), GRAPH_KEY,
                                NULL };
        struct node *j = graph_join(b, m->op, n,
                                    node_numbers(m, nodes, ends[i]), pairs);
        n = project_new(b, m->op, j);
        for (size_t c = 0; c < j->cols.n; c++)
            if (!str_eqz(j->cols.v[c].name, GRAPH_KEY))
                project_keep(b, n, &j->cols.v[c]);
    }
    return n;
}

static struct node *make_graph_bind(struct binder *b, const struct ast *op,
                                    struct node *in)
{
    struct maker m = { .b = b, .op = op };
    const struct ast *id = child(op, "id");
    bool ok = true;
    if (in->open)
        return in;
    m.edges = graph_keep(b, op, in);
    project_add(b, m.edges, S(GRAPH_NO),
                ex_calln(b, TYPE_LONG, "row_number() OVER ()", NULL, 0));
    m.source = edge_end(&m, child(op, "source"));
    m.target = edge_end(&m, child(op, "target"));
    if (!m.source || !m.target)
        return NULL;
    if (m.source->type != m.target->type) {
        bind_error(b, DIAG_TYPE, op->span,
                   "the ends of the edges differ in type: %s and %s",
                   type_name(m.source->type), type_name(m.target->type));
        return NULL;
    }
    for (const struct ast *k = op->kid; k; k = k->next)
        if (ast_is(k, AST_CLAUSE, "nodes"))
            ok &= add_table(&m, k);
    if (!ok)
        return NULL;
    if (id)
        PUSH(b->arena, m.cols,
             col_new(b, id->text, m.source->type, m.source->has_null));
    struct graph *g = NEW(b->arena, struct graph);
    g->source = m.source->name;
    g->target = m.target->name;
    g->nodes = make_nodes(&m);
    g->edges = link_edges(&m, g->nodes);
    return graph_node(b, op, in, g);
}

static void print_nodes(struct canon *c, const struct ast *op)
{
    const char *between = " with ";
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (!ast_is(k, AST_CLAUSE, "nodes") || !k->kid)
            continue;
        buf_adds(c->b, between);
        canon_unary(c, k->kid);
        buf_adds(c->b, " on ");
        canon_items(c, k->kid->next);
        between = ", ";
    }
}

static void make_graph_print(struct canon *c, const struct ast *op)
{
    static const char *const words[] = { "source", "target", "id" };
    static const char *const before[] = { " ", " --> ", " with_node_id=" };
    for (size_t i = 0; i < 3; i++) {
        const struct ast *k = ast_clause(op, words[i]);
        if (!k || !k->kid)
            continue;
        buf_adds(c->b, before[i]);
        canon_expr(c, k->kid);
    }
    print_nodes(c, op);
}

const struct lang_op op_make_graph = {
    .name = "make-graph",
    .usage = "Edges | make-graph Source --> Target [with Nodes on Key, … | "
             "with_node_id = Name]",
    .summary = "Makes a graph of a table of edges, with the columns of tables "
               "of nodes; for graph-match and graph-to-table.",
    .example = "datatable(a:string, b:string)[\"x\", \"y\", \"y\", \"z\"] "
               "| make-graph a --> b with_node_id = n "
               "| graph-match (p)-[e]->(q) project p.n, q.n",
    .parse = make_graph_parse,
    .print = make_graph_print,
    .bind = make_graph_bind,
};
