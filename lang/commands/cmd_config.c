/* cmd_config.c - `.config`: the settings of the providers.
 *
 * Which settings there are and where they come from is the providers' business
 * (registry/config.h); here is only the grammar. */
#include "registry/config.h"
#include "session.h"
#include "syntax/canon.h"

static void config_parse(struct parser *p, struct ast *cmd)
{
    if (at_name(p))
        ast_add(cmd, parse_name(p));
}

static enum status unknown_word(const struct ast *word, struct diags *ds)
{
    static const str words[] = { { "check", 5 }, { "reload", 6 } };
    struct diag *d = diag_error(ds, DIAG_OPTION, word->span,
                                ".config has no '%.*s'", STRF(word->text));
    str near = diag_nearest(word->text, words, 2);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    else
        diag_hint(ds, d, ".config, .config check, .config reload");
    return ST_USER;
}

static enum status config_run(struct lang *l, const struct ast *cmd,
                              struct command_out *out, struct diags *ds)
{
    const struct config_face *f = l->reg.config;
    const struct ast *word = cmd->kid;
    if (!f) {
        diag_error(ds, DIAG_UNSUPPORTED, cmd->span,
                   "this session has no settings");
        return ST_USER;
    }
    if (!word)
        return f->show(f->ctx, &out->frame, ds);
    if (str_eqz(word->text, "check"))
        return f->check(f->ctx, &out->frame, ds);
    if (str_eqz(word->text, "reload"))
        return f->reload(f->ctx, out->arena, &out->text, ds);
    return unknown_word(word, ds);
}

static void config_print(struct canon *c, const struct ast *cmd)
{
    if (!cmd->kid)
        return;
    buf_addc(c->b, ' ');
    canon_items(c, cmd->kid);
}

const struct lang_command cmd_config = {
    .name = "config",
    .usage = ".config [check | reload]",
    .summary = "Shows the settings of the providers and where each came from, "
               "checks them, or reads their files again.",
    .example = ".config check | where Severity == \"error\"",
    .parse = config_parse,
    .run = config_run,
    .print = config_print,
};
