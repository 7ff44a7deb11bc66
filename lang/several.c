/* several.c - queries with several results, as several queries.
 *
 * Called by: cell.c, after a cell is parsed.
 * `T | fork (a) (b)`, `T | facet by x` and `T | evaluate preview(n)` at the
 * end of a shown query become a query for each result, in their order. The
 * tree above them is shared, so T is computed for each of them. Anywhere else,
 * and over `_`, which each result would move on, they are left as they are and
 * refused while binding. */
#include "statement.h"

enum { MAX_RESULTS = 1000 };

struct splitter {
    struct arena *a;
    const struct registry *reg;
    struct ast *cell;
};

static struct ast *make_op(struct splitter *s, const char *name,
                           struct span at)
{
    struct ast *op = ast_new(s->a, AST_OP, at, S(""));
    op->op = reg_op(s->reg, str_of(name));
    return op;
}

/* Another place among siblings for the same node and its children. */
static struct ast *again(struct splitter *s, const struct ast *t)
{
    struct ast *copy = NEW(s->a, struct ast);
    *copy = *t;
    copy->next = NULL;
    return copy;
}

static void split(struct splitter *s, struct ast *t);

/* A query of what stands before the last operator and of `ops`. */
static void add_query(struct splitter *s, const struct ast *t,
                      const struct ast *ops)
{
    struct ast *query = ast_new(s->a, AST_QUERY, t->span, S(""));
    struct ast *pipe = ast_new(s->a, AST_PIPE, t->kid->span, S(""));
    for (const struct ast *k = t->kid->kid; k->next; k = k->next)
        ast_add(pipe, again(s, k));
    for (; ops; ops = ops->next)
        ast_add(pipe, again(s, ops));
    split(s, ast_add(query, pipe));
}

static void split_fork(struct splitter *s, const struct ast *t,
                       const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next)
        add_query(s, t, k->kind == AST_NAMED ? k->kid->kid : k->kid);
}

/* summarize count_NAME = count() by NAME */
static struct ast *count_by(struct splitter *s, const struct ast *column)
{
    struct span at = column->span;
    struct ast *op = make_op(s, "summarize", at);
    struct ast *aggs = ast_new(s->a, AST_CLAUSE, at, S("aggregates"));
    struct ast *by = ast_new(s->a, AST_CLAUSE, at, S("by"));
    struct ast *named = ast_new(s->a, AST_NAMED, at,
                                arena_fmt(s->a, "count_%.*s",
                                          STRF(column->text)));
    ast_add(named, ast_new(s->a, AST_CALL, at, S("count")));
    ast_add(op, ast_add(aggs, named));
    return ast_add(op, ast_add(by, again(s, column)));
}

static void split_facet(struct splitter *s, const struct ast *t,
                        const struct ast *op)
{
    const struct ast *by = ast_clause(op, "by"),
                     *with = ast_clause(op, "with");
    for (const struct ast *k = by ? by->kid : NULL; k; k = k->next)
        add_query(s, t, count_by(s, k));
    if (with && with->kid)
        add_query(s, t, with->kid->kid);
}

/* take n, then count */
static void split_preview(struct splitter *s, const struct ast *t,
                          const struct ast *call)
{
    struct ast *take = make_op(s, "take", call->span);
    add_query(s, t, ast_add(take, again(s, call->kid)));
    add_query(s, t, make_op(s, "count", call->span));
}

static bool only_names(const struct ast *clause)
{
    for (const struct ast *k = clause ? clause->kid : NULL; k; k = k->next)
        if (k->kind != AST_NAME)
            return false;
    return clause && clause->kid;
}

static const struct ast *preview_of(const struct ast *op)
{
    const struct ast *call = op->kid;
    bool is = str_eqz(str_of(op->op->name), "evaluate") && call &&
              !call->next && ast_is(call, AST_CALL, "preview") &&
              ast_nkids(call) == 1;
    return is ? call : NULL;
}

static void split(struct splitter *s, struct ast *t)
{
    const struct ast *op = t->kind == AST_QUERY && t->kid->kind == AST_PIPE
                               ? t->kid->last
                               : NULL;
    bool may = op && op->kind == AST_OP && op != t->kid->kid &&
               t->kid->kid->kind != AST_COMMAND &&
               !mentions_last_shown(t) && ast_nkids(s->cell) < MAX_RESULTS;
    if (may && str_eqz(str_of(op->op->name), "fork"))
        split_fork(s, t, op);
    else if (may && str_eqz(str_of(op->op->name), "facet") &&
             only_names(ast_clause(op, "by")))
        split_facet(s, t, op);
    else if (may && preview_of(op))
        split_preview(s, t, preview_of(op));
    else
        ast_add(s->cell, t);
}

struct ast *several_results(struct arena *a, const struct registry *reg,
                            const struct ast *cell)
{
    struct splitter s = { a, reg, ast_new(a, AST_CELL, cell->span, S("")) };
    for (struct ast *t = cell->kid, *next; t; t = next) {
        next = t->next;
        t->next = NULL;
        split(&s, t);
    }
    return s.cell;
}
