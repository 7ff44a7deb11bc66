/* op_union.c - `union T, U, (V | …)`: the rows of several tables.
 *
 * Columns are matched by name; a name with several types becomes one column
 * per type (x_long, x_string); what a table lacks is null or "". */
#include "bind/bind.h"
#include "syntax/parse.h"

static const char *const options[] = { "kind", "withsource", "with_source",
                                       "isfuzzy", NULL };

static void union_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    do {
        if (at_punct(p, "("))
            ast_add(op, parse_unary(p));
        else if (peek(p)->kind == TOK_NAME &&
                 (str_eqz(peek_at(p, 1)->text, "(") ||
                  str_eqz(peek_at(p, 1)->text, ".")))
            ast_add(op, parse_unary(p));
        else
            ast_add(op, parse_pattern(p));
    } while (accept_punct(p, ","));
}

/* One column of the result and where it comes from. */
struct slot {
    str base; /* the name in the tables */
    enum type type;
    bool clash;  /* another slot has this base with another type */
    bool common; /* in every table (kind=inner) */
};

struct tables {
    LIST(struct node *) v;
    LIST(str) names;
    LIST(struct slot) slots;
};

static void add_table(struct binder *b, struct tables *t, struct node *n,
                      str name)
{
    if (!n)
        return;
    if (!name.n)
        name = arena_fmt(b->arena, "union_arg%zu", t->v.n);
    PUSH(b->arena, t->v, n);
    PUSH(b->arena, t->names, name);
}

