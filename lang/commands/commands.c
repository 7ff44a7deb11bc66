/* commands.c - the table of dot commands, made from commands.def.
 *
 * Called by: lang.c. */
#include "commands.h"

#define CMD(name) extern const struct lang_command cmd_##name;
#include "commands.def"
#undef CMD

const struct lang_command *const lang_commands[] = {
#define CMD(name) &cmd_##name,
#include "commands.def"
#undef CMD
};
const size_t nlang_commands = sizeof lang_commands / sizeof *lang_commands;
