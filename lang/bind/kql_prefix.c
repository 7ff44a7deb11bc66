/* kql_prefix.c - how much of a pipeline a service of KQL can run as text.
 *
 * Called by: bind_remote.c.
 * An operator goes along when it is KQL's and all it names is there: columns,
 * tables of the same connection, and lets, which are sent before it. What is
 * only here (a loaded table, a kept result, a hunting operator) ends it. */
#include "kql_prefix.h"

#include "syntax/canon.h"

enum { MAX_LETS = 200, MAX_LET_DEPTH = 50, MAX_QUERY_TEXT = 4 << 20 };

struct prefix {
    struct binder *b;
    const struct kql_source *from;
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

/* A let of the session would mean something in the text as well. */
static bool is_text_name(const struct prefix *p, str name)
{
    return p->from->text && kql_text_mentions(p->from->text, name);
}

/* … and one of the text something in what follows it. */
static bool is_declared(const struct prefix *p, str name)
{
    return p->from->text && kql_text_declares(p->from->text, name);
}

static void use_let(struct prefix *p, const struct let *l)
{
    bool value = !l->ast && l->expr && l->expr->kind == EX_LITERAL;
    if (is_listed(p, l))
        return;
    if ((!l->ast && !value) || p->lets.n == MAX_LETS ||
        p->depth == MAX_LET_DEPTH || is_text_name(p, l->name)) {
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
    if (is_declared(p, t->text))
        p->fits = false;
    else if (l)
        use_let(p, l);
    else if (p->b->env->table(p->b->env->ctx, t->text))
        p->fits = false; /* a table that is here */
}

/* prev(), row_number(): the rows of all parts are its neighbours. */
static bool looks_around(const struct lang_func *f)
{
    return str_eqz(S("window"), f->family) ||
           str_eqz(S("row_session"), f->family);
}

static void look_at_call(struct prefix *p, const struct ast *t)
{
    const struct let *l = scope_find(p->scope, t->text);
    size_t n = 0;
    const struct lang_func *const *rows = reg_funcs(p->b->reg, t->text, &n);
    if (remote_of_call(p->b, t) || is_stored_call(p->b, t) ||
        reg_provider(p->b->reg, t->text) || is_declared(p, t->text) ||
        (n && rows[0]->flags & FN_HUNTING) ||
        (n && p->from->spread && looks_around(rows[0])))
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

static void add_const_cols(struct canon *c, const struct const_cols *added)
{
    for (size_t i = 0; added && i < added->n; i++) {
        buf_adds(c->b, i ? ", " : "\n| extend ");
        canon_name(c, added->v[i].name);
        buf_adds(c->b, " = ");
        canon_literal(c->b, &added->v[i].value);
    }
}

/* Statements of a text come first: a `set` has to. */
static str text_of_prefix(const struct prefix *p, const struct ast *ops)
{
    struct binder *b = p->b;
    const struct kql_text *from = p->from->text;
    struct buf text;
    struct canon c = { .b = &text, .reg = b->reg };
    buf_init(&text, MAX_QUERY_TEXT);
    if (from && from->before.n)
        buf_addf(&text, "%.*s\n", STRF(from->before));
    for (size_t i = 0; i < p->lets.n; i++) {
        canon_statement(&c, let_statement(b, p->lets.v[i]));
        buf_adds(&text, ";\n");
    }
    if (from)
        buf_add(&text, from->query);
    else
        canon_expr(&c, copy_for_service(b, p->from->table));
    add_const_cols(&c, p->from->added);
    struct ast list = { .kind = AST_LIST };
    for (const struct ast *op = ops; op; op = op->next)
        ast_add(&list, copy_for_service(b, op));
    canon_operators(&c, list.kid);
    bool whole = buf_ok(&text);
    str s = buf_take(&text, b->arena);
    buf_release(&text);
    return whole ? s : S("");
}

/* ---- several parts ---- */

static bool is_one_of(const struct ast *op, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eqz(str_of(op->op->name), words[i]))
            return true;
    return false;
}

/* What gives the same for all rows as for the parts one by one. */
static bool works_by_row(const struct ast *op)
{
    static const char *const words[] = {
        "where",        "filter",          "extend",
        "project",      "project-away",    "project-keep",
        "project-rename", "project-reorder", "parse",
        "parse-where",  "parse-kv",        "mv-expand",
    };
    return is_one_of(op, words, sizeof words / sizeof *words);
}

/* What may be done there, when it is done to all rows once more. */
static bool is_repeatable(const struct ast *op)
{
    static const char *const words[] = { "take", "top", "distinct" };
    if (!is_one_of(op, words, sizeof words / sizeof *words))
        return false;
    for (const struct ast *k = op->kid; k; k = k->next)
        if (str_eqz(str_of(op->op->name), "distinct") && k->kind != AST_NAME &&
            k->kind != AST_STAR)
            return false; /* its column has another name then */
    return true;
}

void kql_prefix(struct binder *b, const struct kql_source *from,
                const struct ast *ops, struct kql_prefix *out)
{
    struct prefix p = { .b = b, .from = from, .remote = from->remote,
                        .scope = b->scope, .fits = true };
    struct ast list = { .kind = AST_LIST };
    const struct ast *op = ops;
    bool again = false;
    *out = (struct kql_prefix){ .text = S("") };
    for (; op && op->kind == AST_OP && out->n < from->most && !again;
         op = again ? op : op->next) {
        again = from->spread && is_repeatable(op);
        if (from->spread && !again && !works_by_row(op))
            break;
        look_at(&p, op);
        if (!p.fits)
            break;
        struct ast *copy = ast_new(b->arena, op->kind, op->span, op->text);
        *copy = *op;
        copy->next = NULL;
        ast_add(&list, copy);
        out->n++;
    }
    out->ops = list.kid;
    out->rest = op;
    if (out->n)
        out->text = text_of_prefix(&p, list.kid);
    if (!out->text.n)
        *out = (struct kql_prefix){ .text = S(""), .rest = ops };
}
