/* op_project_rename.c - `T | project-rename new = old, …`. */
#include "bind/bind.h"
#include "syntax/parse.h"

static void rename_parse(struct parser *p, struct ast *op)
{
    parse_named_list(p, op);
}

static bool rename_one(struct binder *b, const struct ast *k, struct node *p)
{
    if (k->kind != AST_NAMED || k->kid->kind != AST_NAME) {
        struct diag *d = bind_error(b, DIAG_SYNTAX, k->span,
                                    "expected a "
                                    "renaming");
        diag_hint(b->ds, d, "project-rename new = old");
        return false;
    }
    bool *hit = arena_array(b->arena, p->cols.n, sizeof *hit);
    if (!match_columns(b, k->kid, p, hit))
        return p->open;
    for (size_t i = 0; i < p->cols.n; i++) {
        if (hit[i])
            p->cols.v[i].name = k->text;
        else if (str_eq(p->cols.v[i].name, k->text)) {
            bind_error(b, DIAG_DUPLICATE, k->span,
                       "there is a column '%.*s' "
                       "already",
                       STRF(k->text));
            return false;
        }
    }
    return true;
}

static struct node *rename_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    struct node *p = project_new(b, op, in);
    bool ok = true;
    p->open = in->open;
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(b, p, &in->cols.v[i]);
    for (const struct ast *k = op->kid; k; k = k->next)
        ok &= rename_one(b, k, p);
    for (size_t i = 0; i < p->cols.n; i++)
        p->assigns.v[i].col.name = p->cols.v[i].name;
    return ok ? p : NULL;
}

const struct lang_op op_project_rename = {
    .name = "project-rename",
    .usage = "T | project-rename new = old, …",
    .summary = "Renames columns; they keep their place.",
    .example = "print a = 1, b = 2 | project-rename c = a",
    .parse = rename_parse,
    .bind = rename_bind,
};
