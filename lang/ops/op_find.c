/* op_find.c - `find [in (T, U*)] where predicate [project …]`.
 *
 * Without project the columns of the predicate and those that all tables have
 * are shown; the rest of a row is packed into pack_. */
#include "terms.h"
#include "syntax/canon.h"

static const char *const options[] = { "withsource", "datascope", NULL };

/* pack ( * ) | pack_all ( ) */
static bool parse_pack(struct parser *p, struct ast *project)
{
    bool all = at_word(p, "pack_all");
    if ((!all && !at_word(p, "pack")) || !str_eqz(peek_at(p, 1)->text, "("))
        return false;
    ast_add(project, ast_new(p->arena, AST_STAR, take(p)->span, S("pack")));
    take(p);
    if (!all)
        expect_punct(p, "*");
    expect_punct(p, ")");
    return true;
}

/* name [: type], … [pack ( * )] */
static void parse_project(struct parser *p, struct ast *op)
{
    struct ast *project = clause(p, op, "project");
    do {
        if (parse_pack(p, project))
            break;
        struct ast *name = parse_name(p);
        struct ast *c = ast_new(p->arena, AST_COLUMN, name->span, name->text);
        if (accept_punct(p, ":"))
            ast_add(c, parse_type(p));
        ast_add(project, c);
    } while (accept_punct(p, ","));
}

static void find_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    terms_parse_tables(p, op);
    if (ast_clause(op, "in"))
        expect_word(p, "where");
    else
        accept_word(p, "where");
    terms_parse(p, op);
    if (!accept_word(p, "project"))
        return;
    if (!at_punct(p, "-")) {
        parse_project(p, op);
        return;
    }
    take(p);
    expect_word(p, "smart");
}

/* ---- what is shown ---- */

static bool is_common(const struct tables *t, const struct col *c)
{
    for (size_t i = 0; i < t->v.n; i++) {
        const struct col *other = node_find(t->v.v[i], c->name);
        if (!other || other->type != c->type)
            return false;
    }
    return true;
}

static bool is_in_predicate(const struct terms *s, str name)
{
    for (size_t i = 0; i < s->names.n; i++)
        if (str_eq(s->names.v[i], name))
            return true;
    return false;
}

static struct expr *pack(struct binder *b, const struct node *n,
                         const bool *shown, struct span at)
{
    struct expr **args = arena_array(b->arena, 2 * n->cols.n, sizeof *args);
    size_t k = 0;
    for (size_t i = 0; i < n->cols.n; i++) {
        if (shown[i])
            continue;
        args[k++] = ex_string(b, n->cols.v[i].name);
        args[k++] = ex_column(b, &n->cols.v[i], at);
    }
    return bind_call_args(b, S("bag_pack"), at, NULL, args, k);
}

static bool marks_all(const bool *shown, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!shown[i])
            return false;
    return true;
}

/* The columns of the predicate and the common ones; *rest: others exist. */
static bool *smart_columns(struct binder *b, const struct terms *s,
                           const struct tables *t, const struct node *n,
                           bool *rest)
{
    bool *shown = arena_array(b->arena, n->cols.n, sizeof *shown);
    for (size_t i = 0; i < n->cols.n; i++)
        shown[i] = is_in_predicate(s, n->cols.v[i].name) ||
                   is_common(t, &n->cols.v[i]);
    *rest |= !marks_all(shown, n->cols.n);
    return shown;
}

static void show_smart(struct binder *b, const struct ast *op,
                       const struct terms *s, struct tables *t)
{
    bool **shown = arena_array(b->arena, t->v.n, sizeof *shown);
    bool rest = false;
    for (size_t i = 0; i < t->v.n; i++)
        shown[i] = smart_columns(b, s, t, t->v.v[i], &rest);
    for (size_t i = 0; i < t->v.n; i++) {
        struct node *n = t->v.v[i], *p = project_new(b, op, n);
        p->open = n->open;
        for (size_t c = 0; c < n->cols.n; c++)
            if (shown[i][c])
                project_keep(b, p, &n->cols.v[c]);
        if (rest)
            project_add(b, p, S("pack_"), pack(b, n, shown[i], op->span));
        t->v.v[i] = p;
    }
}

/* ---- project ---- */

/* The type of a column that is shown: the one asked for, else the one that it
 * has in all tables that have it. False: reported. */
