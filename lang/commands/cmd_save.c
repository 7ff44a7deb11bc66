/* cmd_save.c - `.save T to "file.parquet"`: a table into a file. */
#include "session.h"

#include "lineage.h"
#include "sql/emit.h"
#include "syntax/canon.h"

static void save_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_unary(p));
    if (expect_word_of(p, "to", ".save Table to \"file\""))
        ast_add(cmd, parse_expr(p));
}

static void tell_saved(struct command_out *out, str path,
                       const struct saved *s)
{
    const struct lineage *x = &s->lineage;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b, "%llu row%s saved to %.*s", (unsigned long long)s->nrows,
             s->nrows == 1 ? "" : "s", STRF(path));
    if (x->completeness != COMPLETE)
        buf_addf(&b, "; %s", completeness_word(x->completeness));
    for (size_t i = 0; i < x->notes.n; i++)
        buf_addf(&b, "\n  %.*s", STRF(x->notes.v[i]));
    out->text = buf_take(&b, out->arena);
    out->completeness = x->completeness;
    buf_release(&b);
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
    struct saved saved;
    enum status st = save_parquet(l, n, path.s, &saved, ds);
    if (st == ST_OK)
        tell_saved(out, path.s, &saved);
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
