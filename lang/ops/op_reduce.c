/* op_reduce.c - `T | reduce by text [with threshold=share]`.
 *
 * The engine counts equal texts; a native step groups what is left. */
#include "analytics/reduce.h"
#include "bind/bind.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

/* [kind = …] by expr [with threshold = share, characters = "…"] */
static void reduce_parse(struct parser *p, struct ast *op)
{
    static const char *const before[] = { "kind", NULL };
    static const char *const after[] = { "threshold", "characters", NULL };
    parse_options(p, op, before);
    if (!expect_word_of(p, "by", "reduce by Column"))
        return;
    ast_add(clause(p, op, "by"), parse_expr(p));
    if (accept_word(p, "with"))
        parse_options(p, clause(p, op, "with"), after);
}

static bool unsupported(struct binder *b, const struct ast *o, const char *hint)
{
    struct diag *d = bind_error(b, DIAG_UNSUPPORTED, o->span,
                                "the option '%.*s' of reduce is not "
                                "supported",
                                STRF(o->text));
    diag_hint(b->ds, d, "%s", hint);
    return false;
}

static bool read_option(struct binder *b, const struct ast *o,
                        struct reduce_opts *to)
{
    struct value v;
    if (str_eqz(o->text, "kind"))
        return unsupported(b, o, "join the patterns to the rows by hand");
    if (str_eqz(o->text, "characters"))
        return unsupported(b, o,
                           "words end at what is no letter or digit; "
                           "put such characters in with replace_string");
    if (!o->kid || !bind_value(b, o->kid, &v))
        return false;
    if (v.type == TYPE_REAL)
        to->threshold = v.d;
    else if (type_is_int(v.type))
        to->threshold = (double)v.i;
    if (type_is_num(v.type) && to->threshold >= 0 && to->threshold <= 1)
        return true;
    bind_error(b, DIAG_OPTION, o->span, "threshold is a share from 0 to 1");
    return false;
}

static bool read_options(struct binder *b, const struct ast *op,
                         struct reduce_opts *to)
{
    const struct ast *with = ast_clause(op, "with");
    bool ok = true;
    to->threshold = 0.1;
    for (const struct ast *k = op->kid; k; k = k->next)
        ok = ok && (k->kind != AST_OPTION || read_option(b, k, to));
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next)
        ok = ok && read_option(b, k, to);
    return ok;
}

static struct node *count_texts(struct binder *b, const struct ast *op,
                                struct expr *text)
{
    struct node *n = node_new(b->arena, NODE_AGGREGATE, op->span, b->row);
    struct assign key = { col_new(b, S("text"), TYPE_STRING, false), text };
    struct assign rows = { col_new(b, S("rows"), TYPE_LONG, false),
                           ex_calln(b, TYPE_LONG, "count(*)", NULL, 0) };
    PUSH(b->arena, n->keys, key);
    PUSH(b->arena, n->cols, key.col);
    PUSH(b->arena, n->assigns, rows);
    PUSH(b->arena, n->cols, rows.col);
    return n;
}

static struct node *reduce_bind(struct binder *b, const struct ast *op,
                                struct node *in)
{
    const struct ast *by = ast_clause(op, "by");
    struct reduce_opts *o = NEW(b->arena, struct reduce_opts);
    if (!by || !by->kid || !read_options(b, op, o))
        return NULL;
    struct expr *text = bind_expr(b, by->kid);
    if (text->kind == EX_ERROR)
        return in->open ? in : NULL;
    if (text->type != TYPE_STRING && !in->open) {
        struct diag *d = bind_error(b, DIAG_TYPE, by->kid->span,
                                    "reduce needs a string, this is a %s",
                                    type_name(text->type));
        diag_hint(b->ds, d, "tostring(…) makes one");
        return NULL;
    }
    if (text->window)
        text = hoist(b, text, "text");
    struct node *n = node_new(b->arena, NODE_HOST, op->span,
                              count_texts(b, op, coerce(b, text, TYPE_STRING)));
    n->op = op->op;
    n->args = o;
    PUSH(b->arena, n->cols, col_new(b, S("Pattern"), TYPE_STRING, false));
    PUSH(b->arena, n->cols, col_new(b, S("Count"), TYPE_LONG, false));
    PUSH(b->arena, n->cols,
         col_new(b, S("Representative"), TYPE_STRING, false));
    return n;
}

static enum status reduce_step(const struct frame *in, const void *args,
                               struct frame **out, const atomic_bool *cancel,
                               struct diags *ds)
{
    (void)ds;
    return reduce_run(in, args, out, cancel);
}

static void reduce_print(struct canon *c, const struct ast *op)
{
    const struct ast *with = ast_clause(op, "with");
    canon_options(c, op);
    canon_by(c, op, "by");
    if (!with)
        return;
    buf_adds(c->b, " with");
    canon_options(c, with);
}

const struct lang_op op_reduce = {
    .name = "reduce",
    .usage = "T | reduce by text [with threshold=share]",
    .summary = "Groups similar texts: words that many have at the same place "
               "stay, others become *. Rare texts are counted as others.",
    .example = "datatable(s:string)[\"user ana in\", \"user bo in\", \"x\"] | "
               "reduce by s",
    .parse = reduce_parse,
    .print = reduce_print,
    .bind = reduce_bind,
    .run = reduce_step,
};
