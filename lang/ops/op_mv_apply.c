/* op_mv_apply.c - `T | mv-apply item = list on (subquery)`.
 *
 * Every record gets a number; its elements are the group of rows over which
 * the subquery runs (bind_grouped). The record's columns that the subquery did
 * not keep are joined back by that number. */
#include "expand.h"
#include "syntax/canon.h"

static const char *const options[] = { "with_itemindex", NULL };

/* [with_itemindex = name] item, … [limit N] on ( operator | … ) */
static void mv_apply_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, options);
    expand_parse(p, op);
    if (expect_word_of(p, "on", "mv-apply x = Column on (operator | …)"))
        ast_add(clause(p, op, "on"), parse_subquery(p));
}

static struct node *number_records(struct binder *b, const struct ast *op,
                                   struct node *in, struct col *number)
{
    struct node *p = project_new(b, op, in);
    p->open = in->open;
    for (size_t i = 0; i < in->cols.n; i++)
        project_keep(b, p, &in->cols.v[i]);
    project_add(b, p, S("\001record"),
                ex_calln(b, TYPE_LONG, "row_number() OVER ()", NULL, 0));
    *number = p->cols.v[p->cols.n - 1];
    return p;
}

static bool is_hidden(const struct col *c)
{
    return c->name.n && c->name.p[0] == '\001';
}

/* A column that is expanded under its own name is the subquery's alone. */
static bool is_outer(const struct ast *op, const struct node *sub,
                     const struct col *c)
{
    return !is_hidden(c) && !expands_column(op, c->name) &&
           !node_find(sub, c->name);
}

static bool needs_outer(const struct ast *op, const struct node *in,
                        const struct node *sub)
{
    for (size_t i = 0; i < in->cols.n; i++)
        if (is_outer(op, sub, &in->cols.v[i]))
            return true;
    return false;
}

/* `sub` with the columns of its records; *sub gets new ids, because both sides
 * may hold the same column. */
static struct node *join_records(struct binder *b, const struct ast *op,
                                 struct node *records, const struct col *number,
                                 struct node **sub)
{
    struct node *p = project_new(b, op, *sub);
    struct join_key on = { ex_column(b, number, op->span), NULL };
    for (size_t i = 0; i < (*sub)->cols.n; i++) {
        const struct col *c = &(*sub)->cols.v[i];
        struct assign a = { col_new(b, c->name, c->type, c->has_null),
                            ex_column(b, c, op->span) };
        PUSH(b->arena, p->cols, a.col);
        PUSH(b->arena, p->assigns, a);
        if (c->id == number->id)
            on.right = ex_column(b, &a.col, op->span);
    }
    records->uses = 2;
    struct node *j = node_over(b, NODE_JOIN, op, records);
    j->in = arena_array(b->arena, 2, sizeof *j->in);
    j->nin = 2;
    j->in[0] = records;
    j->in[1] = p;
    j->join = JOIN_INNER;
    j->ordered = false;
    j->order.n = 0;
    PUSH(b->arena, j->on, on);
    for (size_t i = 0; i < p->cols.n; i++)
        PUSH(b->arena, j->cols, p->cols.v[i]);
    *sub = p;
    return j;
}

/* The record's columns in their places, those of the subquery's names from
 * there, then what else the subquery gives. */
static struct node *output(struct binder *b, const struct ast *op,
                           const struct node *in, struct node *rows,
                           const struct node *sub)
{
    struct node *p = project_new(b, op, rows);
    p->open = in->open || sub->open;
    for (size_t i = 0; i < in->cols.n; i++) {
        const struct col *c = &in->cols.v[i];
        const struct col *theirs = node_find(sub, c->name);
        if (is_outer(op, sub, c))
            project_keep(b, p, c);
        else if (theirs && !is_hidden(c) && !expands_column(op, c->name))
            project_keep(b, p, theirs);
    }
    for (size_t i = 0; i < sub->cols.n; i++) {
        const struct col *c = &sub->cols.v[i];
        if (!is_hidden(c) && !node_find(p, c->name))
            project_keep(b, p, c);
    }
    return p;
}

static struct node *mv_apply_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    const struct ast *on = ast_clause(op, "on");
    struct col number;
    if (!on || !on->kid)
        return NULL;
    struct node *records = number_records(b, op, in, &number);
    b->row = records;
    struct node *rows = expand_bind(b, op);
    if (!rows)
        return in->open ? in : NULL;
    rows->ordered = true; /* the elements come in the order of the list */
    struct node *sub = bind_grouped(b, on->kid, rows, &number, NULL);
    if (!sub)
        return in->open ? in : NULL;
    struct node *all = sub;
    if (needs_outer(op, in, sub))
        all = join_records(b, op, records, &number, &sub);
    return output(b, op, in, all, sub);
}

static void mv_apply_print(struct canon *c, const struct ast *op)
{
    const struct ast *on = ast_clause(op, "on");
    expand_print(c, op);
    buf_adds(c->b, " on ");
    if (on && on->kid)
        canon_subquery(c, on->kid);
}

const struct lang_op op_mv_apply = {
    .name = "mv-apply",
    .usage = "T | mv-apply [with_itemindex=i] [name =] column "
             "[to typeof(type)], … [limit N] on (operator | …)",
    .summary = "Runs operators over the elements of each record's list; the "
               "record's columns are added to the result.",
    .example = "datatable(k:string, d:dynamic)[\"a\", dynamic([3, 5])] | "
               "mv-apply x = d to typeof(long) on (summarize max(x))",
    .parse = mv_apply_parse,
    .print = mv_apply_print,
    .bind = mv_apply_bind,
};
