/* tables.c - the rows of several tables as one.
 *
 * Called by: op_union.c, op_search.c, op_find.c.
 * Columns are matched by name; a name with several types becomes one column
 * per type (x_long, x_string); what a table lacks is null or "". */
#include "tables.h"

void tables_add(struct binder *b, struct tables *t, struct node *n, str name,
                const char *unnamed)
{
    if (!n)
        return;
    if (!name.n)
        name = arena_fmt(b->arena, "%s%zu", unnamed, t->v.n);
    PUSH(b->arena, t->v, n);
    PUSH(b->arena, t->names, name);
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
    if (view && str_glob(w->pattern->text, l->name, false))
        tables_add(w->b, w->t, bind_table(w->b, &name), l->name, "");
}

bool tables_add_matching(struct binder *b, struct tables *t,
                         const struct ast *k, bool quiet)
{
    struct wild_views views = { b, t, k };
    const struct table_info *info;
    size_t before = t->v.n;
    for (size_t i = 0; (info = b->env->table_at(b->env->ctx, i)) != NULL; i++) {
        struct ast name = { .kind = AST_NAME,
                            .span = k->span,
                            .text = info->name };
        if (str_glob(k->text, info->name, false))
            tables_add(b, t, bind_table(b, &name), info->name, "");
    }
    scope_each(b->scope, add_wild_view, &views);
    if (t->v.n == before && !b->open_tables && !quiet)
        bind_error(b, DIAG_UNKNOWN_TABLE, k->span, "no table matches '%.*s'",
                   STRF(k->text));
    return t->v.n > before;
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

enum { MAX_TABLES = 1000, MAX_SLOTS = 10000 };

static void find_slots(struct binder *b, struct tables *t)
{
    for (size_t k = 0; k < t->v.n && t->slots.n <= MAX_SLOTS; k++)
        for (size_t i = 0; i < t->v.v[k]->cols.n; i++) {
            const struct col *c = &t->v.v[k]->cols.v[i];
            bool clash = false;
            if (find_slot(t, c->name, c->type, &clash))
                continue;
            struct slot s = { c->name, c->type, clash, false };
            insert_slot(b, t, s);
        }
}

static bool fits(struct binder *b, const struct ast *op,
                 const struct tables *t)
{
    bool many = t->v.n > MAX_TABLES;
    if (!many && t->slots.n <= MAX_SLOTS)
        return true;
    bind_error(b, DIAG_LIMIT, op->span, "more than %d %s in %s",
               many ? MAX_TABLES : MAX_SLOTS, many ? "tables" : "columns",
               op->op->name);
    return false;
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

struct node *tables_unite(struct binder *b, const struct ast *op,
                          struct tables *t, str source, bool common)
{
    find_slots(b, t);
    if (!fits(b, op, t))
        return NULL;
    if (common)
        drop_uncommon(t);
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
