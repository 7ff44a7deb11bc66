/* graph_pattern.c - patterns of graph-match: (a)-[e*1..3]->(b), ….
 *
 * Called by: op_graph_match.c, op_graph_shortest_paths.c. */
#include "graph.h"
#include "syntax/canon.h"

enum { MAX_PATTERN = 64, MAX_LENGTH = 64 };

/* ---- parsing ---- */

/* '(' [name] ')' */
static struct ast *parse_node(struct parser *p)
{
    struct ast *n = ast_new(p->arena, AST_NAME, peek(p)->span, S(""));
    if (!expect_punct(p, "("))
        return n;
    if (at_name(p))
        n = parse_name(p);
    expect_punct(p, ")");
    return n;
}

static void add_number(struct parser *p, struct ast *edge)
{
    struct ast *n = ast_new(p->arena, AST_LITERAL, peek(p)->span, S(""));
    n->value = peek(p)->value;
    if (peek(p)->kind != TOK_NUMBER || n->value.type != TYPE_LONG) {
        parse_error(p, DIAG_SYNTAX, "expected a number of edges: *1..3");
        return;
    }
    take(p);
    ast_add(edge, n);
}

/* '[' [name] [ '*' number '..' number ] ']' */
static void parse_edge_body(struct parser *p, struct ast *edge)
{
    if (at_name(p))
        edge->text = take(p)->text;
    if (accept_punct(p, "*")) {
        add_number(p, edge);
        expect_punct(p, "..");
        add_number(p, edge);
    }
    expect_punct(p, "]");
}

/* ['<'] '-' ( '-' | '[' … ']' '-' ) ['>'] as LIST, its direction first */
static struct ast *parse_edge(struct parser *p)
{
    struct ast *e = ast_new(p->arena, AST_LIST, peek(p)->span, S(""));
    struct ast *way = ast_new(p->arena, AST_NAME, peek(p)->span, S("both"));
    ast_add(e, way);
    bool in = accept_punct(p, "<");
    expect_punct(p, "-");
    if (accept_punct(p, "["))
        parse_edge_body(p, e);
    expect_punct(p, "-");
    bool out = accept_punct(p, ">");
    if (in && out)
        parse_error(p, DIAG_SYNTAX, "an edge has one direction, or none");
    if (in != out)
        way->text = in ? S("in") : S("out");
    e->span.end = peek_at(p, 0)->span.beg;
    return e;
}

void graph_parse_pattern(struct parser *p, struct ast *op)
{
    do {
        struct ast *chain = clause(p, op, "pattern");
        ast_add(chain, parse_node(p));
        while (at_punct(p, "-") || at_punct(p, "<")) {
            size_t before = p->i;
            ast_add(chain, parse_edge(p));
            ast_add(chain, parse_node(p));
            if (p->i == before)
                break;
        }
    } while (accept_punct(p, ","));
}

void graph_parse_rest(struct parser *p, struct ast *op)
{
    if (accept_word(p, "where"))
        ast_add(clause(p, op, "where"), parse_expr(p));
    if (accept_word(p, "project"))
        parse_named_list(p, clause(p, op, "project"));
}

static void print_edge(struct canon *c, const struct ast *e)
{
    const struct ast *way = e->kid, *min = way ? way->next : NULL;
    buf_adds(c->b, ast_is(way, AST_NAME, "in") ? "<-" : "-");
    if (e->text.n || min) {
        buf_addc(c->b, '[');
        if (e->text.n)
            canon_name(c, e->text);
        if (min && min->next)
            buf_addf(c->b, "*%lld..%lld", (long long)min->value.i,
                     (long long)min->next->value.i);
        buf_addc(c->b, ']');
    }
    buf_adds(c->b, ast_is(way, AST_NAME, "out") ? "->" : "-");
}

static void print_chain(struct canon *c, const struct ast *chain)
{
    for (const struct ast *k = chain->kid; k; k = k->next) {
        if (k->kind == AST_LIST) {
            print_edge(c, k);
            continue;
        }
        buf_addc(c->b, '(');
        if (k->text.n)
            canon_name(c, k->text);
        buf_addc(c->b, ')');
    }
}

void graph_print(struct canon *c, const struct ast *op)
{
    const char *between = " ";
    canon_options(c, op);
    for (const struct ast *k = op->kid; k; k = k->next)
        if (ast_is(k, AST_CLAUSE, "pattern")) {
            buf_adds(c->b, between);
            print_chain(c, k);
            between = ", ";
        }
    canon_by(c, op, "where");
    canon_by(c, op, "project");
}

/* ---- reading ---- */

static bool read_length(struct binder *b, const struct ast *t,
                        struct graph_edge *e)
{
    const struct ast *min = t->kid->next, *max = min ? min->next : NULL;
    if (!min || !max)
        return true;
    e->variable = true;
    e->min = min->value.i;
    e->max = max->value.i;
    if (e->min >= 0 && e->min <= e->max && e->max >= 1 &&
        e->max <= MAX_LENGTH)
        return true;
    bind_error(b, DIAG_OPTION, t->span,
               "the number of edges is between 0 and %d, the lower one first",
               MAX_LENGTH);
    return false;
}

static bool read_edge(struct binder *b, const struct ast *t,
                      struct graph_pattern *out)
{
    struct graph_edge e = { .name = t->text, .min = 1, .max = 1 };
    str way = t->kid->text;
    e.span = t->span;
    e.direction = str_eqz(way, "in")  ? GRAPH_IN
                : str_eqz(way, "out") ? GRAPH_OUT
                                      : GRAPH_BOTH;
    if (!e.name.n)
        e.name = arena_fmt(b->arena, "\001e%zu", out->edges.n);
    bool ok = read_length(b, t, &e);
    for (size_t i = 0; i < out->edges.n; i++)
        if (str_eq(out->edges.v[i].name, e.name)) {
            bind_error(b, DIAG_DUPLICATE, t->span,
                       "there is an edge '%.*s' already", STRF(e.name));
            ok = false;
        }
    PUSH(b->arena, out->edges, e);
    return ok;
}

bool graph_read_pattern(struct binder *b, const struct ast *op,
                        struct graph_pattern *out)
{
    bool ok = true;
    for (const struct ast *c = op->kid; c; c = c->next) {
        if (!ast_is(c, AST_CLAUSE, "pattern"))
            continue;
        for (const struct ast *t = c->kid; t; t = t->next) {
            if (t->kind == AST_LIST) {
                ok &= read_edge(b, t, out);
                continue;
            }
            str name = t->text;
            if (!name.n)
                name = arena_fmt(b->arena, "\001n%zu", out->nodes.n);
            PUSH(b->arena, out->nodes, name);
            PUSH(b->arena, out->starts, t == c->kid);
        }
    }
    if (out->nodes.n && out->nodes.n <= MAX_PATTERN)
        return ok;
    bind_error(b, DIAG_SYNTAX, op->span,
               "a pattern of 1 to %d nodes is needed: (a)-[e]->(b)",
               MAX_PATTERN);
    return false;
}
