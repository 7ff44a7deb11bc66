/* op_evaluate.c - `T | evaluate plugin(arguments) [: (schema)]`.
 *
 * The plugins are rows of plugins.def. */
#include "ops.h"
#include "plugin.h"
#include "syntax/canon.h"
#include "syntax/parse.h"

#define PLUGIN(name) extern const struct lang_plugin plugin_##name;
#include "plugins.def"
#undef PLUGIN

const struct lang_plugin *const lang_plugins[] = {
#define PLUGIN(name) &plugin_##name,
#include "plugins.def"
#undef PLUGIN
};
const size_t nlang_plugins = sizeof lang_plugins / sizeof *lang_plugins;

enum { NPLUGINS = sizeof lang_plugins / sizeof *lang_plugins };

/* Plugins of the language that need a service, another language's run time,
 * or have results of another shape. */
static const struct refused {
    const char *name, *hint;
} refused[] = {
    { "ai_chat_completion", NULL },
    { "ai_chat_completion_prompt", NULL },
    { "ai_embeddings", NULL },
    { "ai_embed_text", NULL },
    { "azure_digital_twins_query_request", NULL },
    { "cosmosdb_sql_request", NULL },
    { "diffpatterns_text",
      "reduce finds patterns of texts, diffpatterns compares columns" },
    { "estimate_data_size", NULL },
    { "funnel_sequence",
      "funnel_sequence_completion counts who gets how far" },
    { "http_request", NULL },
    { "http_request_post", NULL },
    { "infer_storage_schema", NULL },
    { "infer_storage_schema_with_suggestions", NULL },
    { "mysql_request", NULL },
    { "postgresql_request", NULL },
    { "preview",
      "it ends a query that is shown; elsewhere write take and count" },
    { "python", NULL },
    { "r", NULL },
    { "sql_request", NULL },
};

/* schema = ':' '(' [ '*' ',' ] name ':' type, … ')' */
static void parse_schema(struct parser *p, struct ast *op)
{
    if (!accept_punct(p, ":"))
        return;
    struct ast *schema = clause(p, op, "schema");
    bool star = at_punct(p, "(") && str_eqz(peek_at(p, 1)->text, "*");
    if (!star) {
        parse_columns(p, schema);
        return;
    }
    take(p);
    ast_add(schema, ast_new(p->arena, AST_STAR, take(p)->span, S("*")));
    while (accept_punct(p, ",") && !at_punct(p, ")")) {
        struct ast *name = parse_name(p);
        struct ast *c = ast_new(p->arena, AST_COLUMN, name->span, name->text);
        ast_add(schema, c);
        if (!expect_punct(p, ":"))
            break;
        ast_add(c, parse_type(p));
    }
    expect_punct(p, ")");
}

/* evaluate [hint.… = value] plugin '(' arguments ')' [schema] */
static void evaluate_parse(struct parser *p, struct ast *op)
{
    parse_options(p, op, NULL);
    if (!at_name(p) || !str_eqz(peek_at(p, 1)->text, "(")) {
        struct diag *d = parse_error(p, DIAG_SYNTAX, "expected a plugin");
        diag_hint(p->ds, d, "evaluate bag_unpack(Column)");
        return;
    }
    ast_add(op, parse_unary(p));
    parse_schema(p, op);
}

static const struct refused *find_refused(str name)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (str_eqz(name, refused[i].name))
            return &refused[i];
    return NULL;
}

static void unknown_plugin(struct binder *b, const struct ast *call)
{
    str names[NPLUGINS];
    const struct refused *known = find_refused(call->text);
    if (known) {
        struct diag *d = bind_error(b, DIAG_UNSUPPORTED, call->span,
                                    "the plugin '%.*s' is not supported",
                                    STRF(call->text));
        if (known->hint)
            diag_hint(b->ds, d, "%s", known->hint);
        return;
    }
    for (size_t i = 0; i < NPLUGINS; i++)
        names[i] = str_of(lang_plugins[i]->name);
    struct diag *d = bind_error(b, DIAG_UNSUPPORTED, call->span,
                                "unknown plugin '%.*s'", STRF(call->text));
    if (reg_op(b->reg, call->text)) {
        diag_hint(b->ds, d, "it is an operator: T | %.*s …",
                  STRF(call->text));
        return;
    }
    str near = diag_nearest(call->text, names, NPLUGINS);
    if (near.n)
        diag_hint(b->ds, d, "did you mean '%.*s'?", STRF(near));
}

