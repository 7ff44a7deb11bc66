/* graph_names.c - names of nodes and edges in the conditions of a match.
 *
 * Called by: graph_match.c.
 * n.c becomes the name of one column, so that expressions bind as over any
 * table; map, all and any of a variable edge become columns too, which are
 * filled while its edges are joined. */
#include "graph_int.h"

str match_name(struct match *m, str of, const char *what)
{
    return arena_fmt(m->b->arena, "%.*s%s", STRF(of), what);
}

const char *match_cname(struct match *m, str of, const char *what)
{
    return arena_cstr(m->b->arena, match_name(m, of, what));
}

const char *match_number(struct match *m, str node)
{
    str s = arena_fmt(m->b->arena, "%s %.*s", GRAPH_NO, STRF(node));
    return arena_cstr(m->b->arena, s);
}

bool match_knows(const struct match *m, str name)
{
    for (size_t i = 0; i < m->known.n; i++)
        if (str_eq(m->known.v[i], name))
            return true;
    return false;
}

/* ---- names in expressions ---- */

static const struct graph_edge *find_edge(const struct match *m, str name)
{
    for (size_t i = 0; i < m->p.edges.n; i++)
        if (str_eq(m->p.edges.v[i].name, name))
            return &m->p.edges.v[i];
    return NULL;
}

static bool is_node(const struct match *m, str name)
{
    for (size_t i = 0; i < m->p.nodes.n; i++)
        if (str_eq(m->p.nodes.v[i], name))
            return true;
    return false;
}

static char fold_kind(const struct match *m, const struct ast *t)
{
    const struct ast *edge = t->kid;
    if (t->kind != AST_CALL || !edge || !edge->next ||
        edge->kind != AST_NAME || !find_edge(m, edge->text))
        return 0;
    return str_eqz(t->text, "map") ? 'm'
         : str_eqz(t->text, "all") ? 'l'
         : str_eqz(t->text, "any") ? 'n'
                                   : 0;
}

bool match_folds(struct match *m, const struct ast *t)
{
    bool ok = true;
    char kind = fold_kind(m, t);
    if (kind) {
        const struct graph_edge *e = find_edge(m, t->kid->text);
        struct fold f = { t, e->name, kind,
                          arena_fmt(m->b->arena, "\001fold%zu", m->folds.n),
                          t->kid->next };
        if (!e->variable) {
            bind_error(m->b, DIAG_TYPE, t->span,
                       "'%.*s' is one edge: '%.*s' is for edges of variable "
                       "length", STRF(e->name), STRF(t->text));
            return false;
        }
        PUSH(m->b->arena, m->folds, f);
        return true;
    }
    if (t->kind == AST_CALL && (str_eqz(t->text, "inner_nodes") ||
                                str_eqz(t->text, "node_degree_in") ||
                                str_eqz(t->text, "node_degree_out") ||
                                str_eqz(t->text, "labels"))) {
        bind_error(m->b, DIAG_UNSUPPORTED, t->span,
                   "'%.*s' is not supported here", STRF(t->text));
        return false;
    }
    for (const struct ast *k = t->kid; k; k = k->next)
        ok &= match_folds(m, k);
    return ok;
}

struct ast *match_tree(struct match *m, const struct ast *t)
{
    struct ast *c = ast_new(m->b->arena, t->kind, t->span, t->text);
    c->value = t->value;
    c->op = t->op;
    for (size_t i = 0; i < m->folds.n; i++)
        if (m->folds.v[i].call == t) {
            c->kind = AST_NAME;
            c->text = m->folds.v[i].name;
            return c;
        }
    if (t->kind == AST_PATH && t->kid->kind == AST_NAME &&
        (is_node(m, t->kid->text) || find_edge(m, t->kid->text))) {
        c->kind = AST_NAME;
        c->text = arena_fmt(m->b->arena, "%.*s.%.*s", STRF(t->kid->text),
                            STRF(t->text));
        return c;
    }
    for (const struct ast *k = t->kid; k; k = k->next)
        ast_add(c, match_tree(m, k));
    return c;
}

/* Whether all nodes and edges that it names are in the matches. */
static bool ready(const struct match *m, const struct ast *t)
{
    bool named = t->kind == AST_NAME &&
                 (is_node(m, t->text) || find_edge(m, t->text));
    if (named)
        return match_knows(m, t->text);
    for (const struct ast *k = t->kid; k; k = k->next)
        if (!ready(m, k))
            return false;
    return true;
}

void match_split(struct match *m, const struct ast *t)
{
    if (!ast_is(t, AST_BINARY, "and")) {
        PUSH(m->b->arena, m->conds, t);
        return;
    }
    for (const struct ast *k = t->kid; k; k = k->next)
        match_split(m, k);
}

bool match_apply(struct match *m)
{
    bool ok = true;
    for (size_t i = 0; i < m->conds.n; i++) {
        const struct ast *t = m->conds.v[i];
        if (!t || !ready(m, t))
            continue;
        m->conds.v[i] = NULL;
        m->b->row = m->rows;
        struct expr *e = bind_cond(m->b, match_tree(m, t));
        ok &= e->kind != EX_ERROR;
        if (e->kind != EX_ERROR)
            m->rows = graph_filter(m->b, m->q->op, m->b->row, e);
    }
    return ok;
}
