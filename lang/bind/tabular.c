/* tabular.c - is an expression a table or a scalar?
 *
 * Called by: whoever may get either: statements, let, in, toscalar.
 * Gives:     an answer from names and shapes alone.
 * Must not:  bind or report anything: the expression may be bound later. */
#include "bind.h"

#include "bind_int.h"

/* s.list_logons(…) where s is nothing that is known. */
bool calls_unknown_alias(const struct binder *b, const struct ast *t)
{
    return t->kind == AST_CALL && t->value.i == 1 && t->kid &&
           t->kid->kind == AST_NAME && !b->row && !reg_op(b->reg, t->text) &&
           !scope_find(b->scope, t->kid->text);
}

static bool call_is_tabular(const struct binder *b, const struct ast *t)
{
    static const char *const words[] = {
        "materialize", "table",    "workspace",      "cluster",
        "database",    "arg",      "app",            "resource",
        "external_table",          "materialized_view",
        "stored_query_result",     "adx"
    };
    struct let *l = scope_find(b->scope, t->text);
    if (l && l->ast && l->ast->kind == AST_FUNCTION) {
        const struct ast *body = l->ast->last, *k = body ? body->kid : NULL;
        struct scope *s = scope_new(b->arena, l->home);
        for (; k && k->kind == AST_LET; k = k->next)
            if (k->kid)
                scope_add(b->arena, s,
                          &(struct let){
                              .name = k->text, .ast = k->kid, .home = s });
        for (const struct ast *p = l->ast->kid; p && p->kind == AST_PARAM;
             p = p->next)
            if (param_is_table(p))
                scope_add(
                    b->arena, s,
                    &(struct let){
                        .name = p->text,
                        .home = s,
                        .node = open_table((struct binder *)(uintptr_t)b,
                                           p->text, p->span) });
            else
                scope_add(b->arena, s,
                          &(struct let){
                              .name = p->text,
                              .home = s,
                              .expr = ex_null((struct binder *)(uintptr_t)b,
                                              TYPE_STRING) });
        struct binder inner = *b;
        inner.scope = s;
        inner.depth = b->depth + 1;
        return k && inner.depth < 100 && is_tabular(&inner, k);
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(t->text, words[i]))
            return true;
    const struct provider *p = reg_provider(b->reg, t->text);
    return remote_of_call(b, t) || is_stored_call(b, t) ||
           calls_unknown_alias(b, t) || (p && !p->tables);
}

bool is_tabular(const struct binder *b, const struct ast *t)
{
    if (t->kind == AST_PIPE || t->kind == AST_OP || t->kind == AST_COMMAND)
        return true;
    if (t->kind == AST_CALL)
        return call_is_tabular(b, t);
    if (remote_of_path(b, t))
        return true;
    if (t->kind == AST_PATH && t->kid && t->kid->kind == AST_NAME) {
        const struct provider *p = reg_provider(b->reg, t->kid->text);
        return p && p->tables && !(b->row && node_find(b->row, t->kid->text));
    }
    if (t->kind == AST_PATH && t->kid)
        return t->kid->kind == AST_CALL && call_is_tabular(b, t->kid);
    if (t->kind != AST_NAME)
        return false;
    const struct let *l = scope_find(b->scope, t->text);
    if (!l)
        return b->env->table(b->env->ctx, t->text) != NULL;
    if (!l->ast)
        return l->node != NULL;
    if (l->expr)
        return false;
    if (l->ast->kind == AST_FUNCTION)
        return call_is_tabular(b, t);
    struct binder inner = *b;
    inner.scope = l->home;
    inner.depth = b->depth + 1;
    return inner.depth < 100 && is_tabular(&inner, l->ast);
}
