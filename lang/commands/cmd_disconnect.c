/* cmd_disconnect.c - `.disconnect ALIAS`. */
#include "connections.h"
#include "session.h"
#include "syntax/canon.h"

static void disconnect_parse(struct parser *p, struct ast *cmd)
{
    ast_add(cmd, parse_name(p));
}

static enum status disconnect_run(struct lang *l, const struct ast *cmd,
                                  struct command_out *out, struct diags *ds)
{
    str alias = cmd->kid ? cmd->kid->text : S("");
    if (connection_close(l, alias)) {
        out->text = arena_fmt(out->arena, "%.*s: closed", STRF(alias));
        return ST_OK;
    }
    struct diag *d = diag_error(ds, DIAG_NO_PROVIDER, cmd->span,
                                "nothing is connected as '%.*s'", STRF(alias));
    diag_hint(ds, d, ".show connections lists what is");
    return ST_USER;
}

static void disconnect_print(struct canon *c, const struct ast *cmd)
{
    buf_addc(c->b, ' ');
    if (cmd->kid)
        canon_name(c, cmd->kid->text);
}

const struct lang_command cmd_disconnect = {
    .name = "disconnect",
    .usage = ".disconnect ALIAS",
    .summary = "Closes a connection. Tables that were made from it stay.",
    .example = ".disconnect pg",
    .parse = disconnect_parse,
    .run = disconnect_run,
    .print = disconnect_print,
};
