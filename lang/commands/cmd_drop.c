/* cmd_drop.c - `.drop T, …`: forgets stored tables. */
#include "session.h"
#include "syntax/canon.h"

static void drop_parse(struct parser *p, struct ast *cmd)
{
    accept_word(p, "table");
    do
        ast_add(cmd, parse_name(p));
    while (accept_punct(p, ","));
}

static enum status drop_run(struct lang *l, const struct ast *cmd,
                            struct command_out *out, struct diags *ds)
{
    size_t n = 0;
    for (const struct ast *k = cmd->kid; k; k = k->next, n++) {
        const struct table_info *t = catalog_find(l->catalog, k->text);
        if (!t) {
            diag_error(ds, DIAG_UNKNOWN_TABLE, k->span,
                       "no table '%.*s' to drop", STRF(k->text));
            return ST_USER;
        }
        step_drop(l, t);
        pthread_mutex_lock(&l->lock);
        catalog_remove(l->catalog, k->text);
        pthread_mutex_unlock(&l->lock);
    }
    out->text =
        arena_fmt(out->arena, "dropped %zu table%s", n, n == 1 ? "" : "s");
    return ST_OK;
}

static void drop_print(struct canon *c, const struct ast *cmd)
{
    buf_adds(c->b, " table ");
    canon_items(c, cmd->kid);
}

const struct lang_command cmd_drop = {
    .name = "drop",
    .usage = ".drop T, …",
    .summary = "Forgets stored tables and frees their memory.",
    .example = ".drop Logs",
    .parse = drop_parse,
    .run = drop_run,
    .print = drop_print,
};
