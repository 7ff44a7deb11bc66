/* op_project_by_names.c - `T | project-by-names "a", "b*", dynamic([…])`.
 *
 * Names are constants, so the columns are known before the query runs. */
#include "base/json_walk.h"
#include "base/json_write.h"
#include "bind/bind.h"
#include "syntax/parse.h"

static void by_names_parse(struct parser *p, struct ast *op)
{
    do
        ast_add(op, parse_expr(p));
    while (accept_punct(p, ","));
}

/* Columns that a name or a pattern means; one that means none is no mistake. */
static void keep(struct binder *b, struct node *p, const struct node *in,
                 str name)
{
    bool *hit = arena_array(b->arena, in->cols.n, sizeof *hit);
    struct ast pattern = { .kind = AST_WILDCARD, .text = name };
    match_columns(b, &pattern, in, hit);
    for (size_t i = 0; i < in->cols.n; i++)
        if (hit[i] && !node_find(p, in->cols.v[i].name))
            project_keep(b, p, &in->cols.v[i]);
}

/* The texts of an array; false when something else is in it. */
static bool keep_all(struct binder *b, struct node *p, const struct node *in,
                     str array)
{
    struct json_iter it;
    str item;
    if (!str_starts(array, S("[")))
        return false;
    json_iter_init(&it, array);
    while (json_next(&it, NULL, &item)) {
        struct buf name;
        if (!str_starts(item, S("\"")))
            return false;
        buf_init(&name, item.n + 1);
        json_unquote(&name, item);
        keep(b, p, in, buf_take(&name, b->arena));
        buf_release(&name);
    }
    return true;
}

static struct node *by_names_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    struct node *p = project_new(b, op, in);
    p->open = in->open;
    for (const struct ast *k = op->kid; k; k = k->next) {
        struct value v;
        if (!bind_value(b, k, &v))
            return in->open ? in : NULL;
        if (v.type == TYPE_STRING)
            keep(b, p, in, v.s);
        else if (v.type != TYPE_DYNAMIC || v.null || !keep_all(b, p, in, v.s)) {
            if (b->check && v.null)
                return p->open = true, p;
            bind_error(b, DIAG_TYPE, k->span,
                       "a name or an array of names is needed here");
            return NULL;
        }
    }
    return p;
}

const struct lang_op op_project_by_names = {
    .name = "project-by-names",
    .usage = "T | project-by-names \"name\", \"pattern*\", array, …",
    .summary = "Columns whose names are texts or in arrays of texts, in this "
               "order; names that no column has are left out.",
    .example = "print a = 1, b = 2, c = 3 | project-by-names "
               "dynamic([\"c\", \"a\"])",
    .parse = by_names_parse,
    .bind = by_names_bind,
};
