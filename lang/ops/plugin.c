/* plugin.c - arguments and output schemas of plugins.
 *
 * Called by: the plugins. */
#include "plugin.h"

const struct ast *plugin_call(const struct ast *op)
{
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_CALL)
            return k;
    return op;
}

const struct ast *plugin_arg(const struct ast *op, size_t i, const char *name)
{
    size_t n = 0;
    const struct ast *call = plugin_call(op);
    for (const struct ast *k = call->kid; k; k = k->next) {
        if (k->kind == AST_NAMED && name && str_ieqz(k->text, name))
            return k->kid;
        if (k->kind != AST_NAMED && n++ == i)
            return k;
    }
    return NULL;
}

size_t plugin_nargs(const struct ast *op)
{
    size_t n = 0;
    for (const struct ast *k = plugin_call(op)->kid; k; k = k->next)
        n += k->kind != AST_NAMED;
    return n;
}

bool plugin_need(struct binder *b, const struct ast *op, size_t least)
{
    const struct ast *call = plugin_call(op);
    size_t n = plugin_nargs(op);
    if (n >= least)
        return true;
    bind_error(b, DIAG_ARGUMENTS, call->span,
               "'%.*s' needs at least %zu argument%s, %zu %s given",
               STRF(call->text), least, least == 1 ? "" : "s", n,
               n == 1 ? "is" : "are");
    return false;
}

const struct col *plugin_column(struct binder *b, const struct ast *t,
                                struct node *in)
{
    if (t->kind != AST_NAME) {
        bind_error(b, DIAG_ARGUMENTS, t->span,
                   "a column is needed here: the name alone");
        return NULL;
    }
    const struct col *c = node_find(in, t->text);
    if (c || in->open)
        return c;
    struct diag *d = bind_error(b, DIAG_UNKNOWN_COLUMN, t->span,
                                "unknown column '%.*s' in '%s'", STRF(t->text),
                                b->where);
    suggest_columns(b, d, t->text, in);
    return NULL;
}

static bool wrong_constant(struct binder *b, const struct ast *t,
                           const struct value *v, const char *want)
{
    if (v->type != TYPE_ERROR)
        bind_error(b, DIAG_TYPE, t->span, "a constant %s is needed here, this "
                   "is a %s", want, type_name(v->type));
    return false;
}

bool plugin_bool(struct binder *b, const struct ast *t, bool *v)
{
    struct value x = { 0 };
    if (!t)
        return true;
    if (!bind_value(b, t, &x))
        return false;
    if (x.type != TYPE_BOOL)
        return wrong_constant(b, t, &x, "bool");
    *v = x.i != 0;
    return true;
}

bool plugin_real(struct binder *b, const struct ast *t, double *v)
{
    struct value x = { 0 };
    if (!t)
        return true;
    if (!bind_value(b, t, &x))
        return false;
    if (x.type == TYPE_STRING && str_eqz(x.s, "~"))
        return true; /* KQL's word for "as usual" */
    if (!type_is_int(x.type) && x.type != TYPE_REAL)
        return wrong_constant(b, t, &x, "number");
    if (!x.null)
        *v = x.type == TYPE_REAL ? x.d : (double)x.i;
    return true;
}

bool plugin_long(struct binder *b, const struct ast *t, int64_t *v)
{
    struct value x = { 0 };
    if (!t)
        return true;
    if (!bind_value(b, t, &x))
        return false;
    if (x.type == TYPE_STRING && str_eqz(x.s, "~"))
        return true;
    if (!type_is_int(x.type))
        return wrong_constant(b, t, &x, "whole number");
    if (!x.null)
        *v = x.i;
    return true;
}

bool plugin_text(struct binder *b, const struct ast *t, str *v)
{
    struct value x = { 0 };
    if (!t)
        return true;
    if (!bind_value(b, t, &x))
        return false;
    if (x.type != TYPE_STRING)
        return wrong_constant(b, t, &x, "text");
    *v = x.s;
    return true;
}

bool plugin_options(struct binder *b, const struct ast *op,
                    const char *const *names)
{
    bool ok = true;
    const struct ast *call = plugin_call(op);
    for (const struct ast *k = call->kid; k; k = k->next) {
        size_t i = 0;
        if (k->kind != AST_NAMED)
            continue;
        while (names[i] && !str_ieqz(k->text, names[i]))
            i++;
        if (names[i])
            continue;
        struct diag *d = bind_error(b, DIAG_OPTION, k->span,
                                    "'%.*s' has no option '%.*s'",
                                    STRF(call->text), STRF(k->text));
        if (names[0])
            diag_hint(b->ds, d, "it has '%s'", names[0]);
        ok = false;
    }
    return ok;
}

const struct ast *plugin_schema(const struct ast *op)
{
    return ast_clause(op, "schema");
}

bool schema_keeps(const struct ast *schema)
{
    return schema->kid && schema->kid->kind == AST_STAR;
}

struct node *plugin_open(struct binder *b, const struct ast *op,
                         struct node *in, const struct col *drop)
{
    struct node *p = project_new(b, op, in);
    for (size_t i = 0; i < in->cols.n; i++)
        if (!drop || in->cols.v[i].id != drop->id)
            project_keep(b, p, &in->cols.v[i]);
    p->open = true;
    return p;
}

struct node *plugin_host(struct binder *b, const struct ast *op,
                         struct node *rows,
                         enum status (*run)(const struct frame *in,
                                            const void *args,
                                            struct frame **out,
                                            const atomic_bool *cancel,
                                            struct diags *ds),
                         const void *args)
{
    struct plugin_step *step = NEW(b->arena, struct plugin_step);
    struct node *n = node_new(b->arena, NODE_HOST, op->span, rows);
    step->run = run;
    step->args = args;
    n->op = op->op;
    n->args = step;
    n->open = rows->open;
    return n;
}
