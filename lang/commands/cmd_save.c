/* cmd_save.c - `.save T to "file.parquet"`: a table into a file. */
#include "session.h"

#include "sql/emit.h"
#include "syntax/canon.h"

static void save_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_unary(p));
    if (expect_word_of(p, "to", ".save Table to \"file\""))
        ast_add(cmd, parse_expr(p));
}

static enum status save_run(struct lang *l, const struct ast *cmd,
                            struct command_out *out, struct diags *ds)
{
    struct binder b = session_binder(l, ds, NULL);
    struct value path;
    const struct ast *to = cmd->kid ? cmd->kid->next : NULL;
    struct node *n = cmd->kid ? bind_table(&b, cmd->kid) : NULL;
    if (!n || !to || !bind_value(&b, to, &path) || ds->nerrors)
        return ST_USER;
    if (path.type != TYPE_STRING || !str_ends(path.s, S(".parquet"))) {
        struct diag *d = diag_error(ds, DIAG_FORMAT, to->span,
                                    "tables are saved "
                                    "as Parquet");
        diag_hint(ds, d, "name the file \"….parquet\"");
        return ST_USER;
    }
    enum status st = save_parquet(l, n, path.s, &out->text, ds);
    return st;
}

static void save_print(struct canon *c, const struct ast *cmd)
{
    const struct ast *to = cmd->kid ? cmd->kid->next : NULL;
    buf_addc(c->b, ' ');
    if (cmd->kid && cmd->kid->kind == AST_PIPE)
        canon_group(c, cmd->kid);
    else if (cmd->kid)
        canon_unary(c, cmd->kid);
    buf_adds(c->b, " to ");
    if (to)
        canon_expr(c, to);
}

const struct lang_command cmd_save = {
    .name = "save",
    .usage = ".save T to \"file.parquet\"",
    .summary = "Writes a table or the result of a query in parentheses to a "
               "Parquet file, whole or not at all.",
    .example = ".save Logs to \"logs.parquet\"",
    .parse = save_parse,
    .run = save_run,
    .print = save_print,
    .writes = true,
};
