/* op_externaldata.c - `externaldata(a:type, …)["path"] with (format="csv")`. */
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

static void externaldata_parse(struct parser *p, struct ast *op)
{
    parse_columns(p, clause(p, op, "columns"));
    struct ast *uris = clause(p, op, "uris");
    if (peek(p)->kind == TOK_QUOTED) { /* ["x"] alone is lexed as a name */
        const struct token *t = take(p);
        struct ast *v = ast_new(p->arena, AST_LITERAL, t->span, S(""));
        v->value = (struct value){ .type = TYPE_STRING, .s = t->text };
        ast_add(uris, v);
    } else if (expect_punct(p, "[")) {
        parse_expr_list(p, uris, "]");
        expect_punct(p, "]");
    }
    parse_with(p, op);
}

static bool bind_uris(struct binder *b, const struct ast *uris,
                      struct source_request *rq)
{
    struct value *args = arena_array(b->arena, ast_nkids(uris), sizeof *args);
    for (const struct ast *k = uris->kid; k; k = k->next) {
        struct value *v = &args[rq->nargs++];
        if (!bind_value(b, k, v))
            return false;
        if (v->type != TYPE_STRING) {
            bind_error(b, DIAG_TYPE, k->span, "a path or address is a string");
            return false;
        }
        if (str_find(v->s, S("://")) >= 0) {
            struct diag *d =
                bind_error(b, DIAG_POLICY, k->span,
                           "nothing is fetched from the network here");
            diag_hint(b->ds, d, "download the file and name its local path");
            return false;
        }
    }
    rq->args = args;
    return true;
}

static bool bind_options(struct binder *b, const struct ast *with,
                         struct source_request *rq)
{
    size_t n = with ? ast_nkids(with) : 0;
    struct source_option *o = arena_array(b->arena, n, sizeof *o);
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next) {
        o[rq->noptions].name = k->text;
        if (k->kid && k->kid->kind == AST_NAME)
            o[rq->noptions].value =
                (struct value){ .type = TYPE_STRING, .s = k->kid->text };
        else if (!k->kid || !bind_value(b, k->kid, &o[rq->noptions].value))
            return false;
        rq->noptions++;
    }
    rq->options = o;
    return true;
}

static struct node *open_columns(struct binder *b, const struct ast *op,
                                 const struct source_request *rq)
{
    struct node *n = node_new(b->arena, NODE_VALUES, op->span, NULL);
    for (size_t i = 0; i < rq->ncols; i++)
        PUSH(b->arena, n->cols,
             col_new(b, rq->cols[i].name, rq->cols[i].type, true));
    return n;
}

static struct node *externaldata_bind(struct binder *b, const struct ast *op,
                                      struct node *in)
{
    struct source_request rq = { .span = op->span };
    const struct ast *cols = ast_clause(op, "columns"),
                     *uris = ast_clause(op, "uris");
    (void)in;
    if (!cols || !uris)
        return NULL;
    struct source_col *c = arena_array(b->arena, ast_nkids(cols), sizeof *c);
    for (const struct ast *k = cols->kid; k; k = k->next) {
        enum type t = TYPE_STRING;
        if (k->kid)
            type_from_name(k->kid->text, &t);
        c[rq.ncols++] = (struct source_col){ k->text, t };
    }
    rq.cols = c;
    if (b->open_tables)
        return open_columns(b, op, &rq);
    const struct provider *file = reg_provider(b->reg, S("file"));
    if (!file || !bind_uris(b, uris, &rq) ||
        !bind_options(b, ast_clause(op, "with"), &rq))
        return NULL;
    struct source *s = b->env->open(b->env->ctx, file, &rq, b->ds);
    return s ? fetch_node(b, s, op->span) : NULL;
}

static void externaldata_print(struct canon *c, const struct ast *op)
{
    const struct ast *uris = ast_clause(op, "uris");
    canon_columns(c, ast_clause(op, "columns"));
    buf_adds(c->b, " [");
    if (uris)
        canon_items(c, uris->kid);
    buf_addc(c->b, ']');
    canon_with(c, op);
}

const struct lang_op op_externaldata = {
    .name = "externaldata",
    .alias = "external_data",
    .flags = OP_SOURCE | OP_NO_PIPE,
    .usage = "externaldata(column:type, …)[\"path\", …] with (format=\"csv\")",
    .summary = "Rows of a file with columns declared here.",
    .example =
        "externaldata(line:string)[\"/etc/hostname\"] with (format=\"txt\") | "
        "count",
    .parse = externaldata_parse,
    .print = externaldata_print,
    .bind = externaldata_bind,
};
