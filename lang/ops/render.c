/* render.c - reads the properties of `render` into a hint.
 *
 * Called by: lang.c when a result is shown; op_render.c. */
#include "render.h"

#include "lang.h"

bool is_render_kind(const struct registry *r, str name)
{
    for (size_t i = 0; i < r->nrenderers; i++)
        if (str_eqz(name, r->renderers[i].name) ||
            (r->renderers[i].alias && str_eqz(name, r->renderers[i].alias)))
            return true;
    return r->nrenderers == 0;
}

const char *render_word(const struct registry *r, size_t i)
{
    return r->renderers[i].name;
}

static const struct ast *find_render(const struct ast *pipe)
{
    const struct ast *last = NULL;
    for (const struct ast *k = pipe->kind == AST_PIPE ? pipe->kid : NULL; k;
         k = k->next)
        if (k->kind == AST_OP && k->op &&
            str_eqz(str_of(k->op->name), "render"))
            last = k;
    return last;
}

/* Bare names are text (kind = stacked, ycolumns = a, b). */
static struct value property(struct binder *b, const struct ast *o)
{
    struct value v = { .type = TYPE_STRING, .s = S("") };
    struct buf list;
    if (!o->kid)
        return v;
    bool name = o->kid->kind == AST_NAME && !scope_find(b->scope, o->kid->text);
    if (!o->kid->next && !name) {
        bind_value(b, o->kid, &v);
        return v;
    }
    buf_init(&list, 4096);
    for (const struct ast *k = o->kid; k; k = k->next) {
        buf_adds(&list, k == o->kid ? "" : ",");
        buf_add(&list, k->text);
    }
    v.s = buf_take(&list, b->arena);
    buf_release(&list);
    return v;
}

void render_hint(struct binder *b, const struct ast *pipe, struct hint *out)
{
    const struct ast *r = find_render(pipe);
    *out = (struct hint){ .kind = S("") };
    if (!r || !r->kid || r->kid->kind != AST_NAME ||
        !is_render_kind(b->reg, r->kid->text))
        return;
    out->kind = r->kid->text;
    const struct ast *with = ast_clause(r, "with");
    for (const struct ast *o = with ? with->kid : NULL; o; o = o->next) {
        if (o->kind != AST_OPTION && o->kind != AST_NAMED)
            continue;
        struct hint_prop p = { o->text, property(b, o) };
        PUSH(b->arena, out->props, p);
    }
}
