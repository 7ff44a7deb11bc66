/* cmd_load.c - `.load "glob", … as T [with (format = "json", …)]`. */
#include "session.h"
#include "syntax/canon.h"

/* load = string {',' string} 'as' name ['with' '(' options ')'] */
static void load_parse(struct parser *p, struct ast *cmd)
{
    struct ast *files = clause(p, cmd, "files");
    do
        ast_add(files, parse_expr(p));
    while (accept_punct(p, ","));
    if (expect_word_of(p, "as", ".load \"file\" as Table"))
        ast_add(clause(p, cmd, "as"), parse_name(p));
    parse_with(p, cmd);
}

static str load_makes(const struct ast *cmd)
{
    const struct ast *as = ast_clause(cmd, "as");
    return as && as->kid ? as->kid->text : S("");
}

/* The same request as file("…", format = "…") makes. */
static struct ast *file_call(struct arena *a, const struct ast *cmd)
{
    struct ast *call = ast_new(a, AST_CALL, cmd->span, S("file"));
    const struct ast *files = ast_clause(cmd, "files"),
                     *with = ast_clause(cmd, "with");
    for (const struct ast *k = files ? files->kid : NULL; k; k = k->next) {
        struct ast *copy = ast_new(a, k->kind, k->span, k->text);
        *copy = *k;
        copy->next = NULL;
        ast_add(call, copy);
    }
    for (const struct ast *k = with ? with->kid : NULL; k; k = k->next) {
        struct ast *named = ast_new(a, AST_NAMED, k->span, k->text);
        struct ast *value = ast_new(a, AST_LITERAL, k->span, S(""));
        if (k->kid && k->kid->kind == AST_NAME)
            value->value =
                (struct value){ .type = TYPE_STRING, .s = k->kid->text };
        else if (k->kid)
            *value = *k->kid;
        value->next = NULL;
        ast_add(call, ast_add(named, value));
    }
    return call;
}

static enum status load_run(struct lang *l, const struct ast *cmd,
                            struct command_out *out, struct diags *ds)
{
    struct binder b = session_binder(l, ds, NULL);
    str name = load_makes(cmd);
    struct node *n = bind_table(&b, file_call(l->cell, cmd));
    if (!n || ds->nerrors)
        return ds->nerrors ? ST_USER : ST_ENV;
    enum status st = step_store(l, n, name, ds);
    if (st == ST_OK) {
        out->text = describe_table(l, name, ds);
        out->completeness = table_completeness(l, name);
    }
    return st;
}

static void load_print(struct canon *c, const struct ast *cmd)
{
    const struct ast *files = ast_clause(cmd, "files");
    buf_addc(c->b, ' ');
    if (files)
        canon_items(c, files->kid);
    canon_by(c, cmd, "as");
    canon_with(c, cmd);
}

const struct lang_command cmd_load = {
    .name = "load",
    .usage = ".load \"glob\", … as T [with (format = \"json\", …)]",
    .summary = "Reads files into a table: CSV, TSV, JSON, JSON lines, Parquet; "
               "also inside .gz, .zst, .bz2, .xz and .zip. Columns that differ "
               "between files are united by name.",
    .example = ".load \"logs/*.jsonl\" as Logs",
    .parse = load_parse,
    .run = load_run,
    .print = load_print,
    .makes = load_makes,
};
