/* cmd_rename.c - `.rename T to U`: another name for a stored table. */
#include "session.h"
#include "syntax/canon.h"

static void rename_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_name(p));
    expect_word_of(p, "to", ".rename Table to Name");
    ast_add(cmd, parse_name(p));
}

static str rename_makes(const struct ast *cmd)
{
    return cmd->last ? cmd->last->text : S("");
}

static enum status rename_run(struct lang *l, const struct ast *cmd,
                              struct command_out *out, struct diags *ds)
{
    const struct ast *from = cmd->kid, *to = from ? from->next : NULL;
    const struct table_info *t = from ? catalog_find(l->catalog, from->text)
                                      : NULL;
    if (!from || !to)
        return ST_USER;
    if (!t) {
        diag_error(ds, DIAG_UNKNOWN_TABLE, from->span,
                   "no table '%.*s' to rename", STRF(from->text));
        return ST_USER;
    }
    if (catalog_find(l->catalog, to->text)) {
        struct diag *d = diag_error(ds, DIAG_DUPLICATE, to->span,
                                    "there is a table "
                                    "'%.*s' already",
                                    STRF(to->text));
        diag_hint(ds, d, ".drop it first");
        return ST_USER;
    }
    struct table_info copy = *t;
    copy.name = to->text;
    pthread_mutex_lock(&l->lock);
    catalog_put(l->catalog, &copy);
    catalog_remove(l->catalog, from->text);
    pthread_mutex_unlock(&l->lock);
    out->text = arena_fmt(out->arena, "%.*s is now %.*s", STRF(from->text),
                          STRF(to->text));
    return ST_OK;
}

static void rename_print(struct canon *c, const struct ast *cmd)
{
    for (const struct ast *k = cmd->kid; k; k = k->next) {
        buf_adds(c->b, k == cmd->kid ? " " : " to ");
        canon_expr(c, k);
    }
}

const struct lang_command cmd_rename = {
    .name = "rename",
    .usage = ".rename T to U",
    .summary = "Gives a stored table another name.",
    .example = ".rename Logs to OldLogs",
    .parse = rename_parse,
    .run = rename_run,
    .print = rename_print,
    .makes = rename_makes,
};