static bool wild(str pat, str s)
{
    size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;
    while (i < s.n) {
        if (p < pat.n && pat.p[p] == '*') {
            star = p++;
            mark = i;
        } else if (p < pat.n && pat.p[p] == s.p[i]) {
            p++, i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (p < pat.n && pat.p[p] == '*')
        p++;
    return p == pat.n;
}

struct wild_views {
    struct binder *b;
    struct tables *t;
    const struct ast *pattern;
};

/* Only lets that are declared as views answer to a pattern. */
static void add_wild_view(void *ctx, const struct let *l)
{
    struct wild_views *w = ctx;
    bool view = l->ast && l->ast->kind == AST_FUNCTION &&
                str_eqz(l->ast->text, "view");
    struct ast name = { .kind = AST_NAME,
                        .span = w->pattern->span,
                        .text = l->name };
    if (view && wild(w->pattern->text, l->name))
        add_table(w->b, w->t, bind_table(w->b, &name), l->name);
}

static void add_wildcard(struct binder *b, struct tables *t,
                         const struct ast *k, bool fuzzy)
{
    struct wild_views views = { b, t, k };
    const struct table_info *info;
    size_t before = t->v.n;
    for (size_t i = 0; (info = b->env->table_at(b->env->ctx, i)) != NULL; i++) {
        struct ast name = { .kind = AST_NAME,
                            .span = k->span,
                            .text = info->name };
        if (wild(k->text, info->name))
            add_table(b, t, bind_table(b, &name), info->name);
    }
    scope_each(b->scope, add_wild_view, &views);
    if (t->v.n == before && !b->open_tables && !fuzzy)
        bind_error(b, DIAG_UNKNOWN_TABLE, k->span, "no table matches '%.*s'",
                   STRF(k->text));
}

static bool is_known(struct binder *b, const struct ast *k)
{
    while (k->kind == AST_PIPE && k->kid)
        k = k->kid;
    return k->kind != AST_NAME || scope_find(b->scope, k->text) ||
           b->env->table(b->env->ctx, k->text);
}

static void collect(struct binder *b, const struct ast *op, struct node *in,
                    struct tables *t)
{
    bool fuzzy = str_ieqz(option_text(op, "isfuzzy"), "true");
    struct node *row = b->row;
    b->row = NULL;
    add_table(b, t, in, in ? in->name : S(""));
    for (const struct ast *k = op->kid; k; k = k->next) {
        if (k->kind == AST_OPTION)
            continue;
        if (k->kind == AST_WILDCARD)
            add_wildcard(b, t, k, fuzzy);
        else if (!fuzzy || is_known(b, k)) {
            struct node *n = bind_table(b, k);
            const struct let *l =
                k->kind == AST_NAME ? scope_find(b->scope, k->text) : NULL;
            bool view = l && l->ast && l->ast->kind == AST_FUNCTION;
            bool shared = n && l && !view;
            add_table(b, t, n,
                      k->kind == AST_NAME && !shared ? k->text
                      : n                            ? n->name
                                                     : S(""));
        }
    }
    b->row = row;
}

static struct slot *find_slot(struct tables *t, str base, enum type type,
                              bool *clash)
{
    struct slot *hit = NULL;
    for (size_t i = 0; i < t->slots.n; i++) {
        struct slot *s = &t->slots.v[i];
        if (!str_eq(s->base, base))
            continue;
        if (s->type == type)
            hit = s;
        else
            *clash = s->clash = true;
    }
    if (hit && *clash)
        hit->clash = true;
    return hit;
}

/* A new type of a known name goes right behind its siblings. */
static void insert_slot(struct binder *b, struct tables *t, struct slot s)
{
    size_t at = t->slots.n;
    for (size_t i = 0; s.clash && i < t->slots.n; i++)
        if (str_eq(t->slots.v[i].base, s.base))
            at = i + 1;
    PUSH(b->arena, t->slots, s);
    for (size_t i = t->slots.n - 1; i > at; i--)
        t->slots.v[i] = t->slots.v[i - 1];
    t->slots.v[at] = s;
}

static void find_slots(struct binder *b, struct tables *t)
{
    for (size_t k = 0; k < t->v.n; k++)
        for (size_t i = 0; i < t->v.v[k]->cols.n; i++) {
            const struct col *c = &t->v.v[k]->cols.v[i];
            bool clash = false;
            if (find_slot(t, c->name, c->type, &clash))
                continue;
            struct slot s = { c->name, c->type, clash, false };
            insert_slot(b, t, s);
        }
}

static const struct col *source_of(const struct node *n, const struct slot *s)
{
    for (size_t i = 0; i < n->cols.n; i++)
        if (str_eq(n->cols.v[i].name, s->base) && n->cols.v[i].type == s->type)
            return &n->cols.v[i];
    return NULL;
}

static void drop_uncommon(struct tables *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->slots.n; i++) {
        bool common = true;
        for (size_t k = 0; k < t->v.n; k++)
            common &= source_of(t->v.v[k], &t->slots.v[i]) != NULL;
        if (common) {
            t->slots.v[n] = t->slots.v[i];
            t->slots.v[n++].clash = false;
        }
    }
    t->slots.n = n;
}

/* The table with exactly the columns of the result. */
static struct node *align(struct binder *b, const struct ast *op,
                          struct tables *t, size_t k, str source)
{
    struct node *p = project_new(b, op, t->v.v[k]);
    if (source.n)
        project_add(b, p, source, ex_string(b, t->names.v[k]));
    for (size_t i = 0; i < t->slots.n; i++) {
        const struct slot *s = &t->slots.v[i];
        const struct col *c = source_of(t->v.v[k], s);
        if (c)
            project_keep(b, p, c);
        else
            project_add(b, p, s->base, ex_null(b, s->type));
    }
    return p;
}

static struct node *combine(struct binder *b, const struct ast *op,
                            struct tables *t, str source)
{
    struct node *n = node_new(b->arena, NODE_UNION, op->span, NULL);
    n->nin = t->v.n;
    n->in = arena_array(b->arena, t->v.n, sizeof *n->in);
    for (size_t k = 0; k < t->v.n; k++) {
        n->in[k] = align(b, op, t, k, source);
        n->open |= t->v.v[k]->open;
    }
    if (source.n)
        PUSH(b->arena, n->cols, col_new(b, source, TYPE_STRING, false));
    size_t first = n->cols.n;
    for (size_t i = 0; i < t->slots.n; i++) /* plain names win over made ones */
        PUSH(b->arena, n->cols,
             col_new(b, t->slots.v[i].clash ? S("") : t->slots.v[i].base,
                     t->slots.v[i].type, true));
    for (size_t i = 0; i < t->slots.n; i++) {
        const struct slot *s = &t->slots.v[i];
        str name =
            arena_fmt(b->arena, "%.*s_%s", STRF(s->base), type_name(s->type));
        if (s->clash)
            n->cols.v[first + i].name = free_name(b, n, name);
    }
    return n;
}

static struct node *union_bind(struct binder *b, const struct ast *op,
                               struct node *in)
{
    struct tables t = { 0 };
    size_t nerrors = b->ds->nerrors;
    collect(b, op, in, &t);
    if (b->ds->nerrors != nerrors)
        return NULL;
    if (t.v.n == 0) {
        bind_error(b, DIAG_UNKNOWN_TABLE, op->span,
                   "none of the tables of the "
                   "union exists");
        return NULL;
    }
    find_slots(b, &t);
    if (str_eqz(option_text(op, "kind"), "inner"))
        drop_uncommon(&t);
    str source = option_text(op, "withsource");
    return combine(b, op, &t,
                   source.n ? source : option_text(op, "with_source"));
}

const struct lang_op op_union = {
    .name = "union",
    .flags = OP_SOURCE,
    .usage =
        "union [kind=inner] [withsource=Name] [isfuzzy=true] T, (U | …), V*",
    .summary = "The rows of several tables; columns are matched by name.",
    .example = "union (print a = 1), (print a = 2, b = \"x\")",
    .parse = union_parse,
    .bind = union_bind,
};
