/* kql_prefix.c - how much of a pipeline a service of KQL can run as text.
 *
 * Called by: bind_remote.c.
 * An operator goes along when it is KQL's and all it names is there: columns,
 * tables of the same connection, and lets, which are sent before it. What is
 * only here (a loaded table, a kept result, a hunting operator) ends it. */
#include "kql_prefix.h"

#include "bind_int.h"
#include "syntax/canon.h"

enum { MAX_LETS = 200, MAX_LET_DEPTH = 50, MAX_QUERY_TEXT = 4 << 20 };

struct prefix {
    struct binder *b;
    struct remote *remote;
    const struct scope *scope; /* what names mean at this point */
    bool fits;
    unsigned depth;
    LIST(const struct let *) lets; /* to send, those they use first */
};

bool kql_is_place(const struct ast *call)
{
    static const char *const words[] = { "workspace", "cluster", "database",
                                         "app",       "adx",     "arg",
                                         "resource",  "table",
                                         "external_table" };
    while (call->value.i == 1 && call->kid && call->kid->kind == AST_CALL)
        call = call->kid;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(call->text, words[i]))
            return true;
    return false;
}

/* ---- the tree as the service is to see it ---- */

static struct ast *text_literal(struct arena *a, str s)
{
    struct ast *t = ast_new(a, AST_LITERAL, NO_SPAN, S(""));
    t->value = (struct value){ .type = TYPE_STRING, .s = s };
    return t;
}

/* s.T is T there, and s.db.T is database("db").T. */
static struct ast *without_alias(struct binder *b, const struct ast *path)
{
    const struct ast *up = path->kid;
    if (up->kind == AST_NAME)
        return ast_new(b->arena, AST_NAME, path->span, path->text);
    struct ast *t = ast_new(b->arena, AST_PATH, path->span, path->text);
    struct ast *db =
        ast_new(b->arena, AST_CALL, path->span, S("database"));
    ast_add(db, text_literal(b->arena, up->text));
    return ast_add(t, db);
}

static struct ast *copy_for_service(struct binder *b, const struct ast *t)
{
    if (t->kind == AST_PATH && remote_of_path(b, t))
        return without_alias(b, t);
    struct ast *c = ast_new(b->arena, t->kind, t->span, t->text);
    *c = *t;
    c->kid = c->last = c->next = NULL;
    for (const struct ast *k = t->kid; k; k = k->next)
        ast_add(c, copy_for_service(b, k));
    return c;
}

str kql_source(struct binder *b, const struct ast *t)
{
    struct buf text;
    struct canon c = { .b = &text, .reg = b->reg };
    buf_init(&text, MAX_QUERY_TEXT);
    canon_expr(&c, copy_for_service(b, t));
    str s = buf_take(&text, b->arena);
    buf_release(&text);
    return s;
}

/* ---- what an operator names ---- */

static void look_at(struct prefix *p, const struct ast *t);

static bool is_listed(const struct prefix *p, const struct let *l)
{
    for (size_t i = 0; i < p->lets.n; i++)
        if (p->lets.v[i] == l)
            return true;
    return false;
}

static void use_let(struct prefix *p, const struct let *l)
{
    bool value = !l->ast && l->expr && l->expr->kind == EX_LITERAL;
    if (is_listed(p, l))
        return;
    if ((!l->ast && !value) || p->lets.n == MAX_LETS ||
        p->depth == MAX_LET_DEPTH) {
        p->fits = false;
        return;
    }
    const struct scope *scope = p->scope;
    p->depth++;
    if (l->ast) {
        p->scope = l->home;
        look_at(p, l->ast);
        p->scope = scope;
    }
    p->depth--;
    if (p->fits && !is_listed(p, l))
        PUSH(p->b->arena, p->lets, l);
}

static void look_at_name(struct prefix *p, const struct ast *t)
{
    const struct let *l = scope_find(p->scope, t->text);
    if (l)
        use_let(p, l);
    else if (p->b->env->table(p->b->env->ctx, t->text))
        p->fits = false; /* a table that is here */
}

