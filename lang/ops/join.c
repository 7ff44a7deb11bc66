/* join.c - keys and output columns of join and lookup.
 *
 * Called by: op_join.c, op_lookup.c.
 * Null keys match each other; a right column whose name is taken gets a
 * number; the right key is repeated by join and left out by lookup. */
#include "join.h"
#include "syntax/canon.h"

void join_parse(struct parser *p, struct ast *op)
{
    static const char *const options[] = { "kind", "withsource", NULL };
    parse_options(p, op, options);
    struct ast *table = clause(p, op, "table");
    ast_add(table, parse_unary(p));
    parse_options(p, op, options);
    struct ast *on = clause(p, op, "on");
    if (!expect_word_of(p, "on", "join kind=inner (Other) on Column"))
        return;
    do
        ast_add(on, parse_expr(p));
    while (accept_punct(p, ","));
}

void join_print(struct canon *c, const struct ast *op)
{
    const struct ast *table = ast_clause(op, "table");
    canon_options(c, op);
    buf_addc(c->b, ' ');
    if (table && table->kid)
        canon_group(c, table->kid);
    canon_by(c, op, "on");
}

static bool names_side(const struct ast *t, const char *side)
{
    for (; t; t = t->kid)
        if (t->kind == AST_NAME && str_eqz(t->text, side))
            return true;
    return false;
}

static struct expr *key_column(struct binder *b, const struct ast *t,
                               struct node *side, const char *which)
{
    const struct col *c = node_find(side, t->text);
    if (c && c->type != TYPE_ERROR)
        return ex_column(b, c, t->span);
    if (c || side->open)
        return ex_error(b, t->span);
    struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, t->span,
                                "the %s table "
                                "of the %s has no column '%.*s'",
                                which, b->where, STRF(t->text));
    suggest_columns(b, d, t->text, side);
    return ex_error(b, t->span);
}

static bool key_types_fit(struct binder *b, struct join_key *k, struct span at)
{
    if (k->left->kind == EX_ERROR || k->right->kind == EX_ERROR)
        return false;
    enum type l = k->left->type, r = k->right->type;
    if (l == TYPE_DYNAMIC || r == TYPE_DYNAMIC) {
        struct diag *d = bind_error(
            b, DIAG_KEY_TYPE, at, "a dynamic cannot be a key of %s", b->where);
        diag_hint(b->ds, d, "extend a tostring(…) of it first");
        return false;
    }
    enum type t = common_type(l, r);
    if (t == TYPE_ERROR) {
        bind_error(b, DIAG_TYPE, at, "the keys differ in type: %s and %s",
                   type_name(l), type_name(r));
        return false;
    }
    k->left = coerce(b, k->left, t);
    k->right = coerce(b, k->right, t);
    return true;
}

static bool add_keys(struct binder *b, const struct ast *t, struct node *n);

/* $left.a == $right.b in either order, a == b, or a */
static bool add_key(struct binder *b, const struct ast *t, struct node *n)
{
    struct join_key k;
    if (ast_is(t, AST_BINARY, "and")) {
        bool ok = true;
        for (const struct ast *a = t->kid; a; a = a->next)
            ok &= add_keys(b, a, n);
        return ok;
    }
    if (t->kind == AST_NAME) {
        k.left = key_column(b, t, n->in[0], "left");
        k.right = key_column(b, t, n->in[1], "right");
    } else if (ast_is(t, AST_BINARY, "==")) {
        const struct ast *l = t->kid, *r = t->kid->next;
        if (names_side(l, "$right") || names_side(r, "$left")) {
            const struct ast *swap = l;
            l = r, r = swap;
        }
        k.left = l->kind == AST_NAME ? key_column(b, l, n->in[0], "left")
                                     : bind_expr(b, l);
        k.right = r->kind == AST_NAME ? key_column(b, r, n->in[1], "right")
                                      : bind_expr(b, r);
    } else {
        struct diag *d = bind_error(b, DIAG_SYNTAX, t->span,
                                    "a %s condition is "
                                    "a column or an equality",
                                    b->where);
        diag_hint(b->ds, d, "on Column, or on $left.A == $right.B");
        return false;
    }
    if (!key_types_fit(b, &k, t->span))
        return false;
    PUSH(b->arena, n->on, k);
    return true;
}

static bool add_keys(struct binder *b, const struct ast *t, struct node *n)
{
    return add_key(b, t, n);
}

static bool is_right_key(const struct node *n, uint32_t id)
{
    for (size_t i = 0; i < n->on.n; i++)
        if (n->on.v[i].right->kind == EX_COLUMN && n->on.v[i].right->id == id)
            return true;
    return false;
}

static void output_columns(struct binder *b, struct node *n, bool skip_keys)
{
    bool left = n->join != JOIN_RIGHTSEMI && n->join != JOIN_RIGHTANTI;
    bool right = n->join != JOIN_LEFTSEMI && n->join != JOIN_LEFTANTI;
    bool pad_left = n->join == JOIN_RIGHTOUTER || n->join == JOIN_FULLOUTER;
    bool pad_right = n->join == JOIN_LEFTOUTER || n->join == JOIN_FULLOUTER;
    for (size_t i = 0; left && i < n->in[0]->cols.n; i++) {
        struct col c = n->in[0]->cols.v[i];
        c.has_null |= pad_left && c.type != TYPE_STRING;
        PUSH(b->arena, n->cols, c);
    }
    for (size_t i = 0; right && i < n->in[1]->cols.n; i++) {
        struct col c = n->in[1]->cols.v[i];
        if (skip_keys && is_right_key(n, c.id))
            continue;
        c.has_null |= pad_right && c.type != TYPE_STRING;
        c.name = free_name(b, n, c.name);
        PUSH(b->arena, n->cols, c);
    }
}

/* innerunique: of the left rows with the same key, one. */
static struct node *unique_left(struct binder *b, struct node *n,
                                const struct ast *op)
{
    struct node *d = node_over(b, NODE_DISTINCT, op, n->in[0]);
    for (size_t i = 0; i < n->on.n; i++) {
        struct assign a = { col_new(b, S("\001key"), n->on.v[i].left->type,
                                    true),
                            n->on.v[i].left };
        PUSH(b->arena, d->keys, a);
    }
    return d;
}

struct node *bind_join(struct binder *b, const struct ast *op, struct node *in,
                       enum join_kind kind, bool skip_keys)
{
    const struct ast *table = ast_clause(op, "table"),
                     *on = ast_clause(op, "on");
    struct node *left = b->row;
    b->row = NULL;
    struct node *right = table && table->kid ? bind_table(b, table->kid) : NULL;
    b->row = left;
    if (!right)
        return NULL;
    struct node *n = node_new(b->arena, NODE_JOIN, op->span, NULL);
    n->nin = 2;
    n->in = arena_array(b->arena, 2, sizeof *n->in);
    n->in[0] = in;
    n->in[1] = right;
    n->join = kind;
    n->open = in->open || right->open;
    b->right = right;
    bool ok = true;
    for (const struct ast *k = on ? on->kid : NULL; k; k = k->next)
        ok &= add_keys(b, k, n);
    b->right = NULL;
    if (!ok && !n->open && !b->open_tables)
        return NULL;
    if (kind == JOIN_INNERUNIQUE)
        n->in[0] = unique_left(b, n, op);
    output_columns(b, n, skip_keys);
    return n;
}