/* The word behind which a hunting operator takes the argument `name`; NULL:
 * it is an option. `by` itself is no name in KQL. */
static const char *clause_word(str name)
{
    static const char *const words[] = { "by",   "timeout", "of",
                                         "over", "for" };
    if (str_eqz(name, "key") || str_eqz(name, "keys"))
        return "by";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(name, words[i]))
            return words[i];
    return NULL;
}

static struct ast *copy_alone(struct arena *a, const struct ast *t)
{
    struct ast *c = ast_new(a, t->kind, t->span, t->text);
    *c = *t;
    c->next = NULL;
    return c;
}

/* evaluate iocs(Log, types = …), evaluate sessions(key = User): the operator as
 * it stands behind a pipe. */
static struct node *bind_hunting(struct binder *b, const struct ast *call,
                                 const struct lang_op *hunt, struct node *in)
{
    struct ast *op = ast_new(b->arena, AST_OP, call->span, call->text);
    struct ast *with = ast_new(b->arena, AST_CLAUSE, call->span, S("with"));
    op->op = hunt;
    for (const struct ast *k = call->kid; k; k = k->next) {
        if (k->kind != AST_NAMED || !k->kid) {
            ast_add(op, copy_alone(b->arena, k));
            continue;
        }
        const char *word = clause_word(k->text);
        struct ast *to = ast_new(b->arena, word ? AST_CLAUSE : AST_OPTION,
                                 k->span, word ? str_of(word) : k->text);
        ast_add(to, copy_alone(b->arena, k->kid));
        ast_add(word ? op : with, to);
    }
    if (with->kid)
        ast_add(op, with);
    b->where = hunt->name;
    return hunt->bind(b, op, in);
}

static struct node *evaluate_bind(struct binder *b, const struct ast *op,
                                  struct node *in)
{
    const struct ast *call = plugin_call(op);
    if (call == op)
        return NULL;
    for (size_t i = 0; i < NPLUGINS; i++) {
        if (!str_eqz(call->text, lang_plugins[i]->name))
            continue;
        b->where = lang_plugins[i]->name;
        size_t nerrors = b->ds->nerrors;
        struct node *n = lang_plugins[i]->bind(b, op, in);
        if (!n && b->ds->nerrors == nerrors && in->open)
            n = plugin_open(b, op, in, NULL);
        return n;
    }
    const struct lang_op *hunt = reg_op(b->reg, call->text);
    if (hunt && hunt->flags & OP_HUNTING)
        return bind_hunting(b, call, hunt, in);
    unknown_plugin(b, call);
    return NULL;
}

static enum status evaluate_run(const struct frame *in, const void *args,
                                struct frame **out, const atomic_bool *cancel,
                                struct diags *ds)
{
    const struct plugin_step *step = args;
    return step->run(in, step->args, out, cancel, ds);
}

static void evaluate_print(struct canon *c, const struct ast *op)
{
    const struct ast *schema = ast_clause(op, "schema");
    canon_options(c, op);
    for (const struct ast *k = op->kid; k; k = k->next)
        if (k->kind == AST_CALL) {
            buf_addc(c->b, ' ');
            canon_expr(c, k);
        }
    if (!schema)
        return;
    buf_adds(c->b, " : ");
    canon_columns(c, schema);
}

const struct lang_op op_evaluate = {
    .name = "evaluate",
    .usage = "T | evaluate plugin(arguments) [: (*, name:type, …)]",
    .summary = "Gives the rows to a plugin: bag_unpack, pivot, narrow, "
               "ipv4_lookup and others.",
    .example = "print d = dynamic({\"a\": 1, \"b\": \"x\"}) "
               "| evaluate bag_unpack(d)",
    .parse = evaluate_parse,
    .print = evaluate_print,
    .bind = evaluate_bind,
    .run = evaluate_run,
};
