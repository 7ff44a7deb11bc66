/* op_proctree.c - `T | proctree`: parents, roots and depths of processes. */
#include "analytics/proctree_frame.h"
#include "bind/bind.h"
#include "syntax/parse.h"

/* proctree [with (pid = Column, ppid = Column, …)] */
static void proctree_parse(struct parser *p, struct ast *op)
{
    parse_with(p, op);
}

static bool read_option(struct binder *b, const struct ast *k,
                        struct proctree_opts *o)
{
    enum proctree_role role;
    struct value v;
    if (!proctree_role_from_name(k->text, &role)) {
        struct diag *d = bind_error(b, DIAG_OPTION, k->span,
                                    "proctree has no "
                                    "option '%.*s'",
                                    STRF(k->text));
        diag_hint(b->ds, d,
                  "pid, ppid, guid, parent_guid, time, parent_time, "
                  "host, image, parent_image, command");
        return false;
    }
    if (k->kid && k->kid->kind == AST_NAME)
        o->column[role] = k->kid->text;
    else if (k->kid && bind_value(b, k->kid, &v) && v.type == TYPE_STRING)
        o->column[role] = v.s;
    else
        return false;
    return true;
}

static struct node *proctree_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    struct proctree_opts *o = NEW(b->arena, struct proctree_opts);
    const struct ast *with = ast_clause(op, "with");
    o->span = op->span;
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next)
        if (!read_option(b, k, o))
            return NULL;
    struct node *n = node_new(b->arena, NODE_HOST, op->span, in);
    size_t nc = in->cols.n;
    struct proctree_table t = { .ncols = nc };
    str *names = arena_array(b->arena, nc, sizeof *names);
    enum type *types = arena_array(b->arena, nc, sizeof *types);
    for (size_t i = 0; i < nc; i++) {
        names[i] = in->cols.v[i].name;
        types[i] = in->cols.v[i].type;
    }
    t.names = names;
    t.types = types;
    n->op = op->op;
    n->args = o;
    if (in->open) {
        n->open = true;
        return n;
    }
    struct proctree_col *cols =
        arena_array(b->arena, nc + PROCTREE_NCOLS, sizeof *cols);
    if (proctree_cols(b->arena, &t, o, cols, b->ds) != ST_OK)
        return NULL;
    for (size_t i = 0; i < nc + PROCTREE_NCOLS; i++)
        PUSH(b->arena, n->cols, col_new(b, cols[i].name, cols[i].type, true));
    return n;
}

static enum status proctree_step(const struct frame *in, const void *args,
                                 struct frame **out, const atomic_bool *cancel,
                                 struct diags *ds)
{
    return proctree_run(in, args, out, ds, cancel);
}

const struct lang_op op_proctree = {
    .name = "proctree",
    .flags = OP_HUNTING,
    .usage =
        "T | proctree [with (pid = Column, ppid = Column, time = Column, …)]",
    .summary =
        "Adds ProcessKey, ParentKey, RootKey, Depth, Path, ChildCount, "
        "ProcName and TreeFlags to process rows of any known log "
        "(Security 4688, Sysmon 1, Defender, auditd, ECS, osquery, host).",
    .example = "host.processes | proctree | where Depth == 0 | count",
    .parse = proctree_parse,
    .bind = proctree_bind,
    .run = proctree_step,
};
