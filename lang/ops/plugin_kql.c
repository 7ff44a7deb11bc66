/* plugin_kql.c - plugins that are written in the language itself.
 *
 * Called by: plugins that are a longer query.
 * The text is a function body over the table T__. All names in it end with
 * __, so that a table or column of the analyst is not taken for one of its
 * own. Arguments are not pasted into it: a placeholder is a name that the tree
 * of the argument replaces after parsing, so nothing that an analyst writes is
 * read twice. */
#include "plugin.h"

#include "base/status.h"
#include "syntax/parse.h"

enum { MAX_TEMPLATE = 1 << 20 };

void kql_init(struct kql *k, struct binder *b)
{
    *k = (struct kql){ .b = b };
    buf_init(&k->text, MAX_TEMPLATE);
    buf_adds(&k->text, "let f__ = (T__:(*)) {\n");
}

str kql_ast(struct kql *k, const struct ast *t)
{
    struct macro m = { arena_fmt(k->b->arena, "p__%zu", k->macros.n), t };
    PUSH(k->b->arena, k->macros, m);
    return m.name;
}

str kql_name(struct kql *k, str name)
{
    return kql_ast(k, ast_new(k->b->arena, AST_NAME, NO_SPAN, name));
}

str kql_each(struct kql *k, const struct ast *op, size_t from,
             const char *text)
{
    struct buf b;
    const struct ast *t;
    buf_init(&b, MAX_TEMPLATE);
    for (size_t i = 0; (t = plugin_arg(op, from + i, NULL)) != NULL; i++) {
        str name = kql_ast(k, t);
        for (const char *p = text; *p; p++) {
            if (*p == '@')
                buf_add(&b, name);
            else if (*p == '#')
                buf_addf(&b, "%zu", i);
            else
                buf_addc(&b, *p);
        }
    }
    str s = buf_take(&b, k->b->arena);
    buf_release(&b);
    return s;
}

void kql_text(struct kql *k, const char *text, const str *v)
{
    for (; *text; text++) {
        bool mark = *text == '@' && text[1] >= 'a' && text[1] <= 'z';
        if (mark)
            buf_add(&k->text, v[*++text - 'a']);
        else
            buf_addc(&k->text, *text);
    }
}

static const struct ast *find_macro(const struct kql *k, str name)
{
    if (!str_starts(name, S("p__")))
        return NULL;
    for (size_t i = 0; i < k->macros.n; i++)
        if (str_eq(k->macros.v[i].name, name))
            return k->macros.v[i].ast;
    return NULL;
}

/* The argument in the placeholder's place among its siblings. */
static void replace(struct ast *t, const struct ast *by, struct span at)
{
    struct ast *next = t->next;
    *t = *by;
    t->next = next;
    if (t->span.end == 0)
        t->span = at;
}

static void expand(const struct kql *k, struct ast *t, struct span at)
{
    for (; t; t = t->next) {
        const struct ast *m = find_macro(k, t->text);
        if (m && t->kind == AST_NAME) {
            replace(t, m, at);
            continue;
        }
        if (m)
            t->text = m->text;
        t->span = at;
        expand(k, t->kid, at);
    }
}

static struct ast *parse_template(struct kql *k, const struct ast *op)
{
    struct diags ds;
    diags_init(&ds, k->b->arena);
    buf_adds(&k->text, "\n}");
    str text = buf_take(&k->text, k->b->arena);
    bool whole = buf_ok(&k->text);
    buf_release(&k->text);
    if (!whole) {
        bind_error(k->b, DIAG_LIMIT, op->span, "'%.*s' has too many arguments",
                   STRF(plugin_call(op)->text));
        return NULL;
    }
    struct ast *cell = parse_cell(k->b->arena, k->b->reg, text, &ds);
    if (ds.nerrors || !cell->kid || cell->kid->kind != AST_LET)
        BUG("a template does not parse: %.*s\n%.*s",
            STRF(ds.list.n ? ds.list.v[0].message : S("")), STRF(text));
    expand(k, cell->kid, op->span);
    return cell->kid;
}

struct node *kql_bind(struct kql *k, const struct ast *op, struct node *in)
{
    struct binder *b = k->b;
    struct ast *let = parse_template(k, op);
    struct ast call = { .kind = AST_CALL, .span = op->span, .text = S("f__") };
    struct scope *outer = b->scope;
    if (!let)
        return NULL;
    b->scope = scope_new(b->arena, outer);
    bind_let(b, let);
    struct node *n = bind_invoke(b, &call, in);
    b->scope = outer;
    return n;
}