static void look_at_call(struct prefix *p, const struct ast *t)
{
    const struct let *l = scope_find(p->scope, t->text);
    size_t n = 0;
    const struct lang_func *const *rows = reg_funcs(p->b->reg, t->text, &n);
    if (remote_of_call(p->b, t) || reg_provider(p->b->reg, t->text) ||
        (n && rows[0]->flags & FN_HUNTING))
        p->fits = false;
    else if (l)
        use_let(p, l);
}

static bool is_theirs(const struct prefix *p, const struct ast *path)
{
    const struct ast *root = path;
    while (root->kind == AST_PATH)
        root = root->kid;
    if (root->kind != AST_NAME)
        return true;
    struct remote *r = remote_of_path(p->b, path);
    return r ? r == p->remote : !reg_provider(p->b->reg, root->text);
}

static bool is_theirs_op(const struct ast *op)
{
    static const char *const here[] = { "render", "as", "externaldata" };
    for (size_t i = 0; i < sizeof here / sizeof *here; i++)
        if (str_eqz(str_of(op->op->name), here[i]))
            return false;
    return !(op->op->flags & OP_HUNTING);
}

static void look_at(struct prefix *p, const struct ast *t)
{
    if (!p->fits)
        return;
    if (t->kind == AST_NAME)
        look_at_name(p, t);
    else if (t->kind == AST_CALL)
        look_at_call(p, t);
    else if (t->kind == AST_OP)
        p->fits = is_theirs_op(t);
    else if (t->kind == AST_ERROR || (t->kind == AST_PATH && !is_theirs(p, t)))
        p->fits = false;
    if (t->kind == AST_PATH && remote_of_path(p->b, t))
        return; /* its root is the alias, not a name of a table */
    for (const struct ast *k = t->kid; k && p->fits; k = k->next)
        look_at(p, k);
}

/* ---- the text ---- */

static struct ast *let_statement(struct binder *b, const struct let *l)
{
    struct ast *t = ast_new(b->arena, AST_LET, NO_SPAN, l->name);
    if (l->ast)
        return ast_add(t, copy_for_service(b, l->ast));
    struct ast *value = ast_new(b->arena, AST_LITERAL, NO_SPAN, S(""));
    value->value = l->expr->value;
    return ast_add(t, value);
}

static str text_of_prefix(const struct prefix *p, const struct ast *source,
                          const struct ast *ops)
{
    struct binder *b = p->b;
    struct buf text;
    struct canon c = { .b = &text, .reg = b->reg };
    buf_init(&text, MAX_QUERY_TEXT);
    for (size_t i = 0; i < p->lets.n; i++) {
        canon_statement(&c, let_statement(b, p->lets.v[i]));
        buf_adds(&text, ";\n");
    }
    struct ast *pipe = ast_new(b->arena, AST_PIPE, source->span, S(""));
    ast_add(pipe, copy_for_service(b, source));
    for (const struct ast *op = ops; op; op = op->next)
        ast_add(pipe, copy_for_service(b, op));
    canon_pipe(&c, pipe);
    str s = buf_take(&text, b->arena);
    buf_release(&text);
    return s;
}

void kql_prefix(struct binder *b, struct remote *r, const struct ast *pipe,
                struct kql_prefix *out)
{
    struct prefix p = { .b = b, .remote = r, .scope = b->scope, .fits = true };
    struct ast list = { .kind = AST_LIST };
    const struct ast *op = pipe->kid->next;
    for (; op && op->kind == AST_OP; op = op->next) {
        look_at(&p, op);
        if (!p.fits)
            break;
        struct ast *copy = ast_new(b->arena, op->kind, op->span, op->text);
        *copy = *op;
        copy->next = NULL;
        ast_add(&list, copy);
    }
    *out = (struct kql_prefix){ .ops = list.kid, .rest = op };
    if (list.kid)
        out->text = text_of_prefix(&p, pipe->kid, list.kid);
}
