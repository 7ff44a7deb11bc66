/* commands.h - the table of dot commands. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "registry/command.h"

extern const struct lang_command *const lang_commands[];
extern const size_t nlang_commands;

/* The provider that `name` means, or NULL: reported, with those there are. */
struct lang;
const struct remote_provider *connect_provider(struct lang *l,
                                               const struct ast *name,
                                               struct diags *ds);

#endif
