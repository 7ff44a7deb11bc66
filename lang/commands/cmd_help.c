/* cmd_help.c - `.help [topic]`: an overview, or one word explained. */
#include "session.h"

#include "words.h"
#include "syntax/canon.h"

static void help_parse(struct parser *p, struct ast *cmd)
{
    accept_punct(p, ".");
    if (at_name(p) && !peek(p)->line_start) {
        size_t beg = peek(p)->span.beg, end = beg;
        while (!at_end_of_operator(p) && !peek(p)->line_start)
            end = take(p)->span.end;
        struct span at = { (uint32_t)beg, (uint32_t)end };
        ast_add(cmd,
                ast_new(p->arena, AST_NAME, at, str_sub(p->src, beg, end)));
    } else if (peek(p)->kind == TOK_STRING) {
        const struct token *t = take(p);
        ast_add(cmd, ast_new(p->arena, AST_NAME, t->span, t->text));
    }
}

static const char overview[] =
    "Shikra runs KQL over your own logs.\n"
    "\n"
    "  .load \"logs/*.jsonl\" as Logs           read files into a table\n"
    "  Logs | where CommandLine has \"-enc\"    ask it\n"
    "  host.processes | proctree | render processtree\n"
    "                                         the machine the kernel runs on\n"
    "  found = Logs | where …                 keep a result as a table\n"
    "  .show tables | operators | functions | renderers | commands\n"
    "  .describe Logs                         columns, nulls, values, time "
    "span\n"
    "  .help where                            one operator, function, "
    "command\n";

static enum status help_run(struct lang *l, const struct ast *cmd,
                            struct command_out *out, struct diags *ds)
{
    struct buf b;
    if (!cmd->kid) {
        out->text = str_of(overview);
        return ST_OK;
    }
    buf_init(&b, 1 << 20);
    const struct stored_face *queries = l->reg.stored;
    bool found = word_help(&l->reg, cmd->kid->text, &b, false);
    if (!found && queries && queries->load(queries->ctx, ds) == ST_OK)
        found = word_help(&l->reg, cmd->kid->text, &b, false);
    out->text = buf_take(&b, out->arena);
    buf_release(&b);
    if (found)
        return ST_OK;
    struct diag *d = diag_error(ds, DIAG_OPTION, cmd->kid->span,
                                "no help on '%.*s'", STRF(cmd->kid->text));
    str near = word_nearest(&l->reg, out->arena, cmd->kid->text);
    if (near.n)
        diag_hint(ds, d, "did you mean '%.*s'?", STRF(near));
    return ST_USER;
}

static void help_print(struct canon *c, const struct ast *cmd)
{
    if (cmd->kid) {
        buf_addc(c->b, ' ');
        canon_string(c->b, cmd->kid->text);
    }
}

const struct lang_command cmd_help = {
    .name = "help",
    .usage = ".help [topic]",
    .summary = "An overview, or usage and example of one operator, function, "
               "renderer, provider, built-in query or command.",
    .example = ".help summarize",
    .parse = help_parse,
    .run = help_run,
    .print = help_print,
};
