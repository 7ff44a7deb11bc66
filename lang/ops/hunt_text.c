/* hunt_text.c - what operators over texts share: `| op Columns [by Columns]`.
 *
 * Called by: op_iocs.c, op_decode.c, op_sweep.c. */
#include "hunt_text.h"

void hunt_parse_texts(struct parser *p, struct ast *op)
{
    if (at_punct(p, "*"))
        ast_add(op, ast_new(p->arena, AST_STAR, take(p)->span, S("*")));
    else
        hunt_parse_columns(p, op);
    hunt_parse_by(p, op, false);
}

/* ---- the input of the step --------------------------------------------- */

struct texts {
    LIST(struct assign) list; /* names in col.name */
    size_t ntexts;
};

static void add(struct binder *b, struct texts *t, str name, struct expr *e)
{
    struct assign a = { { .name = name }, e };
    PUSH(b->arena, t->list, a);
}

static bool add_expr(struct binder *b, struct texts *t, const struct ast *k,
                     bool text)
{
    static const char unnamed[] = "text";
    struct expr *e = bind_expr(b, k->kind == AST_NAMED ? k->kid : k);
    if (e->kind == EX_ERROR || e->type == TYPE_ERROR)
        return false;
    str name = k->kind == AST_NAMED ? k->text : auto_name(b, k);
    if (e->window)
        e = hoist(b, e, unnamed);
    add(b, t, name.n ? name : str_of(unnamed),
        text ? coerce(b, e, TYPE_STRING) : e);
    return true;
}

static bool is_text(const struct col *c)
{
    bool hidden = c->name.n && c->name.p[0] == '\001';
    return !hidden && (c->type == TYPE_STRING || c->type == TYPE_DYNAMIC);
}

/* Every column of texts; a dynamic as its JSON. */
static bool add_all(struct binder *b, struct texts *t, const struct ast *op)
{
    for (size_t i = 0; i < b->row->cols.n; i++) {
        const struct col *c = &b->row->cols.v[i];
        if (is_text(c))
            add(b, t, c->name,
                coerce(b, ex_column(b, c, op->span), TYPE_STRING));
    }
    if (t->list.n || b->row->open)
        return t->list.n > 0;
    bind_error(b, DIAG_TYPE, op->span, "%s finds no column of texts here",
               b->where);
    return false;
}

static bool collect(struct binder *b, struct texts *t, const struct ast *op)
{
    const struct ast *by = ast_clause(op, "by");
    bool ok = true, named = false;
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind == AST_CLAUSE || k->kind == AST_STAR)
            continue;
        named = true;
        ok = add_expr(b, t, k, true) && ok;
    }
    if (!named)
        ok = add_all(b, t, op);
    t->ntexts = t->list.n;
    for (const struct ast *k = by ? by->kid : NULL; k; k = k->next)
        ok = add_expr(b, t, k, false) && ok;
    return ok;
}

struct node *hunt_texts(struct binder *b, const struct ast *op, size_t *ntexts)
{
    struct texts t = { 0 };
    if (!collect(b, &t, op))
        return NULL;
    struct node *p = project_new(b, op, b->row);
    for (size_t i = 0; i < t.list.n; i++)
        project_add(b, p, t.list.v[i].col.name, t.list.v[i].e);
    *ntexts = t.ntexts;
    return p;
}

/* ---- the step ---------------------------------------------------------- */

struct node *hunt_step(struct binder *b, const struct ast *op,
                       struct node *texts, const void *args)
{
    struct node *n = node_new(b->arena, NODE_HOST, op->span, texts);
    n->op = op->op;
    n->args = args;
    return n;
}

void hunt_own(struct binder *b, struct node *n, size_t ntexts,
              const struct extract_col *cols, size_t ncols)
{
    const struct node *in = n->in[0];
    for (size_t i = 0; i < ncols; i++)
        hunt_add(b, n, cols[i].name, cols[i].type);
    for (size_t i = ntexts; i < in->cols.n; i++) {
        const struct col *c = &in->cols.v[i];
        PUSH(b->arena, n->cols,
             col_new(b, free_name(b, n, c->name), c->type, c->has_null));
    }
}

/* ---- a function for each column ---------------------------------------- */

struct node *hunt_map(struct binder *b, const struct ast *op, struct node *in,
                      const char *function)
{
    struct texts t = { 0 };
    bool replace = false;
    const struct hunt_option options[] = {
        { "replace", HUNT_BOOL, &replace, 0, 0 },
    };
    bool ok = hunt_options(b, op, options, 1);
    if (!collect(b, &t, op) || !ok)
        return hunt_fail(b, op, in);
    struct node *p = project_new(b, op, b->row);
    p->open = in->open;
    for (size_t i = 0; i < b->row->cols.n; i++)
        project_keep(b, p, &b->row->cols.v[i]);
    for (size_t i = 0; i < t.list.n; i++) {
        str name = t.list.v[i].col.name;
        struct expr *e = ex_func(b, function, op->span, t.list.v[i].e, NULL);
        if (replace)
            project_set(b, p, name, e);
        else
            project_add(b, p,
                        free_name(b, p, arena_fmt(b->arena, "%s_%.*s",
                                                  function, STRF(name))),
                        e);
    }
    return settle(b, p);
}