static bool column_type(struct binder *b, const struct tables *t,
                        const struct ast *k, enum type *type)
{
    bool known = false, open = false;
    *type = TYPE_DYNAMIC;
    if (k->kid)
        type_from_name(k->kid->text, type);
    for (size_t i = 0; i < t->v.n; i++) {
        const struct col *c = node_find(t->v.v[i], k->text);
        open |= t->v.v[i]->open;
        if (!c)
            continue;
        if (known && !k->kid && c->type != *type) {
            struct diag *d = bind_error(b, DIAG_TYPE, k->span,
                                        "'%.*s' has several types in these "
                                        "tables",
                                        STRF(k->text));
            diag_hint(b->ds, d, "say which: %.*s:%s", STRF(k->text),
                      type_name(*type));
            return false;
        }
        known = true;
        if (!k->kid)
            *type = c->type;
    }
    if (!known && !open)
        bind_error(b, DIAG_UNKNOWN_COLUMN, k->span,
                   "no table here has a column '%.*s'", STRF(k->text));
    return known || open;
}

static void show_column(struct binder *b, struct node *p, const struct ast *k,
                        enum type type, bool *shown)
{
    const struct node *n = p->in[0];
    const struct col *c = node_find(n, k->text);
    if (!c) {
        project_add(b, p, k->text, ex_null(b, type));
        return;
    }
    project_add(b, p, k->text, coerce(b, ex_column(b, c, k->span), type));
    for (size_t i = 0; i < n->cols.n; i++)
        if (n->cols.v[i].id == c->id)
            shown[i] = true;
}

static bool show_projected(struct binder *b, const struct ast *project,
                           struct tables *t)
{
    struct ast at = { .span = project->span };
    size_t nk = ast_nkids(project), j = 0;
    enum type *types = arena_array(b->arena, nk, sizeof *types);
    for (const struct ast *k = project->kid; k; k = k->next, j++)
        if (k->kind == AST_COLUMN && !column_type(b, t, k, &types[j]))
            return false;
    for (size_t i = 0; i < t->v.n; i++) {
        struct node *n = t->v.v[i], *p = project_new(b, &at, n);
        bool *shown = arena_array(b->arena, n->cols.n, sizeof *shown);
        j = 0;
        for (const struct ast *k = project->kid; k; k = k->next, j++)
            if (k->kind == AST_COLUMN)
                show_column(b, p, k, types[j], shown);
            else
                project_add(b, p, S("pack_"), pack(b, n, shown, k->span));
        t->v.v[i] = p;
    }
    return true;
}

static struct node *find_bind(struct binder *b, const struct ast *op,
                              struct node *in)
{
    const struct ast *where = ast_clause(op, "where");
    const struct ast *project = ast_clause(op, "project");
    struct tables t = { 0 };
    struct terms s = { .where = where ? where->kid : NULL };
    (void)in;
    if (!s.where || !terms_tables(b, op, &t))
        return NULL;
    terms_init(b, &s, &t);
    if (!terms_filter(b, &s, &t))
        return NULL;
    if (!project)
        show_smart(b, op, &s, &t);
    else if (!show_projected(b, project, &t))
        return NULL;
    str source = option_text(op, "withsource");
    source = terms_source(b, &t, source.n ? source : S("source_"));
    return tables_unite(b, op, &t, source, false);
}

static void print_project(struct canon *c, const struct ast *project)
{
    buf_adds(c->b, " project ");
    for (const struct ast *k = project->kid; k; k = k->next) {
        if (k->kind == AST_STAR)
            buf_adds(c->b, "pack(*)");
        else
            canon_expr(c, k);
        if (k->next)
            buf_adds(c->b, ", ");
    }
}

static void find_print(struct canon *c, const struct ast *op)
{
    const struct ast *project = ast_clause(op, "project");
    canon_options(c, op);
    terms_print_tables(c, op);
    buf_adds(c->b, " where ");
    terms_print(c, op);
    if (project)
        print_project(c, project);
}

const struct lang_op op_find = {
    .name = "find",
    .flags = OP_SOURCE | OP_NO_PIPE,
    .usage = "find [withsource=Name] [in (T, U*)] where condition "
             "[project column[:type], … [pack_all()]]",
    .summary = "Rows of several tables for which a condition holds; columns "
               "that not all have are packed into pack_.",
    .example = "let T = view () { print a = 1, b = \"x\" }; find in (T) where "
               "a == 1",
    .parse = find_parse,
    .print = find_print,
    .bind = find_bind,
};
