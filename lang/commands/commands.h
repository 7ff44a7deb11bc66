/* commands.h - the table of dot commands. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "registry/command.h"

extern const struct lang_command *const lang_commands[];
extern const size_t nlang_commands;

#endif
