/* relatives.c - rows of a process tree that are related to some of them.
 *
 * Called by: op_ancestors.c, op_descendants.c.
 * A native step marks the rows in a hidden column, a filter keeps them. Rows
 * that have no tree yet get one first, with the columns that are found. */
#include "relatives.h"

#include "syntax/canon.h"

struct relatives_args {
    struct span span;
    uint32_t seed;  /* column of the condition */
    int64_t levels; /* 0: no limit */
    enum proctree_direction direction;
};

static const struct hunt_out related = { "\001related", TYPE_BOOL };

void relatives_parse(struct parser *p, struct ast *op)
{
    if (peek(p)->kind == TOK_NUMBER)
        ast_add(op, parse_unary(p));
    hunt_parse_word(p, op, "of");
}

void relatives_print(struct canon *c, const struct ast *op)
{
    const struct ast *of = ast_clause(op, "of");
    if (op->kid && op->kid->kind != AST_CLAUSE) {
        buf_addc(c->b, ' ');
        canon_unary(c, op->kid);
    }
    if (of && of->kid) {
        buf_adds(c->b, " of ");
        canon_expr(c, of->kid);
    }
}

/* The same as | proctree before it. */
static struct node *with_tree(struct binder *b, const struct ast *op,
                              struct node *in)
{
    const struct lang_op *proctree = reg_op(b->reg, S("proctree"));
    if (in->open || node_find(in, S("ProcessKey")))
        return in;
    struct ast *tree = ast_new(b->arena, AST_OP, op->span, S("proctree"));
    tree->op = proctree;
    return proctree->bind(b, tree, in);
}

static bool read_levels(struct binder *b, const struct ast *op,
                        struct relatives_args *r)
{
    struct value v;
    if (!op->kid || op->kid->kind == AST_CLAUSE)
        return true;
    if (!bind_value(b, op->kid, &v))
        return false;
    if (type_is_int(v.type) && v.i >= 1 && v.i <= INT32_MAX) {
        r->levels = v.i;
        return true;
    }
    bind_error(b, DIAG_ARGUMENTS, op->kid->span,
               "the number of levels is 1 or more");
    return false;
}

static bool read_seed(struct binder *b, const struct ast *op,
                      struct relatives_args *r)
{
    static const enum type is_bool[] = { TYPE_BOOL, TYPE_ERROR };
    const struct ast *of = ast_clause(op, "of");
    struct group_key key;
    if (!of || !of->kid) {
        struct diag *d = bind_error(b, DIAG_SYNTAX, op->span,
                                    "%s of which processes?", op->op->name);
        diag_hint(b->ds, d, "… | proctree | %s of ProcName =~ \"cmd.exe\"",
                  op->op->name);
        return false;
    }
    if (!hunt_columns(b, of, &key) || key.n != 1 ||
        !hunt_type(b, key.v[0], of->kid, is_bool))
        return false;
    r->seed = key.v[0];
    return true;
}

/* The rows that are marked, without the mark. */
static struct node *marked(struct binder *b, const struct ast *op,
                           struct node *n, const struct node *in)
{
    struct node *f = node_over(b, NODE_FILTER, op, n);
    f->cond = ex_column(b, &n->cols.v[n->cols.n - 1], op->span);
    struct node *p = project_new(b, op, f);
    for (size_t i = 0; i < in->cols.n; i++)
        for (size_t k = 0; k < n->cols.n; k++)
            if (str_eq(n->cols.v[k].name, in->cols.v[i].name)) {
                project_keep(b, p, &n->cols.v[k]);
                break;
            }
    return p;
}

struct node *relatives_bind(struct binder *b, const struct ast *op,
                            struct node *in, enum proctree_direction direction)
{
    struct relatives_args *r = NEW(b->arena, struct relatives_args);
    r->span = op->span;
    r->direction = direction;
    in = with_tree(b, op, in);
    if (!in)
        return NULL;
    b->row = in;
    bool ok = read_levels(b, op, r);
    ok = read_seed(b, op, r) && ok;
    if (!ok)
        return hunt_fail(b, op, in);
    struct node *n = hunt_annotate(b, op, r);
    hunt_add(b, n, related.name, related.type);
    return marked(b, op, n, in);
}

enum status relatives_step(const struct frame *in, const void *args,
                           struct frame **out, const atomic_bool *cancel,
                           struct diags *ds)
{
    const struct relatives_args *r = args;
    struct arena *a = arena_new();
    bool *seed = arena_array(a, in->nrows, sizeof *seed);
    bool *hit = arena_array(a, in->nrows, sizeof *hit);
    const struct column *c = &in->cols[r->seed];
    (void)cancel; /* one pass over rows that are here */
    for (size_t i = 0; i < in->nrows; i++)
        seed[i] = !cell_is_null(c, i) && c->i[i];
    struct proctree_relation rel = {
        .seed = seed, .direction = r->direction,
        .levels = (uint32_t)r->levels, .span = r->span,
    };
    enum status st = proctree_related(in, &rel, hit, ds);
    if (st == ST_OK) {
        *out = hunt_frame(in, &related, 1);
        frame_set_rows(*out, in->nrows);
        for (size_t i = 0; i < in->nrows; i++)
            (*out)->cols[in->ncols].i[i] = hit[i];
    }
    arena_free(a);
    return st;
}
