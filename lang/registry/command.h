/* command.h - the contract of a dot command: control, never inside a pipe.
 *
 * One file (lang/commands/cmd_NAME.c) and one row (commands.def). A command
 * answers a table (which may be piped on: `.show tables | where …`), a text,
 * or nothing. */
#ifndef REGISTRY_COMMAND_H
#define REGISTRY_COMMAND_H

#include "base/diag.h"
#include "base/frame.h"
#include "base/status.h"

struct ast;
struct canon;
struct lang;
struct parser;

struct command_out {
    struct arena *arena; /* of the cell */
    struct frame *frame; /* takes; or NULL */
    str text;            /* or "" */
    enum completeness completeness; /* of the rows that the text is about */
};

struct lang_command {
    const char *name; /* "load" for .load */
    const char *usage, *summary, *example;
    /* MUST: reads what follows the name. */
    void (*parse)(struct parser *p, struct ast *cmd);
    /* MUST: does it. */
    enum status (*run)(struct lang *l, const struct ast *cmd,
                       struct command_out *out, struct diags *ds);
    /* MAY: the name of a table that exists once it has run (`.load … as T`),
     * so that later statements of the cell may mention it. */
    str (*makes)(const struct ast *cmd);
    /* MAY: what follows the name in canonical KQL, as an operator's. */
    void (*print)(struct canon *c, const struct ast *cmd);
    bool writes; /* files, which later statements of the cell may read */
};

#endif
